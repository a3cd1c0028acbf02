"""Logs -> their lines, to the character; each stands for itself."""

from __future__ import annotations

import re

from rag.loading.limits import Limits
from rag.loading.parsed import Parsed, read_lines

_COLOUR = re.compile(r"\x1b\[[0-9;]*[mK]")


def parse(data: bytes, limits: Limits) -> Parsed:
    """The text as it stands in the file, without the escape sequences that colour a terminal.

    Raises:
        Refused: not text, or too long.
    """
    text, warnings = read_lines(data, limits)
    return Parsed(_COLOUR.sub("", text), warnings=warnings)
