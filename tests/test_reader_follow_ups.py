"""Training questions asked as follow-ups."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from training.reader.data import Example
from training.reader.follow_ups import FollowUps, shortened_after

DEPOT = "The depot in Leeds opened in 1990. It is run by Ada Brook."


def asked(number: int, question: str, answer: str, context: str = DEPOT) -> Example:
    start = context.index(answer)
    return Example(str(number), "tiny", "Leeds depot", context, question, ((start, start + len(answer)),))


def drawn(question: str, before: str, draws: int = 60) -> set[str | None]:
    rng = np.random.default_rng(0)
    return {shortened_after(question, before, rng) for _ in range(draws)}


@pytest.mark.parametrize(
    ("question", "before", "expected"),
    [
        ("Who runs the depot in Leeds?", "When did the depot open?", {"Who runs it in Leeds?"}),
        ("How many people work in town?", "Which town?", {"How many people work?", "How many people work in it?"}),
        ("Where did the depot's manager go?", "When did the depot open?", {"Where did its manager go?"}),
        ("When did our shops close?", "Where are our shops?", {"When did they close?"}),
        ("Why does Ada leave?", "Who met Ada?", {"Why does he leave?", "Why does she leave?", "Why does it leave?"}),
        ("Which depot is it?", "When did the depot open?", {None}),  # asks for it
        ("Who runs it?", "When did the depot open?", {None}),
        ("What is made of depot stone?", "When did the depot open?", {None}),  # half a phrase
    ],
)  # fmt: skip
def test_what_was_named_before_is_said_shorter(question: str, before: str, expected: set[str | None]) -> None:
    found = drawn(question, before)
    assert found - {None} <= expected - {None}
    assert found & expected
    if expected == {None}:
        assert found == {None}


def test_a_follow_up_is_read_with_what_the_question_before_named() -> None:
    first = asked(1, "When did the depot in Leeds open?", "1990")
    second = asked(2, "Who runs the depot?", "Ada Brook")
    maker = FollowUps([first, second])
    taken = [maker.follow_up(second, np.random.default_rng(seed)) for seed in range(20)]
    readings = {one.reading for one in taken if one is not None}
    assert "Who runs it? (depot Leeds open)" in readings
    assert all(reading != second.question for reading in readings)


def test_nothing_is_made_of_a_question_that_no_other_leads_to() -> None:
    alone = asked(1, "When did the depot in Leeds open?", "1990")
    other = asked(2, "Who sings?", "Ada Brook", context="Ada Brook sings.")
    maker = FollowUps([alone, other])
    for seed in range(20):
        assert maker.follow_up(alone, np.random.default_rng(seed)) is None


@given(question=st.text(max_size=60), before=st.text(max_size=60), seed=st.integers(0, 5))
def test_whatever_the_question_what_is_made_of_it_differs_and_says_something(
    question: str, before: str, seed: int
) -> None:
    made = shortened_after(f"Who {question}", f"{before} {question}", np.random.default_rng(seed))
    assert made is None or (made.strip() and made != f"Who {question}")
