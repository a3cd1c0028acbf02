"""What Markdown becomes: front matter, notes, shortcodes and HTML in it."""

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
    return lambda source: load_file(put(tmp_path, "page.md", source), root=tmp_path)


@pytest.mark.parametrize(
    "front",
    [
        "---\ntitle: Log of the hut\n"
        "authors:\n  - name: Ida Holm\n  - name: Per Lie\ndate: 2023-08-14\ntags: [hut, snow]"
        "\nversion: 1.10\ndraft: no\nempty:\n---\n",
        '+++\ntitle = "Log of the hut"\nauthors = ["Ida Holm", "Per Lie"]\ndate = 2023-08-14\ntags = ["hut", "snow"]'
        '\nversion = "1.10"\ndraft = "no"\n+++\n',
    ],
)
def test_front_matter_is_title_and_date_and_can_be_quoted(load: Load, front: str) -> None:
    document = load(f"{front}\nIt snowed.\n")
    assert document.source.title == "Log of the hut" and document.source.date == date(2023, 8, 14)
    assert document.text == (
        "authors: Ida Holm, Per Lie\ndate: 2023-08-14\ntags: hut, snow\nversion: 1.10\ndraft: no\n\nIt snowed."
    )


def test_front_matter_that_is_not_quite_yaml_is_read_line_by_line(load: Load) -> None:
    document = load("---\ntitle: The hut: a log\ndate: 2023-08-14\n---\nIt snowed.")
    assert document.source.title == "The hut: a log" and document.source.date == date(2023, 8, 14)


def test_front_matter_without_a_title_gives_none(load: Load) -> None:
    document = load("---\ntags: [hut]\n---\nThe hut in the snow\n\nIt is closed.")
    assert document.source.title == "The hut in the snow"


def test_a_note_stands_at_the_end_of_the_part_that_has_its_mark(load: Load) -> None:
    document = load("# Hut\n\nIt has 14 beds[^b].\n\nIt is warm.\n\n# Way\n\nTwo hours.\n\n[^b]: Twelve *in winter*.\n")
    assert document.text == "Hut\n\nIt has 14 beds[1].\n\nIt is warm.\n\n[1] Twelve in winter.\n\nWay\n\nTwo hours."
    assert [(s.kind, s.label) for s in document.sections if s.kind == "note"] == [("note", "[1]")]


def test_shortcodes_and_attributes_go_but_not_from_code(load: Load) -> None:
    document = load(
        "# The hut {#hut .big}\n\nIt is {{< emph >}}old{{< /emph >}}, {{% note %}}see{{% /note %}}"
        " {% if x %}it{% endif %}"
        " at {{ height }} m.\n{: .lead}\n\n`{% raw %}` and\n\n```\n{{< kept >}}\n```\n"
    )
    assert document.text == ("The hut\n\nIt is old, see it at {{ height }} m.\n\n{% raw %} and\n\n{{< kept >}}")


def test_a_remark_in_a_box_is_a_title_and_its_text(load: Load) -> None:
    document = load('It is warm.\n\n!!! warning "In winter"\n    The stove is\n    hot.\n\nMore.')
    assert document.text == "It is warm.\n\nIn winter\n\nThe stove is hot.\n\nMore."


def test_what_is_struck_out_is_left_out_and_told(load: Load) -> None:
    document = load("A bed costs ~~20~~ <del>22</del> 25 euros.")
    assert document.text == "A bed costs 25 euros."
    assert document.warnings == ("text that is struck out is left out",)


def test_html_in_it_is_read_as_a_browser_does(load: Load) -> None:
    document = load(
        "10<sup>6</sup> flakes.<br>A line.\n\n<table><tr><th>Bed<th>Price<tr><td>Bunk<td>25</table>\n\n"
        "<details>\n<summary>Fees</summary>\n\nPaid in *cash*.\n\n</details>\n\n<p hidden>No.</p>"
    )
    assert document.text == "10⁶ flakes.\nA line.\n\nBed | Price\nBunk | 25\n\nFees\n\nPaid in cash."


def test_a_placeholder_is_no_element(load: Load) -> None:
    document = load("Run `hut` with <name>, or set <title>, as <Note>told</Note> here.\n\nMore.")
    assert document.text == "Run hut with <name>, or set <title>, as told here.\n\nMore."


def test_tasks_say_whether_they_are_done(load: Load) -> None:
    assert load("- [ ] mend the roof\n- [x] sweep the floor").text == "- [ ] mend the roof\n- [x] sweep the floor"


def test_a_table_begins_with_its_header(load: Load) -> None:
    document = load("| Bed | Price |\n|---|---|\n| Bunk | ~~20~~ 25 |\n| | 30 |")
    assert [(s.label, document.text[s.start : s.end]) for s in document.sections] == [
        ("Bed | Price", "Bed | Price\nBunk | 25\n | 30")
    ]


def test_terms_have_their_definitions(load: Load) -> None:
    assert load("Hut\n: A small house.\n").text == "Hut: A small house."
