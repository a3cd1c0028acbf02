"""Whole files of each format, to be broken: small, and with as much of what the format knows as that allows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from loading_files import open_document, pdf, presentation, raw_pdf, word_of, word_with, word_xml, workbook
from loading_samples import GOOD
from ocr_pictures import page, saved
from pdf_pages import form

PROSE = "The board met on Tuesday, 4 March 2021. Seventy-six members attended; four sent their apologies. " * 3
MARKDOWN = (
    f"# Minutes\n\n- one\n- two\n\n> quoted\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n```\ncode\n```\n\n[x](y) {PROSE}\n"
)
HTML = (
    "<!doctype html><html><head><meta charset=utf-8><title>Minutes</title><style>p{}</style></head><body>"
    f"<h1>Minutes</h1><p>{PROSE}</p><ul><li>one<li>two</ul><table><tr><td>1<td>2</table><pre>x</pre>&lt;&#65;</body>"
)
BODY = (
    "<w:p><w:pPr><w:pStyle w:val='Heading1'/></w:pPr><w:r><w:t>Minutes</w:t></w:r></w:p>"
    f"<w:p><w:r><w:t>{PROSE}</w:t></w:r></w:p><w:tbl><w:tr><w:tc><w:p><w:r><w:t>1</w:t></w:r></w:p></w:tc></w:tr></w:tbl>"
)
LISTED = (
    "<w:p><w:pPr><w:numPr><w:ilvl w:val='1'/><w:numId w:val='1'/></w:numPr></w:pPr><w:r><w:t>One.</w:t></w:r></w:p>"
    "<w:p><w:r><w:t>Two</w:t><w:vertAlign w:val='superscript'/><w:footnoteReference w:id='2'/></w:r></w:p><w:tbl>"
    "<w:tr><w:trPr><w:tblHeader/></w:trPr><w:tc><w:tcPr><w:gridSpan w:val='2'/><w:vMerge w:val='restart'/></w:tcPr>"
    "<w:p><w:ins><w:r><w:t>3</w:t></w:r></w:ins><w:fldSimple w:instr='PAGE'/></w:p></w:tc></w:tr></w:tbl>"
)
NUMBERING = (
    "<w:numbering><w:abstractNum w:abstractNumId='0'><w:lvl w:ilvl='1'><w:start w:val='1'/>"
    "<w:numFmt w:val='upperRoman'/><w:lvlText w:val='%1.%2'/></w:lvl></w:abstractNum><w:num w:numId='1'>"
    "<w:abstractNumId w:val='0'/></w:num></w:numbering>"
)
NOTES = "<w:footnotes><w:footnote w:id='2'><w:p><w:r><w:t>A note.</w:t></w:r></w:p></w:footnote></w:footnotes>"
OPEN_TABLE = (
    "<table:table table:name='T'><table:table-row table:number-rows-repeated='2'><table:table-cell"
    " table:number-columns-spanned='2'><text:p>a<text:s text:c='3'/><text:note><text:note-body><text:p>n</text:p>"
    "</text:note-body></text:note></text:p></table:table-cell></table:table-row></table:table>"
)
CONTENT = b"BT /F1 12 Tf 20 150 Td (The board met on Tuesday.) Tj 0 -20 Td (It ended at noon.) Tj ET"


def _slides(made: Any) -> None:
    slide = made.slides.add_slide(made.slide_layouts[5])
    slide.shapes.title.text = "Minutes"
    cells = slide.shapes.add_table(2, 2, 0, 0, 900, 900).table
    cells.cell(0, 0).text = PROSE
    cells.cell(1, 0).merge(cells.cell(1, 1))
    slide.notes_slide.notes_text_frame.text = "Seventy-six attended."


def _sheets(made: Any) -> None:
    sheet = made.active
    for row in (["Month", "Price", None], ["May", 2.5, True], ["June", "=B2*2", PROSE]):
        sheet.append(row)
    sheet["B2"].number_format = '#,##0.00 "EUR";[Red]-0.0%'
    sheet.merge_cells("A5:C9")


_PICTURE = page("The board met.").crop((0, 30, 300, 90))
_ENCODINGS = ("utf-8", "utf-16", "utf-32", "cp1252", "utf-8-sig", "gb18030", "utf-16-le")
_TEXTS = [(PROSE + "Žluťoučký 董事会 \u202eabc\u200b\u0301").encode(e, errors="replace") for e in _ENCODINGS]

SEEDS: dict[str, Sequence[bytes]] = {suffix: [data] for suffix, data in GOOD.items()} | {
    ".txt": _TEXTS,
    ".log": [*_TEXTS, b"2024-03-05 10:00:00 INFO The board met.\n" * 5],
    ".py": [*_TEXTS, b"def met(board):\n    return board\n"],
    ".md": [MARKDOWN.encode(), MARKDOWN.replace("\n", "\r\n").encode("utf-16")],
    ".html": [HTML.encode(), HTML.encode("utf-16"), HTML.replace("utf-8", "shift_jis").encode()],
    ".pdf": [
        pdf([PROSE, "Second page."], title="Minutes"),
        raw_pdf(CONTENT, ""),
        pdf(["x"], password="p"),
        form(["Name", "Date"], [("name", "Ana Ruiz", (150, 730, 300, 750)), ("date", "4 March", (150, 690, 300, 710))]),
    ],
    ".docx": [
        GOOD[".docx"],
        word_with(word_xml(BODY)),
        word_of(LISTED, {"numbering.xml": NUMBERING, "footnotes.xml": NOTES}),
    ],
    ".xlsx": [GOOD[".xlsx"], workbook(_sheets)],
    ".pptx": [GOOD[".pptx"], presentation(_slides)],
    ".odt": [GOOD[".odt"], open_document(OPEN_TABLE)],
    ".odp": [
        open_document(
            f"<draw:page draw:name='One'><draw:frame presentation:class='title'><draw:text-box><text:p>{PROSE}</text:p>"
            f"</draw:text-box></draw:frame><draw:frame>{OPEN_TABLE}</draw:frame></draw:page>",
            kind="presentation",
        )
    ],
    ".png": [saved(_PICTURE, "PNG"), saved(_PICTURE.convert("P"), "PNG")],
    ".jpg": [saved(_PICTURE, "JPEG"), saved(_PICTURE.convert("CMYK"), "JPEG")],
    ".tiff": [saved(_PICTURE, "TIFF"), saved(_PICTURE.convert("1"), "TIFF", [_PICTURE])],
    ".webp": [saved(_PICTURE, "WEBP")],
}
"""Whole files of each format, by the suffix that they are given."""
