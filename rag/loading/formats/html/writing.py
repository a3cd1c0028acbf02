"""The visible nodes of a page -> text, node by node as they open and close."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Literal

from selectolax.lexbor import LexborNode

from rag.loading.builder import TextBuilder
from rag.loading.limits import DEFAULT_LIMITS
from rag.loading.numerals import NumeralStyle, numeral
from rag.loading.tables import Cell, Row, write_table
from rag.text.raised import lowered, raised

_HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
_PARAGRAPHS = frozenset({
    "p", "ul", "ol", "dl", "blockquote", "hr", "article", "section", "main", "figure", "details", "footer",
})  # fmt: skip
_LISTS = frozenset({"ul", "ol"})
_LINES = frozenset({
    "div", "tr", "dd", "caption", "figcaption", "address", "summary", "fieldset",
    "legend", "form", "header", "body", "hgroup", "center", "td", "th", "br",
})  # fmt: skip
_CELLS = ("td", "th")
_NUMERALS: dict[str, NumeralStyle] = {
    "a": "lower letter", "A": "upper letter", "i": "lower roman", "I": "upper roman",
}  # fmt: skip
_BLOCK_IN_CELL = "table, ul, ol, pre, blockquote, h1, h2, h3, h4, h5, h6, p + p, div + div"
_NOTE = "p, li, div, dd, td, span, aside"  # what a note may be; a link to a heading or a section leads elsewhere
_BACK = "a[name][href^='#']"
_MAX_RAISED = 20  # characters; what is longer is a sentence in small type
_ENDS = (":", "?", "!", ".", "：", "？")


class Writer:
    """Writes the nodes of a page to a builder. A note stands at the end of the part that its mark stands in."""

    def __init__(
        self, builder: TextBuilder, unwanted: set[int], off_the_line: Mapping[int, Literal["sup", "sub"]]
    ) -> None:
        """
        Args:
            builder: that is written to.
            unwanted: the ids of nodes that are not written; takes those of what was.
            off_the_line: the ids of nodes that stand above or below the line, and are no elements for that.
        """
        self._builder = builder
        self._unwanted = unwanted
        self._off_the_line = off_the_line
        self._notes: dict[str, LexborNode] = {}
        self._due: list[tuple[str, LexborNode]] = []
        self._numbers: dict[int, int] = {}  # of the last item in each numbered list
        self._preformatted = self._depth = 0
        self._line_ends = ""
        self._joins = False  # the next text goes on in the line of the term before it

    def write_page(self, root: LexborNode) -> None:
        """Writes all of a page, its notes included."""
        self._notes = _notes(root)
        self._unwanted |= {note.mem_id for note in self._notes.values()}
        self._unwanted |= {link.mem_id for note in self._notes.values() for link in note.css(_BACK)}
        self.write(root)
        self._write_notes()

    def write(self, root: LexborNode) -> None:
        """Writes a node with all that is in it."""
        for node, opens in self._walk(root):
            if node.tag == "-text":
                self._text(node.text_content or "")
            elif opens:
                self._open(node)
            else:
                self._close(node)

    def _walk(self, root: LexborNode) -> Iterator[tuple[LexborNode, bool]]:
        """Every wanted node as it opens and closes, without recursion: pages may nest thousands deep."""
        stack = [(root, True)]
        while stack:
            node, opens = stack.pop()
            if opens and node.mem_id in self._unwanted:
                continue
            yield node, opens
            if opens and node.mem_id not in self._unwanted and node.tag != "-text":
                stack.append((node, False))
                stack.extend((child, True) for child in reversed(list(node.iter(include_text=True))))

    def _text(self, text: str) -> None:
        if self._preformatted:
            text = self._line_ends + text
            self._builder.add(text.rstrip("\n"))
            self._line_ends = text[len(text.rstrip("\n")) :]  # due only if more follows
        else:
            self._builder.add_collapsed(text)
        self._joins = self._joins and not text.strip()

    def _gap(self, newlines: int) -> None:
        if self._joins:
            self._builder.space()
        else:
            self._builder.gap(newlines)

    def _open(self, node: LexborNode) -> None:
        tag = node.tag or ""
        if tag in _HEADINGS:
            self._write_notes()
            self._builder.begin_heading(int(tag[1]))
        elif tag == "table":
            self._table(node)
        elif tag == "pre":
            self._joins = False
            self._preformatted += 1
            self._line_ends = ""
            self._builder.begin("code", _language(node))
        elif tag == "li":
            self._joins = False
            self._builder.begin_item(self._marker(node), max(self._depth, 1))
        elif tag in ("sup", "sub") or node.mem_id in self._off_the_line:
            self._raised(node)
        elif tag == "dt":
            self._term(node)
        elif tag == "input":
            self._task(node)
        else:
            self._border(node, 1)

    def _close(self, node: LexborNode) -> None:
        tag = node.tag or ""
        if tag in _HEADINGS:
            self._builder.end_heading()
        elif tag == "table":
            self._builder.end_table()
        elif tag == "pre":
            self._preformatted -= 1
            self._builder.end("code")
        elif tag == "li":
            self._builder.end_item()
        else:
            self._border(node, -1)

    def _border(self, node: LexborNode, nesting: int) -> None:
        tag = node.tag or ""
        if tag in _PARAGRAPHS:
            if tag in _LISTS:
                self._depth += nesting
            self._gap(1 if tag in _LISTS and node.parent is not None and node.parent.tag == "li" else 2)
        elif tag in _LINES:
            self._gap(1)

    def _term(self, node: LexborNode) -> None:
        """Writes a term; its definition goes on in the same line, "Deposit: 600 euros"."""
        term = " ".join(self._inside(node).split())
        self._unwanted.add(node.mem_id)  # written
        self._builder.gap(1)
        self._joins = _is_defined(node) and bool(term)
        self._builder.add(f"{term}:" if self._joins and not term.endswith(_ENDS) else term)

    def _task(self, node: LexborNode) -> None:
        """Writes the box before a task, which nobody can tick, as Markdown has it."""
        if node.attributes.get("type") == "checkbox":
            self._text("[x]" if "checked" in node.attributes else "[ ]")
            self._builder.space()

    # -- tables -------------------------------------------------------------------------------------------

    def _table(self, table: LexborNode) -> None:
        """Writes a table of values at once; of one that lays out a page, the rows and cells are blocks."""
        rows = [row for row in _rows(table) if row.mem_id not in self._unwanted]
        cells = [[cell for cell in row.iter() if cell.tag in _CELLS] for row in rows]
        has_blocks = any(cell.css_first(_BLOCK_IN_CELL) is not None for row in cells for cell in row)
        if has_blocks and (table.css_first("th") is None or len(table.css("table")) > 1):
            self._builder.begin_table()
            return
        for caption in table.iter():
            if caption.tag == "caption" and caption.mem_id not in self._unwanted:
                self._builder.gap(2)
                self._builder.add_collapsed(self._cell(caption))
                self._builder.gap(1)
        write_table(
            [
                Row([self._cell_of(cell) for cell in row], all(cell.tag == "th" or _in_head(cell) for cell in row))
                for row in cells
            ],
            self._builder,
        )
        self._unwanted.add(table.mem_id)  # written: nothing in it is entered

    def _cell_of(self, cell: LexborNode) -> Cell:
        return Cell(self._cell(cell), _number(cell, "colspan"), _number(cell, "rowspan"))

    def _cell(self, cell: LexborNode) -> str:
        return "" if cell.mem_id in self._unwanted else self._inside(cell)

    def _inside(self, node: LexborNode) -> str:
        """The text of what is in a node, written apart; the notes that it marks are due here."""
        inner = Writer(TextBuilder(DEFAULT_LIMITS), self._unwanted, self._off_the_line)
        inner._notes, inner._due = self._notes, self._due
        for child in node.iter(include_text=True):
            inner.write(child)
        return inner._builder.build()[0]

    # -- lists and notes ----------------------------------------------------------------------------------

    def _marker(self, item: LexborNode) -> str:
        parent = item.parent
        if parent is None or parent.tag != "ol":
            return "-"
        first = _number(parent, "start")
        number = _number(item, "value", self._numbers.get(parent.mem_id, first - 1) + 1)
        self._numbers[parent.mem_id] = number
        return f"{numeral(number, _NUMERALS.get(parent.attributes.get('type') or '', 'decimal'))}."

    def _raised(self, node: LexborNode) -> None:
        text = node.text()
        link = node if node.tag == "a" else node.css_first("a[href^='#']") or node.parent
        href = (link.attributes.get("href") or "") if link is not None else ""
        target = href[1:] if href.startswith("#") else ""
        words = text.strip().strip("[]")
        if target and words and len(words) <= _MAX_RAISED:
            text = f"[{words}]"
            if target in self._notes:
                self._due.append((text, self._notes.pop(target)))
        elif len(text) > _MAX_RAISED:
            return
        elif self._off_the_line.get(node.mem_id, node.tag) == "sup":
            text = raised(text)
        else:
            text = lowered(text, _beside(node.prev), _beside(node.next))
        self._unwanted.add(node.mem_id)
        self._text(text)

    def _write_notes(self) -> None:
        while self._due:
            mark, note = self._due.pop(0)
            words = " ".join(self._inside(note).split())
            if words:
                self._builder.begin("note", mark)
                self._builder.add(words if words.startswith(mark) else f"{mark} {words}")
                self._builder.end("note")


def _notes(root: LexborNode) -> dict[str, LexborNode]:
    """The notes of a page by their ids: what marks above the line link to, and stands after them.

    LibreOffice gives the id to the link back to the mark, with which the note begins, as its name.
    """
    marked: set[str] = set()
    found: dict[str, LexborNode] = {}
    for node in root.css(f"sup a[href^='#'], a[href^='#'] > sup, [id], {_BACK}"):  # in the order of the page
        link = (node.css_first("a[href^='#']") or node.parent) if node.tag == "sup" else node
        target = (link.attributes.get("href") or "") if link is not None else ""
        if node.id and node.id in marked and node.css_matches(_NOTE):
            found.setdefault(node.id, node)
        elif (name := node.attributes.get("name")) in marked and node.parent and node.parent.css_matches(_NOTE):
            found.setdefault(name or "", node.parent)
        elif target.startswith("#"):
            marked.add(target[1:])
    return found


def _rows(table: LexborNode) -> Iterator[LexborNode]:
    """The rows of a table, not those of tables in it."""
    for part in table.iter():
        if part.tag == "tr":
            yield part
        elif part.tag in ("thead", "tbody", "tfoot"):
            yield from (row for row in part.iter() if row.tag == "tr")


def _in_head(cell: LexborNode) -> bool:
    row = cell.parent
    return row is not None and row.parent is not None and row.parent.tag == "thead"


def _number(node: LexborNode, attribute: str, otherwise: int = 1) -> int:
    value = node.attributes.get(attribute) or ""
    return int(value) if value.isascii() and value.isdigit() and len(value) < 10 else otherwise


def _language(code: LexborNode) -> str:
    """The language that a program is written in, "python"; "" where it is not said."""
    inner = code.css_first("code")
    classes = ((inner if inner is not None else code).attributes.get("class") or "").split()
    return next((name.removeprefix("language-") for name in classes if name.startswith("language-")), "")


def _is_defined(term: LexborNode) -> bool:
    """Whether a definition follows the term."""
    after = term.next
    while after is not None and after.tag == "-text":
        after = after.next
    return after is not None and after.tag == "dd"


def _beside(node: LexborNode | None) -> str:
    return "" if node is None else node.text()
