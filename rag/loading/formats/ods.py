"""OpenDocument spreadsheets (.ods) -> their sheets. The file holds the text of each cell as the sheet shows it."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any

from rag.errors import Refused
from rag.loading.builder import TextBuilder
from rag.loading.grid import Comment, Merge, write_sheet
from rag.loading.limits import Limits
from rag.loading.package import PROTECTED, check_package, iterate_part, parse_part
from rag.loading.parsed import Parsed

_OFFICE, _TABLE, _TEXT, _STYLE, _META = (
    f"{{urn:oasis:names:tc:opendocument:xmlns:{name}:1.0}}" for name in ("office", "table", "text", "style", "meta")
)
_SHEET, _ROW, _SOURCE, _LOOK = f"{_TABLE}table", f"{_TABLE}table-row", f"{_TABLE}table-source", f"{_STYLE}style"
_CELLS = (f"{_TABLE}table-cell", f"{_TABLE}covered-table-cell")
_DUBLIN_CORE = "{http://purl.org/dc/elements/1.1/}"
_MIMETYPE = b"application/vnd.oasis.opendocument.spreadsheet"
_MOST_ROWS, _MOST_COLUMNS = 1_048_576, 16_384  # of a sheet in any application


@dataclass(slots=True)
class _Sheet:
    name: str
    style: str
    rows: list[tuple[int, list[str]]] = field(default_factory=list)
    merges: list[Merge] = field(default_factory=list)
    comments: list[Comment] = field(default_factory=list)
    height: int = 0
    is_copy: bool = False  # of another file's sheet, kept for formulas


def parse(data: bytes, limits: Limits) -> Parsed:
    """The visible sheets in their order; a hidden one is named in a warning.

    Raises:
        Refused: damaged, protected, not a spreadsheet, or over the limits.
    """
    check_package(data, limits, name="OpenDocument spreadsheet", suffix=".ods")
    builder = TextBuilder(limits)
    warnings: tuple[str, ...] = ()
    hidden: set[str] = set()
    with zipfile.ZipFile(BytesIO(data)) as package:
        names = package.namelist()
        if "content.xml" not in names or ("mimetype" in names and not package.read("mimetype").startswith(_MIMETYPE)):
            raise Refused("is damaged, or not an OpenDocument spreadsheet")
        if "META-INF/manifest.xml" in names and b"encryption-data" in package.read("META-INF/manifest.xml"):
            raise Refused(PROTECTED)
        for sheet in _sheets(package, hidden):
            if sheet.style in hidden:
                warnings += () if sheet.is_copy else (f"sheet {sheet.name} is hidden and was not read",)
            else:
                write_sheet(sheet.name, sheet.rows, builder, sheet.merges, sheet.comments)
        meta = parse_part(package, "meta.xml")
    text, sections = builder.build()
    title, author = (
        (meta.findtext(f".//{name}") if meta is not None else "") or ""
        for name in (f"{_DUBLIN_CORE}title", f"{_META}initial-creator")
    )
    return Parsed(text, sections, title, warnings=warnings, author=author)


def _sheets(package: zipfile.ZipFile, hidden: set[str]) -> Iterator[_Sheet]:
    """Every sheet; the names of the styles that hide a sheet are put into ``hidden`` before the first."""
    sheet: _Sheet | None = None
    for event, element in iterate_part(package, "content.xml", (_SHEET, _ROW, _SOURCE, _LOOK)):
        if element.tag == _SHEET and event == "start":
            sheet = _Sheet(element.get(f"{_TABLE}name") or "", element.get(f"{_TABLE}style-name") or "")
        elif event == "start":
            continue
        elif element.tag == _LOOK:
            properties = element.find(f"{_STYLE}table-properties")
            if properties is not None and properties.get(f"{_TABLE}display") == "false":
                hidden.add(element.get(f"{_STYLE}name"))
        elif sheet is not None and element.tag == _SHEET:
            yield sheet
            sheet = None
        elif sheet is not None and element.tag == _SOURCE:
            sheet.is_copy = True
        elif sheet is not None:
            _add_row(sheet, element)


def _add_row(sheet: _Sheet, row: Any) -> None:
    repeated = _number(row, "number-rows-repeated", _MOST_ROWS)
    number = sheet.height + 1
    cells: list[str] = []
    width = 0
    for cell in row.iterchildren(*_CELLS):
        times = _number(cell, "number-columns-repeated", _MOST_COLUMNS)
        text = _cell_text(cell) if cell.tag == _CELLS[0] else ""
        if text:
            cells += [""] * (width - len(cells)) + [text] * times
        down, across = (_number(cell, f"number-{what}-spanned", _MOST_ROWS) for what in ("rows", "columns"))
        if text and (down > 1 or across > 1):
            sheet.merges.append(Merge(number, width, number + down - 1, width + across - 1))
        annotation = cell.find(f"{_OFFICE}annotation")
        if annotation is not None and (words := _paragraphs(annotation)):
            author = " ".join((annotation.findtext(f"{_DUBLIN_CORE}creator") or "").split())
            sheet.comments.append(Comment(number, width, author, words))
        width += times
    if cells:
        sheet.rows.extend((number + time, cells) for time in range(min(repeated, _MOST_ROWS - sheet.height)))
    sheet.height += repeated


def _number(element: Any, name: str, most: int) -> int:
    text = element.get(f"{_TABLE}{name}") or "1"
    return min(max(int(text), 1), most) if text.isdecimal() and len(text) < 10 else 1


def _cell_text(cell: Any) -> str:
    """The paragraphs of a cell, without its comment; where it has none, its value."""
    if cell.find(f"{_TEXT}p") is not None:
        return _paragraphs(cell)
    kinds = ("string-value", "date-value", "time-value", "boolean-value", "value")
    return next((value for kind in kinds if (value := cell.get(f"{_OFFICE}{kind}"))), "")


def _paragraphs(element: Any) -> str:
    return "\n".join("".join(_words(paragraph)) for paragraph in element.iterchildren(f"{_TEXT}p"))


def _words(element: Any) -> Iterator[str]:
    yield element.text or ""
    for child in element.iterchildren("*"):
        if child.tag in (f"{_TEXT}s", f"{_TEXT}tab", f"{_TEXT}line-break"):
            yield " "
        elif child.tag != f"{_OFFICE}annotation":
            yield from _words(child)
        yield child.tail or ""
