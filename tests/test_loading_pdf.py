"""A PDF is read as a person reads it: whatever the order in which its characters were drawn."""

from __future__ import annotations

from pathlib import Path

import pytest
from loading_files import put
from pdf_pages import LEFT, PITCH, TOP, Drawing, form, one_page
from PIL import Image
from test_pages import squeezed, text_under

from rag.errors import LoadError
from rag.loading import load_file
from rag.loading.pages import render_page, span_on_page
from rag.schema import Document

pytestmark = pytest.mark.usefixtures("parsed_here")

QUARRY = [
    "The quarry at Steinau was",
    "opened in 1871 and gave",
    "work to forty men. Its",
    "slate went down the river",
    "on flat boats until the",
    "railway was laid in 1903.",
]
MILL = [
    "The mill below the quarry",
    "belonged to the widow Anna",
    "Kessler. She ground rye for",
    "the whole valley and took",
    "one sack in twenty as her",
    "wage.",
]
CHAPEL = [
    "The chapel on the hill has",
    "a bell of 1688. It was cast",
    "in Linz and is rung when a",
    "storm comes over the pass,",
    "so that the herdsmen bring",
    "the goats down.",
]


def loaded(folder: Path, data: bytes) -> Document:
    return load_file(put(folder, "a.pdf", data), root=folder)


def prose(lines: list[str]) -> str:
    return " ".join(lines)


@pytest.mark.parametrize("by_column", [True, False])
def test_columns_are_read_one_after_the_other(tmp_path: Path, by_column: bool) -> None:
    columns = [(LEFT, QUARRY), (80.0, MILL), (140.0, CHAPEL)]
    for count in (2, 3):
        drawing = Drawing().page().text(LEFT, 20, "Three places of the Steinau valley that are worth a walk", 16)
        if by_column:
            for x, lines in columns[:count]:
                drawing.column(x, lines)
        else:
            drawing.rows(columns[:count])
        text = loaded(tmp_path, drawing.bytes()).text
        assert text.split("\n\n") == [
            "Three places of the Steinau valley that are worth a walk",
            *(prose(lines) for _, lines in columns[:count]),
        ]


def test_a_sentence_goes_on_in_the_next_column(tmp_path: Path) -> None:
    left = [*QUARRY, "After the war the old"]
    right = ["quarry was filled with", "water and is a lake now,", "deep and cold as ice."]
    text = loaded(tmp_path, one_page(lambda d: d.rows([(LEFT, left), (80, right)]))).text
    assert "After the war the old quarry was filled with water" in text


def test_columns_need_not_stand_on_the_same_lines(tmp_path: Path) -> None:
    text = loaded(tmp_path, one_page(lambda d: d.column(80, MILL, TOP + 2.4).column(LEFT, QUARRY))).text
    assert text == f"{prose(QUARRY)}\n\n{prose(MILL)}"


def test_a_line_across_parts_what_stands_above_from_what_stands_below(tmp_path: Path) -> None:
    below = TOP + 9 * PITCH

    def draw(drawing: Drawing) -> None:
        drawing.rows([(LEFT, QUARRY), (80, MILL)])
        drawing.text(LEFT, below - PITCH, "What follows was added in the second edition of this small guide.")
        right = ["No bus goes up there, but", "the path is good and takes", "half an hour."]
        drawing.rows([(LEFT, CHAPEL), (80, right)], below)

    text = loaded(tmp_path, one_page(draw)).text
    places = [text.index(words) for words in ("1871", "Kessler", "second edition", "1688", "No bus")]
    assert places == sorted(places)


def test_numbers_of_a_list_stay_with_their_items(tmp_path: Path) -> None:
    items = ["Close the gate.", "Feed the hens.", "Lock the barn door."]
    text = loaded(tmp_path, one_page(lambda d: d.column(LEFT, ["1.", "2.", "3."]).column(40, items))).text
    assert text == "1. Close the gate.\n2. Feed the hens.\n3. Lock the barn door."


