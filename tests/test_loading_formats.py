"""What each format becomes: text, pages, headings, title, date."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from loading_files import pdf, put, word, word_with, word_xml

from rag.loading import document_from_text, load_file
from rag.schema import Document

pytestmark = pytest.mark.usefixtures("parsed_here")

Load = Callable[[str, bytes | str], Document]


@pytest.fixture
def load(tmp_path: Path) -> Load:
    return lambda name, data: load_file(put(tmp_path, name, data), root=tmp_path)


def headings(document: Document) -> list[tuple[str, str]]:
    return [(s.label, document.text[s.start : s.end]) for s in document.sections if s.kind == "heading"]


def test_plain_text_is_kept_to_the_character(load: Load) -> None:
    text = "  First  line,\twith a tab\n\n\u200bzero\u200dwidth and \u05e9\u05dc \u0645\u0631\n\n\n "
    document = load("a.txt", text)
    assert document.text == text
    assert document.sections == () and document.warnings == ()
    assert document.source.media_type == "text/plain"


def test_newlines_are_normalised(load: Load) -> None:
    assert load("a.txt", "one\r\ntwo\rthree\n").text == "one\ntwo\nthree\n"


def test_a_nul_is_shown_and_told(load: Load) -> None:
    document = load("a.txt", "The budget" + " of the city" * 20 + "\x00 is final.")
    assert "\x00" not in document.text and "\ufffd is final." in document.text
    assert "NUL" in document.warnings[0]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32"])
@pytest.mark.parametrize("name", ["a.txt", "a.md"])
def test_unicode_encodings_are_read_without_their_mark(load: Load, encoding: str, name: str) -> None:
    document = load(name, "Café 上海 opens.".encode(encoding))
    assert document.text == "Café 上海 opens."
    assert document.warnings == ()


@pytest.mark.parametrize(
    ("encoding", "text"),
    [
        ("latin-1", "Le conseil s'est réuni à l'hôtel de ville. Il a décidé d'accroître les crédits."),
        ("cp1252", "The council’s budget — “final” — is £5."),
        ("latin-1", "Résumé"),
        ("cp1250", "Městská rada se sešla v úterý. Příští schůze bude později."),
        ("cp1250", "Następne posiedzenie będzie później, powiedział przewodniczący."),
        ("cp1251", "Городской совет собрался во вторник."),
        ("gbk", "上海市委员会举行全体会议。市委委员七十六名出席。"),
        ("big5", "台北市政府今日宣布，新的捷運路線將於明年動工。"),
        ("shift_jis", "これは日本語の文章です。会議は火曜日に開かれました。"),
    ],
)  # fmt: skip
def test_older_encodings_are_guessed_and_told(load: Load, encoding: str, text: str) -> None:
    document = load("a.txt", text.encode(encoding))
    assert document.text == text
    assert "encoding" in document.warnings[0]


MARKDOWN = """---
title: "The *annual* report"
date: 2024-03-05
---
# First *heading*

