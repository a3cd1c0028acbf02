"""What an index holds, as JSON: what ``docquote status --json`` prints, and its schema."""

from __future__ import annotations

from collections import defaultdict
from pathlib import PurePath

from rag.answer.serialise import DateJson, JsonModel
from rag.index.base import IndexStatus
from rag.place import Place


class ListedSourceJson(JsonModel):
    """A document of the index, and what was odd about its extraction."""

    name: str
    path: str
    title: str
    author: str
    date: DateJson | None
    media_type: str
    sha256: str
    pages: int | None
    warnings: tuple[str, ...]
    chunks: int


class FolderJson(JsonModel):
    """What the index holds of one folder, without the folders in it; ``warnings`` are counted."""

    folder: str
    documents: int
    chunks: int
    warnings: int


class StatusJson(JsonModel):
    """Counts, settings and documents of an index; the settings are None where it was never filled."""

    index: str
    documents: int
    chunks: int
    characters: int
    bytes: int
    generation: int
    embedding_model: str | None
    chunk_tokens: int | None
    overlap_tokens: int | None
    folders: tuple[str, ...]
    sources: tuple[ListedSourceJson, ...]
    by_folder: tuple[FolderJson, ...]


def status_json(status: IndexStatus, place: Place) -> StatusJson:
    """The status of the index in ``place`` as JSON has it."""
    manifest = status.manifest
    return StatusJson(
        index=str(place),
        documents=status.documents,
        chunks=status.chunks,
        characters=status.characters,
        bytes=status.bytes,
        generation=status.generation,
        embedding_model=manifest.embedding_model if manifest else None,
        chunk_tokens=manifest.chunk_tokens if manifest else None,
        overlap_tokens=manifest.overlap_tokens if manifest else None,
        folders=tuple(map(str, status.roots)),
        sources=tuple(
            ListedSourceJson(
                name=source.name,
                path=source.path,
                title=source.title,
                author=source.author,
                date=source.date,
                media_type=source.media_type,
                sha256=source.sha256,
                pages=source.pages,
                warnings=tuple(status.warnings.get(source.id, ())),
                chunks=status.chunks_of.get(source.id, 0),
            )
            for source in status.sources
        ),
        by_folder=folders_of(status),
    )


def folders_of(status: IndexStatus) -> tuple[FolderJson, ...]:
    """What the index holds of each folder in which documents lie, in the order of their paths."""
    inside: dict[str, list[str]] = defaultdict(list)
    for source in status.sources:
        inside[str(PurePath(source.path).parent)].append(source.id)
    return tuple(
        FolderJson(
            folder=folder,
            documents=len(ids),
            chunks=sum(status.chunks_of.get(one, 0) for one in ids),
            warnings=sum(len(status.warnings.get(one, ())) for one in ids),
        )
        for folder, ids in sorted(inside.items())
    )
