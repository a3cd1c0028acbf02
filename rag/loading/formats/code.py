"""Source code and settings files -> their text, to the character, with a section for each part at the margin.

A definition, in whatever language, begins at the margin after a blank line; what belongs to it is indented, or follows
without one.
"""

from __future__ import annotations

import re
from itertools import pairwise

from rag.loading.limits import Limits
from rag.loading.parsed import Parsed, its_lines, read_lines
from rag.schema import Section

_NEXT_PART = re.compile(r"\n[^\S\n]*\n+(?=[^\s)\]}])")


def parse(data: bytes, limits: Limits) -> Parsed:
    """The text as it stands in the file.

    Raises:
        Refused: not text, or too long.
    """
    text, warnings = read_lines(data, limits)
    starts = [0, *(match.end() for match in _NEXT_PART.finditer(text)), len(text)]
    parts = [(start, start + len(text[start:end].rstrip())) for start, end in pairwise(starts)]
    sections = tuple(Section("code", "", start, end) for start, end in parts if end > start)
    return Parsed(text, (its_lines(text), *sections), warnings=warnings)
