"""Spreadsheets and separated values: what is shown on a sheet, as tables whose rows can be cited by their number."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import pytest
from loading_files import by_libre_office, package_with, parts, put, workbook
from openpyxl.comments import Comment

from rag.errors import LoadError
from rag.loading import load_file
from rag.loading.number_format import Value, shown
from rag.schema import Document

pytestmark = pytest.mark.usefixtures("parsed_here")

Load = Callable[[str, bytes | str], Document]


@pytest.fixture
def load(tmp_path: Path) -> Load:
    return lambda name, data: load_file(put(tmp_path, name, data), root=tmp_path)


def tables(document: Document) -> list[str]:
    """The header row of each table."""
    return [section.label for section in document.sections if section.kind == "table"]


def place(document: Document, text: str) -> str:
    return document.place_at(document.text.index(text))


def estate(book: Any) -> None:
    """Two sheets that are seen and one that is not, with all that a number can look like."""
    repairs = book.active
    repairs.title = "Repairs"
    repairs["A1"] = "Repairs planned for 2025"
    repairs.merge_cells("A1:F1")
    repairs.append([])
    repairs.append(["Building", "Work", "Cost", "Share", "Start", "Hours"])
    for row, (building, work, cost, share, start, hours) in enumerate(
        [
            ("Mill House", "new\nroof", 48500.5, 0.315, date(2025, 5, 12), timedelta(hours=130)),
            ("Mill House", "gutters", -900, 0.02, date(2025, 9, 1), timedelta(hours=8, minutes=30)),
            ("Dairy", "lift", 12900, 0.08, date(2025, 3, 17), timedelta(hours=75)),
        ],
        start=4,
    ):
        repairs.append([building, work, cost, share, start, hours])
        for column, code in zip("CDEF", ("#,##0.00 [$€-407]", "0.0%", "d mmmm yyyy", "[h]:mm"), strict=True):
            repairs[f"{column}{row}"].number_format = code
    repairs.merge_cells("A4:A5")
    repairs.append(["Total", None, "=SUM(C4:C6)"])
    repairs["C7"].number_format = "#,##0.00 [$€-407]"
    tenants = book.create_sheet("Tenants")
    tenants.append([None, "Flat", "Tenant", "Insured"])
    tenants.append([None, "1A", "Ines Moreau", True])
    tenants.append([None, "1B", "Oskar Lindqvist", False])
    tenants.append([])
    tenants.append([None, "Keys are with the caretaker."])
    hidden = book.create_sheet("Lists")
    hidden["A1"] = "secret"
    hidden.sheet_state = "hidden"


REPAIRS = (
    "Repairs\n\nRepairs planned for 2025\n\nBuilding | Work | Cost | Share | Start | Hours\n"
    "Mill House | new roof | 48,500.50 € | 31.5% | 12 May 2025 | 130:00\n"
    "Mill House | gutters | -900.00 € | 2.0% | 1 September 2025 | 8:30\n"
    "Dairy | lift | 12,900.00 € | 8.0% | 17 March 2025 | 75:00\n"
)
TENANTS = (
    "Tenants\n\nFlat | Tenant | Insured\n1A | Ines Moreau | TRUE\n1B | Oskar Lindqvist | FALSE\n\n"
    "Keys are with the caretaker."
)


def check_estate(document: Document) -> None:
    assert document.text.startswith(REPAIRS) and document.text.endswith(TENANTS)
    assert tables(document) == ["Building | Work | Cost | Share | Start | Hours", "Flat | Tenant | Insured"]
    assert place(document, "Repairs planned") == "sheet Repairs, row 1"
    assert place(document, "gutters") == "sheet Repairs, row 5"
    assert place(document, "Oskar") == "sheet Tenants, row 3"
    assert place(document, "caretaker") == "sheet Tenants, row 5"
    ranges = [section.label for section in document.sections if section.kind == "rows"]
    assert ranges == ["A1", "A3:F7", "B1:D3", "B5"]
    assert document.heading_path_at(document.text.index("Dairy")) == ("Repairs", "Repairs planned for 2025")
    assert document.heading_path_at(document.text.index("Ines")) == ("Tenants",)
    assert "sheet Lists is hidden and was not read" in document.warnings
    assert document.source.title == "Estate"


def test_a_workbook_is_read_as_it_is_shown(load: Load) -> None:
    document = load("estate.xlsx", workbook(estate))
    check_estate(document)
    assert "Total |  |  |  |  | \n" in document.text
    assert document.warnings[-1].startswith("has formulas without results (1)")


@pytest.mark.parametrize("suffix", [".xlsx", ".ods"])
def test_sheets_that_libre_office_wrote(tmp_path: Path, suffix: str) -> None:
    path = by_libre_office(put(tmp_path, "estate.xlsx", workbook(estate)), suffix)
    document = load_file(path, root=path.parent)
    check_estate(document)
    assert "Total |  | 60,500.50 € |  |  | \n" in document.text
    assert document.warnings == ("sheet Lists is hidden and was not read",)


def test_a_formula_that_gives_an_empty_text_is_not_missed(load: Load) -> None:
    name = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    cells = '<c r="A1"><v>12</v></c><c r="B1" t="str"><f>IF(A1,"","x")</f><v></v></c><c r="C1"><f>A1*2</f><v>24</v></c>'
    sheet = f'<worksheet xmlns="{name}"><sheetData><row r="1">{cells}</row></sheetData></worksheet>'.encode()
    document = load("a.xlsx", package_with(workbook(), {"xl/worksheets/sheet1.xml": sheet}))
    assert document.text == "12 | 24" and document.warnings == ()


def test_a_header_of_two_rows_is_one_line(load: Load) -> None:
    def build(book: Any) -> None:
        sheet = book.active
        for row in (["Town", "2023", None, "2024", None], [None, "Plan", "Actual", "Plan", "Actual"]):
            sheet.append(row)
        sheet.append(["Asby", 10, 12, 14, 13])
        for cells in ("A1:A2", "B1:C1", "D1:E1"):
            sheet.merge_cells(cells)

    document = load("plan.xlsx", workbook(build))
    assert tables(document) == ["Town | 2023 Plan | 2023 Actual | 2024 Plan | 2024 Actual"]
    assert place(document, "Asby") == "sheet Sheet, row 3"


def test_tables_without_a_header_have_none(load: Load) -> None:
    for rows in ("Asby;12\nHolm;30\n", "Name:;Ada\nTown:;Asby\n", "2020;5\n2021;6\n"):
        document = load("a.csv", rows)
        assert tables(document) == [""]
        assert document.text.splitlines() == rows.replace(";", " | ").splitlines()


def test_years_and_days_may_head_columns(load: Load) -> None:
    assert tables(load("a.csv", "Town,2023,2024\nAsby,10,12\n")) == ["Town | 2023 | 2024"]
    assert tables(load("a.csv", "Room,3 May 2024,4 May 2024\nHall,free,let\n")) == ["Room | 3 May 2024 | 4 May 2024"]


def test_a_sheet_of_remarks_is_lines(load: Load) -> None:
    document = load("a.csv", "Read this first.\nThe keys are with Ada.\n")
    assert document.text == "Read this first.\n\nThe keys are with Ada."
    assert tables(document) == [] and place(document, "keys") == "row 2"


def described(book: Any) -> None:
    estate(book)
    book.properties.title = "Estate of Asby"
    book.properties.creator = "Ingrid Falk"


def test_title_and_author_are_those_of_the_properties(load: Load) -> None:
    source = load("x.xlsx", workbook(described)).source
    assert (source.title, source.author) == ("Estate of Asby", "Ingrid Falk")


def test_title_and_author_that_libre_office_wrote(tmp_path: Path) -> None:
    path = by_libre_office(put(tmp_path, "x.xlsx", workbook(described)), ".ods")
    source = load_file(path, root=path.parent).source
    assert (source.title, source.author) == ("Estate of Asby", "Ingrid Falk")


def commented(book: Any) -> None:
    sheet = book.active
    for row in (["Town", "Fee"], ["Asby", 12], ["Holm", 30]):
        sheet.append(row)
    sheet["B3"].comment = Comment("Waived until May.\nSee the minutes.", "Ada Berg")
    sheet["A1"].comment = Comment("[Threaded comment]\n\nGet a newer program.\n\nComment:\n    All of them?", "tc={1}")


def test_comments_stand_below_the_table_with_their_row(load: Load) -> None:
    document = load("fees.xlsx", workbook(commented))
    assert document.text == (
        "Town | Fee\nAsby | 12\nHolm | 30\n\nOn “Town | Fee”: All of them?\n\n"
        "Ada Berg on “Holm | 30”: Waived until May. See the minutes."
    )
    assert place(document, "Waived") == "sheet Sheet, row 3"
    assert [section.label for section in document.sections if section.kind == "note"] == ["", "Ada Berg"]


def test_comments_that_libre_office_wrote(tmp_path: Path) -> None:
    path = by_libre_office(put(tmp_path, "fees.xlsx", workbook(commented)), ".ods")
    document = load_file(path, root=path.parent)
    assert "on “Holm | 30”: Waived until May. See the minutes." in document.text.replace("On", "on")
    assert place(document, "Waived") == "sheet Sheet, row 3"


def test_strict_workbooks_are_read(load: Load) -> None:
    main, relations = "spreadsheetml/2006/main", "officeDocument/2006/relationships"
    strict = {
        name: part.replace(f"http://schemas.openxmlformats.org/{main}".encode(), b"http://purl.oclc.org/ooxml/spreadsheetml/main")
        .replace(f"http://schemas.openxmlformats.org/{relations}".encode(), b"http://purl.oclc.org/ooxml/officeDocument/relationships")
        for name, part in parts(workbook(estate)).items()
    }  # fmt: skip
    check_estate(load("estate.xlsx", package_with(workbook(), strict)))


def test_the_error_of_a_formula_is_shown(load: Load) -> None:
    def build(book: Any) -> None:
        for row in (["Town", "Share"], ["Asby", "#DIV/0!"]):
            book.active.append(row)
        book.active["B2"].data_type = "e"

    assert "Asby | #DIV/0!" in load("a.xlsx", workbook(build)).text


@pytest.mark.parametrize(
    ("delimiter", "suffix"), [(",", ".csv"), (";", ".csv"), ("\t", ".tsv"), ("\t", ".csv"), ("|", ".csv")]
)
def test_the_delimiter_is_found(load: Load, delimiter: str, suffix: str) -> None:
    rows = [
        ["Route", "Operator", "Fare"],
        ["Asby - Holm", '"Blue Star, Ltd; ""B"""', "7.50"],
        ["Skerry", '"two\nlines"', "1.20"],
    ]
    document = load(f"fares{suffix}", "\r\n".join(map(delimiter.join, rows)))
    assert document.text == (
        'Route | Operator | Fare\nAsby - Holm | Blue Star, Ltd; "B" | 7.50\nSkerry | two lines | 1.20'
    )
    assert place(document, "Skerry") == "row 3"
    assert document.source.title == "Fares" and document.warnings == ()


