"""What is on disk: the record of documents and chunks, full-text search and the vector index."""

from rag.index.local.index import Index
from rag.index.manifest import Manifest

__all__ = ["Index", "Manifest"]
