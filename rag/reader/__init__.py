"""Reading passages: which sentences answer a question, and how sure that is."""

from __future__ import annotations

from embeddings import Embedder
from rag.index import Index
from rag.reader.base import Reader
from rag.settings import Settings

__all__ = ["Reader", "open_reader"]


def open_reader(settings: Settings, embedder: Embedder, index: Index) -> Reader:
    """The reader that the settings ask for.

    Raises:
        ModelError: its weights are missing or altered.
    """
    from rag.reader.sentence_reader import SentenceReader

    return SentenceReader.open(embedder, index, settings)
