"""What the styles of a Word document say of paragraphs and of characters."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from docx.oxml.ns import qn

VALUE = qn("w:val")
_MOST_ANCESTORS = 20  # a damaged file may base a style on itself
_HEADING = re.compile(r"(?:heading (?P<level>[1-9])|title)$", re.IGNORECASE)
_CONTENTS = re.compile(r"toc (?:[1-9]|heading)$", re.IGNORECASE)
_LIST = re.compile(r"list (?:bullet|number) (?P<level>[2-5])$", re.IGNORECASE)
_BODY = 9  # the outline level of what is no heading
_LOOKS = {qn(f"w:{name}"): name for name in ("strike", "dstrike", "vanish", "b", "vertAlign")}
_OFF = frozenset({"0", "false", "off", "none"})


@dataclass(frozen=True, slots=True)
class Look:
    """How characters look.

    Attributes:
        struck: whether a line goes through them.
        hidden: whether they are not shown.
        bold: whether they are.
        raised: ``"superscript"``, ``"subscript"`` or ``""``.
    """

    struck: bool = False
    hidden: bool = False
    bold: bool = False
    raised: str = ""


class Styles:
    """The styles of one document."""

    def __init__(self, root: Any) -> None:
        """``root`` is the element ``w:styles``; None where there is none."""
        found = root.iterchildren(qn("w:style")) if root is not None else ()
        self._styles = {style.get(qn("w:styleId")): style for style in found}
        self._looks: dict[str, dict[str, str]] = {}

    def heading_level(self, paragraph: Any) -> int:
        """1 to 9 for a heading; 0 for any other paragraph."""
        properties = paragraph.find(qn("w:pPr"))
        stated = _outline_level(properties)
        for style in self._line(style_of(paragraph)):
            if stated is not None:
                break
            if name := _HEADING.match(_name(style)):
                return int(name["level"] or 1)
            stated = _outline_level(style.find(qn("w:pPr")))
        return stated + 1 if stated is not None and stated < _BODY else 0

    def is_contents(self, paragraph: Any) -> bool:
        """Whether a paragraph is a line of a table of contents."""
        return any(_CONTENTS.match(_name(style)) for style in self._line(style_of(paragraph)))

    def list_level(self, paragraph: Any) -> int:
        """How deep Word's own styles of lists ("List Bullet 2") lie, from 1; 0 for any other style."""
        names = (_LIST.match(_name(style)) for style in self._line(style_of(paragraph)))
        return next((int(name["level"]) for name in names if name), 0)

    def numbering(self, paragraph: Any) -> tuple[str, int | None, str] | None:
        """The list of a numbered paragraph, its level from 0, and the style that says so; None for others.

        The level is None where the list has it under the style; the style is "" where the paragraph says it itself.
        """
        own = _numbering(paragraph.find(qn("w:pPr")))
        level = own[1] if own else None
        if own and own[0]:
            return None if own[0] == "0" else (own[0], level or 0, "")
        for style in self._line(style_of(paragraph)):
            inherited = _numbering(style.find(qn("w:pPr")))
            if inherited and inherited[0]:
                level = inherited[1] if level is None else level
                return None if inherited[0] == "0" else (inherited[0], level, style.get(qn("w:styleId")))
        return None

    def look(self, run: Any, paragraph: Any) -> Look:
        """How the characters of a run of a paragraph look."""
        properties = run.find(qn("w:rPr"))
        declared = self._look_of(style_of(paragraph))
        if properties is not None:
            style = properties.find(qn("w:rStyle"))
            declared = declared | self._look_of(style.get(VALUE) if style is not None else "") | _declared(properties)
        if not declared:
            return Look()
        on = {name: value for name, value in declared.items() if value not in _OFF}
        raised = on.get("vertAlign", "")
        return Look(
            "strike" in on or "dstrike" in on, "vanish" in on, "b" in on, "" if raised == "baseline" else raised
        )

    def first_row_stands_out(self, table_style: str) -> bool:
        """Whether a style of tables makes the first row look different."""
        parts = (part for style in self._line(table_style) for part in style.iterchildren(qn("w:tblStylePr")))
        return any(part.get(qn("w:type")) == "firstRow" for part in parts)

    def _line(self, style_id: str) -> Iterator[Any]:
        """A style and those that it is based on."""
        for _ in range(_MOST_ANCESTORS):
            style = self._styles.get(style_id)
            if style is None:
                return
            yield style
            base = style.find(qn("w:basedOn"))
            style_id = base.get(VALUE) if base is not None else ""

    def _look_of(self, style_id: str) -> dict[str, str]:
        if style_id not in self._looks:
            declared: dict[str, str] = {}
            for style in self._line(style_id):
                declared = _declared(style.find(qn("w:rPr"))) | declared
            self._looks[style_id] = declared
        return self._looks[style_id]


def style_of(paragraph: Any) -> str:
    """The id of a paragraph's style; "" where it names none."""
    style = paragraph.find(f"{qn('w:pPr')}/{qn('w:pStyle')}")
    return (style.get(VALUE) or "") if style is not None else ""


def is_on(element: Any) -> bool:
    """Whether an element that switches something on is there, and does not switch it off."""
    return element is not None and (element.get(VALUE) or "1").lower() not in _OFF


def number_of(element: Any) -> int | None:
    """The number that an element has for its value; None without one."""
    value = element.get(VALUE) if element is not None else None
    return int(value) if value and value.isascii() and value.isdigit() and len(value) < 10 else None


def _name(style: Any) -> str:
    name = style.find(qn("w:name"))
    return (name.get(VALUE) or "") if name is not None else ""


def _outline_level(properties: Any) -> int | None:
    return number_of(properties.find(qn("w:outlineLvl"))) if properties is not None else None


def _numbering(properties: Any) -> tuple[str, int | None] | None:
    numbering = properties.find(qn("w:numPr")) if properties is not None else None
    if numbering is None:
        return None
    number = numbering.find(qn("w:numId"))
    return (number.get(VALUE) or "") if number is not None else "", number_of(numbering.find(qn("w:ilvl")))


def _declared(properties: Any) -> dict[str, str]:
    if properties is None:
        return {}
    elements = ((_LOOKS.get(element.tag), element) for element in properties.iterchildren("*"))
    return {name: (element.get(VALUE) or "1").lower() for name, element in elements if name}
