"""What a passage is read under, and what of a question's details it lacks."""

from __future__ import annotations

import pytest

from rag.loading import document_from_text
from rag.reader.details import Details, rarest_lacking
from rag.schema import Document, Section
from rag.text.context import reading_context
from rag.text.words import stems_of

LEAVE = """Parental leave

You may take leave for:
- the birth of a child
- an adoption
  of a child
- foster care

Weeks | Paid
Birth | 12
Adoption | 10

Nothing else counts.
"""


def _document() -> Document:
    document = document_from_text(LEAVE, name="leave.md", title="Staff handbook")
    heading = Section("heading", "Parental leave", 0, len(LEAVE))
    return Document(document.source, document.text, (heading,))


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("- an adoption", "You may take leave for:"),
        ("- foster care", "You may take leave for:"),
        ("Adoption | 10", "Weeks | Paid."),
        ("Weeks | Paid", ""),
        ("Nothing else counts.", ""),
        ("Parental leave", ""),
    ],
)
def test_a_list_has_the_line_that_introduces_it_and_a_row_its_header(line: str, expected: str) -> None:
    context = reading_context(document_from_text(LEAVE, name="leave.txt", title="Leave."), LEAVE.index(line))
    assert context == f"Leave. {expected}".strip()


def test_a_passage_is_read_under_title_heading_and_lead_in() -> None:
    document = _document()
    assert reading_context(document, LEAVE.index("Nothing")) == "Staff handbook. Parental leave."
    item = reading_context(document, LEAVE.index("- an adoption"))
    assert item == "Staff handbook. Parental leave. You may take leave for:"


def test_a_heading_that_repeats_the_title_is_read_once() -> None:
    document = document_from_text("Leave\n\nTake it.", name="leave.md", title="Leave")
    titled = Document(document.source, document.text, (Section("heading", "LEAVE", 0, 15),))
    assert reading_context(titled, 7) == "Leave."


@pytest.mark.parametrize(
    ("question", "text", "expected"),
    [
        ("Who is the mayor of Beijing?", "The mayor of Shanghai is Gong Zheng.", (1.0, 0.0, 0.0)),
        ("Who is the mayor of Shanghai?", "The mayor of Shanghai is Gong Zheng.", (0.0, 0.0, 0.0)),
        ("How many members in 2021?", "In 2023 there were 312 members.", (0.0, 1.0, 1.0)),
        ("How many members in 2023?", "In 2023 there were 312 members.", (0.0, 0.0, 0.0)),
        ("Did 1200 come in June?", "In July 1,200 came.", (0.0, 0.5, 1.0)),
        ("Did many come in June?", "1,200 came.", (0.0, 1.0, 0.0)),
    ],
)
def test_details_that_a_text_lacks_or_contradicts(
    question: str, text: str, expected: tuple[float, float, float]
) -> None:
    assert tuple(Details.of(question).lacking(text, stems_of(text)).values()) == expected


def test_the_rarest_word_that_is_lacking_counts() -> None:
    rarity = {"mayor": 4.0, "beij": 8.0}
    assert rarest_lacking(rarity, frozenset({"mayor"})) == 1.0
    assert rarest_lacking(rarity, frozenset({"beij"})) == 0.5
    assert rarest_lacking(rarity, frozenset({"mayor", "beij"})) == 0.0
    assert rarest_lacking({}, frozenset()) == 0.0
