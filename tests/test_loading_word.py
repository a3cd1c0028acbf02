"""What a Word document becomes: what stands on its pages, in a form that can be quoted."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
from loading_files import put, strict, word, word_of

from rag.loading import load_file
from rag.schema import Document

pytestmark = pytest.mark.usefixtures("parsed_here")

Load = Callable[[bytes], Document]


@pytest.fixture
def load(tmp_path: Path) -> Load:
    return lambda data: load_file(put(tmp_path, "a.docx", data), root=tmp_path)


def parts(document: Document, kind: str) -> list[tuple[str, str, int]]:
    return [(s.label, document.text[s.start : s.end], s.level) for s in document.sections if s.kind == kind]


def run(text: str, *looks: str) -> str:
    marks = "".join(f"<w:{look}/>" for look in looks)
    return f'<w:r><w:rPr>{marks}</w:rPr><w:t xml:space="preserve">{text}</w:t></w:r>'


def paragraph(*runs: str, style: str = "", number: str = "", level: int = 0, properties: str = "") -> str:
    if number:
        properties += f'<w:numPr><w:ilvl w:val="{level}"/><w:numId w:val="{number}"/></w:numPr>'
    if style:
        properties = f'<w:pStyle w:val="{style}"/>{properties}'
    inner = "".join(one if one.startswith("<") else run(one) for one in runs)
    return f"<w:p><w:pPr>{properties}</w:pPr>{inner}</w:p>"


def numbering(levels: str, *, more: str = "", extra: str = "") -> dict[str, str | bytes]:
    """One list with the id 1; ``more`` after its levels, ``extra`` after the list."""
    return {
        "numbering.xml": f'<w:numbering><w:abstractNum w:abstractNumId="7">{levels}</w:abstractNum>{more}'
        f'<w:num w:numId="1"><w:abstractNumId w:val="7"/></w:num>{extra}</w:numbering>'
    }


def level(at: int, form: str, text: str, *, start: int = 1, more: str = "") -> str:
    return (
        f'<w:lvl w:ilvl="{at}"><w:start w:val="{start}"/><w:numFmt w:val="{form}"/><w:lvlText w:val="{text}"/>{more}'
        "</w:lvl>"
    )


CLAUSES = level(0, "decimal", "%1.") + level(1, "decimal", "%1.%2") + level(2, "lowerLetter", "(%3)")


def test_lists_of_word_have_their_numbers_and_bullets(load: Load) -> None:
    def build(document: Any) -> None:
        document.add_paragraph("To bring:")
        for text, style in (("Rope", "List Bullet"), ("Thick", "List Bullet 2"), ("Boots", "List Bullet")):
            document.add_paragraph(text, style)
        document.add_paragraph("The way:")
        for text in ("Cross the bridge.", "Turn left."):
            document.add_paragraph(text, "List Number")

    document = load(word(build))
    assert document.text == (
        "To bring:\n\n- Rope\n  - Thick\n- Boots\n\nThe way:\n\n1. Cross the bridge.\n2. Turn left."
    )
    assert parts(document, "item") == [
        ("-", "- Rope\n  - Thick", 1), ("-", "- Thick", 2), ("-", "- Boots", 1),
        ("1.", "1. Cross the bridge.", 1), ("2.", "2. Turn left.", 1),
    ]  # fmt: skip


def test_levels_count_under_the_level_above(load: Load) -> None:
    body = "".join(
        paragraph(text, number="1", level=at)
        for text, at in (
            ("Rent", 0),
            ("Amount", 1),
            ("In cash", 2),
            ("By card", 2),
            ("Due", 1),
            ("Keys", 0),
            ("Two", 1),
        )
    )
    lines = load(word_of(body, numbering(CLAUSES))).text.split("\n")
    assert [line.strip() for line in lines] == [
        "1. Rent", "1.1 Amount", "(a) In cash", "(b) By card", "1.2 Due", "2. Keys", "2.1 Two",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("form", "text", "start", "markers"),
    [
        ("upperRoman", "%1.", 3, ["III.", "IV."]),
        ("lowerRoman", "%1)", 9, ["ix)", "x)"]),
        ("upperLetter", "Annex %1:", 26, ["Annex Z:", "Annex AA:"]),
        ("decimalZero", "%1", 9, ["09", "10"]),
        ("bullet", "\uf0b7", 1, ["-", "-"]),
        ("none", "Note:", 1, ["Note:", "Note:"]),
        ("chineseCounting", "%1、", 1, ["1、", "2、"]),
    ],
)
def test_numbers_are_written_as_the_list_says(load: Load, form: str, text: str, start: int, markers: list[str]) -> None:
    body = paragraph("x", number="1") + paragraph("y", number="1")
    document = load(word_of(body, numbering(level(0, form, text, start=start))))
    assert [label for label, _, _ in parts(document, "item")] == markers


def test_a_list_starts_anew_where_it_says_so(load: Load) -> None:
    again = (
        '<w:num w:numId="2"><w:abstractNumId w:val="7"/><w:lvlOverride w:ilvl="0"><w:startOverride w:val="5"/>'
        "</w:lvlOverride></w:num>"
    )
    body = "".join(paragraph("x", number=number) for number in "11221") + paragraph("y", number="0")
    document = load(word_of(body, numbering(CLAUSES, extra=again)))
    assert [label for label, _, _ in parts(document, "item")] == ["1.", "2.", "5.", "6.", "7."]
    assert document.text.endswith("\n\ny")


def test_a_level_that_never_restarts_counts_on(load: Load) -> None:
    levels = level(0, "decimal", "%1.") + level(1, "decimal", "Rule %2", more='<w:lvlRestart w:val="0"/>')
    body = "".join(paragraph("x", number="1", level=at) for at in (0, 1, 0, 1))
    document = load(word_of(body, numbering(levels)))
    assert [label for label, _, _ in parts(document, "item")] == ["1.", "Rule 1", "2.", "Rule 2"]


def test_headings_are_numbered_by_their_styles(load: Load) -> None:
    styles = "<w:styles>" + "".join(
        f'<w:style w:type="paragraph" w:styleId="H{n}"><w:name w:val="heading {n}"/><w:pPr><w:numPr>'
        f'<w:numId w:val="1"/></w:numPr></w:pPr></w:style>'
        for n in (1, 2)
    )
    levels = level(0, "upperRoman", "Part %1", more='<w:pStyle w:val="H1"/>') + level(
        1, "decimal", "%1.%2", more='<w:isLgl/><w:pStyle w:val="H2"/>'
    )
    body = "".join(
        paragraph(text, style=style)
        for text, style in (("Boats", "H1"), ("Hire", "H2"), ("Return", "H2"), ("Pier", "H1"), ("Use", "H2"))
    )
    document = load(word_of(body, {"styles.xml": f"{styles}</w:styles>", **numbering(levels)}))
    assert [(label, deep) for label, _, deep in parts(document, "heading")] == [
        ("Part I Boats", 1), ("1.1 Hire", 2), ("1.2 Return", 2), ("Part II Pier", 1), ("2.1 Use", 2),
    ]  # fmt: skip


def test_an_outline_level_makes_a_heading(load: Load) -> None:
    document = load(word_of(paragraph("Moorings", properties='<w:outlineLvl w:val="1"/>') + paragraph("There are 12.")))
    assert parts(document, "heading") == [("Moorings", "Moorings\n\nThere are 12.", 2)]


def test_headers_and_footers_stand_at_the_end_once(load: Load) -> None:
    def build(document: Any) -> None:
        document.add_heading("Survey", 1)
        document.add_paragraph("The pier stands.")
        for section in (document.sections[0], document.add_section()):
            section.header.is_linked_to_previous = section.footer.is_linked_to_previous = False
            section.header.paragraphs[0].text = "Harbour office, file HO-77"
            section.footer.paragraphs[0].text = "3"
        document.sections[1].footer.paragraphs[0].text = "Telephone 555 0144"

    document = load(word(build))
    assert document.text == "Survey\n\nThe pier stands.\n\nHarbour office, file HO-77\n\nTelephone 555 0144"
    assert [label for label, _, _ in parts(document, "note")] == ["header", "footer"]


NOTES: Mapping[str, str | bytes] = {
    "footnotes.xml": '<w:footnotes><w:footnote w:type="separator" w:id="-1"><w:p/></w:footnote>'
    f'<w:footnote w:id="5">{paragraph(" Measured in ", run("May", "i"), ".")}</w:footnote></w:footnotes>',
    "endnotes.xml": f'<w:endnotes><w:endnote w:id="2">{paragraph("See the log.")}</w:endnote></w:endnotes>',
}


def test_notes_stand_at_the_end_of_the_part_that_has_their_mark(load: Load) -> None:
    heading = '<w:outlineLvl w:val="0"/>'
    body = (
        paragraph("Pier", properties=heading)
        + paragraph("It is 340 m", '<w:r><w:footnoteReference w:id="5"/></w:r>', " long",
                    '<w:r><w:endnoteReference w:id="2"/></w:r>', ".")
        + paragraph("It leans.") + paragraph("Crane", properties=heading) + paragraph("It is red.")
    )  # fmt: skip
    document = load(word_of(body, NOTES))
    assert document.text == (
        "Pier\n\nIt is 340 m[1] long[i].\n\nIt leans.\n\n[1] Measured in May.\n\n[i] See the log.\n\n"
        "Crane\n\nIt is red."
    )
    assert [label for label, _, _ in parts(document, "note")] == ["[1]", "[i]"]
    assert document.heading_at(document.text.index("Measured")) == "Pier"


def test_comments_say_who_made_them_and_on_what(load: Load) -> None:
    def build(document: Any) -> None:
        line = document.add_paragraph("The mooring costs ")
        amount = line.add_run("70 euros")
        line.add_run(" a month.")
        document.add_comment(amount, text="Raised in June?", author="Ingrid Falk")

    document = load(word(build))
    assert document.text == "The mooring costs 70 euros a month.\n\nIngrid Falk on “70 euros”: Raised in June?"
    assert [label for label, _, _ in parts(document, "note")] == ["Ingrid Falk"]


def test_merged_cells_are_repeated(load: Load) -> None:
    def build(document: Any) -> None:
        table = document.add_table(4, 3)
        for row, texts in enumerate((("Boat", "Hour", "Day"), ("Dinghy", "5", "30"), ("", "6", ""), ("Ask", "", ""))):
            for column, text in enumerate(texts):
                table.cell(row, column).text = text
        table.cell(1, 0).merge(table.cell(2, 0))
        table.cell(2, 1).merge(table.cell(2, 2))
        table.cell(3, 0).merge(table.cell(3, 2))

    document = load(word(build))
    assert parts(document, "table") == [
        ("Boat | Hour | Day", "Boat | Hour | Day\nDinghy | 5 | 30\nDinghy | 6 | 6\nAsk", 0)
    ]


def test_a_row_heads_a_table_where_it_is_marked_or_stands_out(load: Load) -> None:
    def header(first: str, properties: str = "", table: str = "") -> str:
        rows = f"<w:tr><w:trPr>{properties}</w:trPr>{first}</w:tr><w:tr>{cell('Pier')}{cell('340 m')}</w:tr>"
        document = load(word_of(f"<w:tbl><w:tblPr>{table}</w:tblPr>{rows}</w:tbl>"))
        return parts(document, "table")[0][0]

    def cell(text: str, *looks: str) -> str:
        return f"<w:tc>{paragraph(run(text, *looks))}</w:tc>"

    plain = cell("Thing") + cell("Length")
    assert header(plain) == ""
    assert header(plain, "<w:tblHeader/>") == "Thing | Length"
    assert header(plain, '<w:tblHeader w:val="0"/>') == ""
    assert header(cell("Thing", "b") + cell("Length", "b")) == "Thing | Length"
    assert header(cell("Thing", "b") + cell("Length")) == ""


def test_struck_out_and_hidden_text_is_left_out_and_told(load: Load) -> None:
    styles = (
        '<w:styles><w:style w:type="character" w:styleId="Gone"><w:rPr><w:strike/></w:rPr></w:style>'
        '<w:style w:type="paragraph" w:styleId="Secret"><w:rPr><w:vanish/></w:rPr></w:style></w:styles>'
    )
    body = (
        paragraph("A mooring costs ", run("50", "strike"), " ", run("60", "dstrike"), " 70 euros",
                  '<w:r><w:rPr><w:rStyle w:val="Gone"/></w:rPr><w:t> a week</w:t></w:r>', ".")
        + paragraph("Not for sale.", run("Yet.", "vanish"))
        + paragraph("The pier is to be sold.", style="Secret")
        + paragraph("It stays", '<w:r><w:rPr><w:strike w:val="0"/></w:rPr><w:t> open.</w:t></w:r>')
    )  # fmt: skip
    document = load(word_of(body, {"styles.xml": styles}))
    assert document.text == "A mooring costs 70 euros.\n\nNot for sale.\n\nIt stays open."
    assert document.warnings == ("text that is struck out is left out", "hidden text is left out")


def test_what_is_raised_joins_no_number(load: Load) -> None:
    def at(text: str, place: str) -> str:
        return f'<w:r><w:rPr><w:vertAlign w:val="{place}"/></w:rPr><w:t>{text}</w:t></w:r>'

    body = paragraph(
        "The bay has 4,120", at("1", "superscript"), at("2", "superscript"), " seals, 9 km", at("2", "superscript"),
        ", CO", at("2", "subscript"), ", log", at("2", "subscript"), "8 and the 1", at("st", "superscript"), " buoy.",
    )  # fmt: skip
    power = "<w:p><m:oMath><m:sSup><m:e><m:r><m:t>10</m:t></m:r></m:e><m:sup><m:r><m:t>6</m:t></m:r></m:sup></m:sSup>"
    document = load(word_of(f"{body}{power}</m:oMath></w:p>"))
    assert document.text == "The bay has 4,120¹² seals, 9 km², CO2, log₂8 and the 1st buoy.\n\n10⁶"


def test_results_of_fields_are_kept_and_tables_of_contents_are_not(load: Load) -> None:
    field = (
        '<w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText> REF fee </w:instrText></w:r>'
        f'<w:r><w:fldChar w:fldCharType="separate"/></w:r>{run("70 euros")}<w:r><w:fldChar w:fldCharType="end"/></w:r>'
    )
    styles = '<w:styles><w:style w:type="paragraph" w:styleId="C"><w:name w:val="toc 1"/></w:style></w:styles>'
    body = paragraph("Moorings\t3", style="C") + paragraph("The fee is ", field, ".")
    assert load(word_of(body, {"styles.xml": styles})).text == "The fee is 70 euros."


def test_of_alternatives_one_is_read(load: Load) -> None:
    box = "<w:txbxContent>{}</w:txbxContent>"
    body = paragraph(
        "Beside it:",
        f"<w:r><mc:AlternateContent><mc:Choice>{box.format(paragraph('Low tide'))}</mc:Choice>"
        f"<mc:Fallback>{box.format(paragraph('Low tide'))}</mc:Fallback></mc:AlternateContent></w:r>",
        f"<w:r><mc:AlternateContent><mc:Fallback>{box.format(paragraph('High tide'))}</mc:Fallback>"
        "</mc:AlternateContent></w:r>",
    )
    assert load(word_of(body)).text == "Beside it:\n\nLow tide\n\nHigh tide"


def test_strict_open_xml_is_read(load: Load) -> None:
    def build(document: Any) -> None:
        document.core_properties.title = "The pier of Skerry"
        document.add_heading("Fees", 1)
        document.add_paragraph("None.", "List Number")

    usual = word(build)
    assert b"purl.oclc.org" not in usual
    document = load(strict(usual))
    assert document.text == "Fees\n\n1. None." and document.source.title == "The pier of Skerry"


def test_imported_parts_are_read(load: Load) -> None:
    inner = word_of(paragraph("From a document.") + '<w:altChunk r:id="aFChunk.html"/>',
                    {"aFChunk.html": b"<p>Of a <b>page</b> in it.</p>"})  # fmt: skip
    body = paragraph("Here.") + "".join(
        f'<w:altChunk r:id="{name}"/>' for name in ("aFChunk1.html", "aFChunk2.docx", "aFChunk3.rtf", "absent")
    )
    document = load(
        word_of(
            body + paragraph("There."),
            {"aFChunk1.html": b"<ul><li>An item", "aFChunk2.docx": inner, "aFChunk3.rtf": b"{}"},
        )
    )
    assert document.text == "Here.\n\n- An item\n\nFrom a document.\n\nOf a page in it.\n\nThere."
    assert document.warnings == ("a part that it imports is not read: application/rtf",)


def test_deleted_rows_and_marks_count_for_nothing(load: Load) -> None:
    gone = "<w:rPr><w:del/></w:rPr>"
    table = (
        f"<w:tbl><w:tr><w:trPr><w:del/></w:trPr><w:tc>{paragraph('Old')}</w:tc></w:tr>"
        f"<w:tr><w:tc>{paragraph('New')}</w:tc></w:tr></w:tbl>"
    )
    body = paragraph("x", number="1") + paragraph(number="1", properties=gone) + paragraph("y", number="1") + table
    assert load(word_of(body, numbering(CLAUSES))).text == "1. x\n2. y\n\nNew"


def test_a_symbol_that_says_yes_is_kept(load: Load) -> None:
    symbol = '<w:r><w:sym w:font="Wingdings" w:char="F0FC"/></w:r>'
    assert load(word_of(paragraph("Insured ", symbol))).text == "Insured ✓"
