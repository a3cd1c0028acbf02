"""docquote from this checkout, with its defaults."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from benchmarks.systems.base import PASSAGES, Found
from embeddings import Embedder, Vectors, open_embedder
from rag import Assistant
from rag.index import open_index
from rag.index.ingest import update_index
from rag.retrieval import Retriever
from rag.settings import Settings


class _Recording:
    """An embedder that remembers which passages it was given."""

    def __init__(self, embedder: Embedder) -> None:
        self._embedder = embedder
        self.name, self.fingerprint = embedder.name, embedder.fingerprint
        self.dimension, self.max_tokens = embedder.dimension, embedder.max_tokens
        self.texts: list[str] = []

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        return self._embedder.count_tokens(texts)

    def encode_passages(self, texts: Sequence[str]) -> Vectors:
        self.texts.extend(texts)
        return self._embedder.encode_passages(texts)

    def encode_queries(self, texts: Sequence[str]) -> Vectors:
        return self._embedder.encode_queries(texts)


class Measured:
    """The bundled model is the one that the other systems are given as a folder."""

    def __init__(self, model: Path) -> None:
        self._settings = Settings()
        self._embedder = open_embedder()
        self._recording = _Recording(self._embedder)

    def build(self, documents: Path, index: Path) -> None:
        self._bring_into_step(documents, index, create=True)

    def update(self, documents: Path, index: Path) -> None:
        self._bring_into_step(documents, index, create=False)

    def _bring_into_step(self, documents: Path, index: Path, create: bool) -> None:
        opened = open_index(index, self._recording, self._settings, create=create)
        try:
            update_index(opened, self._recording, [documents], self._settings)
        finally:
            opened.close()

    def open(self, index: Path) -> None:
        self._retriever = Retriever(open_index(index, self._embedder, self._settings), self._embedder)

    def search(self, question: str) -> list[Found]:
        passages = self._retriever.retrieve(question, k=PASSAGES)
        return [Found(passage.source.name, passage.text) for passage in passages]

    def embedded_texts(self) -> list[str]:
        return self._recording.texts

    def open_answers(self, index: Path) -> None:
        self._assistant = Assistant.open(index, self._settings)

    def answer(self, question: str) -> None:
        self._assistant.ask(question)

    def encode(self, texts: list[str]) -> None:
        self._embedder.encode_passages(texts)
