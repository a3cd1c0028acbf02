"""A file, or a text, -> Document."""

from __future__ import annotations

import hashlib
import os
import stat
from datetime import date
from pathlib import Path

from rag.errors import LoadError, Refused
from rag.loading.dates import date_of
from rag.loading.limits import DEFAULT_LIMITS, Limits, in_words
from rag.loading.parsed import Parsed, clean_newlines
from rag.loading.progress import PageReport
from rag.loading.registry import Format, format_of, parse, unsupported_reason
from rag.loading.sandbox.child import PARSER
from rag.loading.titles import MAX_TITLE_CHARACTERS, sensible, sensible_author, title_of
from rag.schema import Document, Source, page_count

_ID_DIGITS = 16


def load_file(
    path: Path, *, root: Path, limits: Limits = DEFAULT_LIMITS, on_page: PageReport | None = None
) -> Document:
    """Read one file, once, and make a document of the bytes that were read.

    Args:
        path: the file.
        root: the folder that is being indexed; ``Source.name`` is the path relative to it, or the file's name
            where the file does not lie in it.
        limits: what the file may cost.
        on_page: told of pages that take seconds to read.

    Raises:
        LoadError: for whatever keeps the file from being a document, with the reason in words for people.
    """
    path = _resolved(path)
    suffix = path.suffix.lower()
    format_ = format_of(suffix)
    if format_ is None or not format_.is_installed:
        raise LoadError(path, "is a folder, not a file" if path.is_dir() else unsupported_reason(path))
    data = _read(path, limits)
    try:
        parsed = PARSER.parse(suffix, data, limits, on_page) if format_.isolated else parse(suffix, data, limits)
    except Refused as refusal:
        raise LoadError(path, str(refusal)) from refusal
    source = Source(
        id=document_id(path),
        name=_name(path, root),
        path=str(path),
        title=_title(path.name, parsed, format_),
        date=parsed.date or date_of(path.stem, _own_text(parsed)),
        media_type=format_.media_type,
        sha256=hashlib.sha256(data).hexdigest(),
        pages=page_count(parsed.sections),
        author=sensible_author(parsed.author),
    )
    return Document(source, parsed.text, parsed.sections, parsed.warnings)


def _own_text(parsed: Parsed) -> str:
    """What a file says of itself: all before the first message or file in it."""
    return parsed.text[: next((one.start for one in parsed.sections if one.kind in ("message", "file")), None)]


def _title(name: str, parsed: Parsed, format_: Format) -> str:
    if format_.has_title:
        return title_of(name, parsed.text, parsed.title, parsed.sections)
    return title_of(name, "", parsed.title, ())


def document_from_text(text: str, *, name: str, title: str = "", date: date | None = None, path: str = "") -> Document:
    """A document that no file lies behind, as in an evaluation's corpus.

    Args:
        text: stored with ``\\n`` newlines; not stripped, may be empty.
        name: what people call it; its id is made of ``path``, or of this where there is no path.
        title, date: as given; a title is made from the text or name where none is.
        path: of the document, if it has one.
    """
    parsed = Parsed(clean_newlines(text))
    source = Source(
        id=_identity(os.fsencode(path or name)),
        name=name,
        path=path,
        title=sensible(title)[:MAX_TITLE_CHARACTERS] or title_of(name, parsed.text, "", ()),
        date=date,
        media_type="text/plain",
        sha256=hashlib.sha256(parsed.text.encode()).hexdigest(),
    )
    return Document(source, parsed.text)


def document_id(path: Path) -> str:
    """The id of the document at ``path``: 16 hexadecimal digits, the same however the path is written.

    Raises:
        LoadError: no file can have that path.
    """
    return _identity(os.fsencode(_resolved(path)))


def file_sha256(path: Path, limits: Limits = DEFAULT_LIMITS) -> str:
    """The SHA-256 of a file's bytes, as in ``Source.sha256``: tells an unchanged file without parsing it.

    Raises:
        LoadError: the file cannot be read, is empty or too large.
    """
    return hashlib.sha256(read_file(path, limits)).hexdigest()


def read_file(path: Path, limits: Limits = DEFAULT_LIMITS) -> bytes:
    """The bytes of a file.

    Raises:
        LoadError: the file cannot be read, is empty or too large.
    """
    return _read(_resolved(path), limits)


def _identity(path: bytes) -> str:
    return hashlib.sha256(path).hexdigest()[:_ID_DIGITS]


def _resolved(path: Path) -> Path:
    """The absolute path without links. A path that cannot be stored as text is refused."""
    try:
        resolved = path.resolve()
        str(resolved).encode()
    except UnicodeEncodeError as error:
        shown = Path(os.fsencode(path).decode(errors="replace"))
        raise LoadError(shown, "its name is not valid Unicode; rename it") from error
    except (OSError, RuntimeError, ValueError) as error:  # RuntimeError: a loop of links; ValueError: a NUL
        raise LoadError(path, f"cannot be opened ({error})") from error
    return resolved


def _name(path: Path, root: Path) -> str:
    try:
        return path.relative_to(_resolved(root)).as_posix() if path != _resolved(root) else path.name
    except ValueError:
        return path.name


def _read(path: Path, limits: Limits) -> bytes:
    try:
        status = path.stat()
        if stat.S_ISDIR(status.st_mode):
            raise LoadError(path, "is a folder, not a file")
        if not stat.S_ISREG(status.st_mode):  # a pipe would block, a device never end
            raise LoadError(path, "is not a regular file")
        _check_size(path, status.st_size, limits)
        with path.open("rb") as file:
            data = file.read(limits.max_file_bytes + 1)
    except FileNotFoundError as error:
        raise LoadError(path, "no such file") from error
    except PermissionError as error:
        raise LoadError(path, "permission denied") from error
    except OSError as error:
        raise LoadError(path, f"cannot be read ({error.strerror or error})") from error
    _check_size(path, len(data), limits)
    if not data:
        raise LoadError(path, "is empty")
    return data


def _check_size(path: Path, size: int, limits: Limits) -> None:
    if size > limits.max_file_bytes:
        limit = in_words(limits.max_file_bytes)
        raise LoadError(path, f"is larger than the limit of {limit} ({in_words(size)})")