def test_the_order_of_drawing_does_not_matter(tmp_path: Path) -> None:
    def draw(drawing: Drawing) -> None:
        for row, line in reversed(list(enumerate(QUARRY))):
            drawing.text(LEFT, TOP + PITCH * row, line)

    assert loaded(tmp_path, one_page(draw)).text == prose(QUARRY)


def running(pages: list[list[str]], header: str, footer: str) -> bytes:
    drawing = Drawing()
    for number, lines in enumerate(pages, 1):
        drawing.page().text(LEFT, 12, header).column(LEFT, lines)
        drawing.text(LEFT, 280, footer).text(180, 280, f"{number}")
    return drawing.bytes()


BOARD = [
    ["The board decided on Monday that the ferry to", "Holm will be stopped from November because the"],
    ["landing stage has been eaten away by worms. A new", "one costs 64,000 crowns and cannot be built before"],
    ["April. The captain, Nils Falk, will help out on the", "mail boat until then."],
]


def test_running_lines_do_not_part_a_sentence(tmp_path: Path) -> None:
    document = loaded(tmp_path, running(BOARD, "Minutes of the harbour board - draft", "Not for the press"))
    assert "because the landing stage has been eaten away by worms." in document.text
    assert "cannot be built before April." in document.text
    assert document.text.count("Minutes of the harbour board - draft") == 1
    assert document.text.count("Not for the press") == 1
    pages = [section for section in document.sections if section.kind == "page"]
    assert [document.page_at(document.text.index(w)) for w in ("Monday", "worms", "Nils Falk")] == [1, 2, 3]
    assert [section.label for section in pages] == ["1", "2", "3"]


def test_headers_of_left_and_right_pages_differ(tmp_path: Path) -> None:
    drawing = Drawing()
    for number, lines in enumerate([*BOARD, ["It was the fourth meeting."]], 1):
        drawing.page().text(LEFT, 12, f"Annual report {number}" if number % 2 else f"{number} The harbour board")
        drawing.column(LEFT, lines)
    text = loaded(tmp_path, drawing.bytes()).text
    assert "because the landing stage" in text and "before April." in text
    assert text.count("Annual report") == 1 and text.count("The harbour board") == 1


def test_first_lines_that_only_look_alike_are_kept(tmp_path: Path) -> None:
    drawing = Drawing()
    for year in (2019, 2020, 2021):
        drawing.page().column(LEFT, [f"Honey of the year {year}", f"The bees made {year - 1900} jars."])
    text = loaded(tmp_path, drawing.bytes()).text
    assert [text.count(f"Honey of the year {year}") for year in (2019, 2020, 2021)] == [1, 1, 1]


def write(drawing: Drawing, x: float, y: float, *texts: str) -> None:
    """Texts one after the other, every other one raised."""
    drawing.pdf.set_xy(x, y)
    for number, text in enumerate(texts):
        drawing.pdf.char_vpos = "SUP" if number % 2 else "LINE"
        drawing.pdf.write(6, text)
    drawing.pdf.char_vpos = "LINE"


def test_raised_digits_are_not_glued_to_a_number(tmp_path: Path) -> None:
    texts = ["Brenna has 3,150", "7", " sheep on 12 km", "2", ", and its lake holds 10", "-9", " litres."]
    text = loaded(tmp_path, one_page(lambda d: write(d, LEFT, TOP, *texts))).text
    assert text == "Brenna has 3,150⁷ sheep on 12 km², and its lake holds 10⁻⁹ litres."


def test_footnotes_stand_apart_from_the_sentence_that_goes_on_overleaf(tmp_path: Path) -> None:
    drawing = Drawing().page().text(LEFT, 20, "The island was settled in spring.")
    drawing.text(LEFT, 40, "The lighthouse stands on bare rock and was built")
    write(drawing, LEFT - 1, 42, "by the engineer Halvard Lie", "1", " and it is still the")
    drawing.text(LEFT, 270, "1", 5).text(LEFT + 2, 271, "Lie came from Bergen and died in 1899.", 8)
    drawing.page().column(LEFT, ["brightest of the whole coast, they say.", "Ships see it from afar."])
    document = loaded(tmp_path, drawing.bytes())
    assert "Halvard Lie¹ and it is still the brightest of the whole coast" in document.text
    [note] = [section for section in document.sections if section.kind == "note"]
    assert (note.label, document.text[note.start : note.end]) == ("1", "¹ Lie came from Bergen and died in 1899.")
    assert document.page_at(note.start) == 1


