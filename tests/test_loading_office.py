"""Presentations, OpenDocument texts, Rich Text, books and the markup of manuals: as their pages show them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from loading_files import archive, book, by_libre_office, open_document, presentation, put, word
from pptx.chart.data import CategoryChartData
from pptx.enum.chart import XL_CHART_TYPE
from pptx.util import Inches

from rag.errors import LoadError
from rag.loading import load_file
from rag.schema import Document

pytestmark = pytest.mark.usefixtures("parsed_here")

Load = Callable[[str, bytes | str], Document]


@pytest.fixture
def load(tmp_path: Path) -> Load:
    return lambda name, data: load_file(put(tmp_path, name, data), root=tmp_path)


def labels(document: Document, kind: str) -> list[str]:
    return [section.label for section in document.sections if section.kind == kind]


def place(document: Document, text: str) -> str:
    return document.place_at(document.text.index(text))


def bridge(made: Any) -> None:
    """Six slides: a title, a list with notes, a table, an empty one, a hidden one, a chart."""
    made.core_properties.title, made.core_properties.author = "The bridge", "Ana Ruiz"
    first, listed, table, _, hidden, chart = (
        made.slides.add_slide(made.slide_layouts[number]) for number in (0, 1, 5, 6, 5, 5)
    )
    first.shapes.title.text, first.placeholders[1].text = "Plans for the bridge", "Town council\nMay 2024"
    listed.shapes.title.text = "What it costs"
    frame = listed.placeholders[1].text_frame
    frame.text = "Steel is 40,000 euros"
    for words, level in (("from Ghent", 1), ("Paint is 900 euros", 0)):
        paragraph = frame.add_paragraph()
        paragraph.text, paragraph.level = words, level
    listed.notes_slide.notes_text_frame.text = "The paint is green."
    table.shapes.title.text = "When"
    cells = table.shapes.add_table(3, 3, 0, Inches(2), Inches(5), Inches(2)).table
    for y, row in enumerate([("Part", "Start", "End"), ("Piers", "May", ""), ("Deck", "July", "August")]):
        for x, text in enumerate(row):
            cells.cell(y, x).text = text
    cells.cell(1, 1).merge(cells.cell(1, 2))
    hidden.shapes.title.text = "Secret"
    hidden._element.set("show", "0")
    chart.shapes.title.text = "Traffic"
    data = CategoryChartData()
    data.categories = ["2022", "2023"]
    data.add_series("Cars", (1200, 1350.5))
    chart.shapes.add_chart(XL_CHART_TYPE.COLUMN_CLUSTERED, 0, 0, Inches(4), Inches(4), data)


SLIDES = (
    "Plans for the bridge\n\nTown council\nMay 2024\n\nWhat it costs\n\n- Steel is 40,000 euros\n  - from Ghent\n"
    "- Paint is 900 euros\n\nSpeaker notes: The paint is green.\n\nWhen\n\nPart | Start | End\nPiers | May | May\n"
    "Deck | July | August\n\nTraffic"
)


def check_bridge(document: Document) -> None:
    assert document.source.title == "The bridge" and document.source.author == "Ana Ruiz"
    assert labels(document, "heading") == ["Plans for the bridge", "What it costs", "When", "Traffic"]
    assert labels(document, "slide") == ["1", "2", "3", "4", "6"]
    assert labels(document, "table")[0] == "Part | Start | End"
    assert labels(document, "note") == ["speaker notes"]
    assert [s.level for s in document.sections if s.kind == "item"] == [1, 2, 1]
    assert (place(document, "Paint is"), place(document, "August")) == ("slide 2", "slide 3")
    assert document.warnings == ("slide 5 is hidden and was not read",)


def test_slides_have_titles_items_tables_charts_and_notes(load: Load) -> None:
    document = load("bridge.pptx", presentation(bridge))
    check_bridge(document)
    assert document.text == f"{SLIDES}\n\n | Cars\n2022 | 1200\n2023 | 1350.5"


def test_numbers_and_bullets_of_slides_are_written_where_they_are_shown(load: Load) -> None:
    def build(made: Any) -> None:
        slide = made.slides.add_slide(made.slide_layouts[1])
        frame = slide.placeholders[1].text_frame
        frame.text = "First do this"
        for words in ("Then that", "A remark", "H2O and 106 and gone"):
            frame.add_paragraph().text = words
        for paragraph, mark in zip(frame.paragraphs, ("buAutoNum", "buAutoNum", "buNone", "buNone"), strict=True):
            element = paragraph._p.get_or_add_pPr().makeelement(
                f"{{http://schemas.openxmlformats.org/drawingml/2006/main}}{mark}"
            )
            paragraph._p.get_or_add_pPr().append(element)
            if mark == "buAutoNum":
                element.set("type", "alphaLcParenR")
        last = frame.paragraphs[3]
        last.runs[0].text = "10"
        for text, look in (("6", {"baseline": "30000"}), (" gone", {"strike": "sngStrike"})):
            run = last.add_run()
            run.text = text
            for name, value in look.items():
                run._r.get_or_add_rPr().set(name, value)

    document = load("a.pptx", presentation(build))
    assert document.text == "a) First do this\nb) Then that\nA remark\n10⁶"
    assert document.warnings == ("text that is struck out is left out",)


def test_slides_by_libre_office(tmp_path: Path) -> None:
    made = by_libre_office(put(tmp_path, "bridge.pptx", presentation(bridge)), ".odp")
    document = load_file(made, root=tmp_path)
    check_bridge(document)
    assert document.text.replace("\n\n", "\n").startswith(SLIDES.replace("\n\n", "\n"))


def rules(document: Any) -> None:
    document.core_properties.author = "Ana Ruiz"
    document.add_heading("House rules", 0)
    document.add_heading("Quiet", 1)
    paragraph = document.add_paragraph("Quiet hours start at 22:00")
    paragraph.add_run("1").font.superscript = True
    paragraph.add_run(" or 23:00").font.strike = True
    for text, style in (
        ("No drums", "List Bullet"),
        ("No horns", "List Bullet"),
        ("Ring the bell", "List Number"),
        ("Wait", "List Number"),
    ):
        document.add_paragraph(text, style=style)
    table = document.add_table(3, 3)
    for y, row in enumerate([("Flat", "Tenant", "Rent"), ("1A", "Ana", "700"), ("1B", "Bo", "650")]):
        for x, text in enumerate(row):
            table.cell(y, x).text = text


@pytest.mark.parametrize("suffix", [".odt", ".rtf"])
def test_texts_by_libre_office(tmp_path: Path, suffix: str) -> None:
    made = by_libre_office(put(tmp_path, "rules.docx", word(rules, title="The rules")), suffix)
    document = load_file(made, root=tmp_path)
    assert (document.source.title, document.source.author) == ("The rules", "Ana Ruiz")
    assert document.text.replace("\n\n", "\n") == (
        "House rules\nQuiet\nQuiet hours start at 22:00¹\n- No drums\n- No horns\n1. Ring the bell\n2. Wait\n"
        "Flat | Tenant | Rent\n1A | Ana | 700\n1B | Bo | 650"
    )
    assert [(s.label, s.level) for s in document.sections if s.kind == "heading"] == [("House rules", 1), ("Quiet", 1)]
    assert labels(document, "item") == ["-", "-", "1.", "2."]
    assert labels(document, "table") == ["Flat | Tenant | Rent"]
    assert document.warnings == ("text that is struck out is left out",)


def test_books_by_libre_office(tmp_path: Path) -> None:
    document = load_file(
        by_libre_office(put(tmp_path, "rules.docx", word(rules, title="Rules")), ".epub"), root=tmp_path
    )
    assert (document.source.title, document.source.author) == ("Rules", "Ana Ruiz")
    assert "Flat | Tenant | Rent\n1A | Ana | 700" in document.text


def test_what_only_an_open_document_has(load: Load) -> None:
    styles = (
        '<style:style style:name="T1" style:family="text"><style:text-properties text:display="none"/></style:style>'
        '<text:list-style style:name="L1"><text:list-level-style-number text:level="1" style:num-format="1"'
        ' style:num-suffix="."/><text:list-level-style-number text:level="2" style:num-format="a"'
        ' text:display-levels="2"/></text:list-style>'
    )
    body = (
        "<text:tracked-changes><text:changed-region><text:deletion><text:p>deleted words</text:p></text:deletion>"
        "</text:changed-region></text:tracked-changes>"
        "<text:table-of-content><text:index-body><text:p>Fees 3</text:p></text:index-body></text:table-of-content>"
        '<text:h text:outline-level="2">Fees</text:h>'
        "<text:p>The fee<text:note><text:note-citation>1</text:note-citation><text:note-body><text:p>Of 2024.</text:p>"
        "</text:note-body></text:note> is<text:s/>90<text:tab/>euros.<office:annotation><dc:creator>Bo</dc:creator>"
        '<text:p>Still?</text:p></office:annotation><text:span text:style-name="T1">hidden</text:span></text:p>'
        '<text:list text:style-name="L1"><text:list-item><text:p>Pay</text:p><text:list><text:list-item>'
        "<text:p>in cash</text:p></text:list-item></text:list></text:list-item></text:list><text:p>Or:</text:p>"
        '<text:list text:style-name="L1" text:continue-numbering="true"><text:list-item><text:p>Leave</text:p>'
        "</text:list-item></text:list>"
        "<table:table><table:table-header-rows><table:table-row><table:table-cell><text:p>Boat</text:p>"
        "</table:table-cell><table:table-cell><text:p>Fee</text:p></table:table-cell></table:table-row>"
        '</table:table-header-rows><table:table-row><table:table-cell table:number-columns-spanned="2"'
        "><text:p>none</text:p></table:table-cell><table:covered-table-cell/></table:table-row></table:table>"
        '<text:h text:outline-level="2">Other</text:h><text:p>Words.</text:p>'
    )
    document = load("a.odt", open_document(body, styles))
    assert document.text == (
        "Fees\n\nThe fee[1] is 90\teuros.\n\n1. Pay\n  1.a in cash\n\nOr:\n\n2. Leave\n\nBoat | Fee\nnone\n\n"
        "[1] Of 2024.\n\nBo: Still?\n\nOther\n\nWords."
    )
    assert labels(document, "note") == ["[1]", "Bo"]
    assert labels(document, "table") == ["Boat | Fee"]
    assert document.warnings == ("hidden text is left out",)


RICH = r"""{\rtf1\ansi\ansicpg1252\deff0{\fonttbl{\f0\fcharset0 Arial;}{\f1\fcharset204 Arial Cyr;}}
{\stylesheet{\s0 Normal;}{\s1 heading 1;}{\s15 Title;}}
{\info{\title The caf\'e9 rules}{\author Ana Ruiz}{\creatim\yr2024\mo3}}{\header Running line}
\pard\s15 House rules\par\pard\s1 Hours\par
\pard The caf\'e9 opens at \b 8:00\b0{\super\chftn}{\footnote\pard{\super\chftn} On Sundays at 9:00.} for \u8364?5.{\v
secret} {\f1\'cf\'f0\'e8\'e2\'e5\'f2} 10{\super 6}{\pict\bin6 }}}}}}}\par
{\listtext\pard\plain 1.\tab}\pard\ls1\ilvl0 No dogs\par{\listtext\pard\plain \'b7\tab}\ls1\ilvl1 Cats are fine\par\pard
\trowd\trhdr\cellx1\cellx2\cellx3\pard\intbl Flat\cell Tenant\cell Rent\cell\row
\trowd\clvmgf\cellx1\cellx2\cellx3\pard\intbl 1A\cell Ana\cell 700\cell\row
\trowd\clvmrg\cellx1\clmgf\cellx2\clmrg\cellx3\pard\intbl\cell none\cell\cell\row
\pard\s1 Smile \u-10179?\u-8704?\par\pard Bye.\par}"""


def test_rich_text(load: Load) -> None:
    document = load("a.rtf", RICH)
    assert document.text == (
        "House rules\n\nHours\n\nThe café opens at 8:00[1] for €5. Привет 10⁶\n\n1. No dogs\n  - Cats are fine\n\n"
        "Flat | Tenant | Rent\n1A | Ana | 700\n1A | none | none\n\n[1] On Sundays at 9:00.\n\nSmile 😀\n\nBye."
    )
    assert (document.source.title, document.source.author) == ("The café rules", "Ana Ruiz")
    assert labels(document, "heading") == ["House rules", "Hours", "Smile 😀"]
    assert labels(document, "table") == ["Flat | Tenant | Rent"]
    assert document.warnings == ("hidden text is left out",)


def test_rich_text_as_libre_office_writes_notes_and_authors(load: Load) -> None:
    document = load(
        "a.rtf",
        rb"{\rtf1{\info{\author Ana Ruiz}{\author Ana Ruiz}}The ice{{\super\chftn{\*\footnote\chftn\pard Of"
        rb" 1998.}}} is thick.{\*\unknown{\footnote No note.}}\par}",
    )
    assert document.text == "The ice[1] is thick.\n\n[1] Of 1998."
    assert document.source.author == "Ana Ruiz"


def test_rich_text_of_an_unknown_encoding_or_with_an_empty_row_is_read_all_the_same(load: Load) -> None:
    document = load("a.rtf", rb"{\rtf1\ansicpg99999 Caf\'e9\par\trowd\row\trowd\cellx1\cellx2\intbl a\cell b\cell\row}")
    assert document.text == "Café\n\na | b"


def test_a_nul_in_rich_text_is_shown(load: Load) -> None:
    document = load("a.rtf", b"{\\rtf1 The mill\\'00 stands.\\par The \x00weir too.}")
    assert document.text == "The mill\ufffd stands.\n\nThe \ufffdweir too."


def test_a_book_is_its_chapters_in_order(load: Load) -> None:
    chapters = {"Storm": "<h1>The storm</h1><p>It blew for <i/>days.</p>", "After": "<p>All was calm.</p>"}
    nav = {"OEBPS/text/unused.xhtml": "<html><body>An advertisement</body></html>"}
    document = load("a.epub", book(chapters, extra=nav))
    assert document.text == "The storm\n\nIt blew for days.\n\nAfter\n\nAll was calm."
    assert labels(document, "heading") == ["The storm", "After"]
    source = document.source
    assert (source.title, source.author, source.date) == ("The lighthouse", "Ana Ruiz, Bo Li", date(2019, 6, 1))


def test_a_book_is_read_as_its_style_sheet_shows_it(load: Load) -> None:
    chapter = (
        "<link rel='stylesheet' href='../looks%20of/book.css'/><p>It weighs 10<span class='high'>6</span> tons<span "
        "class='old'>, once 9</span>.<span class='none'>Nobody knows.</span></p>"
    )
    looks = {
        "OEBPS/looks of/book.css": ".high { position: relative; top: -0.33em } .old { text-decoration: line-through }"
        ".none { display: none }"
    }
    document = load("a.epub", book({"One": chapter}, extra=looks))
    assert document.text == "One\n\nIt weighs 10⁶ tons."
    assert len(document.warnings) == 2
    without = load("b.epub", book({"One": chapter.replace("book.css", "gone.css")}, extra=looks))
    assert "once 9" in without.text and without.warnings == ()


def test_a_locked_book_is_refused_and_one_with_scrambled_fonts_is_read(load: Load) -> None:
    def encryption(method: str) -> dict[str, str]:
        return {
            "META-INF/encryption.xml": '<encryption xmlns="urn:oasis:names:tc:opendocument:xmlns:container">'
            '<EncryptedData xmlns="http://www.w3.org/2001/04/xmlenc#">'
            f'<EncryptionMethod Algorithm="{method}"/></EncryptedData></encryption>'
        }

    chapters = {"One": "<p>All was calm.</p>"}
    assert "calm" in load("a.epub", book(chapters, extra=encryption("http://www.idpf.org/2008/embedding"))).text
    with pytest.raises(LoadError, match="digital rights management"):
        load("b.epub", book(chapters, extra=encryption("http://www.w3.org/2001/04/xmlenc#aes128-cbc")))


MANUAL_RST = r"""
========
The Hall
========

:Author: Ana Ruiz
:Date: 2024-03-05

Open to all [1]_, see :ref:`the rules <rules>`. H\ :sub:`2`\ O.

Opening
=======

- one

  - nested

3. three
4. four

.. note:: Mind the step.

.. code-block:: python
   :linenos:

   x = 1

.. list-table::
   :header-rows: 1

   * - Day
     - Hours
   * - Monday
     - 9-17

.. [1] But dogs.

.. py:function:: ring(bell)
   :async:

   Rings the bell.

.. include:: secret.txt

.. toctree::

   other
"""

MANUAL_ADOC = """= The Hall
Ana Ruiz <ana@example.org>
v1.2, 2024-03-05
:hall: Mill Hall

{hall} is *open* to all.footnote:[But dogs.] It had
10^6^ visitors, see <<rules,the rules>>. [.line-through]#Old.#

== Opening

* one
** nested
* two

[cols="1,2"]
|===
|Day |Hours

|Monday
|9-17

.2+|Tuesday |10-12
|14-18
|Friday |9-12
|===

Deposit:: 90 euros

NOTE: Mind the step.

[source,python]
----
x = 1
== no heading
----

include::secret.txt[]
// a comment
=== Deep
https://example.org[The site] says more.
"""


def test_restructured_text(tmp_path: Path, load: Load) -> None:
    put(tmp_path, "secret.txt", "the secret")
    document = load("a.rst", MANUAL_RST)
    assert document.text == (
        "The Hall\n\nAuthor: Ana Ruiz\n\nDate: 2024-03-05\n\nOpen to all[1], see the rules. H2O.\n\n[1] But dogs.\n\n"
        "Opening\n\n- one\n  - nested\n\n3. three\n4. four\n\nNote: Mind the step.\n\nx = 1\n\nDay | Hours\n"
        "Monday | 9-17\n\nring(bell)\n\nRings the bell."
    )
    assert [(s.label, s.level) for s in document.sections if s.kind == "heading"] == [("The Hall", 1), ("Opening", 2)]
    source = document.source
    assert (source.title, source.author, source.date) == ("The Hall", "Ana Ruiz", date(2024, 3, 5))


def test_restructured_text_in_one_long_line(load: Load) -> None:
    words = " ".join(["The hall is open."] * 2000)
    assert load("a.rst", f"{words}\n").text == words


def test_asciidoc(tmp_path: Path, load: Load) -> None:
    put(tmp_path, "secret.txt", "the secret")
    document = load("a.adoc", MANUAL_ADOC)
    assert document.text == (
        "The Hall\n\nAna Ruiz <ana@example.org>\n\nv1.2, 2024-03-05\n\nMill Hall is open to all.[1] It had 10⁶ "
        "visitors, see the rules.\n\n[1] But dogs.\n\nOpening\n\n- one\n  - nested\n- two\n\nDay | Hours\n"
        "Monday | 9-17\nTuesday | 10-12\nTuesday | 14-18\nFriday | 9-12\n\nDeposit: 90 euros\n\n"
        "Note: Mind the step.\n\nx = 1\n== no heading\n\nDeep\n\nThe site says more."
    )
    assert labels(document, "heading") == ["The Hall", "Opening", "Deep"]
    assert (labels(document, "table"), labels(document, "code")) == (["Day | Hours"], ["python"])
    source = document.source
    assert (source.title, source.author, source.date) == ("The Hall", "Ana Ruiz", date(2024, 3, 5))
    assert document.warnings == ("text that is struck out is left out",)


def test_a_file_that_is_another_is_refused(load: Load) -> None:
    for name, data in (
        ("a.pptx", word()),
        ("a.odt", archive({"a": "b"})),
        ("a.epub", word()),
        ("a.docx", presentation()),
    ):
        with pytest.raises(LoadError, match=r"is not a|is damaged, or not an?"):
            load(name, data)
