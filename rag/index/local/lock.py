"""The lock that lets one process at a time change an index."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path

from filelock import FileLock, Timeout

from rag.errors import LibraryError

LOCK_FILE = "index.lock"


@contextmanager
def write_lock(folder: Path) -> Iterator[None]:
    """Holds the lock of the index in ``folder``.

    Raises:
        LibraryError: on entering, where another process holds it (the message says which), or it cannot be made.
    """
    path = folder / LOCK_FILE
    lock = FileLock(path, timeout=0)
    try:
        lock.acquire()
    except Timeout as error:
        raise LibraryError(
            f"{folder}: another docquote is changing this index{_holder(path)}; wait for it to finish and try again"
        ) from error
    except OSError as error:
        raise LibraryError(
            f"{path}: cannot be written ({error.strerror}), so the index cannot be changed; make the folder "
            "writable, or choose another --index"
        ) from error
    try:
        with suppress(OSError):  # only told to others; a full disk or Windows' locks keep it from being written
            path.write_text(f"process {os.getpid()} since {datetime.now():%Y-%m-%d %H:%M}", encoding="ascii")
        yield
    finally:
        lock.release()


def _holder(lock: Path) -> str:
    """Who holds the lock, as far as its file says: " (process 1234 since 2026-11-22 06:10)"."""
    said = ""
    with suppress(OSError):
        said = lock.read_text(encoding="ascii", errors="replace").strip()
    return f" ({said})" if said and said.isprintable() else ""
