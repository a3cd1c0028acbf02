"""Line ends that are mere wrapping."""

from __future__ import annotations

import pytest
from core_texts import texts
from hypothesis import given

from rag.text.wrapping import unwrapped

PARAGRAPH = (
    "The ferry to Skerry Island leaves at nine in\nsummer and at ten in winter. Bicycles on\n"
    "Sundays cost nothing, and dogs on a lead are\nwelcome."
)


@given(texts)
def test_no_character_moves_and_line_ends_alone_change(text: str) -> None:
    changed = unwrapped(text)
    assert len(changed) == len(text)
    assert all(new == old or (old == "\n" and new == " ") for old, new in zip(text, changed, strict=True))


def test_a_wrapped_paragraph_is_one_line() -> None:
    assert unwrapped(f"{PARAGRAPH}\n\n{PARAGRAPH}").split("\n\n") == [PARAGRAPH.replace("\n", " ")] * 2


def test_a_heading_above_a_paragraph_keeps_its_line() -> None:
    assert unwrapped(f"Timetable\n{PARAGRAPH}") == "Timetable\n" + PARAGRAPH.replace("\n", " ")


def test_two_lines_are_joined_where_a_sentence_was_begun_in_the_first() -> None:
    text = "All of the snow was gone by May. The grant of\n1962 was paid in full."
    assert unwrapped(text) == text.replace("\n", " ")


@pytest.mark.parametrize("piece", [" ", "\n", " \n", "x ", ". A", "-\n", "a\n", "|"])
def test_a_long_monotonous_text_is_no_trouble(piece: str) -> None:
    assert len(unwrapped(piece * 200_000)) == len(piece) * 200_000


@pytest.mark.parametrize(
    "text",
    [
        "From: Ole Brandt <ole@ferry.example>\nTo: The harbour master\nSubject: Winter timetable of the ferry",
        "2024-05-01 10:00:01 INFO engine warm\n2024-05-01 10:03:09 WARN engine cold",
        "- oars for the dinghy and a bucket of\n- tar for the planks under the bench",
        "The gulls are crying over the grey sea,\nThe boats are rocking on the ebbing tide,",
        "adult ticket, one way     12.50\nchild ticket, one way      6.50",
        "| adult ticket, one way | 12.50 |\n| child ticket, one way |  6.50 |",
        "if the_ferry_is_late(timetable, today):\n    tell(the_harbour_master)",
        "The botanist measured the chloro-\nphyll in the leaves.",
        "milk\neggs\nbread",
    ],
)
def test_lines_that_were_meant_as_lines_stay(text: str) -> None:
    assert unwrapped(text) == text
