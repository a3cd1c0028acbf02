"""YAML -> its text, to the character, comments included; the names of its mappings are headings.

The text is only parsed into events, never into objects: aliases are not followed, and tags make nothing.
"""

from __future__ import annotations

from collections.abc import Iterator

import yaml

from rag.loading.limits import Limits
from rag.loading.parsed import Parsed, its_lines, read_lines
from rag.schema import Section

_LEVELS = 3
"""Names this deep are headings; below, the lines above tell enough."""
_MOST_PARSED = 5_000_000
"""Characters of a text whose names are looked for, in 10 s or so; a longer one is no settings file, but lines."""


def parse(data: bytes, limits: Limits) -> Parsed:
    """The text as it stands in the file. What is no valid YAML, as a template of it, has no headings.

    Raises:
        Refused: not text, or too long.
    """
    text, warnings = read_lines(data, limits)
    try:
        starts = list(_names(text)) if len(text) <= _MOST_PARSED else []
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f" (line {mark.line + 1})" if mark is not None else ""
        return Parsed(
            text, (its_lines(text),), warnings=(*warnings, f"is not valid YAML{where}: it is read as lines of text")
        )
    ends = [*(start for start, _, _ in starts), len(text)][1:]
    sections = tuple(
        Section("heading", name, start, end, level) for (start, name, level), end in zip(starts, ends, strict=True)
    )
    return Parsed(text, (its_lines(text), *sections), warnings=warnings)


def _names(text: str) -> Iterator[tuple[int, str, int]]:
    """Each name of a mapping or list that begins a line: where it starts, the name as it stands, its depth from 1."""
    expects_name: list[bool | None] = []  # of each collection that is open; None for a list
    span = (0, 0)
    for event in yaml.parse(text, Loader=yaml.CSafeLoader):
        if isinstance(event, yaml.CollectionEndEvent):
            expects_name.pop()
        elif isinstance(event, yaml.NodeEvent):
            if expects_name and expects_name[-1] is not None:
                depth = sum(one is not None for one in expects_name)
                name = " ".join(text[slice(*span)].split())
                if not expects_name[-1] and isinstance(event, yaml.CollectionStartEvent) and depth <= _LEVELS:
                    line = text[text.rfind("\n", 0, span[0]) + 1 : span[0]]
                    if name and not line.strip(" -"):
                        yield span[0], name, depth
                if expects_name[-1] and event.start_mark and event.end_mark:
                    span = event.start_mark.index, event.end_mark.index
                expects_name[-1] = not expects_name[-1]
            if isinstance(event, yaml.CollectionStartEvent):
                expects_name.append(True if isinstance(event, yaml.MappingStartEvent) else None)
