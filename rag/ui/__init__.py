"""The chat in the browser; the only package that imports gradio.

``app`` builds the page of the parts that ``wiring_library`` and ``wiring_history`` add to, ``serve`` serves it, and
``desk`` is what all pages of one server share. ``render``, ``panel``, ``sheet``, ``library`` and ``history`` make the
HTML (pure, every string escaped), ``examples`` proposes questions, and ``style.css`` and the ``.js`` files are what the
browser gets besides.
"""

import os

os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"  # read by gradio when it is imported
