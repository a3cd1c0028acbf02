"""Excel workbooks (.xlsx) -> their sheets, cells as the sheet shows them.

calamine reads the values. It does not say how a number is shown, so the formats of cells are read beside it: 0.15 may
be "15%" there.
"""

from __future__ import annotations

import posixpath
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, time, timedelta
from io import BytesIO
from typing import Any

from python_calamine import CalamineSheet, SheetTypeEnum, SheetVisibleEnum, load_workbook

from rag.loading.builder import TextBuilder
from rag.loading.grid import Merge, write_sheet
from rag.loading.limits import Limits
from rag.loading.number_format import BUILT_IN, shown
from rag.loading.package import check_package, iterate_part, parse_part
from rag.loading.parsed import Parsed

_CELL, _ROW = "{*}c", "{*}row"
_REFERENCE = re.compile(r"([A-Z]{1,3})(\d{1,7})")
_WORKBOOK = "xl/workbook.xml"


@dataclass(slots=True)
class _Looks:
    """What calamine does not tell of a sheet.

    Attributes:
        codes: number formats by row and column, from 0, of the cells that have one.
        errors: what stands in cells whose formula fails, likewise: "#DIV/0!".
        unfinished: how many formulas the file has no result of.
    """

    codes: dict[tuple[int, int], str] = field(default_factory=dict)
    errors: dict[tuple[int, int], str] = field(default_factory=dict)
    unfinished: int = 0


def parse(data: bytes, limits: Limits) -> Parsed:
    """The visible sheets in their order; a hidden one is named in a warning.

    Raises:
        Refused: damaged, protected, not a workbook, or over the limits.
    """
    check_package(data, limits, name="Excel workbook", old="Excel file (.xls)", suffix=".xlsx")
    builder = TextBuilder(limits)
    warnings: tuple[str, ...] = ()
    unfinished = 0
    with load_workbook(BytesIO(data)) as workbook, zipfile.ZipFile(BytesIO(data)) as package:
        codes, parts = _codes(package), _sheet_parts(package)
        for number, sheet in enumerate(workbook.sheets_metadata):
            if sheet.typ != SheetTypeEnum.WorkSheet:
                continue
            if sheet.visible != SheetVisibleEnum.Visible:
                warnings += (f"sheet {sheet.name} is hidden and was not read",)
                continue
            looks = _looks(package, parts.get(sheet.name, ""), codes)
            cells = workbook.get_sheet_by_index(number)
            merges = [Merge(top + 1, left, bottom + 1, right) for (top, left), (bottom, right) in _merged(cells)]
            write_sheet(sheet.name, _rows(cells, looks), builder, merges)
            unfinished += looks.unfinished
        core = parse_part(package, "docProps/core.xml")
    if unfinished:
        warnings += (f"the file has no results of {unfinished} formulas: open it in a spreadsheet and save it",)
    text, sections = builder.build()
    title = core.findtext("{*}title") if core is not None else ""
    author = core.findtext("{*}creator") if core is not None else ""
    return Parsed(text, sections, title or "", warnings=warnings, author=author or "")


def _merged(sheet: CalamineSheet) -> list[tuple[tuple[int, int], tuple[int, int]]]:
    return sheet.merged_cell_ranges or []


def _rows(sheet: CalamineSheet, looks: _Looks) -> Iterator[tuple[int, list[str]]]:
    for row, cells in enumerate(sheet.to_python(skip_empty_area=False)):
        places = ((row, column) for column in range(len(cells)))
        words = [
            _text(cell, looks.codes.get(place, "")) or looks.errors.get(place, "")
            for place, cell in zip(places, cells, strict=True)
        ]
        yield row + 1, words


def _text(cell: str | bool | float | date | time | timedelta, code: str) -> str:
    if isinstance(cell, str):
        return cell
    return str(cell).upper() if isinstance(cell, bool) else shown(cell, code)


def _codes(package: zipfile.ZipFile) -> list[str]:
    """The number format of each cell style, "" where it has none that is known."""
    styles = parse_part(package, "xl/styles.xml")
    if styles is None:
        return []
    own = {form.get("numFmtId"): form.get("formatCode") or "" for form in styles.iterfind("{*}numFmts/{*}numFmt")}
    built_in = {str(number): code for number, code in BUILT_IN.items()}
    return [(built_in | own).get(style.get("numFmtId"), "") for style in styles.iterfind("{*}cellXfs/{*}xf")]


def _sheet_parts(package: zipfile.ZipFile) -> dict[str, str]:
    """The part of the package that each sheet is in, by the sheet's name."""
    workbook = parse_part(package, _WORKBOOK)
    relations = parse_part(package, "xl/_rels/workbook.xml.rels")
    if workbook is None or relations is None:
        return {}
    targets = {
        relation.get("Id"): posixpath.join("/xl", relation.get("Target") or "")
        for relation in relations.iterfind("{*}Relationship")
    }
    return {
        sheet.get("name") or "": posixpath.normpath(targets.get(_relation(sheet), "")).lstrip("/")
        for sheet in workbook.iterfind("{*}sheets/{*}sheet")
    }


def _relation(sheet: Any) -> str:
    """Its relation's id, whose namespace is one of two."""
    return next((value for name, value in sheet.attrib.items() if name.endswith("}id")), "")


def _looks(package: zipfile.ZipFile, part: str, codes: list[str]) -> _Looks:
    looks = _Looks()
    if part not in package.namelist():
        return looks
    row = column = -1
    for event, element in iterate_part(package, part, (_CELL, _ROW)):
        if element.tag.endswith("}row"):
            if event == "start":
                number = element.get("r") or ""
                row, column = int(number) - 1 if number.isdecimal() else row + 1, -1
        elif event == "end":
            reference = _REFERENCE.fullmatch(element.get("r") or "")
            column = _column(reference[1]) if reference else column + 1
            style = element.get("s") or ""
            code = codes[int(style)] if style.isdecimal() and int(style) < len(codes) else ""
            if code and code != "General":
                looks.codes[row, column] = code
            if element.get("t") == "e":
                looks.errors[row, column] = element.findtext("{*}v") or ""
            looks.unfinished += element.find("{*}f") is not None and not element.findtext("{*}v")
    return looks


def _column(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - ord("A") + 1
    return number - 1
