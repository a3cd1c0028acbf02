"""Text to vectors. Knows nothing of documents."""

from embeddings.base import Embedder, Vectors
from embeddings.opening import open_embedder

__all__ = ["Embedder", "Vectors", "open_embedder"]
