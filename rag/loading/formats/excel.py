"""Excel workbooks (.xlsx) -> their sheets, cells as the sheet shows them.

calamine reads the values. It does not say how a number is shown, so the formats of cells are read beside it: 0.15 may
be "15%" there.
"""

from __future__ import annotations

import posixpath
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, time, timedelta
from functools import lru_cache
from io import BytesIO
from string import digits

from python_calamine import CalamineSheet, SheetTypeEnum, SheetVisibleEnum, load_workbook

from rag.loading.builder import TextBuilder
from rag.loading.grid import Comment, Merge, write_sheet
from rag.loading.limits import Limits
from rag.loading.number_format import BUILT_IN, shown
from rag.loading.package import check_package, iterate_part, parse_part
from rag.loading.parsed import Parsed

_ROW = "{*}row"
_THREADED = "[Threaded comment]"  # and advice to get a newer program, before what older ones are to show
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
            comments = _comments(package, parts.get(sheet.name, ""))
            write_sheet(sheet.name, _rows(cells, looks), builder, merges, comments)
            unfinished += looks.unfinished
        core = parse_part(package, "docProps/core.xml")
    if unfinished:
        warnings += (f"has formulas without results ({unfinished}): open it in a spreadsheet and save it",)
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
    known = built_in | own
    codes = [known.get(style.get("numFmtId"), "") for style in styles.iterfind("{*}cellXfs/{*}xf")]
    return ["" if code in ("General", "@") else code for code in codes]


def _sheet_parts(package: zipfile.ZipFile) -> dict[str, str]:
    """The part of the package that each sheet is in, by the sheet's name."""
    workbook = parse_part(package, _WORKBOOK)
    if workbook is None:
        return {}
    parts = {key: part for key, _, part in _relations(package, _WORKBOOK)}
    return {
        sheet.get("name") or "": parts.get(next((v for k, v in sheet.attrib.items() if k.endswith("}id")), ""), "")
        for sheet in workbook.iterfind("{*}sheets/{*}sheet")
    }


def _relations(package: zipfile.ZipFile, part: str) -> list[tuple[str, str, str]]:
    """The parts that a part refers to: by which key, as what, and their names."""
    folder, name = posixpath.split(f"/{part}")
    relations = parse_part(package, f"{folder[1:]}/_rels/{name}.rels")
    return [
        (
            relation.get("Id") or "",
            posixpath.basename(relation.get("Type") or ""),
            posixpath.normpath(posixpath.join(folder, relation.get("Target") or "")).lstrip("/"),
        )
        for relation in (relations if relations is not None else ())
        if isinstance(relation.tag, str)
    ]


def _comments(package: zipfile.ZipFile, sheet: str) -> list[Comment]:
    """The comments on the cells of a sheet, by row and column; replies are part of the comment."""
    found: list[Comment] = []
    for root in (parse_part(package, part) for _, kind, part in _relations(package, sheet) if kind == "comments"):
        if root is None:
            continue
        authors = [author.text or "" for author in root.iterfind("{*}authors/{*}author")]
        for comment in root.iterfind("{*}commentList/{*}comment"):
            letters = (comment.get("ref") or "").rstrip(digits)
            row = comment.get("ref", "")[len(letters) :]
            number = comment.get("authorId") or ""
            author = authors[int(number)] if number.isdecimal() and int(number) < len(authors) else ""
            text = "".join(words.text or "" for words in comment.iterfind("{*}text//{*}t"))
            if text.startswith(_THREADED):
                author, text = "", text.partition("Comment:")[2]
            if row and text.strip():
                found.append(Comment(int(row), _column(letters, 0), author, text))
    return sorted(found, key=lambda comment: (comment.row, comment.column))


def _looks(package: zipfile.ZipFile, part: str, codes: list[str]) -> _Looks:
    looks = _Looks()
    if part not in package.namelist():
        return looks
    row = -1
    for event, element in iterate_part(package, part, (_ROW,)):
        if event == "start":
            continue
        number = element.get("r") or ""
        row, column = int(number) - 1 if number.isdecimal() else row + 1, -1
        for cell in element:
            column = _column((cell.get("r") or "").rstrip(digits), column + 1)
            style, kind = cell.get("s") or "", cell.get("t") or "n"
            code = codes[int(style)] if kind == "n" and style.isdecimal() and int(style) < len(codes) else ""
            if code:
                looks.codes[row, column] = code
            if kind == "e":
                looks.errors[row, column] = cell.findtext("{*}v") or ""
            if kind != "str" and len(cell) and cell[0].tag.endswith("}f"):  # a text may be empty
                looks.unfinished += not cell.findtext("{*}v")
    return looks


@lru_cache(maxsize=20_000)
def _column(letters: str, otherwise: int) -> int:
    """The number of a column, from 0, by its letters; ``otherwise`` where those are none."""
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - ord("A") + 1
    return number - 1 if letters.isascii() and letters.isalpha() and letters.isupper() else otherwise
