"""The documents that a question set is asked of: opened as an index, or indexed for the run."""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import lru_cache
from pathlib import Path

from embeddings import open_embedder
from eval.dataset import TextDocument, read_documents
from eval.progress import bar
from eval.provenance import code_sha256, data_files, index_code_sha256, versions
from eval.runs import RUNS, Configuration, write_json
from rag.cli.console import err
from rag.cli.progress import file_progress
from rag.errors import DatasetError
from rag.index import Index, open_index
from rag.index.ingest import add_documents, update_index
from rag.loading import document_from_text, find_files, load_file
from rag.schema import Citation, Document
from rag.settings import Settings

CACHED_DOCUMENTS = 512
"""Documents whose text is kept in memory."""

FILE_MEDIA_TYPES = frozenset({"text/plain"})
"""Formats whose file holds the stored text as it is, so that a quote can be looked for in the file itself."""

NO_FILE = "corpus:"
"""Stands before the id of a document that came as text, where a file would have its path."""


@dataclass(frozen=True, slots=True)
class Corpus:
    """Documents to index for a run.

    Attributes:
        texts: documents that came as text; empty where ``root`` is given.
        root: a file or folder of documents.
        files: what they are read from, for the record.
    """

    texts: tuple[TextDocument, ...]
    root: Path | None
    files: tuple[Path, ...]

    def key(self, settings: Settings) -> str:
        """Names an index of these documents: other documents, settings or code of indexing, another key."""
        pinned = (settings.embedding_model, settings.chunk_tokens, settings.overlap_tokens, index_code_sha256())
        content = json.dumps([data_files(self.files), len(self.texts), pinned], sort_keys=True)
        return hashlib.sha256(content.encode()).hexdigest()[:16]

    def load(self) -> Iterator[Document]:
        """The documents as they would be indexed.

        Raises:
            LoadError: a file cannot be read.
        """
        if self.root is None:
            yield from map(_document, self.texts)
        else:
            folder = self.root if self.root.is_dir() else self.root.parent
            yield from (load_file(path, root=folder) for path in self.files)


@dataclass(frozen=True, slots=True)
class Build:
    """What indexing took, and what it left out.

    Attributes:
        seconds: from documents to a saved index; None where the index was there already and nobody noted it.
        size_bytes: of the index's files.
        documents, chunks, characters: that it holds.
        unread: files that could not be read, with the reason.
    """

    seconds: float | None
    size_bytes: int
    documents: int
    chunks: int
    characters: int
    unread: tuple[str, ...] = ()


def corpus_at(path: Path) -> Corpus:
    """Documents in a ``.jsonl`` (or ``.jsonl.gz``) file of ``id`` and ``text``, or any file or folder of documents.

    Raises:
        DatasetError: no such path, no document in it, or a bad row.
        LoadError: a file or folder that docquote cannot read.
    """
    if path.is_file() and path.name.removesuffix(".gz").endswith(".jsonl"):
        return Corpus(read_documents(path), None, (path,))
    found = find_files(path).files
    if not found:
        raise DatasetError(f"{path}: holds no document that docquote reads")
    return Corpus((), path, found)


def index_folder(corpus: Corpus, settings: Settings, out: Path | None) -> Path:
    """Where the documents are indexed: in the run's folder, or beside the runs; the same documents only once."""
    return (out or RUNS) / "indexes" / corpus.key(settings)


def index_configuration(index: Index, settings: Settings) -> Configuration:
    """What answers depend on besides the questions: the documents, the settings, the code."""
    documents = "\n".join(sorted(f"{source.name}:{source.sha256}" for source in index.sources()))
    return {
        "documents_sha256": hashlib.sha256(documents.encode()).hexdigest(),
        "manifest": asdict(index.manifest),
        "settings": asdict(settings),
        "code_sha256": code_sha256(),
        "versions": versions(),
    }


def build_index(corpus: Corpus, folder: Path, settings: Settings) -> Build:
    """Indexes the documents into a folder, unless that was done before."""
    note = folder.with_name(f"{folder.name}.json")
    if note.is_file() and folder.is_dir():
        fields = json.loads(note.read_text(encoding="utf-8"))
        return Build(**{**fields, "unread": tuple(fields["unread"])})
    embedder = open_embedder(settings.embedding_model)
    unread: tuple[str, ...] = ()
    started = time.perf_counter()
    index = open_index(folder, embedder, settings, create=True, rebuild=True)
    try:
        if corpus.root is not None:
            with file_progress(err) as progress:
                report = update_index(index, embedder, [corpus.root], settings, progress)
            unread = tuple(str(failure) for failure in report.failed)
        else:
            with index.writing(), bar("Indexing", len(corpus.texts)) as done:
                add_documents(index, map(_document, corpus.texts), embedder, lambda _: done())
        build = _build(index, time.perf_counter() - started, unread)
    finally:
        index.close()
    write_json(note, asdict(build))
    return build


def existing_build(index: Index) -> Build:
    """What is known of an index that somebody else made."""
    return _build(index, None, ())


class StoredTexts(Mapping[str, str]):
    """The stored texts of an index's documents, by name, read when they are needed."""

    def __init__(self, index: Index) -> None:
        """The texts of an open index."""
        self._sources = {source.name: source for source in index.sources()}
        self._document = lru_cache(maxsize=CACHED_DOCUMENTS)(index.document)
        self._file_text = lru_cache(maxsize=CACHED_DOCUMENTS)(_file_text)

    def __getitem__(self, name: str) -> str:
        return self._document(self._sources[name].id).text

    def __iter__(self) -> Iterator[str]:
        return iter(self._sources)

    def __len__(self) -> int:
        return len(self._sources)

    def verbatim(self, citations: Sequence[Citation]) -> list[bool]:
        """For each citation: does the stored document have the quote there, and the file, where it is text?"""
        return [self._is_verbatim(citation) for citation in citations]

    def _is_verbatim(self, citation: Citation) -> bool:
        document = self._document(citation.document_id)
        if document.text[citation.start : citation.end] != citation.quote:
            return False
        source = document.source
        if source.media_type not in FILE_MEDIA_TYPES or source.path.startswith(NO_FILE):
            return True
        text = self._file_text(Path(source.path))
        return text is None or " ".join(citation.quote.split()) in text


def _file_text(path: Path) -> str | None:
    """A file's text with single spaces; None where it is gone or not UTF-8, so that nothing can be said."""
    try:
        return " ".join(path.read_text(encoding="utf-8-sig").replace("\x00", "\ufffd").split())
    except (OSError, UnicodeDecodeError):
        return None


def _document(given: TextDocument) -> Document:
    return document_from_text(given.text, name=given.id, title=given.title, path=f"{NO_FILE}{given.id}")


def _build(index: Index, seconds: float | None, unread: tuple[str, ...]) -> Build:
    documents, chunks, characters = index.counts()
    return Build(seconds, index.status().bytes, documents, chunks, characters, unread)
