"""Rich Text (.rtf) -> headings, paragraphs, items, tables and notes.

The tables of control words and character sets are striprtf's; it gives text alone, so what is made of them is here.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from striprtf.striprtf import charset_map, destinations, specialchars

from rag.errors import Refused
from rag.loading.builder import TextBuilder
from rag.loading.limits import Limits
from rag.loading.parsed import REPLACEMENT, STRUCK_OUT, Parsed
from rag.loading.tables import Cell, Row, write_table
from rag.text.raised import lowered, raised

HIDDEN = "hidden text is left out"

_TOKEN = re.compile(
    r"\\(?P<word>[a-zA-Z]{1,32})(?P<number>-?\d{1,9})?[ ]?|\\'(?P<hex>[0-9a-fA-F]{2})|\\(?P<symbol>.)"
    r"|(?P<brace>[{}])|[\r\n]+|(?P<text>[^\\{}\r\n]+)",
    re.DOTALL,
)
_BEGIN = re.compile(rb"\s*\{\\rtf")
_HEADING_STYLE = re.compile(r"heading (?P<level>[1-9])", re.IGNORECASE)
_TITLE_STYLE = re.compile(r"title", re.IGNORECASE)
_SKIPPED = frozenset(destinations) - {"footnote", "fonttbl", "stylesheet", "info", "title", "author", "pntext"}
_READ = {"fonttbl": "fonts", "stylesheet": "styles", "title": "title", "author": "author"}
_SYMBOLS = {"~": "\u00a0", "_": "\u2011", "\n": "\n", "{": "{", "}": "}", "\\": "\\"}
_SPECIAL = {word: text for word, text in specialchars.items() if word.isalpha()} | {"line": "\n"}
_MOST_GROUPS = 10_000  # open in one another


@dataclass(frozen=True, slots=True)
class _Group:
    """What holds until a group ends.

    Attributes:
        into: what the text is of: "text", "marker" of an item, "note", one of ``_READ``, or "" where it is left out.
        font: the number of the current one.
        skip: characters that stand for one of ``\\u`` where that is not known.
        hidden, struck, deleted: whether the text is that.
        level: "super", "sub" or "".
        around: what the text around a group is of that is left out where its first word is not known.
    """

    into: str = "text"
    font: str = ""
    skip: int = 1
    hidden: bool = False
    struck: bool = False
    deleted: bool = False
    level: str = ""
    around: str = ""


@dataclass(slots=True)
class _CellLook:
    goes_on_from_left: bool = False
    goes_on_from_above: bool = False


@dataclass(slots=True)
class _Paragraph:
    """What is known of the paragraph that is being read."""

    heading: int = 0
    style: int = 0
    item_level: int = 1
    in_table: bool = False
    marker: str = ""
    pieces: list[tuple[str, str]] = field(default_factory=list)


def parse(data: bytes, limits: Limits) -> Parsed:
    """Text, sections, title and author. Headers, footers, text boxes and comments are left out.

    Raises:
        Refused: no Rich Text, or too long.
    """
    if not _BEGIN.match(data):
        raise Refused("is damaged, or not Rich Text")
    reader = _Reader(TextBuilder(limits))
    reader.read(data.decode("latin-1"))
    return reader.finished()


class _Reader:
    def __init__(self, builder: TextBuilder) -> None:
        self._builder = builder
        self._group = _Group()
        self._open: list[_Group] = []
        self._encoding = "cp1252"
        self._fonts: dict[str, str] = {}
        self._styles: dict[int, int] = {}  # by number: the level of the heading that it makes
        self._style = 0
        self._known: dict[str, list[str]] = {"title": [], "author": [], "styles": [], "fonts": []}
        self._paragraph = _Paragraph()
        self._note: list[str] | None = None
        self._notes = 0
        self._due: list[tuple[str, str]] = []
        self._bytes = bytearray()
        self._to_skip = 0
        self._cells: list[str] = []
        self._cell: list[str] = []
        self._look: list[_CellLook] = []
        self._next_look = _CellLook()
        self._row_heads = False
        self._rows: list[Row] = []
        self._warnings: dict[str, None] = {}

    def read(self, source: str) -> None:
        """Reads all of a file, to its last brace."""
        at = 0
        while at < len(source):
            token = _TOKEN.match(source, at)
            if token is None:  # a lone backslash at the end
                break
            at = token.end()
            if token["hex"] is None:
                self._decode()
            if token["brace"] == "{":
                self._open.append(self._group)
                self._to_skip = 0
                if len(self._open) > _MOST_GROUPS:
                    raise Refused(f"nests deeper than {_MOST_GROUPS:,} levels")
            elif token["brace"]:
                self._end_group()
                if not self._open:
                    break
            elif token["word"]:
                if token["word"] == "bin":
                    at += max(int(token["number"] or 0), 0)
                else:
                    self._word(token["word"], int(token["number"]) if token["number"] else None)
            elif token["hex"]:
                self._hex(int(token["hex"], 16))
            elif token["symbol"]:
                self._symbol(token["symbol"])
            elif token["text"]:
                text = token["text"]
                skipped, self._to_skip = self._to_skip, max(self._to_skip - len(text), 0)
                self._add(text[skipped:])

    def finished(self) -> Parsed:
        """What was read."""
        self._decode()
        self._end_paragraph()
        self._end_table()
        self._write_notes()
        text, sections = self._builder.build()
        title, author = (" ".join(_joined("".join(self._known[name])).split()) for name in ("title", "author"))
        return Parsed(text, sections, title, warnings=tuple(self._warnings), author=author)

    # -- groups and words ---------------------------------------------------------------------------------

    def _end_group(self) -> None:
        ended = self._group
        self._group = self._open.pop() if self._open else _Group()
        self._to_skip = 0
        if ended.into == "note" != self._group.into and self._note is not None:
            mark, words = f"[{self._notes}]", " ".join(_joined("".join(self._note)).split())
            self._note = None
            if words:
                self._due.append((mark, f"{mark} {words}"))

    def _word(self, word: str, number: int | None) -> None:
        self._to_skip = 0
        around = self._group.around
        if around:
            self._change(around="")
        if word in _SKIPPED:
            self._change(into="")
        elif word in _READ:
            is_again = word in ("title", "author") and self._known[word]  # LibreOffice writes who changed it so too
            self._change(into=_READ[word] if self._group.into and not is_again else "")
        elif word in ("listtext", "pntext"):
            self._change(into="marker")
            self._paragraph.marker = ""
        elif word == "footnote":
            if "text" in (self._group.into, around) and self._note is None:
                self._notes += 1
                self._change(into="text")
                self._add(f"[{self._notes}]", mark=True)
                self._note = []
                self._change(into="note")
        elif word == "u":
            if number is not None:
                self._add(chr(number % 0x10000))
            self._to_skip = self._group.skip
        elif word == "uc":
            self._change(skip=min(max(number or 0, 0), 10))
        elif word == "ansicpg" and number:
            self._encoding = f"cp{number}" if _is_encoding(f"cp{number}") else "cp1252"
        elif word in ("f", "fcharset", "deff"):
            self._font(word, number or 0)
        elif word in ("v", "strike", "striked", "deleted", "super", "sub", "nosupersub", "plain"):
            self._character(word, number != 0)
        elif self._group.into == "styles":
            if word == "s":
                self._style = number or 0
        elif self._group.into == "note" and word in ("par", "line", "tab", "cell"):
            self._add(" ")
        elif self._group.into in ("text", "marker"):
            self._in_text(word, number)

    def _in_text(self, word: str, number: int | None) -> None:
        paragraph = self._paragraph
        if word == "pard" and self._group.into == "text":
            self._paragraph = _Paragraph(marker=paragraph.marker, pieces=paragraph.pieces)
        elif word == "outlinelevel":
            paragraph.heading = (number or 0) + 1 if (number or 0) < 9 else 0
        elif word == "s":
            paragraph.style = number or 0
        elif word == "ilvl":
            paragraph.item_level = min(max(number or 0, 0), 8) + 1
        elif word in ("intbl", "itap"):
            paragraph.in_table = word == "intbl" or bool(number)
        elif word in ("par", "sect", "page"):
            self._end_paragraph()
        elif word in ("cell", "row", "trowd", "trhdr", "cellx", "clmrg", "clvmrg"):
            self._table(word)
        elif word == "nestcell":
            self._add(" ")
        elif word in _SPECIAL:
            self._add(_SPECIAL[word])

    def _change(self, **fields: object) -> None:
        self._group = replace(self._group, **fields)  # type: ignore[arg-type]

    def _font(self, word: str, number: int) -> None:
        if word == "fcharset":
            self._fonts[self._group.font] = charset_map.get(number, "")
        else:
            self._change(font=str(number))

    def _character(self, word: str, on: bool) -> None:
        if word == "v":
            self._change(hidden=on)
        elif word in ("strike", "striked"):
            self._change(struck=on)
        elif word == "deleted":
            self._change(deleted=on)
        elif word == "plain":
            self._change(hidden=False, struck=False, deleted=False, level="")
        else:
            self._change(level=word if on and word != "nosupersub" else "")

    # -- text ---------------------------------------------------------------------------------------------

    def _symbol(self, symbol: str) -> None:
        self._to_skip = 0
        if symbol == "*":
            self._change(into="", around=self._group.into)
        elif symbol in ("\n", "\r"):
            self._word("par", None)
        elif symbol in _SYMBOLS:
            self._add(_SYMBOLS[symbol])

    def _hex(self, value: int) -> None:
        if self._to_skip:
            self._to_skip -= 1
        else:
            self._bytes.append(value)

    def _decode(self) -> None:
        if self._bytes:
            encoding = self._fonts.get(self._group.font) or self._encoding
            text = bytes(self._bytes).decode(encoding if _is_encoding(encoding) else "cp1252", errors="replace")
            self._bytes.clear()
            self._add(text)

    def _add(self, text: str, *, mark: bool = False) -> None:
        group, text = self._group, text.replace("\x00", REPLACEMENT)
        if not text or not group.into or group.deleted:
            return
        if (group.hidden or group.struck) and not mark and group.into in ("text", "note"):
            if text.strip():
                self._warnings[STRUCK_OUT if group.struck else HIDDEN] = None
            return
        if group.into == "text":
            self._paragraph.pieces.append((text, "" if mark else group.level))
        elif group.into == "marker":
            self._paragraph.marker += text
        elif group.into == "note" and self._note is not None:
            self._note.append(text)
        elif group.into == "styles":
            self._name_style(text)
        elif group.into in self._known:
            self._known[group.into].append(text)

    def _name_style(self, text: str) -> None:
        name = text.strip().rstrip(";")
        if heading := _HEADING_STYLE.fullmatch(name):
            self._styles[self._style] = int(heading["level"])
        elif _TITLE_STYLE.fullmatch(name):
            self._styles[self._style] = 1

    # -- blocks -------------------------------------------------------------------------------------------

    def _taken(self) -> str:
        """The text of the paragraph so far, which begins anew."""
        pieces = self._paragraph.pieces
        texts = [text for text, _ in pieces]
        for at, (text, level) in enumerate(pieces):
            if level == "super":
                texts[at] = raised(text)
            elif level == "sub":
                texts[at] = lowered(text, texts[at - 1] if at else "", texts[at + 1] if at + 1 < len(texts) else "")
        self._paragraph.pieces = []
        return _joined("".join(texts)).strip()

    def _end_paragraph(self) -> None:
        text, paragraph = self._taken(), self._paragraph
        marker, paragraph.marker = " ".join(_joined(paragraph.marker).split()), ""
        if paragraph.in_table:
            self._cell.append(f"{marker} {text}" if any(map(str.isalnum, marker)) else text)
            return
        self._end_table()
        if not text:
            return
        heading = paragraph.heading or self._styles.get(paragraph.style, 0)
        if heading:
            self._heading(f"{marker} {text}".strip(), heading)
        elif marker:
            self._builder.begin_item(marker if any(map(str.isalnum, marker)) else "-", paragraph.item_level)
            self._builder.add(text)
            self._builder.end_item()
        else:
            self._builder.gap(2)
            self._builder.add(text)
            self._builder.gap(2)

    def _heading(self, text: str, level: int) -> None:
        own = [note for note in self._due if note[0] in text]
        self._due = [note for note in self._due if note not in own]
        self._write_notes()
        self._due = own
        self._builder.begin_heading(level)
        self._builder.add(" ".join(text.split()))
        self._builder.end_heading()

    def _table(self, word: str) -> None:
        if word == "cell":
            self._end_paragraph_of_cell()
        elif word == "trowd":
            self._look, self._next_look, self._row_heads = [], _CellLook(), False
        elif word == "trhdr":
            self._row_heads = True
        elif word == "cellx":
            self._look.append(self._next_look)
            self._next_look = _CellLook()
        elif word == "clmrg":
            self._next_look.goes_on_from_left = True
        elif word == "clvmrg":
            self._next_look.goes_on_from_above = True
        else:
            self._rows.append(Row(list(_cells(self._cells, self._look)), self._row_heads))
            self._cells = []

    def _end_paragraph_of_cell(self) -> None:
        self._cell.append(self._taken())
        self._paragraph.marker = ""
        self._cells.append("\n".join(filter(None, self._cell)))
        self._cell = []

    def _end_table(self) -> None:
        if self._cells or self._cell:  # a row that never ended
            self._rows.append(Row([Cell(text) for text in (*self._cells, *filter(None, self._cell))]))
            self._cells, self._cell = [], []
        if self._rows:
            write_table(self._rows, self._builder)
            self._rows = []

    def _write_notes(self) -> None:
        self._end_table()
        for label, text in self._due:
            self._builder.begin("note", label)
            self._builder.add(text)
            self._builder.end("note")
        self._due = []


def _cells(texts: list[str], looks: list[_CellLook]) -> Iterator[Cell]:
    """The cells of a row; one that goes on is part of the one to its left, or has the text of the one above."""
    cells: list[Cell] = []
    for at, text in enumerate(texts):
        look = looks[at] if at < len(looks) else _CellLook()
        if look.goes_on_from_left and cells:
            cells[-1] = replace(cells[-1], columns=cells[-1].columns + 1)
        else:
            cells.append(Cell(None if look.goes_on_from_above else text))
    yield from cells


def _is_encoding(name: str) -> bool:
    try:
        codecs.lookup(name)
    except LookupError:
        return False
    return True


def _joined(text: str) -> str:
    """The text with each pair of surrogates as the one character that they stand for."""
    if not any("\ud800" <= c <= "\udfff" for c in text):
        return text
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace").replace("\ufffd", REPLACEMENT)
