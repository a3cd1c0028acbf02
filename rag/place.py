"""Where a library is: a folder of this computer, or a database on a PostgreSQL server."""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import parse_qsl, unquote, urlencode, urlsplit

from rag.errors import LibraryError

SCHEMES = ("postgresql", "postgres")
DEFAULT_FOLDER = ".docquote"
_SECRET = ("password", "sslpassword", "oauth_client_secret")


@dataclass(frozen=True, slots=True)
class ServerUrl:
    """The address of a library on a server. Printed without its password.

    Attributes:
        url: as given, for the driver alone.
        shown: the same without passwords.
        secrets: the passwords in it.
    """

    url: str = field(repr=False)
    shown: str
    secrets: tuple[str, ...] = field(repr=False)

    @classmethod
    def of(cls, url: str) -> ServerUrl:
        """Takes a URL apart.

        Raises:
            LibraryError: it is none. The message repeats nothing of it, for a password may be anywhere in it.
        """
        try:
            parts = urlsplit(url)
            _ = parts.port
            asked = parse_qsl(parts.query, keep_blank_values=True, strict_parsing=bool(parts.query))
        except ValueError as error:
            raise _malformed() from error
        if parts.netloc.count("@") > 1 or "@" in parts.path or "@" in parts.query or parts.fragment:
            raise _malformed()  # a password with "/", "?", "#" or "@" in it would be taken for something else
        user, _, password = parts.netloc.rpartition("@")[0].partition(":")
        host = parts.netloc.rpartition("@")[2]
        netloc = f"{user}@{host}" if user else host
        told = urlencode([(name, value) for name, value in asked if name not in _SECRET], safe="/=,")
        shown = f"{parts.scheme}://{netloc}{parts.path}{'?' if told else ''}{told}"
        secrets = [unquote(password), password, *(value for name, value in asked if name in _SECRET)]
        return cls(url, shown, tuple(filter(None, secrets)))

    def __str__(self) -> str:
        return self.shown

    @property
    def folder(self) -> Path:
        """Where this computer keeps what belongs to the library and is not in it."""
        data = os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share"
        return Path(data) / "docquote" / "servers" / hashlib.sha256(self.shown.encode()).hexdigest()[:16]


Place = Path | ServerUrl
"""Where a library is."""


def place_of(library: str) -> Place:
    """The place that a person named: a URL of a server, or else a folder.

    Raises:
        LibraryError: it is a malformed URL.
    """
    return ServerUrl.of(library) if library.startswith(tuple(f"{scheme}:" for scheme in SCHEMES)) else Path(library)


def state_folder(place: Place) -> Path:
    """Where what belongs to a library but is not in it is kept: calibration, conversations, uploads."""
    return place.folder if isinstance(place, ServerUrl) else place


def default_library() -> str:
    """``$DOCQUOTE_LIBRARY``, else ``$DOCQUOTE_INDEX``, else ``.docquote`` in the working folder."""
    return os.environ.get("DOCQUOTE_LIBRARY") or os.environ.get("DOCQUOTE_INDEX") or DEFAULT_FOLDER


def read_replica() -> ServerUrl | None:
    """``$DOCQUOTE_LIBRARY_READ``: the server that questions are read from; None where it is not set.

    Raises:
        LibraryError: it is a malformed URL, or none of a server.
    """
    url = os.environ.get("DOCQUOTE_LIBRARY_READ")
    if not url:
        return None
    place = place_of(url)
    if not isinstance(place, ServerUrl):
        raise LibraryError(f"$DOCQUOTE_LIBRARY_READ is {url}; it must be the URL of a server, postgresql://…")
    return place


def _malformed() -> LibraryError:
    return LibraryError(
        "the URL of the library is malformed; it is written postgresql://USER@HOST:PORT/DATABASE, other characters "
        "than letters and digits in a password as %40 and so on, or the password left to $PGPASSWORD or ~/.pgpass"
    )
