"""Nested data (JSON, XML) -> lines and tables that can be read and quoted.

Every line says what it is of, from the outside in: "server.port: 8080". A long text is a paragraph under its name.
A list of records with the same few fields is a table, a record a row; tables come last, each under its name as heading.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from rag.errors import Refused
from rag.loading.builder import TextBuilder
from rag.loading.limits import Limits
from rag.schema import Section

MAX_DEPTH = 200
"""What nests deeper is refused."""

_MAX_LINE = 200  # characters of a value that stands beside its name
_MAX_COLUMNS = 50
_MAX_CELL = 500  # characters; records with longer texts are no rows
_FILLED_SHARE = 0.5  # of a table's cells; records that differ more are no rows


@dataclass(slots=True)
class Node:
    """A value: a text, a record or a list, and in XML a text with a record of attributes.

    Attributes:
        text: the value, or what stands beside ``fields``.
        fields: of a record: names and values in their order; a name may come twice.
        items: of a list.
    """

    text: str = ""
    fields: list[tuple[str, Node]] = field(default_factory=list)
    items: list[Node] = field(default_factory=list)

    @property
    def is_text(self) -> bool:
        """Whether it has no parts."""
        return not (self.fields or self.items)


def outline(root: Node, limits: Limits, *, first: int) -> tuple[str, tuple[Section, ...]]:
    """The text of nested data and its sections.

    Args:
        root: the data.
        limits: of the text.
        first: the number of the first item of a list, as the format counts them: "names[0]", "name[1]".

    Raises:
        Refused: nested deeper than ``MAX_DEPTH``, or too long.
    """
    writer = _Writer(TextBuilder(limits), first)
    writer.value(root, "", 0)
    return writer.finished()


class _Writer:
    def __init__(self, builder: TextBuilder, first: int) -> None:
        self._builder = builder
        self._first = first
        self._tables: list[tuple[str, list[dict[str, str]], list[str]]] = []

    def value(self, node: Node, path: str, depth: int) -> None:
        if depth > MAX_DEPTH:
            raise Refused(f"nests deeper than {MAX_DEPTH} levels")
        if node.text.strip():
            self._text(node.text.strip(), path)
        for name, part in node.fields:
            self.value(part, _inside(path, name), depth + 1)
        if node.items and all(item.is_text for item in node.items):
            self._texts([item.text.strip() for item in node.items], path)
        elif node.items and (rows := _rows(node.items)):
            self._tables.append((path, *rows))
        else:
            for number, item in enumerate(node.items, self._first):
                self.value(item, f"{path}[{number}]", depth + 1)

    def finished(self) -> tuple[str, tuple[Section, ...]]:
        """What was written, with the tables."""
        for path, rows, columns in self._tables:
            if path:
                self._builder.begin_heading(1)
                self._builder.add(path)
                self._builder.end_heading()
            self._builder.begin_table()
            self._builder.add_row(columns, header=True)
            for row in rows:
                self._builder.add_row(row.get(column, "") for column in columns)
            self._builder.end_table()
        return self._builder.build()

    def _text(self, text: str, path: str) -> None:
        beside = len(text) <= _MAX_LINE and "\n" not in text
        self._builder.gap(1 if beside else 2)
        self._builder.add(f"{path}:" if path else "")
        self._builder.space() if beside else self._builder.gap(1)
        self._builder.add(text)
        self._builder.gap(1 if beside else 2)

    def _texts(self, texts: list[str], path: str) -> None:
        line = ", ".join(texts)
        if len(line) <= _MAX_LINE:
            self._text(line, path)
            return
        self._builder.gap(2)
        self._builder.add(f"{path}:" if path else "")
        are_paragraphs = max(map(len, texts)) > _MAX_LINE
        self._builder.gap(2 if are_paragraphs else 1)
        for text in texts:
            if are_paragraphs:
                self._builder.add(text)
                self._builder.gap(2)
            else:
                self._builder.begin_item("-", 1)
                self._builder.add(" ".join(text.split()))
                self._builder.end_item()
        self._builder.gap(2)


def _rows(items: list[Node]) -> tuple[list[dict[str, str]], list[str]] | None:
    """Records as rows, and the names of their columns; None where they do not make a table."""
    if len(items) < 2 or any(item.text or item.items for item in items):
        return None
    rows: list[dict[str, str]] = []
    columns: dict[str, None] = {}
    for item in items:
        row: dict[str, str] = {}
        if not _flatten(item, "", row, 0):
            return None
        columns.update(dict.fromkeys(row))
        if len(columns) > _MAX_COLUMNS:
            return None
        rows.append(row)
    filled = sum(len(row) for row in rows)
    return (rows, list(columns)) if filled >= _FILLED_SHARE * len(rows) * len(columns) > 0 else None


def _flatten(node: Node, path: str, row: dict[str, str], depth: int) -> bool:
    """Puts the texts of a record into ``row``; False where they do not fit into cells."""
    if node.items and not all(item.is_text for item in node.items):
        return False
    if node.text or node.items:
        cell = node.text or ", ".join(item.text for item in node.items)
        if path in row or len(cell) > _MAX_CELL:
            return False
        row[path] = cell
    return depth <= MAX_DEPTH and all(_flatten(part, _inside(path, name), row, depth + 1) for name, part in node.fields)


def _inside(path: str, name: str) -> str:
    """The path of a field, on one line."""
    name = " ".join(name.split())
    return f"{path}.{name}" if path else name
