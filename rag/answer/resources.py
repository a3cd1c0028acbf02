"""What one question is answered with, so that nothing is searched for or read twice on the way."""

from __future__ import annotations

from functools import cache

from rag.question.follow_up import Standalone
from rag.reader import Reader
from rag.reader.calibration import Calibration
from rag.retrieval import Retriever
from rag.schema import DocumentOf, Passage, Reading, Scope
from rag.settings import Settings


class Resources:
    """The open parts, for one question alone: what they found is kept, and the index may change after it.

    Attributes:
        reader: reads passages.
        calibration: makes a probability of the reader's confidence, and says from where on docquote answers.
        settings: how many passages are read, and how much is quoted.
        document_of: looks a document up, each once.
        read: the passages for a question in a scope and what the reader made of them, each question once in a scope.
    """

    def __init__(
        self,
        retriever: Retriever,
        reader: Reader,
        calibration: Calibration,
        settings: Settings,
        document_of: DocumentOf,
    ) -> None:
        """Takes the open parts together."""
        self._retriever = retriever
        self.reader = reader
        self.calibration = calibration
        self.settings = settings
        self.document_of: DocumentOf = cache(document_of)
        self.read = cache(self._read)

    def _read(self, asked: Standalone, scope: Scope) -> tuple[tuple[Passage, ...], Reading]:
        passages = tuple(self._retriever.retrieve(asked.query, k=self.settings.passages, scope=scope))
        return passages, self.reader.read(asked.reading, passages)