def test_what_is_drawn_twice_to_look_bold_is_read_once(tmp_path: Path) -> None:
    def draw(drawing: Drawing) -> None:
        drawing.text(LEFT, TOP, "Notice to all tenants")
        drawing.column(LEFT, QUARRY, TOP + 10).text(LEFT + 0.1, TOP, "Notice to all tenants")

    assert loaded(tmp_path, one_page(draw)).text == f"Notice to all tenants\n\n{prose(QUARRY)}"


def test_letters_that_are_set_apart_are_words(tmp_path: Path) -> None:
    def draw(drawing: Drawing) -> None:
        drawing.pdf.set_char_spacing(4)
        drawing.text(LEFT, TOP, "ANNUAL REPORT")
        drawing.pdf.set_char_spacing(0)
        drawing.column(LEFT, QUARRY, TOP + 14)

    assert loaded(tmp_path, one_page(draw)).text == f"ANNUAL REPORT\n\n{prose(QUARRY)}"


@pytest.mark.parametrize("degrees", [90, 180, 270])
def test_text_that_is_turned_on_its_page(tmp_path: Path, degrees: int) -> None:
    def draw(drawing: Drawing) -> None:
        with drawing.pdf.rotation(degrees, 105, 148):
            drawing.rows([(LEFT, QUARRY), (80, MILL)], 100)

    assert loaded(tmp_path, one_page(draw)).text == f"{prose(QUARRY)}\n\n{prose(MILL)}"


def test_the_boxes_of_a_quote_follow_it_through_columns_and_past_running_lines(tmp_path: Path) -> None:
    drawing = Drawing()
    for number in (1, 2):
        drawing.page().text(LEFT, 12, "A guide to the valley").rows([(LEFT, QUARRY), (80, MILL)])
        drawing.text(100, 285, str(number))
    path = put(tmp_path, "a.pdf", drawing.bytes())
    document = load_file(path, root=tmp_path)
    for page, words in ((1, "work to forty men. Its slate went"), (2, "widow Anna Kessler. She ground rye")):
        start = document.text.index(words) if page == 1 else document.text.rindex(words)
        span = span_on_page(document, page, (start, start + len(words)))
        assert span is not None
        [mark] = render_page(path, page, spans=[span]).marks
        assert mark.text == words and len(mark.boxes) == 2
        assert text_under(path, page, mark.boxes) == squeezed(words)


CATCH = [
    ("Boat", "Herring", "Cod", "Crew"),
    ("Silver Gull", "1,204", "88", "5"),
    ("Old Mary", "960", "143", "4"),
    ("Storm Petrel", "2,310", "61", "7"),
]


def tables(document: Document) -> list[tuple[str, list[str]]]:
    """Header and rows of each table."""
    return [(s.label, document.text[s.start : s.end].split("\n")) for s in document.sections if s.kind == "table"]


ROWS = [" | ".join(row) for row in CATCH]


def test_a_table_without_lines_is_read_by_rows(tmp_path: Path) -> None:
    def draw(drawing: Drawing) -> None:
        drawing.column(LEFT, ["What the boats of the harbour landed in the week before Easter", "is in this table."])
        columns = [[row[i] for row in CATCH] for i in range(4)]
        drawing.rows(list(zip((LEFT, 70.0, 100.0, 130.0), columns, strict=True)), TOP + 20)
        drawing.column(LEFT, ["All of it went to the smokehouse."], TOP + 60)

    document = loaded(tmp_path, one_page(draw))
    assert tables(document) == [(ROWS[0], ROWS)]
    assert document.text.startswith(
        "What the boats of the harbour landed in the week before Easter is in this table.\n\n"
    )
    assert document.text.endswith("\n\nAll of it went to the smokehouse.")


