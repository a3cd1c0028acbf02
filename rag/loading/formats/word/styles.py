"""What the styles of a Word document say of paragraphs and of characters."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from docx.oxml.ns import qn

VALUE = qn("w:val")
PROPERTIES = qn("w:pPr")
_STYLE, _OUTLINE_LEVEL, _RUN_PROPERTIES, _RUN_STYLE = (
    qn(f"w:{name}") for name in ("pStyle", "outlineLvl", "rPr", "rStyle")
)
_LIST_PROPERTIES, _LIST_ID, _LEVEL = (qn(f"w:{name}") for name in ("numPr", "numId", "ilvl"))
_NO_LIST = "0"
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


PLAIN = Look()


@dataclass(frozen=True, slots=True)
class Style:
    """What a style says of the paragraphs that have it.

    Attributes:
        heading: 1 to 9 for a heading, else 0.
        contents: whether they are lines of a table of contents.
        list_level: how deep Word's own styles of lists ("List Bullet 2") lie, from 1; 0 for any other.
        numbering: the list that numbers them, their level in it from 0 (None: the list has it), and the style that says
            so; None where nothing numbers them.
        declared: how its characters look.
    """

    heading: int = 0
    contents: bool = False
    list_level: int = 0
    numbering: tuple[str, int | None, str] | None = None
    declared: Mapping[str, str] = field(default_factory=dict)


_NO_STYLE = Style()


class Styles:
    """The styles of one document."""

    def __init__(self, root: Any) -> None:
        """``root`` is the element ``w:styles``; None where there is none."""
        found = root.iterchildren(qn("w:style")) if root is not None else ()
        self._elements = {style.get(qn("w:styleId")): style for style in found}
        self._read: dict[str, Style] = {}

    def of(self, style_id: str) -> Style:
        """A style by its id; one that is not there says nothing."""
        if style_id not in self._read:
            self._read[style_id] = self._style(style_id)
        return self._read[style_id]

    def of_paragraph(self, paragraph: Any) -> Style:
        """The style of a paragraph, with what the paragraph says itself of its outline level and its list."""
        properties = paragraph.find(PROPERTIES)
        if properties is None:
            return _NO_STYLE
        named = properties.find(_STYLE)
        style = self.of(named.get(VALUE) or "") if named is not None else _NO_STYLE
        level = number_of(properties.find(_OUTLINE_LEVEL))
        if level is not None:
            style = replace(style, heading=_heading(level))
        own = _numbering(properties)
        if own is None:
            return style
        numbering: tuple[str, int | None, str] | None
        if own[0]:
            numbering = None if own[0] == _NO_LIST else (own[0], own[1] or 0, "")
        else:  # a level of the list that its style has
            numbering = style.numbering and (style.numbering[0], own[1], style.numbering[2])
        return replace(style, numbering=numbering)

    def look(self, run: Any, style: Style) -> Look:
        """How the characters of a run of a paragraph with this style look."""
        properties = run.find(_RUN_PROPERTIES)
        declared = style.declared
        if properties is not None:
            named = properties.find(_RUN_STYLE)
            declared = {**declared, **(self.of(named.get(VALUE) or "").declared if named is not None else {})}
            declared |= _declared(properties)
        if not declared:
            return PLAIN
        on = {name: value for name, value in declared.items() if value not in _OFF}
        raised = on.get("vertAlign", "")
        return Look(
            "strike" in on or "dstrike" in on, "vanish" in on, "b" in on, "" if raised == "baseline" else raised
        )

    def first_row_stands_out(self, table_style: str) -> bool:
        """Whether a style of tables makes the first row look different."""
        parts = (part for style in self._line(table_style) for part in style.iterchildren(qn("w:tblStylePr")))
        return any(part.get(qn("w:type")) == "firstRow" for part in parts)

    def _style(self, style_id: str) -> Style:
        heading: int | None = None
        numbering: tuple[str, int | None, str] | None = None
        names: list[str] = []
        declared: dict[str, str] = {}
        for style in self._line(style_id):
            names.append(_name(style))
            properties = style.find(PROPERTIES)
            declared = _declared(style.find(_RUN_PROPERTIES)) | declared
            if heading is None and (match := _HEADING.match(names[-1])):
                heading = int(match["level"] or 1)
            elif heading is None and properties is not None:
                level = number_of(properties.find(_OUTLINE_LEVEL))
                heading = _heading(level) if level is not None else None
            own = _numbering(properties)
            if numbering is None and own and own[0]:
                numbering = (*own, style.get(qn("w:styleId")) or "")
        return Style(
            heading=heading or 0,
            contents=any(map(_CONTENTS.match, names)),
            list_level=next((int(match["level"]) for name in names if (match := _LIST.match(name))), 0),
            numbering=numbering if numbering and numbering[0] != _NO_LIST else None,
            declared=declared,
        )

    def _line(self, style_id: str) -> Iterator[Any]:
        """A style and those that it is based on."""
        for _ in range(_MOST_ANCESTORS):
            style = self._elements.get(style_id)
            if style is None:
                return
            yield style
            base = style.find(qn("w:basedOn"))
            style_id = base.get(VALUE) if base is not None else ""


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


def _heading(outline_level: int) -> int:
    return outline_level + 1 if outline_level < _BODY else 0


def _numbering(properties: Any) -> tuple[str, int | None] | None:
    numbering = properties.find(_LIST_PROPERTIES) if properties is not None else None
    if numbering is None:
        return None
    number = numbering.find(_LIST_ID)
    return (number.get(VALUE) or "") if number is not None else "", number_of(numbering.find(_LEVEL))


def _declared(properties: Any) -> dict[str, str]:
    if properties is None:
        return {}
    elements = ((_LOOKS.get(element.tag), element) for element in properties.iterchildren("*"))
    return {name: (element.get(VALUE) or "1").lower() for name, element in elements if name}
