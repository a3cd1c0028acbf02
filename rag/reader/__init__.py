"""Reading passages: which sentences answer a question, and how sure that is."""

from embeddings import Embedder
from rag.index import Index
from rag.reader.base import Reader
from rag.reader.sentence_reader import SentenceReader
from rag.settings import Settings

__all__ = ["Reader", "open_reader"]


def open_reader(settings: Settings, embedder: Embedder, index: Index) -> Reader:
    return SentenceReader(embedder, index)
