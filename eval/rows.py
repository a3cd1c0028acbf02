"""Reads files of rows; whatever is wrong with a row is an error that names the file, the line and the field."""

from __future__ import annotations

import csv
import difflib
import gzip
import hashlib
import io
import json
import zlib
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rag.errors import DatasetError
from rag.schema import Span

CSV_FIELD_CHARACTERS = 16 * 1024 * 1024
"""The longest cell of a CSV file; Python's own limit of 131,072 is less than one long document."""


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a file, and the checks that its fields have to pass.

    Every method raises DatasetError where the field is not as it should be.

    Attributes:
        path: the file.
        place: where in the file, for people ("line 12").
        fields: the row as read.
    """

    path: Path
    place: str
    fields: dict[str, Any]

    def error(self, field: str, problem: str) -> DatasetError:
        """An error that says where it is."""
        return DatasetError(f"{self.path}, {self.place}, field {field!r}: {problem}")

    def only(self, known: Collection[str]) -> None:
        """Refuses fields that are not known: a misspelt field would otherwise be a silent gap."""
        for name in self.fields:
            if name not in known:
                near = difflib.get_close_matches(name, known, n=1)
                hint = f"did you mean {near[0]!r}?" if near else f"the fields are {', '.join(sorted(known))}"
                raise self.error(name, f"not a known field; {hint}")

    def text(self, field: str, default: str | None = None) -> str:
        """A text that is not blank; ``default`` where the field is absent and has one."""
        value = self.fields.get(field)
        if value is None:
            if default is None:
                raise self.error(field, "is missing")
            return default
        self._check_text(field, value)
        if not value.strip() and default is None:
            raise self.error(field, "is empty")
        return str(value)

    def identity(self, *names: str) -> str:
        """The first of these fields that is there, as a text; whole numbers are taken too."""
        field = next((name for name in names if self.fields.get(name) is not None), names[0])
        value = self.fields.get(field)
        if type(value) is int:
            return str(value)
        return self.text(field)

    def texts(self, field: str) -> tuple[str, ...]:
        """A list of texts; one text alone counts as a list of one, an absent field as an empty list."""
        value = self.fields.get(field)
        if value is None:
            return ()
        items = [value] if isinstance(value, str) else value
        if not isinstance(items, list):
            raise self.error(field, f"must be a list of texts, not {_kind(value)}")
        for item in items:
            self._check_text(field, item)
            if not item.strip():
                raise self.error(field, "holds an empty text")
        return tuple(items)

    def spans(self, field: str) -> tuple[Span, ...]:
        """A list of ``[start, end]``, characters, half-open, not empty."""
        value = self.fields.get(field)
        if value is None:
            return ()
        if not isinstance(value, list):
            raise self.error(field, f"must be a list of [start, end], not {_kind(value)}")
        for span in value:
            whole = isinstance(span, list) and len(span) == 2 and all(type(number) is int for number in span)
            if not whole or not 0 <= span[0] < span[1]:
                raise self.error(field, f"{json.dumps(span)} is not [start, end] with 0 <= start < end")
        return tuple((start, end) for start, end in value)

    def flag(self, field: str) -> bool:
        """True or false; an absent field is false."""
        value = self.fields.get(field)
        if value is None:
            return False
        if not isinstance(value, bool):
            raise self.error(field, f"must be true or false, not {_kind(value)}")
        return value

    def rows(self, field: str) -> list[Row]:
        """A list of objects as rows of their own."""
        value = self.fields.get(field)
        if not isinstance(value, list):
            raise self.error(field, "is missing" if value is None else f"must be a list, not {_kind(value)}")
        for item in value:
            if not isinstance(item, dict):
                raise self.error(field, f"must hold objects, not {_kind(item)}")
        return [Row(self.path, f"{self.place}, {field}[{n}]", item) for n, item in enumerate(value)]

    def _check_text(self, field: str, value: object) -> None:
        if not isinstance(value, str):
            raise self.error(field, f"must be text, not {_kind(value)}")
        try:
            value.encode("utf-8")
        except UnicodeEncodeError as error:
            raise self.error(field, "holds half a character (a lone surrogate)") from error


def read_text(path: Path) -> str:
    """A text file in UTF-8, unpacked where its name ends in ``.gz``; newlines become ``\\n``.

    Raises:
        DatasetError: absent, unreadable, not UTF-8, or not gzip though it is named so.
    """
    try:
        data = path.read_bytes()
        if path.suffix == ".gz":
            data = gzip.decompress(data)
    except (OSError, EOFError, zlib.error) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        raise DatasetError(f"{path}: cannot be read: {reason}") from error
    try:
        return data.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise DatasetError(f"{path}, line {line}: is not UTF-8 text; save the file as UTF-8") from error


def parse_json(path: Path, place: str, text: str) -> Any:
    """One JSON value.

    Raises:
        DatasetError: not JSON.
    """
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        raise DatasetError(f"{path}, {place}: is not JSON: {error}") from error


def read_jsonl(path: Path) -> Iterator[Row]:
    """The rows of a JSON-lines file; blank lines are passed over."""
    for number, line in enumerate(read_text(path).split("\n"), start=1):
        if line.strip():
            value = parse_json(path, f"line {number}", line)
            if not isinstance(value, dict):
                raise DatasetError(f"{path}, line {number}: must be an object, not {_kind(value)}")
            yield Row(path, f"line {number}", value)


def read_csv(path: Path, convert: Callable[[Row], dict[str, Any]]) -> Iterator[Row]:
    """The rows of a CSV file with a heading line; ``convert`` turns the texts of a row's cells into values."""
    csv.field_size_limit(CSV_FIELD_CHARACTERS)
    reader = csv.DictReader(io.StringIO(read_text(path), newline=""), strict=True)
    while True:
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raise DatasetError(f"{path}, line {reader.line_num}: is not CSV: {error}") from error
        row = Row(path, f"line {reader.line_num}", {})
        if None in cells:
            raise row.error("columns", f"the row has more cells than the heading's {len(reader.fieldnames or [])}")
        if None in cells.values():
            raise row.error(next(name for name, cell in cells.items() if cell is None), "the row has no cell for it")
        yield Row(path, row.place, convert(Row(path, row.place, dict(cells))))


def file_sha256(path: Path) -> str:
    """SHA-256 of a file's bytes, in hexadecimal."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _kind(value: object) -> str:
    names = {bool: "true or false", int: "a number", float: "a number", str: "text", list: "a list", dict: "an object"}
    return names.get(type(value), "null")
