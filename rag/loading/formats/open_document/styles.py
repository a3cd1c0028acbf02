"""What the styles of an OpenDocument file say: what is hidden, struck out or raised, and how lists are numbered."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

from rag.loading.formats.open_document.names import STYLE, TEXT, number
from rag.loading.numerals import NumeralStyle, numeral

_TITLE = "Title"
_NUMERALS: dict[str, NumeralStyle] = {
    "1": "decimal", "a": "lower letter", "A": "upper letter", "i": "lower roman", "I": "upper roman",
}  # fmt: skip
_MOST_PARENTS = 20
_Raised = Literal["", "super", "sub"]


@dataclass(frozen=True, slots=True)
class Look:
    """How text looks.

    Attributes:
        hidden: whether it is not shown.
        struck: whether it is struck out.
        raised: "super" or "sub" where it stands above or below its line, else "".
    """

    hidden: bool = False
    struck: bool = False
    raised: _Raised = ""


PLAIN = Look()


class Styles:
    """The styles of a file by their names.

    Args:
        documents: the roots of styles.xml and content.xml, or None.
    """

    def __init__(self, *documents: Any) -> None:
        self._styles: dict[tuple[str, str], Any] = {}
        self._lists: dict[str, dict[int, Any]] = {}
        self.outline: dict[int, Any] = {}
        for root in filter(lambda one: one is not None, documents):
            for style in root.iter(f"{STYLE}style"):
                self._styles[style.get(f"{STYLE}family") or "", style.get(f"{STYLE}name") or ""] = style
            for listed in root.iter(f"{TEXT}list-style"):
                self._lists[listed.get(f"{STYLE}name") or ""] = _levels(listed)
            for outline in root.iter(f"{TEXT}outline-style"):
                self.outline = _levels(outline)

    def look(self, name: str, family: str = "text", around: Look = PLAIN) -> Look:
        """How text of a style looks inside text that looks like ``around``."""
        hidden = struck = raised = None
        for style in self._with_parents(name, family):
            properties = style.find(f"{STYLE}text-properties")
            if properties is None:
                continue
            if hidden is None and (display := properties.get(f"{TEXT}display")):
                hidden = display == "none"
            if struck is None and (line := properties.get(f"{STYLE}text-line-through-style")):
                struck = line != "none"
            if raised is None and (position := properties.get(f"{STYLE}text-position")):
                raised = _raised(position)
        return Look(
            around.hidden if hidden is None else hidden,
            around.struck if struck is None else struck,
            around.raised if raised is None else raised,
        )

    def is_title(self, name: str) -> bool:
        """Whether a paragraph of a style is the title of the document."""
        return any(style.get(f"{STYLE}name") == _TITLE for style in self._with_parents(name, "paragraph"))

    def list_of(self, name: str) -> str:
        """The list style that paragraphs of a style are numbered by, "" for none."""
        found = (style.get(f"{STYLE}list-style-name") for style in self._with_parents(name, "paragraph"))
        return next(filter(None, found), "")

    def levels(self, name: str) -> dict[int, Any]:
        """The levels of a list style, from 1."""
        return self._lists.get(name, {})

    def is_hidden_slide(self, name: str) -> bool:
        """Whether slides of a style are not shown."""
        for style in self._with_parents(name, "drawing-page"):
            properties = style.find(f"{STYLE}drawing-page-properties")
            if properties is not None:
                key = "{urn:oasis:names:tc:opendocument:xmlns:presentation:1.0}visibility"
                return bool(properties.get(key) == "hidden")
        return False

    def _with_parents(self, name: str, family: str) -> list[Any]:
        found: list[Any] = []
        style = self._styles.get((family, name))
        while style is not None and len(found) < _MOST_PARENTS:
            found.append(style)
            style = self._styles.get((family, style.get(f"{STYLE}parent-style-name") or ""))
        return found


@dataclass(slots=True)
class Counter:
    """The numbers of one list, or of the headings.

    Attributes:
        levels: how each is written, as ``Styles`` has it.
        counts: the last number on each level.
    """

    levels: dict[int, Any]
    counts: dict[int, int] = field(default_factory=dict)

    def next(self, level: int, start: int | None = None) -> str:
        """What stands before the next item on a level: "3.", "2.1", "-"; of a heading, "" where it has no number.

        Args:
            level: from 1.
            start: the number of the item, where it says so itself.
        """
        for deeper in [one for one in self.counts if one > level]:
            del self.counts[deeper]
        first = number(self.levels[level], f"{TEXT}start-value") if level in self.levels else 1
        self.counts[level] = start if start is not None else self.counts.get(level, first - 1) + 1
        return self._written(level)

    def _written(self, level: int) -> str:
        look = self.levels.get(level)
        style = look.get(f"{STYLE}num-format") if look is not None else None
        if look is None or not style:
            return ""
        shown = range(max(level - number(look, f"{TEXT}display-levels") + 1, 1), level + 1)
        numbers = [self._numeral(one) for one in shown]
        prefix, suffix = (look.get(f"{STYLE}num-{end}") or "" for end in ("prefix", "suffix"))
        return f"{prefix}{'.'.join(filter(None, numbers))}{suffix}".strip()

    def _numeral(self, level: int) -> str:
        look = self.levels.get(level)
        style = (look.get(f"{STYLE}num-format") or "") if look is not None else ""
        first = number(look, f"{TEXT}start-value") if look is not None else 1
        return numeral(self.counts.get(level, first), _NUMERALS.get(style, "decimal")) if style else ""


def _levels(style: Any) -> dict[int, Any]:
    return {number(level, f"{TEXT}level"): level for level in style.iterchildren("*")}


def _raised(position: str) -> _Raised:
    word = position.split()[0] if position.split() else ""
    if word in ("super", "sub"):
        return "super" if word == "super" else "sub"
    if word.endswith("%") and word.strip("-%").replace(".", "").isdecimal() and float(word[:-1]):
        return "sub" if word.startswith("-") else "super"
    return ""
