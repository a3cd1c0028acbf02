"""What ``docquote doctor`` looks at inside an index: everything stored, its settings, its vectors and its files."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from rag.errors import LibraryError
from rag.index.local.files import VECTORS_FILE
from rag.index.local.integrity import faults
from rag.index.local.record import Record
from rag.index.manifest import made_with
from rag.schema import Finding
from rag.settings import Settings

NAMED = 3
"""How many faults, and how many of the files that are gone, are named."""


def examine(folder: Path, record: Record, settings: Settings) -> Iterator[Finding]:
    """Compares everything with its checksums, then the settings, the vectors' file and the documents' own files."""
    rebuild = f"docquote index FOLDER --index {folder} --rebuild"
    refresh = f"docquote index --index {folder}"
    try:
        found = faults(record)
        if found:
            yield Finding("index", False, "; ".join(found[:NAMED]), rebuild)
            return
        documents, chunks, _ = record.counts()
        yield Finding("index", True, f"{documents:,} documents and {chunks:,} chunks, every checksum right")
        yield made_with(folder, record.meta.manifest, settings)
        yield _vectors(record, folder, refresh)
        yield _files(record, refresh)
    except LibraryError as error:
        yield Finding("index", False, str(error), rebuild)


def _vectors(record: Record, folder: Path, refresh: str) -> Finding:
    from rag.index.local.vector_file import META_KEY, descriptions, is_whole  # brings FAISS

    path, described = folder / VECTORS_FILE, descriptions(record.meta.get(META_KEY))
    if not described or not path.is_file():
        return Finding("vectors", record.chunks.count() == 0, "not written yet; questions take them elsewhere", refresh)
    for one in described:
        if is_whole(path, one):
            return Finding("vectors", True, f"{one.kind}, SHA-256 {one.sha256[:16]}… as recorded")
    return Finding("vectors", False, f"{path} is damaged; it is made anew from the library", f"rm {path}; {refresh}")


def _files(record: Record, refresh: str) -> Finding:
    sources = [source for source in record.documents.sources() if source.path]
    gone = [source.name for source in sources if not Path(source.path).exists()]
    if gone:
        names = ", ".join(gone[:NAMED]) + (", …" if len(gone) > NAMED else "")
        return Finding("documents", False, f"{len(gone):,} of {len(sources):,} files are gone: {names}", refresh)
    return Finding("documents", True, f"all {len(sources):,} files are where they were")
