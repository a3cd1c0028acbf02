"""Logs -> their lines, to the character; each stands for itself."""

from __future__ import annotations

import re

from rag.loading.encoding import decode
from rag.loading.limits import Limits
from rag.loading.parsed import Parsed, check_length, clean_newlines

_COLOUR = re.compile(r"\x1b\[[0-9;]*[mK]")


def parse(data: bytes, limits: Limits) -> Parsed:
    """The text as it stands in the file, without the escape sequences that colour a terminal.

    Raises:
        Refused: not text, or too long.
    """
    text, warnings = decode(data)
    check_length(len(text), limits)
    return Parsed(_COLOUR.sub("", clean_newlines(text)), warnings=warnings)
