"""The vectors' file: how it is written whole, described in the library, checked and mapped into memory."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import faiss

from rag.errors import LibraryError

META_KEY = "vectors"
"""The name under which an index keeps what ``record`` makes."""
HEAD_BYTES = 16 * 1024 * 1024
"""Hashed at every open: all of a file of 20,000 chunks, and of a larger one all that says how to read the rest."""
_BLOCK = 1024 * 1024
_MAPPED = faiss.IO_FLAG_MMAP_IFC
_ATTEMPTS = 3


@dataclass(frozen=True, slots=True)
class Description:
    """What the library records of a vectors' file.

    Attributes:
        kind: a name in ``KINDS``.
        trained_on: how many chunks there were when it was last made from nothing.
        last_chunk: the highest chunk id it may hold; higher ones came later.
        last_removal: the position in the library's list of removed chunks up to which they are left out.
        size, modified_ns: of the file, in bytes and nanoseconds since 1970.
        head_sha256: of its first ``HEAD_BYTES``.
        sha256: of all of it.
    """

    kind: str
    trained_on: int
    last_chunk: int
    last_removal: int
    size: int
    modified_ns: int
    head_sha256: str
    sha256: str


@dataclass(frozen=True, slots=True)
class MappedFile:
    """A vectors' file in memory, and the size and time that it had when it was mapped."""

    description: Description
    index: faiss.Index
    signature: tuple[int, int]


def descriptions(stored: str | None) -> tuple[Description, ...]:
    """What the library recorded: one file, or two while the second takes the place of the first.

    A record of another form, as docquote wrote before, is none: the file is then made anew.
    """
    try:
        return tuple(Description(**fields) for fields in json.loads(stored or "[]"))
    except (TypeError, ValueError):
        return ()


def record(described: Sequence[Description]) -> str:
    """The text that ``descriptions`` reads."""
    return json.dumps([asdict(one) for one in described])


def write(
    index: faiss.Index, temporary: Path, *, kind: str, trained_on: int, last_chunk: int, last_removal: int
) -> Description:
    """Writes an index to a temporary file and syncs it.

    Raises:
        LibraryError: it cannot be written.
    """
    try:
        faiss.write_index(index, str(temporary))
        with temporary.open("rb+") as stream:
            os.fsync(stream.fileno())
        status = temporary.stat()
        head, whole = _hashes(temporary)
    except (OSError, RuntimeError) as error:  # FAISS raises RuntimeError
        temporary.unlink(missing_ok=True)
        raise cannot_write(temporary, error) from error
    return Description(
        kind, trained_on, last_chunk, last_removal, status.st_size, status.st_mtime_ns, head, whole
    )  # fmt: skip


def cannot_write(path: Path, error: Exception) -> LibraryError:
    """The error for a vectors' file that cannot be written."""
    reason = error.strerror if isinstance(error, OSError) else str(error).splitlines()[0]
    return LibraryError(
        f"{path}: cannot be written ({reason}); the documents are safe in the library, and the vectors are taken from "
        "it until there is room for the file"
    )


def load(path: Path, described: Sequence[Description], dimension: int) -> MappedFile | None:
    """Maps the file into memory; None where it is missing or none of those described.

    The size and the hash of the head are compared always, the whole only where the time of the file is another than
    was recorded (a copy, or somebody's change): reading 400 MB whenever a large index is opened would take longer than
    the question. What only the disk changed, behind the file's time, ``is_whole`` finds.
    """
    for _ in range(_ATTEMPTS):  # it may be replaced between two looks
        try:
            before = path.stat()
            found = next((one for one in described if _is(path, before, one)), None)
            if found is None:
                return None
            index = faiss.read_index(str(path), _MAPPED)
            after = path.stat()
        except (OSError, RuntimeError):  # FAISS raises RuntimeError
            return None
        if (before.st_ino, *_signature(before)) == (after.st_ino, *_signature(after)):
            return MappedFile(found, index, _signature(after)) if index.d == dimension else None
    return None


def is_whole(path: Path, described: Description) -> bool:
    """Whether every byte of the file is as it was written."""
    try:
        return path.stat().st_size == described.size and _hashes(path)[1] == described.sha256
    except OSError:
        return False


def is_altered(path: Path, file: MappedFile) -> bool:
    """Whether the file is not the one that was mapped, by its size and time. One that is gone is not altered."""
    try:
        return _signature(path.stat()) != file.signature
    except OSError:
        return False


def _signature(status: os.stat_result) -> tuple[int, int]:
    return status.st_size, status.st_mtime_ns


def _is(path: Path, status: os.stat_result, described: Description) -> bool:
    if status.st_size != described.size:
        return False
    if status.st_mtime_ns == described.modified_ns:
        return _hashes(path, HEAD_BYTES)[0] == described.head_sha256
    return is_whole(path, described)


def _hashes(path: Path, most: int | None = None) -> tuple[str, str]:
    """SHA-256 of the head and of all of a file, or of its first ``most`` bytes."""
    whole, head = hashlib.sha256(), ""
    done = 0
    with path.open("rb") as stream:
        while block := stream.read(_BLOCK):
            whole.update(block)
            done += len(block)
            if done == HEAD_BYTES:
                head = whole.hexdigest()
            if most is not None and done >= most:
                break
    return head or whole.hexdigest(), whole.hexdigest()
