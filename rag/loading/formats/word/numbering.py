"""The numbers and bullets that Word puts before paragraphs, counted as it counts them (ECMA-376, part 1, 17.9)."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from docx.oxml.ns import qn

from rag.loading.formats.word.styles import VALUE, number_of
from rag.loading.numerals import NumeralStyle, numeral

BULLET = "-"
_NUMERALS: dict[str, NumeralStyle] = {
    "lowerLetter": "lower letter", "upperLetter": "upper letter",
    "lowerRoman": "lower roman", "upperRoman": "upper roman",
}  # fmt: skip
_PLACE = re.compile(r"%([1-9])")
_MOST_LINKS = 5  # from a list to the style that it takes its levels from, and on


@dataclass(frozen=True, slots=True)
class _Level:
    start: int
    format: str
    text: str
    restarts_after: int | None
    legal: bool
    style: str


@dataclass(slots=True)
class _List:
    """A list that paragraphs name: the levels it takes from, and where it begins to count anew."""

    abstract: str
    starts: dict[int, int] = field(default_factory=dict)
    levels: dict[int, _Level] = field(default_factory=dict)


class Numbering:
    """The lists of one document, and how far each is counted."""

    def __init__(self, root: Any) -> None:
        """``root`` is the element ``w:numbering``; None where there is none."""
        self._abstract: dict[str, dict[int, _Level]] = {}
        self._lists: dict[str, _List] = {}
        self._counts: dict[str, dict[int, int]] = {}
        self._begun: set[tuple[str, int]] = set()
        if root is not None:
            self._read(root)

    def level_of_style(self, list_id: str, style: str) -> int:
        """The level of a list that belongs to a style of paragraphs, from 0, the outermost."""
        found = self._lists.get(list_id)
        levels = self._levels(found) if found else {}
        return next((at for at, level in levels.items() if level.style == style), 0)

    def next(self, list_id: str, level: int) -> str:
        """What stands before the next paragraph of a list: "3.", "b)", "2.1", "-"; "" for nothing."""
        found = self._lists.get(list_id)
        levels = self._levels(found) if found else {}
        if found is None or level not in levels:
            return ""
        counts = self._counts.setdefault(found.abstract, {})
        start = levels[level].start
        if level in found.starts and (list_id, level) not in self._begun:
            start = found.starts[level]
            counts.pop(level, None)
        self._begun.add((list_id, level))
        counts[level] = counts[level] + 1 if level in counts else start
        for deeper in [at for at in counts if at > level]:
            after = levels[deeper].restarts_after if deeper in levels else None
            if after is None or level < after:
                del counts[deeper]
        return self._marker(levels, counts, level)

    def _marker(self, levels: dict[int, _Level], counts: dict[int, int], level: int) -> str:
        here = levels[level]
        if here.format == "bullet":
            return BULLET

        def number(place: re.Match[str]) -> str:
            at = int(place[1]) - 1
            if at not in levels or levels[at].format == "none":
                return ""
            count = counts.setdefault(at, levels[at].start)
            form = "decimal" if here.legal else levels[at].format
            return f"{count:02}" if form == "decimalZero" else numeral(count, _NUMERALS.get(form, "decimal"))

        return " ".join(_PLACE.sub(number, here.text).split())

    def _levels(self, found: _List) -> dict[int, _Level]:
        return self._abstract.get(found.abstract, {}) | found.levels

    def _read(self, root: Any) -> None:
        styled: dict[str, str] = {}  # by the style that is linked to them
        linked: dict[str, str] = {}
        for abstract in root.iterchildren(qn("w:abstractNum")):
            key = abstract.get(qn("w:abstractNumId"))
            self._abstract[key] = _read_levels(abstract)
            if (link := abstract.find(qn("w:styleLink"))) is not None:
                styled[link.get(VALUE)] = key
            if (link := abstract.find(qn("w:numStyleLink"))) is not None:
                linked[key] = link.get(VALUE)
        for number in root.iterchildren(qn("w:num")):
            of = number.find(qn("w:abstractNumId"))
            key = of.get(VALUE) if of is not None else ""
            for _ in range(_MOST_LINKS):
                key = styled.get(linked.get(key, ""), key)
            found = self._lists[number.get(qn("w:numId"))] = _List(key)
            for override in number.iterchildren(qn("w:lvlOverride")):
                level = override.get(qn("w:ilvl")) or ""
                start = number_of(override.find(qn("w:startOverride")))
                if start is not None and level.isascii() and level.isdigit():
                    found.starts[int(level)] = start
                found.levels |= _read_levels(override)


def _read_levels(parent: Any) -> dict[int, _Level]:
    found = {}
    for level in parent.iterchildren(qn("w:lvl")):
        at = level.get(qn("w:ilvl")) or ""
        if at.isascii() and at.isdigit():
            start = number_of(level.find(qn("w:start")))
            found[int(at)] = _Level(
                start=0 if start is None else start,
                format=_value(level, "w:numFmt") or "decimal",
                text=_value(level, "w:lvlText"),
                restarts_after=number_of(level.find(qn("w:lvlRestart"))),
                legal=level.find(qn("w:isLgl")) is not None,
                style=_value(level, "w:pStyle"),
            )
    return found


def _value(level: Any, name: str) -> str:
    element = level.find(qn(name))
    return (element.get(VALUE) or "") if element is not None else ""
