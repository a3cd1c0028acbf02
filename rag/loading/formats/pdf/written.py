"""Text that is put together line by line and knows which characters of the page it was made of."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from rag.loading.formats.pdf.lines import INSERTED, Line
from rag.loading.formats.pdf.paragraphs import separators
from rag.text.tables import CELL


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a page's text that is more than running text: ``text[start:end]``, see ``rag.schema.Section``."""

    kind: Literal["note", "table", "recognised"]
    label: str
    start: int
    end: int

    def moved(self, by: int) -> Part:
        """The same part, so many characters further on."""
        return replace(self, start=self.start + by, end=self.end + by)


_SENTENCE_END = re.compile(r"[.!?]\s+(?=[A-Z])")


@dataclass(frozen=True, slots=True)
class TypeLine:
    """A line of running text ``text[start:end]``, with the height of its type in points and whether it is all bold."""

    start: int
    end: int
    size: float
    is_bold: bool

    def moved(self, by: int) -> TypeLine:
        """The same line, so many characters further on."""
        return replace(self, start=self.start + by, end=self.end + by)


class Written:
    """A text under way.

    Attributes:
        text: its pieces.
        origins: for each character, the index in pdfium's text page, or ``INSERTED``.
        parts: what is more than running text.
        lines: those of the running text.
        paragraph: where the last paragraph begins.
    """

    def __init__(self) -> None:
        """Of nothing."""
        self.text: list[str] = []
        self.origins: list[int] = []
        self.parts: list[Part] = []
        self.lines: list[TypeLine] = []
        self.paragraph = 0

    @property
    def length(self) -> int:
        """In characters."""
        return len(self.origins)

    def add(self, lines: Sequence[Line], before: str, kind: Literal["note"] | None = None, label: str = "") -> None:
        """Adds the lines of one block after the white space ``before``, as a part where there is a ``kind``."""
        self._white(before)
        start = self.length
        for line, between in zip(lines, ["", *separators(lines)], strict=True):
            self._white(between)
            self._put(line.text, line.origins)
            if kind is None:
                self.lines.append(TypeLine(self.length - len(line.text), self.length, line.size, line.is_bold))
        if kind is not None:
            self.parts.append(Part(kind, label, start, self.length))

    def add_table(self, rows: Sequence[Sequence[Sequence[Line]]], *, has_header: bool) -> None:
        """Adds a table, each row on a line of its own; of each cell the lines."""
        self._white("\n\n")
        start, label = self.length, ""
        for number, cells in enumerate(rows):
            self._white("\n" if number else "")
            for column, cell in enumerate(cells):
                self._put(CELL if column else "")
                for line in cell:
                    self._put(" " if line is not cell[0] else "")
                    self._put(line.text, line.origins)
            if has_header and not number:
                label = "".join(self.text)[start:]
        self.parts.append(Part("table", label, start, self.length))

    def add_text(self, text: str, kind: Literal["note"], label: str) -> None:
        """Adds a paragraph of what stands nowhere on the page, as a part."""
        self._white("\n\n")
        self.parts.append(Part(kind, label, self.length, self.length + len(text)))
        self._put(text)

    def append(self, other: Written, before: str) -> None:
        """Adds another text after the white space ``before``; nothing where that is empty."""
        if not other.length:
            return
        self._white(before)
        shift = self.length
        self.text += other.text
        self.origins += other.origins
        self.parts += [part.moved(shift) for part in other.parts]
        self.lines += [line.moved(shift) for line in other.lines]
        self.paragraph = shift + other.paragraph

    def cut_before_end(self) -> tuple[Written, Written]:
        """The text before and after its last paragraph begins, or if there is but one, its last sentence."""
        at = self.paragraph
        if not at:
            at = max((end.end() for end in _SENTENCE_END.finditer("".join(self.text))), default=0)
        return self._cut(at) if at else (self, Written())

    def _cut(self, at: int) -> tuple[Written, Written]:
        whole = "".join(self.text)
        before = whole[:at].rstrip()
        first, last = Written(), Written()
        first.text, first.origins = [before], self.origins[: len(before)]
        last.text, last.origins = [whole[at:]], self.origins[at:]
        first.parts = [part for part in self.parts if part.end <= at]
        first.lines = [line for line in self.lines if line.start < at]
        last.lines = [line.moved(-at) for line in self.lines if line.start >= at]
        last.parts = [part.moved(-at) for part in self.parts if part.start >= at]
        return first, last

    def _white(self, space: str) -> None:
        if not self.length:
            return
        self._put(space)
        if space == "\n\n":
            self.paragraph = self.length

    def _put(self, text: str, origins: Sequence[int] = ()) -> None:
        """Adds text with its origins, or such as the page does not draw."""
        if text:
            self.text.append(text)
            self.origins += origins or [INSERTED] * len(text)
