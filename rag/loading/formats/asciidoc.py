"""AsciiDoc (.adoc, .asciidoc) -> headings, paragraphs, items, tables, code and notes.

The parts of the language that documents are made of are known; macros of extensions stay as they are written.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from datetime import date

from rag.loading.builder import TextBuilder
from rag.loading.dates import parse_date
from rag.loading.encoding import decode
from rag.loading.limits import Limits
from rag.loading.parsed import STRUCK_OUT, Parsed, check_length, clean_newlines
from rag.loading.tables import MOST_COLUMNS, Cell, Row, write_table
from rag.text.raised import lowered, raised

_ATTRIBUTE = re.compile(r":(?P<name>[\w-]+):(?:\s+(?P<value>.*))?$")
_HEADING = re.compile(r"(?:={1,6}|#{1,6})\s+(?P<text>\S.*?)(?:\s+=+)?$")
_BLOCK_LOOK = re.compile(r"\[(?P<look>[^\[\]]*)\]$")
_BLOCK_TITLE = re.compile(r"\.(?P<title>[^\s.].*)$")
_ITEM = re.compile(r"\s*(?P<marker>\*{1,6}|-|\.{1,6}|\d+\.|<(?:\d+|\.)>)\s+(?P<text>\S.*)$")
_TERM = re.compile(r"\s*(?P<term>[^\s:][^:]*):{2,4}(?:\s+(?P<text>.*))?$")
_ADMONITION = re.compile(r"(?P<kind>NOTE|TIP|IMPORTANT|WARNING|CAUTION):\s+")
_DIRECTIVE = re.compile(r"(?:ifdef|ifndef|ifeval|endif|include|image|video|audio|toc)::\S*\[.*\]$|toc::\[\]$|<<<$|'''$")
_AUTHOR = re.compile(r"(?P<name>[^\W\d][^<>;:]*?)\s*(?:<[^<>]*>)?$")
_CODE = frozenset({"----", "....", "```"})
_TRANSPARENT = re.compile(r"(?:={4,}|\*{4,}|_{4,}|--)$")
_CELL = re.compile(r"(?P<times>\d+\*)?(?:(?P<columns>\d*)(?:\.(?P<rows>\d+))?\+)?[<^>.]*(?P<style>[adehlmsv])?\|")
_COLUMNS = re.compile(r"cols\s*=\s*\"?(?P<columns>[^\"\]]*)")

_LONGEST = 2_000  # characters of an address or the words of a link: of what never ends, no more is looked at each time
_NOTE = re.compile(r"footnote:[\w-]*\[(?P<text>[^\]]*)\]")
_STRUCK = re.compile(r"\[\.?line-through\]#(?P<text>[^#]*)#")
_INLINE = (
    (re.compile(r"\[\[[^\[\]]*\]\]|anchor:[\w-]+\[[^\]]*\]|image:[^\s\[]+\[[^\]]*\]|\(\(\([^()]*\)\)\)"), ""),
    (re.compile(rf"(?:link:|mailto:|xref:)[^\s\[]*\[(?P<text>[^\]^]{{1,{_LONGEST}}})\^?\]"), r"\g<text>"),
    (re.compile(rf"https?://[^\s\[\]]{{1,{_LONGEST}}}\[(?P<text>[^\]^,]+)[^\]]*\]"), r"\g<text>"),
    (re.compile(rf"(?P<url>https?://[^\s\[\]]{{1,{_LONGEST}}})\[\]"), r"\g<url>"),
    (re.compile(r"<<[^<>,]*,\s*(?P<text>[^<>]*)>>|<<(?P<id>[^<>]*)>>"), r"\g<text>\g<id>"),
    (re.compile(r"(?:kbd|btn|menu|pass):[\w-]*\[(?P<text>[^\]]*)\]"), r"\g<text>"),
    (re.compile(r"\[[.\w-]*\]#(?P<text>[^#]+)#"), r"\g<text>"),
    (re.compile(r"``(?P<text>.+?)``|(?<!\w)`\+?(?P<one>\S(?:[^`]*[^`\s])?)\+?`(?!\w)"), r"\g<text>\g<one>"),
    (re.compile(r"\*\*(?P<text>\S.*?)\*\*|(?<![\w*])\*(?P<one>\S(?:[^*]*[^*\s])?)\*(?![\w*])"), r"\g<text>\g<one>"),
    (re.compile(r"__(?P<text>\S.*?)__|(?<!\w)_(?P<one>\S(?:[^_]*[^_\s])?)_(?!\w)"), r"\g<text>\g<one>"),
)
_RAISED = re.compile(r"\^(?P<text>[^\s^]+)\^")
_LOWERED = re.compile(r"(?<=(?P<before>.))~(?P<text>[^\s~]+)~(?P<after>.?)")
_REFERENCE = re.compile(r"\{(?P<name>[\w-]+)\}")
_MOST_LEVELS = 6


@dataclass(slots=True)
class _Known:
    """What the head of a document says."""

    attributes: dict[str, str] = field(default_factory=dict)
    title: str = ""
    author: str = ""
    date: date | None = None


def parse(data: bytes, limits: Limits) -> Parsed:
    """Text, sections, title, author and date. No file that it names is read.

    Raises:
        Refused: not text, or too long.
    """
    source, warnings = decode(data)
    check_length(len(source), limits)
    writer = _Writer(clean_newlines(source).split("\n"), TextBuilder(limits))
    writer.write()
    text, sections = writer.builder.build()
    known = writer.known
    return Parsed(
        text, sections, known.title, known.date, (*warnings, *((STRUCK_OUT,) if writer.struck else ())), known.author
    )


class _Writer:
    def __init__(self, lines: list[str], builder: TextBuilder) -> None:
        self.builder = builder
        self.known = _Known()
        self.struck = False
        self._lines = [line.rstrip() for line in lines]
        self._at = 0
        self._look = ""
        self._notes = 0
        self._due: list[tuple[str, str]] = []
        self._numbers: dict[str, int] = {}
        self._markers: list[str] = []  # of the lists that are open, the outermost first

    def write(self) -> None:
        """Writes the document."""
        self._head()
        while self._at < len(self._lines):
            self._block(self._lines[self._at])
        self._write_notes()

    def _head(self) -> None:
        while self._at < len(self._lines) and not self._lines[self._at]:
            self._at += 1
        lines = self._lines[self._at :]
        if not lines or not re.match(r"[=#]\s+\S", lines[0]):
            return
        self.known.title = lines[0][1:].strip()
        self._heading(1, self.known.title)
        for number, line in enumerate(lines[1:], 1):
            attribute = _ATTRIBUTE.match(line)
            if not line:
                break
            if attribute:
                self._define(attribute)
            elif number == 1 and (author := _AUTHOR.match(line)):
                self.known.author = author["name"]
                self._text(line)
            elif number == 2:
                self.known.date = parse_date(re.sub(r"^v?[\d.]+,\s*", "", line))
                self._text(line)
            elif not line.startswith("//"):
                break
            self._at += 1
        self._at += 1
        self.known.author = self.known.attributes.get("author", self.known.author)
        self.known.date = self.known.date or parse_date(self.known.attributes.get("revdate", ""))

    def _define(self, attribute: re.Match[str]) -> None:
        self.known.attributes[attribute["name"].lower()] = (attribute["value"] or "").strip()

    # -- blocks -------------------------------------------------------------------------------------------

    def _block(self, line: str) -> None:
        """Writes the block that begins with a line, and goes on to the line after it."""
        self._at += 1
        if not line:
            return
        if line.startswith("////") or line.startswith("++++"):
            self._delimited(line)
        elif line.startswith("//") or _DIRECTIVE.match(line) or line == "+":
            return
        elif attribute := _ATTRIBUTE.match(line):
            self._define(attribute)
        elif look := _BLOCK_LOOK.match(line):
            self._look = f"{self._look},{look['look']}"
        elif heading := _HEADING.match(line):
            self._end_list()
            self._heading(len(line) - len(line.lstrip("=#")), heading["text"])
        elif line[:4] in _CODE or line.startswith("```"):
            self._code(line)
        elif re.match(r"[|,!:]={3,}$", line):
            self._table(line)
        elif _TRANSPARENT.match(line):
            self._look = ""
        elif item := _ITEM.match(line):
            self._item(item)
        elif term := _TERM.match(line):
            self._term(term)
        elif title := _BLOCK_TITLE.match(line):
            self._end_list()
            self.builder.gap(2)
            self.builder.add(self._inline(title["title"]))
            self.builder.gap(1)
        else:
            self._paragraph(line)

    def _delimited(self, border: str) -> list[str]:
        """The lines up to a border like the one before them, or to the end."""
        begin = self._at
        while self._at < len(self._lines) and self._lines[self._at] != border:
            self._at += 1
        lines = self._lines[begin : self._at]
        self._at += 1
        return lines

    def _heading(self, level: int, text: str) -> None:
        self._write_notes()
        self.builder.begin_heading(level)
        self.builder.add(self._inline(text))
        self.builder.end_heading()

    def _code(self, border: str) -> None:
        lines = self._delimited("```" if border.startswith("```") else border)
        words = [word.strip() for word in self._look.strip(",").split(",")]
        named = border.removeprefix("```").strip() if border.startswith("```") else ""
        language = words[1] if words[0] == "source" and len(words) > 1 else named
        self._look = ""
        self.builder.begin("code", language)
        self.builder.add("\n".join(lines).strip("\n"))
        self.builder.end("code")

    def _paragraph(self, line: str) -> None:
        if self._markers and self._lines[self._at - 2 : self._at - 1] != ["+"]:
            self._end_list()
        lines = [line, *self._following()]
        hard = "%hardbreaks" in self._look or all(one.endswith(" +") for one in lines[:-1])
        lines = [one.removesuffix(" +") for one in lines]
        text = ("\n" if hard else " ").join(one.strip() for one in lines)
        self._look = ""
        admonition = _ADMONITION.match(text)
        if admonition:
            text = f"{admonition['kind'].capitalize()}: {text[admonition.end() :]}"
        self._text(text)

    def _text(self, text: str) -> None:
        self.builder.gap(2)
        self.builder.add(self._inline(text))
        self.builder.gap(2)

    def _following(self) -> list[str]:
        """The lines that go on in the block before them."""
        begin = self._at
        while self._at < len(self._lines):
            line = self._lines[self._at]
            ends = not line or line == "+" or line[:4] in _CODE or _TRANSPARENT.match(line) or line.startswith("|===")
            if ends or _ITEM.match(line) or _TERM.match(line) or _BLOCK_LOOK.match(line) or line.startswith("//"):
                break
            self._at += 1
        return self._lines[begin : self._at]

    def _item(self, item: re.Match[str]) -> None:
        mark = "1." if item["marker"][0].isdigit() else "<" if item["marker"][0] == "<" else item["marker"]
        if mark in self._markers:
            for ended in self._markers[self._markers.index(mark) + 1 :]:
                self._numbers.pop(ended, None)
            del self._markers[self._markers.index(mark) + 1 :]
        else:
            self._markers.append(mark)
        self._numbers[mark] = self._numbers.get(mark, 0) + 1
        marker = "-"
        if mark[0] in "1.<":
            written = item["marker"].strip("<>.")
            marker = f"{written if written.isdigit() else self._numbers[mark]}."
        text = re.sub(r"^\[[ xX*]\]\s+", "", item["text"])
        text = " ".join(one.strip().removesuffix(" +") for one in (text, *self._following()))
        self.builder.begin_item(marker, min(len(self._markers), _MOST_LEVELS))
        self.builder.add(self._inline(text))
        self.builder.end_item()

    def _end_list(self) -> None:
        if self._markers:
            self.builder.gap(2)
        self._markers.clear()
        self._numbers.clear()

    def _term(self, term: re.Match[str]) -> None:
        while not term["text"] and self._at < len(self._lines) and not self._lines[self._at]:
            self._at += 1
        self._end_list()
        means = " ".join(one.strip() for one in (term["text"] or "", *self._following())).strip()
        name = self._inline(term["term"])
        self.builder.gap(1)
        self.builder.add(f"{name}: {self._inline(means)}" if means else name)
        self.builder.gap(1)

    # -- tables -------------------------------------------------------------------------------------------

    def _table(self, border: str) -> None:
        self._end_list()
        lines, look = self._delimited(border), self._look
        self._look = ""
        cells: list[Cell] = []
        first_row = 0
        for line in lines:
            if not cells or first_row or not line:
                first_row = first_row or (len(cells) if cells else 0)
            cells.extend(self._cells(line, cells))
        stated = _COLUMNS.search(look)
        width = _width(stated["columns"]) if stated else sum(cell.columns for cell in cells[: first_row or len(cells)])
        given = [line for line in lines if line]
        implied = len(lines) > 1 and lines[:1] == given[:1] and not lines[1]
        heads = "header" in look or (implied and "%noheader" not in look)
        write_table(list(_rows(cells, width, heads)), self.builder)

    def _cells(self, line: str, before: list[Cell]) -> list[Cell]:
        """The cells that begin in a line; what stands before the first goes on in the last one before."""
        found = list(_CELL.finditer(line.replace("\\|", "\u0000 ")))
        line = line.replace("\\|", "\u0000 ")
        lead = (line[: found[0].start()] if found else line).replace("\u0000 ", "|").strip()
        if lead and before:
            last = before[-1]
            before[-1] = Cell(f"{last.text} {self._inline(lead)}".strip(), last.columns, last.rows)
        cells: list[Cell] = []
        for at, match in enumerate(found):
            end = found[at + 1].start() if at + 1 < len(found) else len(line)
            text = self._inline(line[match.end() : end].replace("\u0000 ", "|").strip())
            times = min(int((match["times"] or "1*")[:-1][:4]), MOST_COLUMNS)
            columns, rows = (min(int((match[name] or "1")[:4]), MOST_COLUMNS) for name in ("columns", "rows"))
            cells.extend([Cell(text, max(columns, 1), max(rows, 1))] * times)
        return cells

    # -- text in a line -----------------------------------------------------------------------------------

    def _inline(self, text: str) -> str:
        text = _REFERENCE.sub(lambda name: self.known.attributes.get(name["name"].lower(), name[0]), text)
        text = _NOTE.sub(self._note, text)
        if _STRUCK.search(text):
            self.struck = True
            text = _STRUCK.sub("", text)
        for pattern, words in _INLINE:
            text = pattern.sub(words, text)
        text = _RAISED.sub(lambda match: raised(match["text"]), text)
        text = _LOWERED.sub(lambda m: lowered(m["text"], m["before"], m["after"]) + m["after"], text)
        return "\n".join(" ".join(line.split()) for line in text.split("\n"))

    def _note(self, note: re.Match[str]) -> str:
        self._notes += 1
        mark = f"[{self._notes}]"
        self._due.append((mark, f"{mark} {' '.join(note['text'].split())}"))
        return mark

    def _write_notes(self) -> None:
        for label, text in self._due:
            self.builder.begin("note", label)
            self.builder.add(text)
            self.builder.end("note")
        self._due = []


def _width(columns: str) -> int:
    """How many columns "1,2,3" or "3*" or "2*,1" are."""
    widths = (re.match(r"\s*(\d{1,4})\*", column) for column in columns.split(","))
    return min(sum(int(width[1]) if width else 1 for width in widths), MOST_COLUMNS)


def _rows(cells: list[Cell], width: int, heads: bool) -> list[Row]:
    """Cells in rows of a width, those counted in that reach down from the rows above."""
    rows: list[Row] = []
    row: list[Cell] = []
    reached = 0  # columns of the next row that cells of this one and those above reach into
    ending: Counter[int] = Counter()  # by row: columns that were reached into in the row above and are not in this one
    free = max(width, 1)
    for cell in cells:
        if free <= 0:
            rows.append(Row(row, heads and not rows))
            reached -= ending[len(rows)]
            row, free = [], max(width, 1) - reached
        row.append(cell)
        free -= cell.columns
        if cell.rows > 1:
            reached += cell.columns
            ending[len(rows) + cell.rows] += cell.columns
    return [*rows, Row(row, heads and not rows)] if row else rows