@pytest.mark.parametrize("borders", ["ALL", "INTERNAL", "MINIMAL", "SINGLE_TOP_LINE", "NONE"])
def test_tables_however_they_are_ruled(tmp_path: Path, borders: str) -> None:
    drawing = Drawing().page()
    with drawing.pdf.table(borders_layout=borders) as table:
        for row in CATCH:
            cells = table.row()
            for cell in row:
                cells.cell(cell)
    assert tables(loaded(tmp_path, drawing.bytes())) == [(ROWS[0], ROWS)]


def test_a_cell_of_several_lines_and_one_that_spans_columns(tmp_path: Path) -> None:
    drawing = Drawing().page()
    with drawing.pdf.table(col_widths=(20, 50, 30)) as table:
        for row in (("Duty", "What it is", "Who"), ("Nets", "The nets are mended on Saturdays, washed in fresh water "
                    "and hung up in the loft, where they dry until the next week.", "Per Dahl")):  # fmt: skip
            cells = table.row()
            for cell in row:
                cells.cell(cell)
        cells = table.row()
        cells.cell("Bell")
        cells.cell("rung at noon by whoever is there", colspan=2)
    [(header, rows)] = tables(loaded(tmp_path, drawing.bytes()))
    assert header == "Duty | What it is | Who"
    assert rows[1:] == [
        "Nets | The nets are mended on Saturdays, washed in fresh water and hung up in the loft, where they dry until "
        "the next week. | Per Dahl",
        "Bell | rung at noon by whoever is there | rung at noon by whoever is there",
    ]


def test_the_boxes_of_a_row(tmp_path: Path) -> None:
    drawing = Drawing().page()
    with drawing.pdf.table() as table:
        for row in CATCH:
            cells = table.row()
            for cell in row:
                cells.cell(cell)
    path = put(tmp_path, "a.pdf", drawing.bytes())
    start = load_file(path, root=tmp_path).text.index("Old Mary")
    [mark] = render_page(path, 1, spans=[(start, start + len(ROWS[2]))]).marks
    assert mark.text == ROWS[2]
    assert text_under(path, 1, mark.boxes) == "OldMary9601434"


def headings(document: Document) -> list[tuple[int, str]]:
    return [(section.level, section.label) for section in document.sections if section.kind == "heading"]


def test_bookmarks_are_headings(tmp_path: Path) -> None:
    drawing = Drawing().page()
    pdf = drawing.pdf
    pdf.set_y(TOP)
    for level, title, text in ((0, "The quarry", QUARRY), (1, "Its railway", MILL), (0, "The chapel", CHAPEL)):
        if title == "The chapel":
            pdf.add_page()
        pdf.start_section(title, level)
        pdf.multi_cell(0, 6, f"{title}\n{prose(text)}\n", new_x="LMARGIN", new_y="NEXT")
    document = loaded(tmp_path, drawing.bytes())
    assert headings(document) == [(1, "The quarry"), (2, "Its railway"), (1, "The chapel")]
    assert document.heading_path_at(document.text.index("Kessler")) == ("The quarry", "Its railway")
    assert document.heading_path_at(document.text.index("1688")) == ("The chapel",)


def test_larger_and_bold_lines_are_headings_without_bookmarks(tmp_path: Path) -> None:
    def draw(drawing: Drawing) -> None:
        drawing.text(LEFT, 20, "Walks around Steinau", 20).text(LEFT, 30, "In the valley", 15)
        drawing.column(LEFT, [*QUARRY[:3], ""], 40).pdf.set_font(style="B")
        drawing.text(LEFT, 66, "Opening hours").pdf.set_font(style="")
        drawing.column(LEFT, MILL, 72).column(LEFT, CHAPEL, 120)

    document = loaded(tmp_path, one_page(draw))
    assert headings(document) == [(1, "Walks around Steinau"), (2, "In the valley"), (3, "Opening hours")]
    assert document.source.title == "Walks around Steinau"
    assert document.heading_at(document.text.index("Kessler")) == "Opening hours"


