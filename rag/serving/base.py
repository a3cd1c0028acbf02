"""What whoever serves docquote needs of the rest of it, so that tests can hand it less."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

from rag.schema import Answer, Document, Passage, Scope, SearchMode, Source, Turn

MAX_QUESTION_CHARACTERS = 1_000
"""Longer questions are refused: the embedding model reads about 256 word pieces, some 1,000 characters."""


class Answerer(Protocol):
    """What is served of ``rag.assistant.Assistant``."""

    def ask(
        self,
        question: str,
        history: Sequence[Turn] = (),
        scope: Scope | None = None,
        *,
        as_typed: bool = False,
        any_date: bool = False,
    ) -> Answer:
        """Answer a question; the history is that of one conversation."""

    def search(
        self, query: str, scope: Scope | None = None, *, mode: SearchMode = "fused", offset: int = 0, limit: int = 10
    ) -> list[Passage]:
        """Passages likely to be about a query, the best first; nothing is answered."""

    def sources(self) -> list[Source]:
        """The documents that are asked."""

    def warnings(self) -> Mapping[str, Sequence[str]]:
        """What was odd about each document that has warnings, by its id."""

    def document(self, document_id: str) -> Document:
        """A document by its id; raises DocquoteError where the library no longer holds it."""
