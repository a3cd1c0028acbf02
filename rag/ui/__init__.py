"""The chat in the browser; the only package that imports gradio.

``app`` builds the page of the parts that ``library_events`` and ``history_events`` add to, ``serve`` serves it, and
``views`` is what all pages of one server show. ``html`` makes the HTML (pure, by templates that escape), ``examples``
proposes questions, and ``static`` is what the browser gets besides.
"""

import os

os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"  # read by gradio when it is imported
