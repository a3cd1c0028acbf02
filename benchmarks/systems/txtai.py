"""txtai: its default index with content (Faiss and SQLite), documents split into paragraphs.

Nothing documented tells which files have changed: ``upsert`` embeds all it is given. So the index is built anew.
"""

from __future__ import annotations

from pathlib import Path

from txtai import Embeddings
from txtai.pipeline import Segmentation

from benchmarks.systems.base import PASSAGES, Found


class Measured:
    """Ids of chunks are the file's name and the number of the paragraph."""

    def __init__(self, model: Path) -> None:
        self._embeddings = Embeddings(path=str(model), content=True)
        self._segmentation = Segmentation(paragraphs=True)
        self._texts: list[str] = []

    def build(self, documents: Path, index: Path) -> None:
        chunks = [
            (f"{path.name}:{number}", text, None)
            for path in sorted(documents.rglob("*.txt"))
            for number, text in enumerate(self._segmentation(path.read_text(encoding="utf-8")))
        ]
        self._embeddings.index(chunks)
        self._embeddings.save(str(index))
        self._texts = [text for _, text, _ in chunks]

    def open(self, index: Path) -> None:
        self._embeddings.load(str(index))

    def search(self, question: str) -> list[Found]:
        passages = self._embeddings.search(question, PASSAGES)
        return [Found(passage["id"].rpartition(":")[0], passage["text"]) for passage in passages]

    def embedded_texts(self) -> list[str]:
        return self._texts
