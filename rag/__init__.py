"""docquote: answers over your own documents in the documents' own words, cited, offline.

>>> from rag import Assistant
>>> Assistant.open("my-index").ask("How many members attended?").text  # doctest: +SKIP
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rag.errors import ConversationError, DocquoteError, LibraryError, LoadError, ModelError, ScopeError, SettingsError
from rag.schema import Answer, Citation, Document, Passage, Scope, Source, Turn
from rag.settings import Settings

if TYPE_CHECKING:
    from rag.assistant import Assistant

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
    """``Assistant`` is imported when it is first asked for: it brings torch, which takes seconds."""
    if name == "Assistant":
        from rag.assistant import Assistant

        return Assistant
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
