"""A follow-up question and the conversation before it -> a question that stands alone."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.conversation import leans_on_history, standalone
from rag.schema import Turn
from rag.words import words

PLENARY = Turn("How many members attended the plenary session?", "76 members attended.")


@pytest.mark.parametrize(
    "question",
    [
        "And how many alternate members?",
        "What about the second session?",
        "When was it held?",
        "Who wrote that report?",
        "Why?",
        "How many?",
        "Did they vote on the roof repairs?",
    ],
)
def test_a_follow_up_gets_the_topic_of_the_question_before(question: str) -> None:
    asked = standalone(question, [PLENARY])
    assert asked.startswith(question)
    assert "plenary" in asked
    assert not asked.casefold().count("members") > 1


@pytest.mark.parametrize(
    "question",
    [
        "How many members attended the spring meeting?",
        "Is there a boat house in the village?",
        "Which decisions were taken about the roof that was repaired?",
        "Orwell wrote which novels?",
    ],
)
def test_a_question_that_stands_alone_is_left_as_it_is(question: str) -> None:
    assert standalone(question, [PLENARY]) == question


@pytest.mark.parametrize("question", ["And then?", "Why?", ""])
def test_without_a_conversation_nothing_is_added(question: str) -> None:
    assert standalone(question, []) == question


def test_a_chain_of_follow_ups_goes_back_to_the_question_that_stands_alone() -> None:
    history = [
        Turn("Where is the boat house of the rowing club?"),
        PLENARY,
        Turn("When was it held?"),
        Turn("And why?"),
    ]
    asked = standalone("Who said that?", history)
    assert "plenary" in asked
    assert "boat" not in asked


def test_empty_turns_add_nothing() -> None:
    assert standalone("Why?", [Turn(""), Turn("   ")]) == "Why?"


@given(st.text(max_size=80), st.lists(st.builds(Turn, st.text(max_size=80), st.text(max_size=20)), max_size=4))
def test_the_question_is_kept_and_only_words_of_earlier_questions_are_added(question: str, history: list[Turn]) -> None:
    asked = standalone(question, history)
    assert asked.startswith(question)
    added = set(words(asked.removeprefix(question)))
    assert added <= {word for turn in history for word in words(turn.question)}
    if not leans_on_history(question):
        assert asked == question
