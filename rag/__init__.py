"""docquote: answers over your own documents in the documents' own words, cited, offline.

>>> from rag import Assistant
>>> with Assistant.open("my-index") as assistant:  # doctest: +SKIP
...     assistant.ask("How many members attended?").text
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rag.errors import ConversationError, DocquoteError, LibraryError, LoadError, ModelError, ScopeError, SettingsError
from rag.schema import Answer, Citation, Document, Passage, Scope, Source, Turn
from rag.settings import Settings

if TYPE_CHECKING:
    from rag.assistant import Assistant

    __version__: str

__all__ = [
    "Answer",
    "Assistant",
    "Citation",
    "ConversationError",
    "DocquoteError",
    "Document",
    "LibraryError",
    "LoadError",
    "ModelError",
    "Passage",
    "Scope",
    "ScopeError",
    "Settings",
    "SettingsError",
    "Source",
    "Turn",
]


def __getattr__(name: str) -> Any:
    """What costs time is looked up when it is asked for: ``Assistant``, and the version that is installed."""
    if name == "Assistant":
        from rag.assistant import Assistant

        return Assistant
    if name == "__version__":
        from importlib.metadata import version

        return version("docquote")
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
