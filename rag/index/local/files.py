"""Which files an index on this machine is made of, and their size."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

LIBRARY_FILE = "library.sqlite"
"""The record: documents, chunks, vectors and full text."""
VECTORS_FILE = "vectors.faiss"
"""Derived from the record, and made anew where it is missing or damaged."""


def folder_bytes(folder: Path) -> int:
    """The size of the files in a folder; one that another process removes meanwhile counts as nothing."""
    total = 0
    for path in folder.iterdir():
        with suppress(FileNotFoundError):
            total += path.stat().st_size if path.is_file() else 0
    return total
