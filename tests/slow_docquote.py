"""``docquote`` with the fake embedder, so that a process that is to be killed is at work within a second."""

from __future__ import annotations

import time
from collections.abc import Sequence

from core_fakes import FakeEmbedder

import embeddings
import rag.cli.main
import rag.index.ingest.pipeline
from embeddings import Embedder, Vectors


class SlowEmbedder(FakeEmbedder):
    """Takes its time, as a model does."""

    def encode_passages(self, texts: Sequence[str]) -> Vectors:
        time.sleep(0.05)
        return super().encode_passages(texts)


def open_slow(name: str = "slow") -> Embedder:
    return SlowEmbedder()


embeddings.open_embedder = open_slow
rag.index.ingest.pipeline.PENDING_CHUNKS = 8  # several batches of documents, even of so few
rag.cli.main._mount_commands = lambda: None

if __name__ == "__main__":
    rag.cli.main.main()
