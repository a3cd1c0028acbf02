"""A follow-up question and the conversation before it -> a question that stands alone."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.conversation import leans_on_history, standalone
from rag.schema import Turn
from rag.words import words


class FakeCorpus:
    """Knows how often words occur, and takes texts for one topic that share the word "meeting"."""

    def __init__(self, frequencies: dict[str, int]) -> None:
        self.frequencies = frequencies

    def frequency(self, word: str) -> int:
        return self.frequencies.get(word, 1)

    def same_topic(self, one: str, other: str) -> bool:
        return "meeting" in one and "meeting" in other


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


def test_a_follow_up_gets_the_rarest_names_of_the_last_answer_and_no_other_words_of_it() -> None:
    common = {"party": 90, "committee": 80, "shanghai": 70, "gong": 2, "zheng": 2, "on": 100}
    history = [Turn("Who chaired the meeting?", "Gong Zheng of the Shanghai Party Committee chaired a long meeting.")]
    asked = standalone("What did he say about jobs?", history, FakeCorpus(common))
    assert asked == "What did he say about jobs? (chaired meeting Gong Zheng Shanghai)"


def test_a_reply_gets_the_words_of_what_it_replies_to() -> None:
    history = [Turn("How do I apply for a visa?", "Do you have a sponsor and a valid passport?")]
    assert leans_on_history("Yes, I do.")
    assert standalone("Yes, I do.", history) == "Yes, I do. (apply visa sponsor valid passport)"


def test_a_question_that_goes_on_with_the_topic_gets_its_words() -> None:
    history = [Turn("Who chaired the garden meeting?", "Ruth Okafor chaired the meeting.")]
    corpus = FakeCorpus({})
    assert standalone("How long did the meeting of March last?", history, corpus) == (
        "How long did the meeting of March last? (chaired garden Ruth Okafor)"
    )
    assert standalone("How long does honey keep fresh?", history, corpus) == "How long does honey keep fresh?"


def test_a_question_of_another_year_is_not_of_the_year_before() -> None:
    history = [Turn("How many members attended in 2022?", "In 2022 76 members attended in Shanghai.")]
    assert standalone("And in 2023?", history) == "And in 2023? (many members attended Shanghai)"
    assert "2022" in standalone("And who presided there?", history)


@given(st.text(max_size=80), st.lists(st.builds(Turn, st.text(max_size=80), st.text(max_size=20)), max_size=4))
def test_the_question_is_kept_and_only_words_of_the_conversation_are_added(question: str, history: list[Turn]) -> None:
    asked = standalone(question, history)
    assert asked.startswith(question)
    added = set(words(asked.removeprefix(question)))
    assert added <= {word for turn in history for text in (turn.question, turn.answer) for word in words(text)}
    if not leans_on_history(question):
        assert asked == question
