"""The parts of a Word document -> text. Read off the XML, as python-docx leaves out much that stands on the page."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import groupby
from typing import Any

from docx.document import Document as WordDocument
from docx.opc.part import Part
from docx.oxml.ns import qn
from docx.oxml.parser import parse_xml

from rag.errors import Refused
from rag.loading.builder import TextBuilder
from rag.loading.encoding import decode
from rag.loading.formats.html import write_fragment
from rag.loading.formats.word.numbering import BULLET, Numbering
from rag.loading.formats.word.styles import PLAIN, VALUE, Look, Style, Styles, is_on, number_of
from rag.loading.limits import DEFAULT_LIMITS
from rag.loading.numerals import numeral
from rag.loading.parsed import STRUCK_OUT
from rag.loading.tables import Cell, Row, write_table
from rag.text.raised import lowered, raised

HIDDEN = "hidden text is left out"
_MARKUP = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
_MATH = "{http://schemas.openxmlformats.org/officeDocument/2006/math}"
_CHARACTERS = {
    qn("w:tab"): "\t", qn("w:ptab"): "\t", qn("w:br"): "\n", qn("w:cr"): "\n", qn("w:noBreakHyphen"): "-",
    qn("w:softHyphen"): "\u00ad",
}  # fmt: skip
_SYMBOLS = {"F0FC": "✓", "F0FB": "✗", "F0A8": "☐", "F06F": "☐", "F0FE": "☒", "F078": "☒"}  # of Wingdings
_PARAGRAPH, _TABLE, _ROW, _CELL, _RUN, _TEXT = (qn(f"w:{name}") for name in ("p", "tbl", "tr", "tc", "r", "t"))
_TEXT_BOX, _IMPORTED = qn("w:txbxContent"), qn("w:altChunk")
_MARK_PROPERTIES = f"{qn('w:pPr')}/{qn('w:rPr')}"
_DELETED, _SYMBOL, _SYMBOL_CHARACTER = qn("w:del"), qn("w:sym"), qn("w:char")
_SUPERSCRIPT, _SUBSCRIPT, _DENOMINATOR, _MATH_TEXT = (f"{_MATH}{name}" for name in ("sup", "sub", "den", "t"))
_ALTERNATIVES = f"{_MARKUP}AlternateContent"
_ID, _RELATION, _TYPE = qn("w:id"), qn("r:id"), qn("w:type")
_COMMENT_START, _COMMENT_END, _COMMENT = (
    qn(f"w:{name}") for name in ("commentRangeStart", "commentRangeEnd", "commentReference")
)
_NOTE_MARKS = {qn("w:footnoteReference"): "footnote", qn("w:endnoteReference"): "endnote"}
_CUSTOM_MARK = qn("w:customMarkFollows")
_SKIPPED = frozenset({
    qn("w:del"), qn("w:moveFrom"), qn("w:pPr"), qn("w:rPr"), qn("w:sectPr"), qn("w:instrText"), qn("w:rt"),
    qn("w:delText"), qn("w:tblPr"), qn("w:trPr"), qn("w:tcPr"), f"{_MATH}rPr",
})  # fmt: skip
_FIRST_ROW = 0x0020  # of w:tblLook
_MOST_IMPORTS = 3  # documents that are imported by one another
_MAX_COMMENTED = 200  # characters of the text that a comment is on; of more, no words are repeated
_GONE = "gone"

_Piece = tuple[str, str]
"""Text, and whether it is raised, as ``Look.raised``; without text, ``_GONE`` for what is left out."""


class Writer:
    """Writes a Word document to a builder. Notes and comments stand at the end of the part that they are marked in."""

    def __init__(
        self, builder: TextBuilder, document: WordDocument, opened: Callable[[bytes], WordDocument], imports: int = 0
    ) -> None:
        """Of one document.

        Args:
            builder: that is written to.
            document: as python-docx has opened it.
            opened: opens a document that is imported into this one; raises Refused where it cannot.
            imports: how many documents this one is imported by.
        """
        self._builder = builder
        self._document = document
        self._opened = opened
        self._imports = imports
        self._styles = Styles(_root(document.part, "/styles"))
        self._numbering = Numbering(_root(document.part, "/numbering"))
        self._notes = {
            kind: _by_id(_root(document.part, f"/{kind}s"), qn(f"w:{kind}")) for kind in _NOTE_MARKS.values()
        }
        self._comments = _by_id(_root(document.part, "/comments"), qn("w:comment"))
        self._counted = dict.fromkeys(self._notes, 0)
        self._due: list[tuple[str, str]] = []  # labels and texts of notes that are marked above
        self._ranges: dict[str, list[str]] = {}  # by comment: the text that it is on
        self._open_ranges: set[str] = set()
        self._items: list[int] = []  # the levels of the items that are open
        self._warnings: dict[str, None] = {}

    @property
    def warnings(self) -> tuple[str, ...]:
        """Of what was left out."""
        return tuple(self._warnings)

    def write_document(self) -> None:
        """Writes the body, its notes, headers and footers."""
        self._blocks(self._document.element.body)
        self._end_part()
        seen: set[str] = set()
        for kind, part in _headers_and_footers(self._document):
            text = self._apart(part)
            if any(map(str.isalpha, text)) and text not in seen:
                seen.add(text)
                self._builder.begin("note", kind)
                self._builder.add(text)
                self._builder.end("note")
        self._write_notes()

    # -- blocks -------------------------------------------------------------------------------------------

    def _blocks(self, parent: Any) -> None:
        """Every paragraph and table in ``parent``, whatever it is wrapped in."""
        for element in _children(parent):
            if element.tag == _PARAGRAPH:
                self._paragraph(element)
            elif element.tag == _TABLE:
                self._end_items()
                self._table(element)
            elif element.tag == _IMPORTED:
                self._end_items()
                self._import(element)
            else:
                self._blocks(element)

    def _paragraph(self, element: Any) -> None:
        style = self._styles.of_paragraph(element)
        if style.contents:
            return
        if style.heading:
            self._end_part()
        marker, level = self._marker(element, style)
        text = self._inline(element, style).strip()
        if not text:
            pass
        elif style.heading:
            self._builder.begin_heading(style.heading)
            self._builder.add(f"{marker} {text}" if marker not in ("", BULLET) else text)
            self._builder.end_heading()
        elif marker:
            self._begin_item(marker, level)
            self._builder.add(text)
        else:
            self._end_items()
            self._builder.gap(2)
            self._builder.add(text)
            self._builder.gap(2)
        for box in _text_boxes(element):
            self._end_items()
            self._blocks(box)

    def _marker(self, paragraph: Any, style: Style) -> tuple[str, int]:
        """What stands before a paragraph, and its level from 1."""
        if style.numbering is None or _is_deleted(paragraph.find(_MARK_PROPERTIES)):
            return "", 0
        list_id, level, of_style = style.numbering
        level = self._numbering.level_of_style(list_id, of_style) if level is None else level
        return self._numbering.next(list_id, level), max(level + 1, style.list_level)

    def _begin_item(self, marker: str, level: int) -> None:
        self._end_items(level)
        self._builder.begin_item(marker, level)
        self._items.append(level)

    def _end_items(self, level: int = 0) -> None:
        """Ends the open items from a level on; where none is said, the list."""
        while self._items and self._items[-1] >= level:
            self._items.pop()
            self._builder.end_item()
        if not level:
            self._builder.gap(2)

    def _table(self, table: Any) -> None:
        look = table.find(f"{qn('w:tblPr')}/{qn('w:tblLook')}")
        style = table.find(f"{qn('w:tblPr')}/{qn('w:tblStyle')}")
        stands_out = _marks_first_row(look) and self._styles.first_row_stands_out(
            style.get(VALUE) or "" if style is not None else ""
        )
        rows: list[Row] = []
        for row in _nearest(table, _ROW):
            properties = row.find(qn("w:trPr"))
            if _is_deleted(properties):
                continue
            cells = list(_nearest(row, _CELL))
            before = number_of(properties.find(qn("w:gridBefore"))) if properties is not None else None
            heads = properties is not None and is_on(properties.find(qn("w:tblHeader")))
            heads |= not rows and (stands_out or self._is_bold(cells))
            rows.append(Row([*([Cell("")] * min(before or 0, 100)), *map(self._cell, cells)], heads))
        write_table(rows, self._builder)

    def _cell(self, cell: Any) -> Cell:
        properties = cell.find(qn("w:tcPr"))
        merged = properties.find(qn("w:vMerge")) if properties is not None else None
        columns = number_of(properties.find(qn("w:gridSpan"))) if properties is not None else None
        text = " ".join(filter(None, map(self._cell_paragraph, _nearest(cell, _PARAGRAPH))))
        goes_on = merged is not None and merged.get(VALUE) != "restart"
        return Cell(None if goes_on else text, columns or 1)

    def _cell_paragraph(self, paragraph: Any) -> str:
        style = self._styles.of_paragraph(paragraph)
        marker, _ = self._marker(paragraph, style)
        parts = [self._inline(paragraph, style), *(self._apart(box) for box in _text_boxes(paragraph))]
        text = " ".join(" ".join(parts).split())
        return f"{marker} {text}" if marker and text else text

    def _is_bold(self, cells: list[Any]) -> bool:
        """Whether all text of a row is bold, and every cell has some."""
        runs = [
            [
                self._styles.look(run, self._styles.of_paragraph(paragraph)).bold
                for run in _nearest(paragraph, _RUN)
                if "".join(run.itertext())
            ]
            for cell in cells
            for paragraph in _nearest(cell, _PARAGRAPH)
        ]
        return bool(runs) and all(run and all(run) for run in runs)

    def _apart(self, root: Any) -> str:
        """The text of a part of the document, written by itself on lines."""
        builder, items, due = self._builder, self._items, self._due
        self._builder, self._items, self._due = TextBuilder(DEFAULT_LIMITS), [], []
        self._blocks(root)
        text = "\n".join(line for line in self._builder.build()[0].split("\n") if line.strip())
        self._builder, self._items, self._due = builder, items, [*due, *self._due]
        return text

    # -- notes --------------------------------------------------------------------------------------------

    def _end_part(self) -> None:
        self._end_items()
        self._write_notes()

    def _write_notes(self) -> None:
        while self._due:
            label, text = self._due.pop(0)
            self._builder.begin("note", label)
            self._builder.add(text)
            self._builder.end("note")

    def _note_mark(self, reference: Any, kind: str) -> str:
        """The mark of a note where it is referred to; the note is due from now on."""
        note = self._notes[kind].pop(reference.get(_ID), None)
        custom = reference.get(_CUSTOM_MARK) is not None
        mark = ""
        if not custom:
            self._counted[kind] += 1
            mark = f"[{numeral(self._counted[kind], 'decimal' if kind == 'footnote' else 'lower roman')}]"
        text = " ".join(self._apart(note).split()) if note is not None else ""
        if text:
            self._due.append((mark or "*", f"{mark} {text}".strip()))
        return mark

    def _comment(self, reference: Any) -> None:
        key = reference.get(_ID)
        comment = self._comments.pop(key, None)
        text = " ".join(self._apart(comment).split()) if comment is not None else ""
        if comment is not None and text:
            author = " ".join((comment.get(qn("w:author")) or "").split())
            about = " ".join("".join(self._ranges.get(key, [])).split())
            about = f" on “{about}”" if 0 < len(about) <= _MAX_COMMENTED else ""
            self._due.append((author, f"{author}{about}: {text}" if author else text))

    # -- text in a line -----------------------------------------------------------------------------------

    def _inline(self, paragraph: Any, style: Style) -> str:
        pieces = [
            ("".join(text for text, _ in run), kind)
            for kind, run in groupby(_closed(self._pieces(paragraph, style)), key=lambda piece: piece[1])
        ]
        texts = [text for text, _ in pieces]
        for at, (text, kind) in enumerate(pieces):
            if kind == "superscript":
                texts[at] = raised(text)
            elif kind == "subscript":
                after = texts[at + 1] if at + 1 < len(texts) else ""
                texts[at] = lowered(text, texts[at - 1] if at else "", after)
        return "".join(texts)

    def _pieces(self, parent: Any, style: Style, look: Look = PLAIN) -> Iterator[_Piece]:
        for element in _children(parent):
            tag = element.tag
            if tag == _RUN:
                yield from self._pieces(element, style, self._styles.look(element, style))
            elif tag in (_COMMENT_START, _COMMENT_END, _COMMENT):
                self._mark_comment(element)
            elif tag in _NOTE_MARKS:
                yield self._note_mark(element, _NOTE_MARKS[tag]), ""
            elif tag in (_SUPERSCRIPT, _SUBSCRIPT):
                kind = "superscript" if tag == _SUPERSCRIPT else "subscript"
                yield from ((text, kind) for text, _ in self._pieces(element, style))
            elif tag == _DENOMINATOR:
                yield "/", ""
                yield from self._pieces(element, style, look)
            elif (text := _characters(element)) is not None:
                if not self._is_shown(text, look):
                    yield "", _GONE
                elif text:
                    for key in self._open_ranges:
                        self._ranges[key].append(text)
                    yield text, look.raised
            elif tag != _TEXT_BOX:
                yield from self._pieces(element, style, look)

    def _is_shown(self, text: str, look: Look) -> bool:
        if (look.struck or look.hidden) and text.strip():
            self._warnings[STRUCK_OUT if look.struck else HIDDEN] = None
        return not (look.struck or look.hidden)

    def _mark_comment(self, element: Any) -> None:
        key = element.get(_ID)
        if element.tag == _COMMENT:
            self._comment(element)
        elif element.tag == _COMMENT_START:
            self._open_ranges.add(key)
            self._ranges[key] = []
        else:
            self._open_ranges.discard(key)

    # -- what is imported ---------------------------------------------------------------------------------

    def _import(self, element: Any) -> None:
        """Writes a part that Word takes in when it opens the document: another document, a page or plain text."""
        relation = self._document.part.rels.get(element.get(_RELATION) or "")
        if relation is None or relation.is_external:
            return
        part = relation.target_part
        kind, name = part.content_type, str(part.partname).lower()
        self._builder.gap(2)
        if "wordprocessingml" in kind or name.endswith(".docx"):
            self._import_document(part.blob)
        elif "html" in kind:
            for warning in write_fragment(decode(part.blob)[0], self._builder):
                self._warnings[warning] = None
        elif kind == "text/plain":
            self._builder.add(decode(part.blob)[0].strip())
        else:
            self._warnings[f"a part that it imports is not read: {kind}"] = None
        self._builder.gap(2)

    def _import_document(self, data: bytes) -> None:
        if self._imports >= _MOST_IMPORTS:
            self._warnings["documents that it imports from one another too often are not read"] = None
            return
        try:
            document = self._opened(data)
        except Refused as refusal:
            self._warnings[f"a document that it imports {refusal}"] = None
            return
        inner = Writer(self._builder, document, self._opened, self._imports + 1)
        inner.write_document()
        self._warnings |= dict.fromkeys(inner.warnings)


def _children(parent: Any) -> Iterator[Any]:
    """The elements of one that are part of the text; of alternatives, the first."""
    for element in parent.iterchildren("*"):
        if element.tag == _ALTERNATIVES:
            yield from list(element.iterchildren(f"{_MARKUP}Choice", f"{_MARKUP}Fallback"))[:1]
        elif element.tag not in _SKIPPED:
            yield element


def _nearest(element: Any, tag: str) -> Iterator[Any]:
    """The descendants with a tag, whatever they are wrapped in, but not those inside one another."""
    for child in _children(element):
        if child.tag == tag:
            yield child
        else:
            yield from _nearest(child, tag)


def _text_boxes(paragraph: Any) -> Iterator[Any]:
    if next(paragraph.iter(_TEXT_BOX), None) is not None:  # hardly any has one, and this is quick to see
        yield from _nearest(paragraph, _TEXT_BOX)


def _characters(element: Any) -> str | None:
    """The text of an element that has nothing but text; None for any other."""
    if element.tag in (_TEXT, _MATH_TEXT):
        return element.text or ""
    if element.tag == _SYMBOL:
        return _SYMBOLS.get((element.get(_SYMBOL_CHARACTER) or "").upper(), "")
    return _CHARACTERS.get(element.tag)


def _closed(pieces: Iterator[_Piece]) -> Iterator[_Piece]:
    """The pieces that have text, with one space where something was left out between two."""
    last, gone = "", False
    for text, kind in pieces:
        gone |= kind == _GONE
        if gone and last[-1:].isspace():
            text = text.lstrip(" ")
        if text:
            yield text, kind
            last, gone = text, False


def _is_deleted(properties: Any) -> bool:
    return properties is not None and properties.find(_DELETED) is not None


def _marks_first_row(look: Any) -> bool:
    if look is None:
        return False
    stated = look.get(qn("w:firstRow"))
    if stated is not None:
        return stated in ("1", "true", "on")
    try:
        return bool(int(look.get(VALUE) or "0", 16) & _FIRST_ROW)
    except ValueError:
        return False


def _parts(part: Part, ending: str) -> Iterator[Part]:
    for relation in part.rels.values():
        if not relation.is_external and relation.reltype.endswith(ending):
            yield relation.target_part


def _root(part: Part, ending: str) -> Any:
    """The root element of a part that a document refers to; None where there is none."""
    return next((parse_xml(found.blob) for found in _parts(part, ending)), None)


def _by_id(root: Any, tag: str) -> dict[str, Any]:
    """Notes or comments by their ids, without the lines that separate notes from the text."""
    found = root.iterchildren(tag) if root is not None else ()
    return {note.get(_ID): note for note in found if note.get(_TYPE) in (None, "normal")}


def _headers_and_footers(document: WordDocument) -> Iterator[tuple[str, Any]]:
    """Each header and footer that is shown, with what it is, in the order of the sections."""
    settings = _root(document.part, "/settings")
    even = settings is not None and is_on(settings.find(qn("w:evenAndOddHeaders")))
    for section in document.element.body.iter(qn("w:sectPr")):
        first = is_on(section.find(qn("w:titlePg")))
        for kind in ("header", "footer"):
            for reference in section.iterchildren(qn(f"w:{kind}Reference")):
                type_ = reference.get(_TYPE)
                relation = document.part.rels.get(reference.get(_RELATION) or "")
                if relation is None or relation.is_external or (type_, even) == ("even", False):
                    continue
                if type_ != "first" or first:
                    yield kind, parse_xml(relation.target_part.blob)
