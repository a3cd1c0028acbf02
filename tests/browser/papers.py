"""A small library in five formats, made for the tests: a PDF of several pages, Word, HTML, Markdown and text."""

from __future__ import annotations

from pathlib import Path

from docx import Document
from fpdf import FPDF

PDF_NAME = "harbour-survey.pdf"
SURVEY = (
    (
        "Survey of the North Harbour",
        "This survey was carried out in May 2023 for the harbour board.",
        "It covers the breakwater, the two piers and the slipway. The tide gauge was checked before each dive.",
        "Three divers worked for six days. The weather was calm, apart from one afternoon with fog.",
    ),
    (
        "The breakwater",
        "The breakwater is 340 metres long and was built of granite blocks.",
        "Eleven blocks on the seaward side have shifted since the last survey, most of them near the lantern.",
        "The divers recommend that the shifted blocks are set back before the winter storms.",
    ),
    (
        "The piers",
        "The east pier needs new fenders. The west pier is sound.",
        "The slipway is covered with weed and should be scraped twice a year.",
    ),
)
NOTICE = """<!doctype html><html><head><title>Notice of the ferry company</title></head><body>
<h1>Notice of the ferry company</h1><p>The winter timetable starts on 6 November.</p>
<h2>Bicycles</h2><p>A bicycle travels for 3 crowns. Dogs travel free of charge on every ferry.</p>
<script>window.pwned = 1</script><img src="x" onerror="window.pwned=1"></body></html>"""
RULES = """# Rules of the swimming club

## Lanes

The outer lanes are kept for children until five in the afternoon.

## Keys

The key of the boathouse hangs behind the clock in the kitchen.
"""
ANNUAL = {
    "yearbook-2022-12-31.txt": "Yearbook of the chess club 2022\n\nThe chess club has 74 members.\n",
    "yearbook-2023-12-31.txt": "Yearbook of the chess club 2023\n\nThe chess club has 76 members.\n",
    "letter-2024-01-15.txt": "Letter to the chess federation\n\nThe chess club now has 76 members.\n",
}


def make_papers(folder: Path) -> Path:
    """Writes the library into ``folder``."""
    folder.mkdir(parents=True, exist_ok=True)
    make_pdf(folder / PDF_NAME)
    make_word(folder / "orchard.docx")
    (folder / "ferry.html").write_text(NOTICE, encoding="utf-8")
    (folder / "swimming.md").write_text(RULES, encoding="utf-8")
    for name, text in ANNUAL.items():
        (folder / name).write_text(text, encoding="utf-8")
    return folder


def make_pdf(path: Path) -> None:
    pdf = FPDF(format="A4")
    pdf.set_title(SURVEY[0][0])
    pdf.set_margin(25)
    for heading, *paragraphs in SURVEY:
        pdf.add_page()
        pdf.set_font("Times", "B", 20)
        pdf.multi_cell(0, 12, heading, new_x="LMARGIN", new_y="NEXT")
        pdf.ln(6)
        pdf.set_font("Times", size=13)
        for paragraph in paragraphs:
            pdf.multi_cell(0, 7.5, paragraph, new_x="LMARGIN", new_y="NEXT")
            pdf.ln(5)
    pdf.output(str(path))


def make_word(path: Path) -> None:
    document = Document()
    document.core_properties.title = "Handbook of the orchard"
    document.add_heading("Handbook of the orchard", 1)
    document.add_heading("Pruning", 2)
    document.add_paragraph("The apple trees are pruned in late February, once the frost is over.")
    document.add_heading("Harvest", 2)
    document.add_paragraph("The pears are picked green and ripen in the cellar for three weeks.")
    document.save(str(path))
