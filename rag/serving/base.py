"""What the page needs of the rest of docquote, so that tests can hand it less."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from rag.schema import Answer, Document, Scope, Source, Turn


class Library(Protocol):
    """What the page needs of ``rag.assistant.Assistant``."""

    def ask(
        self,
        question: str,
        history: Sequence[Turn] = (),
        scope: Scope | None = None,
        *,
        as_typed: bool = False,
        any_date: bool = False,
    ) -> Answer:
        """Answer a question; the history is that of one browser session."""

    def sources(self) -> list[Source]:
        """The documents of the library."""

    def document(self, document_id: str) -> Document:
        """A document by its id; raises DocquoteError where the library no longer holds it."""