def test_a_page_of_one_type_has_no_headings(tmp_path: Path) -> None:
    document = loaded(tmp_path, one_page(lambda d: d.column(LEFT, QUARRY).column(LEFT, MILL, 90)))
    assert headings(document) == []


def test_what_is_filled_into_a_form_stands_beside_its_label(tmp_path: Path) -> None:
    data = form(
        ["Request for a mooring", "Name of the boat:", "Owner", "Remarks"],
        [
            ("f1", "Sea Pink", (200, 695, 400, 712)),
            ("f2", "Ines Ruud", (200, 655, 400, 672)),
            ("f3", "needs shore power\\nfrom May", (50, 560, 400, 610)),
            ("Length in feet", "31", (450, 300, 520, 320)),
            ("f4", "", (450, 200, 520, 220)),
        ],
    )
    text = loaded(tmp_path, data).text
    assert "Name of the boat: Sea Pink\nOwner: Ines Ruud\n" in text
    assert "Remarks\nneeds shore power\nfrom May" in text
    assert "Length in feet: 31" in text and "f4" not in text


def test_a_form_of_which_only_the_fields_have_text_is_read(tmp_path: Path) -> None:
    document = loaded(tmp_path, form([], [("Tenant", "Olav Moe", (200, 695, 400, 712))]))
    assert document.text == "Tenant: Olav Moe"


def test_comments_on_a_page_are_notes_with_their_author(tmp_path: Path) -> None:
    def draw(drawing: Drawing) -> None:
        drawing.column(LEFT, QUARRY).pdf.text_annotation(
            100, 40, "Check the year in the parish book.", title="Ada Falk"
        )

    document = loaded(tmp_path, one_page(draw))
    [note] = [section for section in document.sections if section.kind == "note"]
    assert note.label == "Ada Falk"
    assert document.text[note.start : note.end] == "Ada Falk: Check the year in the parish book."
    assert document.text.startswith(prose(QUARRY))


def test_why_there_is_no_text_is_told_of_what_is_there(tmp_path: Path) -> None:
    with pytest.raises(LoadError, match="its pages are blank"):
        loaded(tmp_path, one_page(lambda d: None))
    with pytest.raises(LoadError, match="only drawings"):
        loaded(tmp_path, one_page(lambda d: d.pdf.ellipse(20, 20, 50, 50)))
    drawing = Drawing().page().column(LEFT, QUARRY).page()
    drawing.pdf.image(Image.new("L", (60, 80), 200), 0, 0, 210)
    drawing.page().page().pdf.line(10, 10, 100, 100)
    assert [warning.partition(";")[0] for warning in loaded(tmp_path, drawing.bytes()).warnings] == [
        "page 2 has no text, only images (a scan?)",
        "page 4 has no text, only a drawing",
    ]


def test_letters_that_make_no_words_are_told(tmp_path: Path) -> None:
    lines = [*QUARRY, *MILL, *CHAPEL]
    shifted = ["".join(chr((ord(c) - 97 + 3) % 26 + 97) if c.islower() else c for c in line) for line in lines]
    drawing = Drawing().page().column(LEFT, lines).page().column(LEFT, shifted)
    assert loaded(tmp_path, drawing.bytes()).warnings == (
        "page 2 has letters that make no words: its fonts seem to say other letters than they draw",
    )


def test_a_table_above_two_columns_whose_gutter_goes_on_through_it(tmp_path: Path) -> None:
    cells = [
        (LEFT, ["Hall", "", "", "Attic"]),
        (50, ["Mrs Falk", "", "", "sexton"]),
        (82, ["heated only from", "October until the", "week after Easter", "mind the step"]),
    ]

    def draw(drawing: Drawing) -> None:
        drawing.text(LEFT, 20, "Who has the keys to the rooms of the old vicarage of Steinau").rows(cells)
        drawing.rows([(LEFT, QUARRY), (80, MILL)], TOP + 40)

    text = loaded(tmp_path, one_page(draw)).text
    places = [text.index(words) for words in ("heated", "October", "week", "Attic", "mind", "quarry", "widow")]
    assert places == sorted(places)
    assert prose(QUARRY) in text and prose(MILL) in text
