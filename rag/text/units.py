"""The units that a text is quoted in: sentences, items of lists, rows of tables, headings, lines of code."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

from rag.schema import Document, Passage, Section, Span
from rag.text.context import header_of
from rag.text.sentences import lines_are_blocks, sentence_spans

LONG_ITEM = 300
"""Characters; an item of a list that is longer is quoted sentence by sentence."""

UnitKind = Literal["sentence", "item", "row", "header", "heading", "code"]


@dataclass(frozen=True, slots=True)
class Unit:
    """Characters ``start:end`` of a text, without white space around them.

    ``kind`` "header" is the row that heads a table, "item" an item of a list without the items in it; ``header`` that
    row's text, of a row below it.
    """

    start: int
    end: int
    kind: UnitKind
    header: str = ""

    @property
    def span(self) -> Span:
        """Its characters."""
        return self.start, self.end


def document_units(document: Document, *, longest_item: int = LONG_ITEM) -> list[Unit]:
    """The units of a whole document, in its characters; an item of more than ``longest_item`` as its sentences."""
    return _units(document.text, document.sections, document.source.media_type, longest_item)


def passage_units(passage: Passage) -> list[Unit]:
    """The units of a passage, in its own characters."""
    offset, length = passage.chunk.start, len(passage.text)
    inside = [
        Section(section.kind, section.label, section.start - offset, min(section.end - offset, length), section.level)
        for section in passage.sections
    ]
    return _units(passage.text, inside, passage.source.media_type, LONG_ITEM)


def _units(text: str, sections: Sequence[Section], media_type: str, longest_item: int) -> list[Unit]:
    """Every character that is not white space is in exactly one unit; they are in order."""
    units: list[Unit] = []
    for start, end, section in _stretches(text, sections):
        kind = section.kind if section else None
        if section is not None and kind == "table":
            header = header_of(section)
            for line in _lines(text, start, end):
                heads = header is not None and line[0] < header[1]
                units.append(Unit(*line, "header") if heads else Unit(*line, "row", section.label))
        elif kind == "code":
            units += [Unit(*line, "code") for line in _lines(text, start, end)]
        elif kind == "heading" or (kind == "item" and end - start <= longest_item):
            units += [Unit(*span, kind) for span in _trimmed(text, start, end)]
        else:
            inside = sentence_spans(text[start:end], lines_are_blocks=lines_are_blocks(media_type))
            of_kind: UnitKind = "item" if kind == "item" else "sentence"
            units += [Unit(start + first, start + last, of_kind) for first, last in inside]
    return units


def _stretches(text: str, sections: Sequence[Section]) -> Iterator[tuple[int, int, Section | None]]:
    """The text cut wherever a section begins or ends, each stretch with the innermost section that tells its units."""
    begins: dict[int, list[Section]] = {}
    cuts = {0, len(text)}
    for section in sections:
        end = heading_end(text, section) if section.kind == "heading" else section.end
        start, end = max(section.start, 0), min(end, len(text))
        if start >= end or section.kind == "recognised":  # a line on a page is no unit
            continue
        cuts |= {start, end}
        if section.kind in ("table", "item", "heading", "code"):
            begins.setdefault(start, []).append(section)
    open_: list[tuple[int, Section]] = []
    for start, end in pairwise(sorted(cuts)):
        for section in begins.get(start, ()):
            open_.append((heading_end(text, section) if section.kind == "heading" else section.end, section))
        while open_ and open_[-1][0] <= start:
            open_.pop()
        yield start, end, open_[-1][1] if open_ else None


def heading_end(text: str, heading: Section) -> int:
    """Where the words of a heading end, at or after its start; 0 for one that began before the text."""
    if heading.start < 0:
        return 0
    at = heading.start
    for word in heading.label.split():
        while text[at : at + 1].isspace():
            at += 1
        if not text.startswith(word, at):
            line = text.find("\n", heading.start)  # a label that is not the text: its line
            return line if line >= 0 else len(text)
        at += len(word)
    return at


def _lines(text: str, start: int, end: int) -> Iterator[Span]:
    for line in text[start:end].split("\n"):
        yield from _trimmed(text, start, start + len(line))
        start += len(line) + 1


def _trimmed(text: str, start: int, end: int) -> Iterator[Span]:
    """The span without the white space around it; nothing where there is nothing else."""
    words = text[start:end]
    first, last = start + len(words) - len(words.lstrip()), start + len(words.rstrip())
    if first < last:
        yield first, last
