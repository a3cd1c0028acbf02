"""What a web page becomes: what its reader sees, in a form that can be quoted."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from loading_files import put

from rag.loading import load_file
from rag.schema import Document

pytestmark = pytest.mark.usefixtures("parsed_here")

Load = Callable[[str], Document]


@pytest.fixture
def load(tmp_path: Path) -> Load:
    return lambda page: load_file(put(tmp_path, "page.html", page), root=tmp_path)


def parts(document: Document, kind: str) -> list[tuple[str, str]]:
    return [(s.label, document.text[s.start : s.end]) for s in document.sections if s.kind == kind]


def test_a_merged_cell_is_repeated_where_it_reaches(load: Load) -> None:
    document = load(
        "<table><thead><tr><th rowspan=2>Boat<th colspan=2>Hire<tr><th>Hour<th>Day</thead>"
        "<tr><td>Dinghy<td rowspan=2>5<td>30<tr><td>Canoe<td>25<tr><td colspan=3>In winter on request</table>"
    )
    assert parts(document, "table") == [
        (
            "Boat | Hire Hour | Hire Day",
            "Boat | Hire Hour | Hire Day\nDinghy | 5 | 30\nCanoe | 5 | 25\nIn winter on request",
        )
    ]


def test_a_row_heads_a_table_where_it_is_marked_or_reads_like_it(load: Load) -> None:
    def header(rows: str) -> list[str]:
        return [label for label, _ in parts(load(f"<table>{rows}</table>"), "table")]

    assert header("<tr><th>Pool<th>Depth<tr><td>Big<td>3 m") == ["Pool | Depth"]
    assert header("<tr><td>Pool<td>Depth<td>Price<tr><td>Big<td>3 m<td>4") == ["Pool | Depth | Price"]
    assert header("<tr><td>Warden<td>Ulla Frost<tr><td>Telephone<td>555 0133") == [""]
    assert header("<tr><th>Warden<td>Ulla Frost<tr><th>Telephone<td>555 0133") == [""]
    assert header("<tr><td>1<td>2<td>3<tr><td>4<td>5<td>6") == [""]


def test_a_caption_and_a_row_over_all_columns_stand_above_their_table(load: Load) -> None:
    document = load(
        "<table><caption>Prices of 2024</caption><tr><th colspan=2>In euros"
        "<tr><th>Boat<th>Day<tr><td>Canoe<td>25</table>"
    )
    assert document.text == "Prices of 2024\n\nIn euros\n\nBoat | Day\nCanoe | 25"


def test_lists_in_cells_of_a_table_with_headers_stay_in_their_row(load: Load) -> None:
    page = "<table><tr><th>Day<th>Open<tr><td>Monday<td><ul><li>9 to 12<li>14 to 18</ul></table>"
    assert load(page).text == "Day | Open\nMonday | - 9 to 12 - 14 to 18"


def test_a_term_and_its_definition_are_one_line(load: Load) -> None:
    document = load(
        "<dl>\n <dt> Deposit </dt>\n <dd><p>90 euros</p></dd>\n <dt>Who pays?</dt><dd>The guest.</dd><dd>In cash.</dd>"
        "<dt>Bed linen<dt>Towels<dd>to be brought</dl><p>Next.</p>"
    )
    assert document.text == (
        "Deposit: 90 euros\n\nWho pays? The guest.\nIn cash.\nBed linen\nTowels: to be brought\n\nNext."
    )


def test_what_stands_above_or_below_the_line_joins_no_number(load: Load) -> None:
    document = load(
        "<p>The fen has 7,200<sup>3</sup> ha, 14 km<sup>2</sup>, 10<sup>-6</sup> g of CO<sub>2</sub> and "
        "log<sub>2</sub>8 on the 1<sup>st</sup> of May<sup>[4]</sup>."
    )
    assert document.text == "The fen has 7,200³ ha, 14 km², 10⁻⁶ g of CO2 and log₂8 on the 1st of May[4]."


def test_a_note_stands_at_the_end_of_the_part_that_has_its_mark(load: Load) -> None:
    document = load(
        "<h2>Height</h2><p>The tower is 41 m high<sup><a id=r1 href='#n1'>1</a></sup>.</p><p>It leans.</p>"
        "<h2>Age</h2><p>It is old.</p><h2>Notes</h2><ol><li id=n1>Measured in <i>May</i>. <a href='#r1'>↩</a></ol>"
    )
    assert document.text == (
        "Height\n\nThe tower is 41 m high[1].\n\nIt leans.\n\n[1] Measured in May.\n\nAge\n\nIt is old.\n\nNotes"
    )
    assert parts(document, "note") == [("[1]", "[1] Measured in May.")]
    assert document.heading_at(document.text.index("Measured")) == "Height"


def test_what_is_struck_out_is_left_out_and_told(load: Load) -> None:
    document = load(
        "<p>Entry <del>7</del> <s>8</s> <span style='text-decoration: line-through'>9</span> <ins>11</ins> euros.</p>"
    )
    assert document.text == "Entry 11 euros."
    assert document.warnings == ("text that is struck out is left out",)


def test_notes_as_libre_office_writes_them_do_not_begin_with_their_mark(load: Load) -> None:
    document = load(
        "<p>The ice<a class='sdfootnoteanc' name='n1anc' href='#n1sym'><sup>1</sup></a> is thick.</p><p>It holds.</p>"
        "<div id='n1'><p class='sdfootnote'><a class='sdfootnotesym' name='n1sym' href='#n1anc'>1</a>5 men said so.</p>"
        "</div>"
        "<p><a name='top' href='#n1'>To the note</a></p>"
    )
    assert document.text == "The ice[1] is thick.\n\nIt holds.\n\nTo the note\n\n[1] 5 men said so."


def test_what_style_sets_off_the_line_does_not_join_a_number(load: Load) -> None:
    document = load(
        "<style>.up { vertical-align: super }</style><p>It costs 5,400<span class='up'>1</span> or 10<span"
        " style='vertical-align:super'>6</span>; log<span style='vertical-align: sub'>2</span>8.</p>"
        "<p>See 70<a class='up' href='#n'>2</a>.</p><div class='up'>3 is a line.</div><p id='n'>A note.</p>",
    )
    assert document.text == "It costs 5,400¹ or 10⁶; log₂8.\n\nSee 70[2].\n\n3 is a line.\n\nA note."


def test_what_the_style_sheet_hides_is_left_out_and_told(load: Load) -> None:
    document = load(
        "<style>/* .a{display:none} */ .old, p#draft { display: none } @media print { .screen { display: none } }"
        " .back{display:none} .back{display:block} .was{text-decoration:line-through} .x:hover{display:none}</style>"
        "<p class='a'>One.<p class='very old'>Two.<p id=draft>Three.<p class=screen>Four.<p class=back>Five."
        "<p class=was>Six.<p class=x>Seven."
    )
    assert document.text.split() == ["One.", "Four.", "Five.", "Seven."]
    assert "text that the page's style sheet hides is left out" in document.warnings


def test_what_links_to_a_heading_is_no_part_of_it(load: Load) -> None:
    document = load(
        "<h1>Rules<a class=headerlink href='#rules'>¶</a></h1><p>No dogs.</p>"
        "<h2><a href='#fees'>#</a> Fees in C# <a href='page.html#fees'>🔗</a></h2><p>None.</p>"
    )
    assert [label for label, _ in parts(document, "heading")] == ["Rules", "Fees in C#"]
    assert document.source.title == "Rules"


def test_what_a_browser_opens_only_when_asked_is_left_out(load: Load) -> None:
    page = "<h2>Age<span class=mw-editsection>[<a href=e>edit</a>]</span></h2><p>Old.</p><dialog>Press ?</dialog>"
    assert (
        load(f"{page}<div role=search>Find</div><dialog open>Shut today.</dialog>").text == "Age\n\nOld.\n\nShut today."
    )


def test_what_stands_beside_the_text_is_kept_where_it_is_part_of_it(load: Load) -> None:
    document = load(
        "<header><h1>The pier</h1><nav>Menu</nav></header><header>Harbour office</header><main><p>It stands.</p>"
        "<aside>Mind the gap.</aside><aside><a href=x>Related</a></aside></main><aside>News</aside>"
    )
    assert document.text == "The pier\n\nIt stands.\n\nMind the gap."


def test_a_question_that_is_a_button_heads_its_answer(load: Load) -> None:
    document = load("<button>Menu</button><h3><button>May I fish?</button></h3><p>At night.</p>")
    assert parts(document, "heading") == [("May I fish?", "May I fish?\n\nAt night.")]


def test_tasks_say_whether_they_are_done(load: Load) -> None:
    page = "<ul><li><input type=checkbox disabled checked> Paint it<li><input type=checkbox disabled> Sell it</ul>"
    assert load(f"{page}<input value=x>").text == "- [x] Paint it\n- [ ] Sell it"


def test_a_page_says_in_linked_data_who_wrote_it_and_when(load: Load) -> None:
    page = '<script type="application/ld+json">{}</script><p>It stands.</p>'
    about = '{"@type": "Article", "datePublished": "2024-03-02T10:00Z", "author": [{"name": "Ada Quist"}, "Per Lie"]}'
    for data in (about, f"[{about}]", f'{{"@graph": [{{"@type": "WebSite"}}, {about}]}}'):
        source = load(page.format(data)).source
        assert (source.date, source.author) == (date(2024, 3, 2), "Ada Quist, Per Lie")
    assert load(page.format('{"author": 3,')).source.author == ""
    assert load(page.format('{"author": "https://pier.example/ada", "datePublished": 7}')).source.author == ""


def test_a_footer_is_kept_but_not_one_of_links(load: Load) -> None:
    page = "<p>Text.</p><footer>{}</footer>"
    assert load(page.format("Quay 4, telephone 555 0171. <a href=x>Imprint</a>")).text.endswith("555 0171. Imprint")
    assert load(page.format("<a href=x>Imprint</a> | <a href=y>Privacy</a>")).text == "Text."


def test_questions_that_open_stand_apart(load: Load) -> None:
    page = "".join(
        f"<details><summary>{question}</summary><p>{answer}</p></details>"
        for question, answer in (("Are dogs allowed?", "On a lead."), ("Is there a fee?", "No."))
    )
    assert load(page).text == "Are dogs allowed?\n\nOn a lead.\n\nIs there a fee?\n\nNo."


def test_lists_are_numbered_as_a_browser_does(load: Load) -> None:
    page = "<ol type=a start=3><li>x<li>y</ol><ol type=I><li>x<li value=9>y</ol>"
    assert load(page).text == "c. x\nd. y\n\nI. x\nIX. y"


def test_code_says_its_language_and_has_no_empty_line_at_its_end(load: Load) -> None:
    document = load('<pre><code class="hl language-sh">ferry --list\n\n</code></pre><p>Then go.</p>')
    assert parts(document, "code") == [("sh", "ferry --list")]
    assert document.text == "ferry --list\n\nThen go."
