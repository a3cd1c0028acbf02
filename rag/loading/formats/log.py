"""Logs -> their lines, to the character; each stands for itself."""

from __future__ import annotations

import re

from rag.loading.limits import Limits
from rag.loading.parsed import Parsed, its_lines, read_lines

_COLOUR = re.compile(r"\x1b\[[0-9;]*[mK]")


def parse(data: bytes, limits: Limits) -> Parsed:
    """The text as it stands in the file, without the escape sequences that colour a terminal.

    Raises:
        Refused: not text, or too long.
    """
    text, warnings = read_lines(data, limits)
    text = _COLOUR.sub("", text)
    return Parsed(text, (its_lines(text),), warnings=warnings)