def test_commas_in_numbers_are_no_delimiters(load: Load) -> None:
    assert load("a.csv", "1,50;2,50\n3,25;4,25\n").text == "1,50 | 2,50\n3,25 | 4,25"
    assert load("a.csv", "sep=,\na,b\n1;2,3;4\n").text == "a | b\n1;2 | 3;4"


def test_empty_lines_part_the_tables_of_a_csv(load: Load) -> None:
    document = load("a.csv", "Fares of 2024\n\nRoute,Fare\nHolm,7\n,\nPier,Depth\nOld,3\nNew,9\n")
    assert document.text == "Fares of 2024\n\nRoute | Fare\nHolm | 7\n\nPier | Depth\nOld | 3\nNew | 9"
    assert tables(document) == ["Route | Fare", "Pier | Depth"]
    assert document.heading_at(document.text.index("Holm")) == "Fares of 2024"
    assert place(document, "New") == "row 8"


def test_a_csv_in_an_old_encoding(load: Load) -> None:
    document = load("a.csv", "Straße;Preis\nLindenallee;3 €\nMüllerweg;5 €\n".encode("cp1252"))
    assert "Straße | Preis" in document.text and "encoding" in document.warnings[0]
    assert "Größe | 1" in load("a.csv", "Name\tWert\nGröße\t1\n".encode("utf-16")).text


