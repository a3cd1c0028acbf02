"""What a document is made up of, as formats write it with the builder and as a document tells it."""

from __future__ import annotations

from dataclasses import replace

import pytest
from core_fakes import make_document

from rag.loading.builder import TextBuilder
from rag.loading.limits import DEFAULT_LIMITS
from rag.schema import Document, Section
from rag.text.tables import cells_of, row_of


def built(builder: TextBuilder) -> Document:
    text, sections = builder.build()
    return replace(make_document("a.txt", text), sections=sections)


@pytest.fixture
def builder() -> TextBuilder:
    return TextBuilder(DEFAULT_LIMITS)


def parts(document: Document, kind: str) -> list[tuple[str, str, int]]:
    """Label, text and level of the sections of a kind."""
    return [(s.label, document.text[s.start : s.end], s.level) for s in document.sections if s.kind == kind]


def heading(builder: TextBuilder, text: str, level: int) -> None:
    builder.begin_heading(level)
    builder.add(text)
    builder.end_heading()


def test_the_headings_that_a_text_stands_under(builder: TextBuilder) -> None:
    builder.add("Before.")
    for text, level in (("Rules", 1), ("Dogs", 2), ("On a lead", 3), ("Cats", 2), ("Fees", 1)):
        heading(builder, text, level)
        builder.add(f"Of {text.lower()}.")
    document = built(builder)

    def path(text: str) -> tuple[str, ...]:
        return document.heading_path_at(document.text.index(text))

    assert path("Before.") == ()
    assert path("Of on a lead.") == ("Rules", "Dogs", "On a lead")
    assert path("Cats") == ("Rules", "Cats")
    assert path("Of fees.") == ("Fees",)
    assert document.heading_at(document.text.index("Of cats.")) == "Cats"


def test_headings_without_levels_stand_beside_one_another() -> None:
    document = make_document("a.txt", "One\nTwo\n")
    document = replace(document, sections=(Section("heading", "One", 0, 4), Section("heading", "Two", 4, 8)))
    assert document.heading_path_at(5) == ("Two",)


def test_places_have_names_and_end_what_stands_in_them(builder: TextBuilder) -> None:
    builder.begin("slide", "1")
    heading(builder, "Welcome", 1)
    builder.add("To the club.")
    builder.end("slide")
    builder.begin("slide", "2")
    builder.end("slide")
    builder.begin("slide", "3")
    builder.add("Questions?")
    builder.end("slide")
    builder.begin("message", "Re: the roof")
    builder.add("It leaks.")
    document = built(builder)  # what is open is closed
    assert document.text == "Welcome\n\nTo the club.\n\nQuestions?\n\nIt leaks."
    assert parts(document, "slide") == [("1", "Welcome\n\nTo the club.", 0), ("2", "", 0), ("3", "Questions?", 0)]
    assert document.place_at(document.text.index("club")) == "slide 1"
    assert document.place_at(document.text.index("Questions")) == "slide 3"
    assert document.place_at(document.text.index("leaks")) == "message Re: the roof"
    assert document.heading_path_at(document.text.index("club")) == ("Welcome",)
    assert document.heading_path_at(document.text.index("Questions")) == ()
    assert document.heading_at(document.text.index("Questions")) is None
    assert make_document("a.txt", "No place.").place_at(3) == ""


def test_a_table_begins_with_the_row_that_heads_it(builder: TextBuilder) -> None:
    builder.add("Before.")
    builder.begin_table()
    builder.add_row(["", " "])
    builder.add_row(["Flat", "Tenant\nof it", ""], header=True)
    builder.add_row(["23", "Baptiste", ""])
    builder.end_table()
    builder.begin_table()
    builder.add_row(["1", "2"])
    builder.add_row(["3", "4"], header=True)
    builder.end_table()
    builder.begin_table()
    builder.add_row(["Alone", "here"], header=True)
    builder.end_table()
    builder.add("After.")
    document = built(builder)
    assert parts(document, "table") == [
        ("Flat | Tenant of it | ", "Flat | Tenant of it | \n23 | Baptiste | ", 0),
        ("", "1 | 2\n3 | 4", 0),
        ("", "Alone | here", 0),
    ]
    assert document.text.startswith("Before.\n\nFlat |") and document.text.endswith("here\n\nAfter.")


def test_items_lie_in_one_another(builder: TextBuilder) -> None:
    builder.add("To bring:")
    builder.gap(2)
    builder.begin_item("1.", 1)
    builder.add("Tools")
    builder.begin_item("-", 2)
    builder.add("Spade")
    builder.end_item()
    builder.begin_item("-", 2)
    builder.end_item()
    builder.end_item()
    builder.begin_item("2.", 1)
    builder.add("Gloves")
    builder.end_item()
    document = built(builder)
    assert document.text == "To bring:\n\n1. Tools\n  - Spade\n2. Gloves"
    assert parts(document, "item") == [("1.", "1. Tools\n  - Spade", 1), ("-", "- Spade", 2), ("2.", "2. Gloves", 1)]


def test_what_was_not_begun_cannot_end(builder: TextBuilder) -> None:
    with pytest.raises(ValueError, match="no sheet is open"):
        builder.end("sheet")


def test_cells_are_those_that_were_joined() -> None:
    for cells in (["a", "b"], ["", "b"], ["a", ""], ["a", "", "", "d"], ["a|b", "c"]):
        assert cells_of(row_of(cells)) == cells
        assert cells_of(row_of(cells).strip()) == cells