Some **bold** text with a [link](https://example.org "t") and `code_x`,
going on.

1. one
2. two
   - nested

| Town | People |
|------|-------:|
| Asby | 12 |

```python
if a < b:
    print("*kept*")
```

Second heading
==============

Fish &amp; chips, 2 \\* 3. ![photo](x.png)<!-- secret -->

<details><summary>More</summary>inside</details>
"""


def test_markdown_becomes_readable_text(load: Load) -> None:
    document = load("a.md", MARKDOWN)
    assert document.text == (
        "date: 2024-03-05\n\n"
        "First heading\n\nSome bold text with a link and code_x, going on.\n\n1. one\n2. two\n  - nested\n\n"
        'Town | People\nAsby | 12\n\nif a < b:\n    print("*kept*")\n\nSecond heading\n\n'
        "Fish & chips, 2 * 3.\n\nMore\ninside"
    )
    assert document.source.title == "The *annual* report" and document.source.date == date(2024, 3, 5)
    assert [label for label, _ in headings(document)] == ["First heading", "Second heading"]
    assert headings(document)[1][1] == document.text[document.text.index("Second heading") :]
    assert document.heading_at(document.text.index("nested")) == "First heading"


def test_lines_of_markdown_that_were_merely_wrapped_are_one(load: Load) -> None:
    wrapped = (
        "The ferry to Skerry Island leaves at nine in\nsummer and at ten in winter. Bicycles cost\nnothing.\n\n"
        "- A dog travels free, but has to be kept on a\n  lead on deck.\n- Cats stay at home.\n\n"
        "Captain: Ole Brandt\nTelephone: 555 0199\nThe office answers between nine and noon only.\n\n"
        "One line,  \nbroken on purpose."
    )
    assert load("a.md", wrapped).text == (
        "The ferry to Skerry Island leaves at nine in summer and at ten in winter. Bicycles cost nothing.\n\n"
        "- A dog travels free, but has to be kept on a lead on deck.\n- Cats stay at home.\n\n"
        "Captain: Ole Brandt\nTelephone: 555 0199\nThe office answers between nine and noon only.\n\n"
        "One line,\nbroken on purpose."
    )


def test_what_stands_for_a_tag_while_markdown_is_parsed_is_kept_where_the_source_has_it(load: Load) -> None:
    assert load("a.md", "An icon \ue0007\ue001 here.").text == "An icon \ue0007\ue001 here."


@pytest.mark.parametrize("suffix", ["md", "txt"])
def test_a_wrapped_paragraph_is_one_line(load: Load, suffix: str) -> None:
    text = "The ferry to Skerry Island leaves at nine in\nsummer and at ten in winter."
    assert load(f"a.{suffix}", text).text == text.replace("\n", " ")


def test_a_rule_at_the_top_of_markdown_is_no_front_matter(load: Load) -> None:
    assert "Just a line." in load("a.md", "---\nJust a line.\n\n---\nMore.").text


def test_markdown_loses_no_word(load: Load) -> None:
    source = "\n".join(f"{'#' * (i % 7)} w{i} *x{i}* [y{i}](u) `z{i}`\n{'> ' * (i % 9)}q{i}\n{'  ' * (i % 9)}- l{i}\n"
                       for i in range(60))  # fmt: skip
    text = load("a.md", source).text
    for i in range(60):
        assert all(f"{letter}{i}" in text for letter in "wxyzql")


PAGE = """<!doctype html><html><head><title>Budget 2024 - Town of Asby</title>
<meta property="article:published_time" content="2024-05-06T10:00:00Z"><script>var secret = 1</script>
<style>p {}</style></head><body><header>Site name</header><nav><a>Menu</a></nav>
<main><article><header><h1>Budget 2024</h1></header><p>The <b>coun</b>cil   met
on <i>Tuesday</i>.</p><ul><li>one<li>two<ol start=4><li>deep</ol></ul>
<table><tr><th>Town<th>People<tr><td>Asby<td>12<br>souls</table><pre>  keep
   this</pre><p style="display: none">hidden1</p><p hidden>hidden2</p><div>d1</div><div>d2</div>
<h2>Next</h2><p>More.</p></article></main><aside>Related</aside>
<form><input value=x><label>Search</label></form><footer><a>Imprint</a></footer><noscript>no</noscript></body></html>"""


def test_html_is_what_a_reader_sees(load: Load) -> None:
    document = load("a.html", PAGE)
    assert document.text == (
        "Budget 2024\n\nThe council met on Tuesday.\n\n- one\n- two\n  4. deep\n\nTown | People\nAsby | 12 souls\n\n"
        "  keep\n   this\n\nd1\nd2\n\nNext\n\nMore."
    )
    assert document.source.title == "Budget 2024" and document.source.date == date(2024, 5, 6)
    assert [label for label, _ in headings(document)] == ["Budget 2024", "Next"]


def test_html_wrapped_in_one_form_is_read(load: Load) -> None:
    assert load("a.htm", "<form><p>All of it.</p></form>").text == "All of it."


def test_html_says_its_encoding(load: Load) -> None:
    page = '<meta charset="big5"><title>x</title><p>新的捷運</p>'.encode("big5")
    document = load("a.html", page)
    assert document.text == "新的捷運" and document.warnings == ()


def test_html_dates(load: Load) -> None:
    assert load("a.html", "<p>x</p><time datetime='2023-02-01'>today</time>").source.date == date(2023, 2, 1)
    assert load("a.html", "<meta name=DC.date content='14 April 2024'><p>x</p>").source.date == date(2024, 4, 14)
    assert load("a.html", "<meta name=date content='soon'><p>x</p>").source.date is None


def test_layout_tables_keep_their_paragraphs(load: Load) -> None:
    page = "<table><tr><td><p>One.</p><p>Two.</p><table><tr><td>a<td>b</table></table>"
    assert load("a.html", page).text == "One.\n\nTwo.\n\na | b"


def test_pdf_pages_have_exact_offsets(load: Load) -> None:
    pages = [f"Report part {n}\nThe figure for this page is {n}00." for n in (1, 2, 3)]
    document = load("a.pdf", pdf(pages))
    assert [s.label for s in document.sections] == ["1", "2", "3"]
    assert document.source.pages == 3
    assert [document.text[s.start : s.end].strip() for s in document.sections] == pages
    assert document.text.count("\n\f") == 2
    assert document.page_at(document.text.index("200")) == 2
    assert document.source.title == "Report part 1"
    assert document.source.date is None  # when it was made into a PDF is not its date


def test_pdf_title_only_where_it_is_one(load: Load) -> None:
    assert load("a.pdf", pdf(["First line\nBody."], title="The budget")).source.title == "The budget"
    for useless in ("Microsoft Word - x.doc", "untitled", "report.indd"):
        assert load("a.pdf", pdf(["First line\nBody."], title=useless)).source.title == "First line"


def test_pdf_hyphens_at_line_ends_stay(load: Load) -> None:
    document = load("a.pdf", pdf(["This is an exam-\nple of it."]))
    assert document.text == "This is an exam-\nple of it."


def test_pdf_page_without_text_keeps_its_number(load: Load) -> None:
    document = load("a.pdf", pdf(["One.", "", "Three."]))
    assert document.warnings == ()  # a blank page is none that could not be read
    assert document.page_at(document.text.index("Three")) == 3


def test_word_in_body_order(load: Load) -> None:
    def build(document: Any) -> None:
        document.add_heading("The report", 0)
        document.add_paragraph("Before ").add_run("bold").bold = True
        table = document.add_table(2, 2)
        for cell, text in zip(table._cells, ("Town", "People", "Asby", "12\nsouls"), strict=True):
            cell.text = text
        document.add_heading("Part two", 2)
        document.add_paragraph("After\tit.")

    document = load("a.docx", word(build))
    assert document.text == "The report\n\nBefore bold\n\nTown | People\nAsby | 12 souls\n\nPart two\n\nAfter\tit."
    assert [label for label, _ in headings(document)] == ["The report", "Part two"]
    assert document.source.title == "The report"
    assert document.source.date is None
    assert load("a.docx", word(build, title="Annual report")).source.title == "Annual report"


def test_word_keeps_insertions_controls_and_text_boxes_and_not_deletions(load: Load) -> None:
    body = (
        "<w:p><w:r><w:t>one </w:t></w:r><w:ins><w:r><w:t>two </w:t></w:r></w:ins>"
        "<w:del><w:r><w:delText>gone</w:delText></w:r></w:del><w:hyperlink><w:r><w:t>three</w:t></w:r></w:hyperlink>"
        "<w:r><w:pict><w:txbxContent><w:p><w:r><w:t>boxed</w:t></w:r></w:p></w:txbxContent></w:pict></w:r></w:p>"
        "<w:sdt><w:sdtContent><w:p><w:r><w:t>four</w:t></w:r></w:p></w:sdtContent></w:sdt>"
    )
    assert load("a.docx", word_with(word_xml(body))).text == "one two three\n\nboxed\n\nfour"


@pytest.mark.parametrize(
    ("name", "text", "title", "stated"),
    [
        ("2022-12-22_north_second_meeting.txt", "Long ago, it met.", "North second meeting", date(2022, 12, 22)),
        ("2023-07_plan.txt", "It is.", "Plan", date(2023, 7, 1)),
        ("2023-07_plan.txt", "Date: July 9, 2023\nIt is.", "Plan", date(2023, 7, 9)),
        ("2023-07_plan.txt", "Release time:Apr 14, 2024 02:41 AM\nIt is.", "Plan", date(2023, 7, 1)),
        ("2023_plan.txt", "It is.", "2023 Plan", None),
        ("20231105 minutes.txt", "It is.", "Minutes", date(2023, 11, 5)),
        ("2023-02-31 minutes.txt", "It is.", "Minutes", None),
        ("budget-of-asby.txt", "It is.", "Budget of asby", None),
        ("a.txt", " date 2022-10-24 On October 24, the board met. It ended.", "A", date(2022, 10, 24)),
        ("a.txt", " date 2022-10-24 The board of Asby\n\nIt met.", "The board of Asby", date(2022, 10, 24)),
        ("a.txt", "Board minutes\n\nRelease time:Apr 14, 2024 02:41 AM\n", "Board minutes", date(2024, 4, 14)),
        ("a.txt", "A paragraph that is wrapped in\nthe middle.", "A", None),
        ("a.txt", "x" * 151, "A", None),
        ("---.txt", "It is.", "---", None),
    ],
)  # fmt: skip
def test_titles_and_dates_of_text(load: Load, name: str, text: str, title: str, stated: date | None) -> None:
    source = load(name, text).source
    assert (source.title, source.date) == (title, stated)


def test_document_from_text() -> None:
    document = document_from_text("a\r\nb", name="p1", title="T", date=date(2020, 1, 2))
    assert (document.text, document.source.title, document.source.date) == ("a\nb", "T", date(2020, 1, 2))
    assert document.source.id != document_from_text("a\r\nb", name="p2").source.id
    assert document_from_text("", name="p3").source.title == "P3"


SHARED = Path(os.environ.get("DOCQUOTE_SHARED", Path(__file__).parents[2] / "shared")) / "documents"


@pytest.mark.skipif(not SHARED.is_dir(), reason="the real documents are not beside the checkout")
def test_real_documents_are_kept_to_the_character() -> None:
    paths = sorted(SHARED.glob("*.txt"))
    documents = [load_file(path, root=SHARED) for path in paths]
    assert [document.text for document in documents] == [path.read_text(encoding="utf-8") for path in paths]
    assert [str(document.source.date) for document in documents] == [
        "2022-10-24", "2022-12-22", "2023-07", "None", "2024-01",
    ]  # fmt: skip
    assert all(5 < len(document.source.title) <= 150 for document in documents)
