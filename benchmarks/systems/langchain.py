"""LangChain: FAISS, the splitter of its tutorials (1,000 characters, 200 of overlap), its indexing API for updates."""

from __future__ import annotations

from pathlib import Path

import faiss
from langchain_classic.indexes import SQLRecordManager, index
from langchain_community.docstore.in_memory import InMemoryDocstore
from langchain_community.document_loaders import DirectoryLoader, TextLoader
from langchain_community.vectorstores import FAISS
from langchain_core.documents import Document
from langchain_huggingface import HuggingFaceEmbeddings
from langchain_text_splitters import RecursiveCharacterTextSplitter

from benchmarks.systems.base import PASSAGES, Found

DIMENSION = 384


class Measured:
    """The record manager, a SQLite file beside the vectors, tells unchanged chunks by their hashes."""

    def __init__(self, model: Path) -> None:
        self._embeddings = HuggingFaceEmbeddings(model_name=str(model))
        self._store: FAISS | None = None

    def build(self, documents: Path, index: Path) -> None:
        index.mkdir(parents=True)
        store = FAISS(self._embeddings, faiss.IndexFlatL2(DIMENSION), InMemoryDocstore(), {})
        self._records(index).create_schema()
        self._bring_into_step(store, documents, index)

    def update(self, documents: Path, index: Path) -> None:
        self._bring_into_step(self._load(index), documents, index)

    def _bring_into_step(self, store: FAISS, documents: Path, folder: Path) -> None:
        index(
            self._chunks(documents),
            self._records(folder),
            store,
            cleanup="full",
            source_id_key="source",
            key_encoder="sha256",
        )
        store.save_local(str(folder))
        self._store = store

    def _chunks(self, documents: Path) -> list[Document]:
        loader = DirectoryLoader(
            str(documents), glob="**/*.txt", loader_cls=TextLoader, loader_kwargs={"encoding": "utf-8"}
        )
        splitter = RecursiveCharacterTextSplitter(chunk_size=1000, chunk_overlap=200, add_start_index=True)
        chunks: list[Document] = splitter.split_documents(loader.load())
        return chunks

    def _records(self, folder: Path) -> SQLRecordManager:
        return SQLRecordManager("faiss/library", db_url=f"sqlite:///{folder / 'records.sqlite'}")

    def _load(self, folder: Path) -> FAISS:
        return FAISS.load_local(str(folder), self._embeddings, allow_dangerous_deserialization=True)

    def open(self, index: Path) -> None:
        self._store = self._load(index)

    def search(self, question: str) -> list[Found]:
        assert self._store
        passages = self._store.similarity_search(question, k=PASSAGES)
        return [Found(Path(passage.metadata["source"]).name, passage.page_content) for passage in passages]

    def embedded_texts(self) -> list[str]:
        assert self._store
        ids = self._store.index_to_docstore_id.values()
        return [self._store.docstore.search(chunk_id).page_content for chunk_id in ids]
