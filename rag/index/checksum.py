"""Checksums of what an index stores, kept with each document, so that a flipped bit is found before it is quoted.

A database notices pages that make no sense, but not a letter that became another.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import astuple

from rag.schema import Section, Source


def document_checksum(source: Source, warnings: Sequence[str], text: str, sections: Sequence[Section]) -> str:
    """SHA-256, in hexadecimal, over everything of a document but its chunks; text counts as UTF-8.

    The page count is left out, it is that of the sections, and so are a section's level where it is 0 and an author
    where none is known: checksums of indexes without them stay as they are.
    """
    known = [source.id, source.name, source.path, source.title, source.date, source.media_type, source.sha256]
    known += [source.author] if source.author else []
    head = [[str(value) for value in known], list(warnings), [_known(section) for section in sections]]
    digest = hashlib.sha256(json.dumps(head).encode())
    digest.update(text.encode())
    return digest.hexdigest()


def _known(section: Section) -> tuple[str | int, ...]:
    return astuple(section) if section.level else astuple(section)[:-1]


def chunks_checksum(chunks: Iterable[tuple[int, int, str, bytes, str]]) -> str:
    """SHA-256, in hexadecimal, over the chunks of a document in order, everything as it is stored."""
    digest = hashlib.sha256()
    for start, end, context, vector, reading in chunks:
        digest.update(json.dumps([start, end, context, reading]).encode())
        digest.update(vector)
    return digest.hexdigest()
