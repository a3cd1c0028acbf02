"""The chat in the browser; the only package that imports gradio.

``app`` builds and serves the page, ``thread`` and ``panel`` make its HTML (pure, every string escaped),
``examples`` proposes questions, and ``style.css`` and ``page.js`` are what the browser gets besides.
"""
