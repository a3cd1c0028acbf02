"""Opens the index of a folder, whichever kind it is."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

from embeddings import Embedder
from rag.errors import LibraryError
from rag.index.base import Index, IndexStatus
from rag.index.local.files import LIBRARY_FILE
from rag.index.local.index import LocalIndex
from rag.index.manifest import Manifest
from rag.settings import Settings


def open_index(
    folder: Path, embedder: Embedder, settings: Settings, *, create: bool = False, rebuild: bool = False
) -> Index:
    """Opens an index and checks that it was made with the same model and chunking settings.

    Args:
        folder: the index's directory.
        embedder: the model that questions will be encoded with.
        settings: the chunking settings.
        create: make the index where there is none.
        rebuild: throw away what is there first.

    Raises:
        LibraryError: there is none, it is damaged, was made with another model or other settings, or is to be
            thrown away while another process writes it.
    """
    if not create:
        require_index(folder)
    return LocalIndex.open(folder, Manifest.of(embedder, settings), rebuild=rebuild)


def open_without_model(folder: Path) -> Index:
    """Opens an index as it was made: enough to look at documents, to remove them and to examine the index.

    Raises:
        LibraryError: there is none, or it is damaged.
    """
    require_index(folder)
    return LocalIndex.open(folder)


def has_index(folder: Path) -> bool:
    """Whether there is an index in a folder."""
    return (folder / LIBRARY_FILE).is_file()


def require_index(folder: Path) -> None:
    """Checks that there is an index, before anything slow is loaded to open it.

    Raises:
        LibraryError: there is none.
    """
    if not has_index(folder):
        raise LibraryError(f"{folder}: there is no index here; make one with: docquote index FOLDER --index {folder}")


def index_status(folder: Path) -> IndexStatus:
    """What the index in a folder holds, without loading a model.

    Raises:
        LibraryError: there is no index, or it cannot be read.
    """
    with closing(open_without_model(folder)) as index:
        return index.status()