def test_a_quotation_mark_that_is_not_closed_swallows_nothing(load: Load) -> None:
    document = load("a.csv", 'Part,Size\nPipe,"2\nBolt,3\n')
    assert document.text.splitlines()[1:] == ['Pipe | "2', "Bolt | 3"]
    assert "quotation marks do not pair" in document.warnings[0]


@pytest.mark.parametrize(
    ("value", "code", "as_shown"),
    [
        (48500.5, "#,##0.00\\ [$€-407]", "48,500.50 €"), (0.153, "0.0%", "15.3%"), (-5.0, "0.00", "-5.00"),
        (-5.0, "0;(0)", "(5)"), (7.0, "000000", "000007"), (1234567.0, '#,##0,,"M"', "1M"), (0.5, "# ?/?", "0.5"),
        (12345.678, "General", "12345.678"), (0.1 + 0.2, "", "0.3"), (900.0, "", "900"), (1e20, "", "1" + "0" * 20),
        (1234.5, '_-"£"* #,##0.00_-', "£1,234.50"), (0.0, '0;-0;"none"', "none"), (12345.0, "0.00E+00", "1.23E+04"),
        (-0.001, "0.00", "0.00"), (2.5, '0" kg"', "3 kg"), (5.0, "[Red]0", "5"), (5.0, "[>4]0.0;0", "5"),
        (date(2024, 3, 5), "dd/mm/yyyy", "05/03/2024"), (date(2024, 3, 5), "", "2024-03-05"),
        (date(2024, 3, 5), "[$-409]dddd, mmm d, yyyy", "Tuesday, Mar 5, 2024"), (date(2024, 3, 5), "mmm-yy", "Mar-24"),
        (datetime(2024, 3, 5, 14, 7), "d mmmm yyyy h:mm AM/PM", "5 March 2024 2:07 PM"),
        (datetime(2024, 3, 5, 14, 7), "", "2024-03-05 14:07"), (time(9, 5), "hh:mm:ss", "09:05:00"),
        (timedelta(hours=30), "[h]:mm", "30:00"), (timedelta(hours=30, minutes=1), "", "30:01"),
    ],
)  # fmt: skip
def test_numbers_and_dates_as_a_sheet_shows_them(value: Value, code: str, as_shown: str) -> None:
    assert shown(value, code) == as_shown


def test_what_is_no_sheet_is_told(load: Load) -> None:
    for name, data, reason in (
        ("a.xlsx", b"Not a workbook.", "is damaged, or not an Excel workbook"),
        ("a.xlsx", bytes.fromhex("d0cf11e0a1b11ae1") + bytes(600), r"is an old Excel file \(.xls\)"),
        ("a.ods", b"PK", "is damaged, or not an OpenDocument spreadsheet"),
        ("a.ods", workbook(), "not an OpenDocument spreadsheet"),
        (
            "a.ods",
            package_with(workbook(), {"content.xml": b"x", "META-INF/manifest.xml": b"<manifest:encryption-data/>"}),
            "is protected by a password",
        ),
        ("a.xlsx", package_with(workbook(), {"x.bin": b" " * (80 << 20)}), "a zip bomb"),
        ("a.xlsx", workbook(lambda book: None), "holds no text"),
    ):
        with pytest.raises(LoadError, match=reason):
            load(name, data)
