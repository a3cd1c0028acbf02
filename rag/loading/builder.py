"""TextBuilder: what most format parsers write their text with."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass, replace

from rag.loading.limits import Limits
from rag.loading.parsed import check_length, clean_newlines
from rag.schema import PLACES, Section, SectionKind
from rag.text.tables import row_of

_INDENT = "  "
_END_HEADINGS = frozenset({"heading", *PLACES} - {"page"})  # a text goes on over a page's end
_RANK = {kind: rank for rank, kind in enumerate((*PLACES, "rows", "lines", "heading", "note", "table", "item", "code"))}


@dataclass(slots=True)
class _Open:
    """A section that has begun; it starts with the first text that is added."""

    kind: SectionKind
    label: str
    level: int
    start: int | None = None
    rows: int = 0


class TextBuilder:
    """Writes a text block by block and remembers its sections: what was added between their begin and end.

    Gaps, spaces and list markers wait until text follows them, so none is left over at either end. A section without
    text is none, but for places (see ``rag.schema.PLACES``): a blank slide is a slide.
    """

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._parts: list[str] = []
        self._length = 0
        self._gap = 0
        self._space = False
        self._marker = ""
        self._open: list[_Open] = []
        self._sections: list[Section] = []

    # -- text ---------------------------------------------------------------------------------------------

    def gap(self, newlines: int) -> None:
        """At least this many newlines before the next text."""
        self._gap = max(self._gap, newlines)

    def space(self) -> None:
        """One space before the next text, unless it starts a line."""
        self._space = True

    def add(self, text: str) -> None:
        """Append ``text`` as it is, after what is due before it."""
        if not text:
            return
        if self._length and self._gap:
            last = self._parts[-1]
            text_before = "\n" * (self._gap - (len(last) - len(last.rstrip("\n"))))
        else:
            text_before = " " if self._space and self._length and not self._parts[-1].endswith("\n") else ""
        self._append(text_before)
        self._append(self._marker[: -len(self._marker.lstrip())])
        for section in self._open:
            if section.start is None:
                section.start = self._length
        self._append(self._marker.lstrip() + clean_newlines(text))
        self._gap, self._space, self._marker = 0, False, ""

    def add_collapsed(self, text: str) -> None:
        """Append ``text`` with every run of white space as one space, as a browser shows it."""
        words = text.split()
        if not words or text[0].isspace():
            self.space()
        if words:
            self.add(" ".join(words))
            if text[-1].isspace():
                self.space()

    # -- sections -----------------------------------------------------------------------------------------

    def begin(self, kind: SectionKind, label: str, level: int = 0) -> None:
        """What is added until its ``end`` is a section; see ``rag.schema.Section`` for kinds and labels."""
        self.gap(2)
        self._open.append(_Open(kind, label, level))

    def end(self, kind: SectionKind) -> None:
        """Close the innermost section of a kind, and what is open in it.

        Raises:
            ValueError: none of that kind is open.
        """
        if all(section.kind != kind for section in self._open):
            raise ValueError(f"no {kind} is open")
        while self._close(self._open.pop()) != kind:
            pass
        self.gap(2)

    def begin_heading(self, level: int) -> None:
        """What is added until ``end_heading`` is a heading; ``level`` from 1, 6 stands for all below it."""
        self.begin("heading", "", min(max(level, 1), 6))

    def end_heading(self) -> None:
        """Close the heading."""
        self.end("heading")

    def begin_item(self, marker: str, level: int) -> None:
        """What is added until ``end_item`` is an item of a list, on a line of its own.

        Args:
            marker: what it begins with, "-" or "3.".
            level: from 1, the outermost; those below are indented.
        """
        self.gap(1)
        self._marker = f"{_INDENT * (level - 1)}{marker} "
        self._open.append(_Open("item", marker, level))

    def end_item(self) -> None:
        """Close the item. The gap after the last one of a list is the caller's to make."""
        gap = self._gap
        self.end("item")
        self._gap, self._marker = max(gap, 1), ""

    def begin_table(self) -> None:
        """Rows that are added until ``end_table`` are a table."""
        self.begin("table", "")

    def add_row(self, cells: Iterable[str], *, header: bool = False) -> None:
        """A table's row on a line of its own: "a | b". A row without text is left out.

        Args:
            cells: of one row; of merged cells, each of them has the text.
            header: whether it says what is in the columns; only of a table's first row that matters.
        """
        words = [" ".join(cell.split()) for cell in cells]
        self.gap(1)
        if any(words):
            row = row_of(words)
            self.add(row)
            self.gap(1)
            if self._open and self._open[-1].kind == "table":
                table = self._open[-1]
                table.rows += 1
                if header and table.rows == 1:
                    table.label = clean_newlines(row)

    def end_table(self) -> None:
        """Close the table; where the first row is all of it, it heads nothing."""
        self.end("table")

    # -- other texts --------------------------------------------------------------------------------------

    def add_written(self, text: str, sections: Iterable[Section], *, under: int = 0) -> None:
        """Append a text that another format wrote, with its sections.

        Args:
            text: with ``\\n`` newlines, as in ``Parsed``.
            sections: of it.
            under: the level of the heading that it stands under, 0 for none; its headings become lower by that.
        """
        self.gap(2)
        self.add(text)
        start = self._length - len(text)
        for section in sections if text else ():
            level = section.level
            if section.kind == "heading":
                level = min(max(level, 1) + under, 6)
            moved = replace(section, start=start + section.start, end=start + section.end, level=level)
            self._sections.append(moved)
        self.gap(2)

    # -- what came of it ----------------------------------------------------------------------------------

    def build(self) -> tuple[str, tuple[Section, ...]]:
        """The text and its sections, in the order of their starts, the outer before the inner; all are closed."""
        while self._open:
            self._close(self._open.pop())
        text = "".join(self._parts)
        sections = sorted(self._sections, key=lambda section: (section.start, _RANK[section.kind], -section.end))
        begins = sorted({section.start for section in sections if section.kind in _END_HEADINGS})
        written: list[Section] = []
        for section in sections:
            if section.kind == "heading":
                later = bisect_right(begins, section.start)
                end = begins[later] if later < len(begins) else self._length
                label = section.label or " ".join(text[section.start : min(section.end, end)].split())
                section = Section("heading", label, section.start, end, section.level)
                if written and (written[-1].kind, written[-1].start) == ("heading", section.start):
                    written.pop()  # damaged markup: a heading in a heading
            if section.label or section.kind != "heading":
                written.append(section)
        return text, tuple(written)

    def _close(self, section: _Open) -> SectionKind:
        start = section.start
        label = "" if section.kind == "table" and section.rows == 1 else section.label
        if start is None and section.kind in PLACES:
            start = self._length
        if start is not None:
            self._sections.append(Section(section.kind, label, start, self._length, section.level))
        return section.kind

    def _append(self, text: str) -> None:
        if text:
            self._parts.append(text)
            self._length += len(text)
            check_length(self._length, self._limits)
