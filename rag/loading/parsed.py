"""What every format parser returns."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from rag.errors import Refused
from rag.loading.encoding import decode
from rag.loading.limits import Limits
from rag.schema import Section

_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
REPLACEMENT = "\ufffd"
STRUCK_OUT = "text that is struck out is left out"
"""A warning that several formats give."""
FRONT_MATTER = "front matter"
"""The label of the note that begins a text with what its file says of it, "version: 4.2"."""


@dataclass(frozen=True, slots=True)
class Parsed:
    """A file's text and what its format says of it.

    Attributes:
        text: as ``clean_newlines`` leaves it.
        sections: see ``rag.schema.Section``; in the order of their starts.
        title: from the file's metadata; "" where it has none worth showing.
        date: from the file's metadata.
        warnings: what a person should know of the extraction.
        author: from the file's metadata, as it stands there; several as "A, B".
    """

    text: str
    sections: tuple[Section, ...] = ()
    title: str = ""
    date: date | None = None
    warnings: tuple[str, ...] = ()
    author: str = ""


def clean_newlines(text: str) -> str:
    """``text`` with ``\\n`` newlines only, and U+FFFD for NULs and lone surrogates, not storable."""
    return _UNSTORABLE.sub(REPLACEMENT, text.replace("\r\n", "\n").replace("\r", "\n"))


def check_length(characters: int, limits: Limits) -> None:
    """Raise Refused where a text is longer than the limits allow."""
    if characters > limits.max_characters:
        raise Refused(f"holds more than {limits.max_characters:,} characters of text")


def read_lines(data: bytes, limits: Limits) -> tuple[str, tuple[str, ...]]:
    """The text of a file that is nothing but text, and warnings.

    Raises:
        Refused: not text, or too long.
    """
    text, warnings = decode(data)
    check_length(len(text), limits)
    return clean_newlines(text), warnings


def its_lines(text: str) -> Section:
    """The whole text of a file that is kept to the line, so that a citation can name one."""
    return Section("lines", "1", 0, len(text))
