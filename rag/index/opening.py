"""Opens the library of a place, whichever kind it is."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING

from embeddings import Embedder
from rag.errors import LibraryError
from rag.index.base import Index, IndexStatus
from rag.index.local.files import LIBRARY_FILE
from rag.index.local.index import LocalIndex
from rag.index.manifest import Manifest
from rag.place import Place, ServerUrl, read_replica
from rag.settings import Settings

if TYPE_CHECKING:
    from rag.index.server.index import ServerIndex


def open_index(
    place: Place, embedder: Embedder, settings: Settings, *, create: bool = False, rebuild: bool = False
) -> Index:
    """Opens an index and checks that it was made with the same model and chunking settings.

    Args:
        place: the index's directory, or the URL of a library on a server.
        embedder: the model that questions will be encoded with.
        settings: the chunking settings.
        create: make the index where there is none.
        rebuild: throw away what is there first.

    Raises:
        LibraryError: there is none, it is damaged, was made with another model or other settings, or is to be
            thrown away while another process writes it.
    """
    return open_made_with(place, Manifest.of(embedder, settings), create=create, rebuild=rebuild)


def open_made_with(place: Place, manifest: Manifest, *, create: bool = False, rebuild: bool = False) -> Index:
    """Opens an index and checks that it was made with just this; see ``open_index``."""
    if isinstance(place, ServerUrl):
        return _server(place, manifest, create=create, rebuild=rebuild)
    if not create:
        require_index(place)
    return LocalIndex.open(place, manifest, rebuild=rebuild)


def open_without_model(place: Place) -> Index:
    """Opens an index as it was made: enough to look at documents, to remove them and to examine the index.

    Raises:
        LibraryError: there is none, or it is damaged.
    """
    if isinstance(place, ServerUrl):
        return _server(place, None, create=False, rebuild=False)
    require_index(place)
    return LocalIndex.open(place)


def has_index(place: Place) -> bool:
    """Whether there is an index in a place.

    Raises:
        LibraryError: the server does not answer.
    """
    if isinstance(place, ServerUrl):
        _require_driver()
        from rag.index.server.connection import has_library

        return has_library(place)
    return (place / LIBRARY_FILE).is_file()


def require_index(place: Place) -> None:
    """Checks that there is an index, before anything slow is loaded to open it.

    Raises:
        LibraryError: there is none.
    """
    if not has_index(place):
        raise LibraryError(f"{place}: there is no index here; make one with: docquote index FOLDER --index {place}")


def index_status(place: Place) -> IndexStatus:
    """What the index in a place holds, without loading a model.

    Raises:
        LibraryError: there is no index, or it cannot be read.
    """
    with closing(open_without_model(place)) as index:
        return index.status()


def _server(place: ServerUrl, manifest: Manifest | None, *, create: bool, rebuild: bool) -> ServerIndex:
    _require_driver()
    from rag.index.server.index import ServerIndex

    return ServerIndex.open(place, manifest, replica=read_replica(), create=create, rebuild=rebuild)


def _require_driver() -> None:
    try:
        import psycopg  # noqa: F401
        import psycopg_pool  # noqa: F401
    except ImportError as error:
        raise LibraryError(
            f"a library on a server needs psycopg ({error}); install it with: pip install 'docquote[postgres]'"
        ) from error
