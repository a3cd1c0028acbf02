"""``docquote mcp``: the index served to the program that started this process."""

from __future__ import annotations

from threading import Thread

from rag.cli.serve import check_installed
from rag.index import require_index
from rag.place import Place
from rag.settings import Settings


def serve_mcp(place: Place) -> None:
    """Speaks the Model Context Protocol over standard input and output until the input ends.

    Raises:
        DocquoteError: the extra ``serve`` is not installed, or the index cannot be opened.
    """
    check_installed("docquote mcp")
    require_index(place)
    from rag.assistant import Assistant
    from rag.serving.mcp.server import serve_stdio

    with Assistant.open(place, Settings.load()) as assistant:
        Thread(target=assistant.reader.prepare, name="reader", daemon=True).start()
        serve_stdio(assistant)
