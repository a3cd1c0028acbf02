"""TextBuilder: what most format parsers write their text with."""

from __future__ import annotations

from collections.abc import Iterable

from rag.loading.limits import Limits
from rag.loading.parsed import check_length, clean_newlines
from rag.schema import Section


class TextBuilder:
    """Writes a text block by block and remembers where its headings start.

    Gaps, spaces and list markers wait until text follows them, so none is left over at either end.
    """

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._parts: list[str] = []
        self._length = 0
        self._gap = 0
        self._space = False
        self._marker = ""
        self._heading: int | None = None
        self._headings: list[tuple[int, str]] = []

    def gap(self, newlines: int) -> None:
        """At least this many newlines before the next text."""
        self._gap = max(self._gap, newlines)

    def space(self) -> None:
        """One space before the next text, unless it starts a line."""
        self._space = True

    def marker(self, marker: str) -> None:
        """What the next text begins with ("- ")."""
        self._marker = marker

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
        if self._heading == -1:
            self._heading = len(self._parts)
        self._append(self._marker + clean_newlines(text))
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

    def add_row(self, cells: Iterable[str]) -> None:
        """A table's row on a line of its own: "a | b". A row without text is left out."""
        words = [" ".join(cell.split()) for cell in cells]
        self.gap(1)
        if any(words):
            self.add(" | ".join(words))
            self.gap(1)

    def begin_heading(self) -> None:
        """What is added until ``end_heading`` is a heading."""
        self.gap(2)
        self._heading = -1

    def end_heading(self) -> None:
        """Close the heading; one without text is no heading."""
        if self._heading is not None and self._heading >= 0:
            label = " ".join("".join(self._parts[self._heading :]).split())
            if label:
                start = self._length - sum(map(len, self._parts[self._heading :]))
                self._headings.append((start, label))
        self._heading = None
        self.gap(2)

    def _append(self, text: str) -> None:
        if text:
            self._parts.append(text)
            self._length += len(text)
            check_length(self._length, self._limits)

    def build(self) -> tuple[str, tuple[Section, ...]]:
        """The text and its heading sections, each up to the next heading."""
        ends = [start for start, _ in self._headings[1:]] + [self._length]
        sections = [
            Section("heading", label, start, end) for (start, label), end in zip(self._headings, ends, strict=False)
        ]
        return "".join(self._parts), tuple(sections)
