"""Haystack: in-memory store saved to disk, its splitter (200 words, no overlap).

Nothing documented brings a store into step with changed files: ``CacheChecker`` skips files that it knows by path,
changed or not. So the index is built anew.
"""

from __future__ import annotations

from pathlib import Path

from haystack import Pipeline
from haystack.components.converters import TextFileToDocument
from haystack.components.preprocessors import DocumentSplitter
from haystack.components.retrievers.in_memory import InMemoryEmbeddingRetriever
from haystack.components.writers import DocumentWriter
from haystack.document_stores.in_memory import InMemoryDocumentStore
from haystack_integrations.components.embedders.sentence_transformers import (
    SentenceTransformersDocumentEmbedder,
    SentenceTransformersTextEmbedder,
)

from benchmarks.systems.base import PASSAGES, Found

STORE = "store.json"


class Measured:
    """The pipelines of Haystack's tutorials."""

    def __init__(self, model: Path) -> None:
        self._embedder = SentenceTransformersDocumentEmbedder(model=str(model), progress_bar=False)
        self._embedder.warm_up()
        self._text_embedder = SentenceTransformersTextEmbedder(model=str(model), progress_bar=False)
        self._text_embedder.warm_up()
        self._store = InMemoryDocumentStore()

    def build(self, documents: Path, index: Path) -> None:
        index.mkdir(parents=True)
        pipeline = Pipeline()
        pipeline.add_component("converter", TextFileToDocument())
        pipeline.add_component("splitter", DocumentSplitter())
        pipeline.add_component("embedder", self._embedder)
        pipeline.add_component("writer", DocumentWriter(self._store))
        pipeline.connect("converter", "splitter")
        pipeline.connect("splitter", "embedder")
        pipeline.connect("embedder", "writer")
        pipeline.run({"converter": {"sources": sorted(documents.rglob("*.txt"))}})
        self._store.save_to_disk(str(index / STORE))

    def open(self, index: Path) -> None:
        store = InMemoryDocumentStore.load_from_disk(str(index / STORE))
        self._query = Pipeline()
        self._query.add_component("embedder", self._text_embedder)
        self._query.add_component("retriever", InMemoryEmbeddingRetriever(store, top_k=PASSAGES))
        self._query.connect("embedder.embedding", "retriever.query_embedding")

    def search(self, question: str) -> list[Found]:
        passages = self._query.run({"embedder": {"text": question}})["retriever"]["documents"]
        return [Found(Path(passage.meta["file_path"]).name, passage.content) for passage in passages]

    def embedded_texts(self) -> list[str]:
        return [document.content for document in self._store.filter_documents()]
