"""Word (.docx) -> text in the order of the body, tables as "a | b" rows, footnotes and endnotes last.

python-docx opens the package and knows the styles; the text is read off the XML, since its paragraphs leave
out tracked insertions, content controls and text boxes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from io import BytesIO
from typing import Any

import docx
from docx.document import Document as WordDocument
from docx.enum.style import WD_STYLE_TYPE
from docx.opc.exceptions import PackageNotFoundError
from docx.oxml.ns import qn
from docx.oxml.parser import parse_xml

from rag.errors import Refused
from rag.loading.builder import TextBuilder
from rag.loading.limits import Limits
from rag.loading.package import check_package
from rag.loading.parsed import Parsed

_HEADING_STYLE = re.compile(r"(?:heading (?P<level>[1-9])|title)$", re.IGNORECASE)

_TEXT = {
    qn("w:tab"): "\t", qn("w:br"): "\n", qn("w:cr"): "\n", qn("w:noBreakHyphen"): "-",
    qn("w:softHyphen"): "\u00ad",
}  # fmt: skip
_PARAGRAPH, _TABLE, _ROW, _CELL, _RUN_TEXT = (qn(f"w:{name}") for name in ("p", "tbl", "tr", "tc", "t"))
_TEXT_BOX = qn("w:txbxContent")
_SKIPPED = frozenset({
    qn("w:del"), qn("w:moveFrom"), qn("w:pPr"), qn("w:rPr"), qn("w:sectPr"), qn("w:instrText"),
    "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback",
})  # fmt: skip


def parse(data: bytes, limits: Limits) -> Parsed:
    """Text, heading sections, and the metadata's title.

    Raises:
        Refused: damaged, protected, not a Word document, or over the limits when unpacked.
    """
    check_package(data, limits, name="Word document", old="Word file (.doc)", suffix=".docx")
    try:
        document = docx.Document(BytesIO(data))
    except (PackageNotFoundError, KeyError) as error:
        raise Refused("is damaged, or not a Word document") from error
    except ValueError as error:
        raise Refused("is not a Word document, whatever its name says") from error
    builder = TextBuilder(limits)
    writer = _Writer(builder, _heading_styles(document))
    writer.blocks(document.element.body)
    for notes in _notes(document):
        writer.blocks(notes)
    text, sections = builder.build()
    return Parsed(text, sections, document.core_properties.title or "")


def _heading_styles(document: WordDocument) -> dict[str, int]:
    """The ids of the paragraph styles that are headings, or are based on one, with their levels."""
    found: dict[str, int] = {}
    for style in document.styles:
        base: Any = style if style.type == WD_STYLE_TYPE.PARAGRAPH else None
        for _ in range(20):  # a damaged file may base a style on itself
            if base is None:
                break
            if name := _HEADING_STYLE.match(base.name or ""):
                found[style.style_id] = int(name["level"] or 1)
                break
            base = base.base_style
    return found


def _notes(document: WordDocument) -> Iterator[Any]:
    for relation in document.part.rels.values():
        if not relation.is_external and relation.reltype.endswith(("/footnotes", "/endnotes")):
            yield parse_xml(relation.target_part.blob)


class _Writer:
    """Writes blocks of WordprocessingML, given as lxml elements, to a builder."""

    def __init__(self, builder: TextBuilder, heading_styles: Mapping[str, int]) -> None:
        self._builder = builder
        self._heading_styles = heading_styles

    def blocks(self, parent: Any) -> None:
        """Every paragraph and table in ``parent``, whatever it is wrapped in."""
        for element in parent.iterchildren("*"):
            if element.tag == _PARAGRAPH:
                self._paragraph(element)
            elif element.tag == _TABLE:
                self._builder.begin_table()
                for row in _nearest(element, _ROW):
                    self._builder.add_row([_cell_text(cell) for cell in _nearest(row, _CELL)], header=True)
                self._builder.end_table()
            elif element.tag not in _SKIPPED:
                self.blocks(element)

    def _paragraph(self, element: Any) -> None:
        style = element.find(f"{qn('w:pPr')}/{qn('w:pStyle')}")
        level = self._heading_styles.get(style.get(qn("w:val"))) if style is not None else None
        if level is not None:
            self._builder.begin_heading(level)
        self._builder.gap(2)
        self._builder.add(_inline_text(element).strip())
        if level is not None:
            self._builder.end_heading()
        for box in _nearest(element, _TEXT_BOX):
            self.blocks(box)


def _cell_text(cell: Any) -> str:
    """All the words of a cell, those of tables in it included."""
    return " ".join(_inline_text(paragraph) for paragraph in cell.iter(_PARAGRAPH))


def _inline_text(parent: Any) -> str:
    parts: list[str] = []
    for element in parent.iterchildren("*"):
        if element.tag == _RUN_TEXT:
            parts.append(element.text or "")
        elif element.tag in _TEXT:
            parts.append(_TEXT[element.tag])
        elif element.tag not in _SKIPPED and element.tag != _TEXT_BOX:
            parts.append(_inline_text(element))
    return "".join(parts)


def _nearest(element: Any, tag: str) -> Iterator[Any]:
    """The descendants with a tag, whatever they are wrapped in, but not those inside one another."""
    for child in element.iterchildren("*"):
        if child.tag == tag:
            yield child
        elif child.tag not in _SKIPPED:
            yield from _nearest(child, tag)
