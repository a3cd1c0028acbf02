"""What an index holds, read without loading a model."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from rag.index.local.index import Index, folder_bytes, open_library


def index_status(folder: Path) -> dict[str, Any]:
    """Counts, settings and documents of an index, as plain data.

    Raises:
        LibraryError: there is no index, or it cannot be read.
    """
    Index.require(folder)
    library = open_library(folder)
    try:
        documents, chunks, characters = library.counts()
        manifest = library.manifest
        warnings = library.warnings()
        return {
            "index": str(folder),
            "documents": documents,
            "chunks": chunks,
            "characters": characters,
            "bytes": folder_bytes(folder),
            "generation": library.generation,
            "embedding_model": manifest.embedding_model if manifest else None,
            "chunk_tokens": manifest.chunk_tokens if manifest else None,
            "overlap_tokens": manifest.overlap_tokens if manifest else None,
            "folders": library.roots(),
            "sources": [
                {
                    "name": source.name,
                    "path": source.path,
                    "title": source.title,
                    "date": source.date.isoformat() if source.date else None,
                    "media_type": source.media_type,
                    "sha256": source.sha256,
                    "warnings": list(warnings.get(source.id, ())),
                }
                for source in library.sources()
            ],
        }
    finally:
        library.close()
