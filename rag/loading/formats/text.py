"""Plain text, kept to the character."""

from __future__ import annotations

from rag.loading.encoding import decode
from rag.loading.limits import Limits
from rag.loading.parsed import Parsed, check_length, clean_newlines


def parse(data: bytes, limits: Limits) -> Parsed:
    """The text as it stands in the file, dates glued to its first line included.

    Raises:
        Refused: not text, or too long.
    """
    text, warnings = decode(data)
    check_length(len(text), limits)
    if "\x00" in text:
        warnings += ("holds NUL characters, shown as \ufffd",)
    return Parsed(clean_newlines(text), warnings=warnings)
