"""The elements of an OpenDocument text or presentation -> text. Notes and comments stand at the end of their part."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby
from typing import Any

from rag.loading.builder import TextBuilder
from rag.loading.formats.open_document.names import DC, DRAW, OFFICE, PRESENTATION, STYLE, TABLE, TEXT, number
from rag.loading.formats.open_document.styles import PLAIN, Counter, Look, Styles
from rag.loading.parsed import STRUCK_OUT
from rag.loading.tables import MOST_COLUMNS, Cell, Row, write_table
from rag.text.raised import lowered, raised

HIDDEN = "hidden text is left out"

_PARAGRAPH, _HEADING, _LIST = f"{TEXT}p", f"{TEXT}h", f"{TEXT}list"
_LEFT_OUT = frozenset({
    f"{TEXT}tracked-changes", f"{TEXT}table-of-content", f"{TEXT}alphabetical-index", f"{TEXT}illustration-index",
    f"{TEXT}table-index", f"{TEXT}object-index", f"{TEXT}user-index", f"{TEXT}sequence-decls", f"{OFFICE}forms",
    f"{TEXT}variable-decls", f"{TEXT}user-field-decls", f"{TEXT}number", f"{TEXT}ruby-text",
    "{urn:oasis:names:tc:opendocument:xmlns:svg-compatible:1.0}title",
    "{urn:oasis:names:tc:opendocument:xmlns:svg-compatible:1.0}desc",
})  # fmt: skip
_NO_CONTENT = frozenset({"page-number", "date-time", "footer", "header", "notes"})
_MOST_REPEATED = 1000
_Piece = tuple[str, Look]


class Writer:
    """Writes an OpenDocument file to a builder."""

    def __init__(self, builder: TextBuilder, styles: Styles) -> None:
        self._builder = builder
        self._styles = styles
        self._outline = Counter(styles.outline)
        self._counters: dict[str, Counter] = {}
        self._due: list[tuple[str, str]] = []
        self._boxes: list[Any] = []
        self._warnings: dict[str, None] = {}

    @property
    def warnings(self) -> tuple[str, ...]:
        """Of what was left out."""
        return tuple(self._warnings)

    def write_text(self, text: Any, styles: Any) -> None:
        """Writes the body of a text document; headers and footers of its pages follow at its end, each text once.

        Args:
            text: the body.
            styles: the root of styles.xml, or None.
        """
        self._blocks(text)
        self._write_notes()
        seen: set[str] = set()
        for part in styles.iter(f"{STYLE}header", f"{STYLE}footer") if styles is not None else ():
            words = " ".join(" ".join(self._inline(p, "paragraph") for p in part.iter(_PARAGRAPH, _HEADING)).split())
            if words not in seen and part.get(f"{STYLE}display") != "false":
                seen.add(words)
                self._builder.gap(2)
                self._builder.add(words)
        self._write_notes()

    def write_slides(self, slides: Any) -> None:
        """Writes the slides of a presentation that are shown."""
        for at, slide in enumerate(slides.iterchildren(f"{DRAW}page"), 1):
            if self._styles.is_hidden_slide(slide.get(f"{DRAW}style-name") or ""):
                self._warnings[f"slide {at} is hidden and was not read"] = None
                continue
            self._builder.begin("slide", str(at))
            for title in _of_class(slide, "title"):
                self._builder.begin_heading(1)
                self._builder.add(" ".join(self._words(title).split()))
                self._builder.end_heading()
            for shape in slide.iterchildren("*"):
                self._shape(shape)
            self._write_notes()
            notes = slide.find(f"{PRESENTATION}notes")
            for frame in _of_class(notes, "notes") if notes is not None else ():
                words = "\n".join(filter(None, (self._inline(p, "paragraph").strip() for p in frame.iter(_PARAGRAPH))))
                self._builder.begin("note", "speaker notes")
                self._builder.add(f"Speaker notes: {words}" if words else "")
                self._builder.end("note")
            self._builder.end("slide")

    # -- blocks -------------------------------------------------------------------------------------------

    def _shape(self, shape: Any) -> None:
        kind = shape.get(f"{PRESENTATION}class") or ""
        placeholder = shape.get(f"{PRESENTATION}placeholder") == "true"
        if kind == "title" or kind in _NO_CONTENT or placeholder or shape.tag == f"{PRESENTATION}notes":
            return
        if shape.tag == f"{DRAW}g":
            for inner in shape.iterchildren("*"):
                self._shape(inner)
            return
        self._builder.gap(2)
        self._blocks(shape)
        self._builder.gap(2)

    def _blocks(self, parent: Any) -> None:
        """Writes the paragraphs, lists and tables in an element."""
        for element in parent.iterchildren("*"):
            tag = element.tag
            if tag in _LEFT_OUT:
                continue
            if tag == _HEADING:
                self._heading(element)
            elif tag == _PARAGRAPH:
                self._paragraph(element)
            elif tag == _LIST:
                self._list(element, 1, None)
                after = element.getnext()
                self._builder.gap(1 if after is not None and after.tag == _LIST else 2)
            elif tag == f"{TABLE}table":
                self._table(element)
            elif tag == f"{TEXT}section" and element.get(f"{TEXT}display") == "none":
                self._warnings[HIDDEN] = None
            elif tag == f"{OFFICE}annotation":
                self._comment(element)
            else:
                self._blocks(element)

    def _heading(self, heading: Any) -> None:
        level = number(heading, f"{TEXT}outline-level")
        text = " ".join(self._inline(heading, "paragraph").split())
        if not text:
            return
        mark = ""
        if heading.get(f"{TEXT}is-list-header") != "true":
            mark = self._outline.next(level)
        due, self._due = self._due, []
        if due:  # marked in this heading: they stand below it
            own = [note for note in due if note[0] in text]
            self._due = [note for note in due if note not in own]
            self._write_notes()
            self._due = own
        self._builder.begin_heading(level)
        self._builder.add(f"{mark} {text}" if mark else text)
        self._builder.end_heading()
        self._write_boxes()

    def _paragraph(self, paragraph: Any) -> None:
        text = self._inline(paragraph, "paragraph").strip()
        if text and self._styles.is_title(paragraph.get(f"{TEXT}style-name") or ""):
            self._builder.begin_heading(1)
            self._builder.add(" ".join(text.split()))
            self._builder.end_heading()
        else:
            self._builder.gap(2)
            self._builder.add(text)
            self._builder.gap(2)
        self._write_boxes()

    def _list(self, element: Any, level: int, counter: Counter | None) -> None:
        style = element.get(f"{TEXT}style-name") or ""
        if counter is None or (style and level == 1):
            goes_on = element.get(f"{TEXT}continue-numbering") == "true" or element.get(f"{TEXT}continue-list")
            if not goes_on or style not in self._counters:
                self._counters[style] = Counter(self._styles.levels(style))
            counter = self._counters[style]
        for item in element.iterchildren(f"{TEXT}list-item", f"{TEXT}list-header"):
            first = next((child for child in item.iterchildren("*") if child.tag not in _LEFT_OUT), None)
            if first is not None and first.tag == _HEADING:  # a numbered heading
                self._blocks(item)
                continue
            counts = item.tag == f"{TEXT}list-item" and first is not None and first.tag != _LIST
            start = number(item, f"{TEXT}start-value", -1)
            marker = counter.next(level, start if start >= 0 else None) if counts else ""
            texts = [self._inline(child, "paragraph").strip() for child in item.iterchildren(_PARAGRAPH)]
            if any(texts) and counts:
                self._builder.begin_item(marker or "-", level)
                for text in texts:
                    self._builder.add(text)
                    self._builder.gap(1)
                self._builder.end_item()
            elif any(texts):
                self._builder.gap(1)
                self._builder.add("\n".join(texts))
                self._builder.gap(1)
            for child in item.iterchildren("*"):
                if child.tag == _LIST:
                    self._list(child, level + 1, counter)
                elif child.tag == f"{TABLE}table":
                    self._table(child)
            self._write_boxes()

    def _table(self, table: Any) -> None:
        rows: list[Row] = []
        for row in _rows(table):
            cells: list[Cell] = []
            for cell in row.iterchildren(f"{TABLE}table-cell"):
                text = self._words(cell)
                made = Cell(
                    text,
                    number(cell, f"{TABLE}number-columns-spanned"),
                    number(cell, f"{TABLE}number-rows-spanned"),
                )
                times = number(cell, f"{TABLE}number-columns-repeated", most=MOST_COLUMNS)
                cells.extend([made] * (times if text else min(times, MOST_COLUMNS - len(cells))))
            heads = row.getparent().tag == f"{TABLE}table-header-rows"
            times = number(row, f"{TABLE}number-rows-repeated", most=_MOST_REPEATED)
            rows.extend([Row(cells, heads)] * times)
        write_table(rows, self._builder)
        self._write_boxes()

    def _words(self, parent: Any) -> str:
        """The text of all paragraphs in an element."""
        return "\n".join(filter(None, (self._inline(one, "paragraph").strip() for one in _paragraphs(parent))))

    def _write_boxes(self) -> None:
        """Writes the text boxes that are anchored in what was just written."""
        while self._boxes:
            self._blocks(self._boxes.pop(0))

    # -- notes and comments -------------------------------------------------------------------------------

    def _write_notes(self) -> None:
        while self._due:
            label, text = self._due.pop(0)
            self._builder.begin("note", label)
            self._builder.add(text)
            self._builder.end("note")

    def _note(self, note: Any) -> str:
        citation, body = note.find(f"{TEXT}note-citation"), note.find(f"{TEXT}note-body")
        mark = f"[{' '.join(''.join(citation.itertext()).split())}]" if citation is not None else "*"
        text = " ".join(self._words(body).split()) if body is not None else ""
        if text:
            self._due.append((mark, f"{mark} {text}"))
        return mark

    def _comment(self, comment: Any) -> None:
        author = " ".join((comment.findtext(f"{DC}creator") or "").split())
        text = " ".join(self._words(comment).split())
        if text:
            self._due.append((author, f"{author}: {text}" if author else text))

    # -- text in a line -----------------------------------------------------------------------------------

    def _inline(self, paragraph: Any, family: str) -> str:
        look = self._styles.look(paragraph.get(f"{TEXT}style-name") or "", family)
        pieces = [
            ("".join(text for text, _ in run), of)
            for of, run in groupby(self._pieces(paragraph, look), key=lambda piece: piece[1])
        ]
        texts = [text for text, _ in pieces]
        for at, (text, of) in enumerate(pieces):
            if of.raised == "super":
                texts[at] = raised(text)
            elif of.raised == "sub":
                texts[at] = lowered(text, texts[at - 1] if at else "", texts[at + 1] if at + 1 < len(texts) else "")
        return "".join(texts)

    def _pieces(self, parent: Any, look: Look) -> Iterator[_Piece]:
        yield from self._shown(parent.text, look)
        for element in parent.iterchildren("*"):
            tag = element.tag
            if tag == f"{TEXT}s":
                yield " " * number(element, f"{TEXT}c", most=100), look
            elif tag == f"{TEXT}tab":
                yield "\t", look
            elif tag == f"{TEXT}line-break":
                yield "\n", look
            elif tag == f"{TEXT}note":
                yield self._note(element), PLAIN
            elif tag == f"{OFFICE}annotation":
                self._comment(element)
            elif tag == f"{DRAW}frame" or tag.startswith(DRAW):
                self._boxes.append(element)
            elif tag == f"{TEXT}span":
                yield from self._pieces(element, self._styles.look(element.get(f"{TEXT}style-name") or "", around=look))
            elif tag == f"{TEXT}hidden-text":
                self._warnings[HIDDEN] = None
            elif tag not in _LEFT_OUT:
                yield from self._pieces(element, look)
            yield from self._shown(element.tail, look)

    def _shown(self, text: str | None, look: Look) -> Iterator[_Piece]:
        words = " ".join((text or "").split("\n")) if text else ""
        if not words:
            return
        if (look.hidden or look.struck) and words.strip():
            self._warnings[STRUCK_OUT if look.struck else HIDDEN] = None
        elif not (look.hidden or look.struck):
            yield words, look


def _of_class(parent: Any, kind: str) -> list[Any]:
    """The frames of a slide that are of a class, and not empty placeholders."""
    frames = parent.iter(f"{DRAW}frame", f"{DRAW}custom-shape")
    return [
        frame
        for frame in frames
        if frame.get(f"{PRESENTATION}class") == kind
        and frame.get(f"{PRESENTATION}placeholder") != "true"
        and (kind == "notes" or not any(above.tag == f"{PRESENTATION}notes" for above in frame.iterancestors()))
    ]


def _paragraphs(parent: Any) -> Iterator[Any]:
    """The paragraphs and headings in an element, without those of notes and comments in them."""
    for element in parent.iterchildren("*"):
        if element.tag in (_PARAGRAPH, _HEADING):
            yield element
        elif element.tag not in _LEFT_OUT and element.tag != f"{OFFICE}annotation":
            yield from _paragraphs(element)


def _rows(table: Any) -> Iterator[Any]:
    """The rows of a table, not those of tables in it."""
    for part in table.iterchildren("*"):
        if part.tag == f"{TABLE}table-row":
            yield part
        elif part.tag in (f"{TABLE}table-header-rows", f"{TABLE}table-rows", f"{TABLE}table-row-group"):
            yield from _rows(part)
