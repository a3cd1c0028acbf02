"""The one door to any embedding model."""

from __future__ import annotations

from embeddings.base import Embedder
from embeddings.bundled import BUNDLED


def open_embedder(name: str = BUNDLED) -> Embedder:
    """Opens the bundled model, or any sentence-transformers model by folder or name.

    A name that is not a folder is looked for in the local model cache only: nothing is downloaded.

    Raises:
        ModelError: missing, altered, or not a sentence-transformers model.
    """
    if name == BUNDLED:
        from embeddings.minilm import MiniLM

        return MiniLM()
    from embeddings.sentence_transformer import SentenceTransformerEmbedder

    return SentenceTransformerEmbedder(name, name=name)
