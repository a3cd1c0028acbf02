"""What a whole document is about: which of its sentences are quoted."""

from __future__ import annotations

from core_fakes import make_document

from rag.answer.overview import overview_spans

LONG = "The members of the club talked for hours about the roof of the boat house and about who should pay for it."


def quoted(text: str, budget: int) -> list[str]:
    return [text[span.start : span.end] for span in overview_spans(make_document("a.txt", text), budget)]


def test_an_overview_goes_from_the_beginning_as_far_as_its_budget() -> None:
    opening = "The rowing club met on Monday evening."
    text = f"{opening} {LONG} The full text is given here."
    assert quoted(text, 200) == [opening, LONG, "The full text is given here."]
    assert quoted(text, 12) == [opening]  # and not what is short enough, but far from the beginning


def test_what_was_said_and_fragments_are_left_out() -> None:
    said = "The rowing club met on Monday."
    assert quoted(f"Minutes.\n\n{said} {said.upper()} Done.", 200) == [said]
