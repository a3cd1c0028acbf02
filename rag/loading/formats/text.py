"""Plain text, kept to the character, but for line ends that are mere wrapping: those are spaces."""

from __future__ import annotations

from rag.loading.encoding import decode
from rag.loading.limits import Limits
from rag.loading.parsed import Parsed, check_length, clean_newlines
from rag.text.wrapping import unwrapped


def parse(data: bytes, limits: Limits) -> Parsed:
    """The text as it stands in the file, dates glued to its first line included.

    Raises:
        Refused: not text, or too long.
    """
    text, warnings = decode(data)
    check_length(len(text), limits)
    if "\x00" in text:
        warnings += ("holds NUL characters, shown as \ufffd",)
    return Parsed(unwrapped(clean_newlines(text)), warnings=warnings)
