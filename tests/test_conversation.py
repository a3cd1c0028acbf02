"""A follow-up question and the conversation before it -> a question that stands alone."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.question.follow_up import Standalone, forms, is_reply, standalone
from rag.question.referents import days
from rag.schema import Turn
from rag.text.words import words


class FakeCorpus:
    """Knows how often words occur."""

    def __init__(self, frequencies: dict[str, int]) -> None:
        self.frequencies = frequencies

    def frequency(self, word: str) -> int:
        return self.frequencies.get(word, 1)

    def size(self) -> int:
        return 100


def query(question: str, history: Sequence[Turn], corpus: FakeCorpus | None = None) -> str:
    """What is searched for: the question as it goes on from the conversation, where it may."""
    return forms(question, history, corpus)[-1].query


PLENARY = Turn("How many members attended the plenary session?", "76 members attended.")


@pytest.mark.parametrize(
    "question",
    [
        "And how many alternate members?",
        "What about the roof?",
        "When was it held?",
        "Who wrote that report?",
        "Why?",
        "How many?",
        "Did they vote on the roof repairs?",
    ],
)
def test_a_follow_up_gets_the_topic_of_the_question_before(question: str) -> None:
    asked = query(question, [PLENARY])
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
    assert forms(question, [PLENARY])[0] == Standalone(question)


@pytest.mark.parametrize("question", ["And then?", "Why?", ""])
def test_without_a_conversation_nothing_is_added(question: str) -> None:
    assert query(question, []) == question


def test_a_chain_of_follow_ups_goes_back_to_the_question_that_stands_alone() -> None:
    history = [
        Turn("Where is the boat house of the rowing club?"),
        PLENARY,
        Turn("When was it held?"),
        Turn("And why?"),
    ]
    asked = query("Who said that?", history)
    assert "plenary" in asked
    assert "boat" not in asked


def test_empty_turns_add_nothing() -> None:
    assert query("Why?", [Turn(""), Turn("   ")]) == "Why?"


def test_a_follow_up_gets_the_rarest_names_of_the_last_answer_and_no_other_words_of_it() -> None:
    common = {"party": 90, "committee": 80, "shanghai": 70, "gong": 2, "zheng": 2, "on": 100}
    history = [Turn("Who chaired the meeting?", "Gong Zheng of the Shanghai Party Committee chaired a long meeting.")]
    asked = query("What was said about jobs there?", history, FakeCorpus(common))
    assert asked == "What was said about jobs there? (chaired meeting Gong Zheng Shanghai)"


def test_of_an_answer_with_a_name_only_that_name_goes_along() -> None:
    quote = "Gong Zheng heard of Premier Li Qiang and of the State Council."
    asked = query("What was that about?", [Turn("Who presided over the meeting?", quote, "Gong Zheng")])
    assert asked == "What was that about? (presided meeting Gong Zheng)"


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("What did he say about jobs?", "What did Ada Lovelace say about jobs?"),
        ("And what did she want?", "And what did Ada Lovelace want?"),
        ("What are her plans?", "What are Ada Lovelace’s plans?"),
        ("Who wrote to her about it?", "Who wrote to Ada Lovelace about it?"),
        ("Is the house hers?", "Is the house Ada Lovelace’s?"),
        ("Did Bob say that he would come?", "Did Bob say that he would come?"),
    ],
)
def test_a_pronoun_becomes_the_person_who_answered(question: str, expected: str) -> None:
    history = [
        Turn("Who chaired the meeting?", "Ada Lovelace, the engineer, chaired it.", "Ada Lovelace, the engineer")
    ]
    assert standalone(question, history).question == expected


def test_a_pronoun_becomes_the_only_person_of_the_question_before() -> None:
    history = [Turn("When did Ada Lovelace speak?", "It was in May.", "in May")]
    assert standalone("What did she say?", history).question == "What did Ada Lovelace say?"
    several = [Turn("When did Ada Lovelace meet Ruth Okafor?", "In May.")]
    assert standalone("What did she say?", several).question == "What did she say?"


@pytest.mark.parametrize(
    ("before", "fragment", "expected"),
    [
        ("How many members attended in 2022?", "And in 2023?", "How many members attended in 2023?"),
        ("How many members attended in 2022?", "2023?", "How many members attended in 2023?"),
        ("Who is the mayor of Turku?", "And of Oslo?", "Who is the mayor of Oslo?"),
        ("What does Turku say about the tram?", "What about Upper Turku?", "What does Upper Turku say about the tram?"),
        ("Is Turku’s tram free?", "And Oslo?", "Is Oslo’s tram free?"),
        ("What opened on March 3?", "And on 4 May?", "What opened on 4 May?"),
        (
            "What does Turku say about trams?",
            "And what about the two bridges?",
            "What does Turku say about the two bridges?",
        ),
        ("What does Turku say about trams?", "And about bridges?", "What does Turku say about bridges?"),
        ("What does the old bridge cost?", "And the new bridge?", "What does the new bridge cost?"),
        (PLENARY.question, "What about the second session?", "How many members attended the second session?"),
    ],
)
def test_a_fragment_takes_the_place_of_the_year_or_name_before(before: str, fragment: str, expected: str) -> None:
    history = [Turn(before, "Yes, says Pekka Virtanen.")]
    assert forms(fragment, history) == (Standalone(expected),)


def test_a_word_that_begins_like_a_month_is_none() -> None:
    assert days("Mayor 12 and marching 5 came on 4 May, Sept. 7 and December 28.") == [
        "4 May",
        "Sept. 7",
        "December 28",
    ]


def test_fragments_follow_each_other() -> None:
    history = [Turn("What does Turku say about trams?"), Turn("And Oslo?"), Turn("What about the bridges?")]
    assert standalone("And Rome?", history).question == "What does Rome say about the bridges?"
    history = [Turn("What opened on March 3?"), Turn("Who came?")]
    assert standalone("And on March 4?", history).question == "What opened on March 4?"
    assert standalone("2022?", [Turn("2021?")] * 40).question == "2022?"


@pytest.mark.parametrize(
    ("before", "fragment"),
    [
        ("Did Turku or Oslo build a tram?", "And Rome?"),
        ("Who built the tram?", "And in Rome?"),
        ("Who built the tram of Turku?", "And why?"),
        ("Who built the tram of Turku?", "Thanks"),
        ("Who built the tram of Turku?", "And the bridge?"),
        ("Who built the tram of Turku?", "What about the bridge?"),
    ],
)
def test_a_fragment_that_fits_in_no_one_place_gets_the_words_of_the_question_before(before: str, fragment: str) -> None:
    asked = standalone(fragment, [Turn(before)])
    assert asked.question == fragment
    assert "tram" in asked.topic


@pytest.mark.parametrize(
    "question", ["Who presided over the meeting?", "What did the meeting decide?", "How long was the meeting?"]
)
def test_what_was_told_before_and_is_only_called_by_its_noun_goes_on_from_there(question: str) -> None:
    asked = standalone(question, [Turn("Which plan did the executive meetings agree to?")])
    assert asked.query == asked.reading == f"{question} (plan executive meetings agree)"


@pytest.mark.parametrize("question", ["Who presided over the meeting of May?", "When was the garden fair opened?"])
def test_what_says_which_one_it_means_stands_alone(question: str) -> None:
    assert forms(question, [Turn("Which plan did the executive meeting agree to?")])[0] == Standalone(question)


def test_words_of_the_conversation_are_read_for_only_where_the_question_says_too_little() -> None:
    history = [Turn("Who chaired the garden meeting?", "Ruth Okafor did.", "Ruth Okafor")]
    assert standalone("When was it held?", history).reading == "When was it held? (chaired garden meeting)"
    assert standalone("What did she say about bees?", history).reading == "What did Ruth Okafor say about bees?"
    assert standalone("What did she say about bees?", history).query == (
        "What did Ruth Okafor say about bees? (chaired garden meeting)"
    )
    reply = standalone("Yes, I do.", [Turn("How do I apply?", "Do you have a sponsor?")])
    assert reply.reading == reply.query == "Yes, I do. (apply sponsor)"


def test_a_question_that_names_nothing_is_gone_back_beyond() -> None:
    history = [
        Turn("Who presided over the second session?", "The committee did."),
        Turn("How many members attended?", "76 members attended."),
    ]
    assert standalone("What did it approve?", history).topic == (
        "presided",
        "second",
        "session",
        "many",
        "members",
        "attended",
    )
    named = [history[0], Turn("How many members attended in Leeds?", "76 members attended.")]
    assert standalone("What did it approve?", named).topic == ("many", "members", "attended", "Leeds")


def test_a_reply_gets_the_words_of_what_it_replies_to() -> None:
    history = [Turn("How do I apply for a visa?", "Do you have a sponsor and a valid passport?")]
    assert is_reply("Yes, I do.")
    assert query("Yes, I do.", history) == "Yes, I do. (apply visa sponsor valid passport)"


def test_a_question_of_another_year_is_not_of_the_year_before() -> None:
    history = [Turn("How many members attended in 2022?", "In 2022 76 members attended in Shanghai.")]
    assert query("And how many were there in 2023?", history) == (
        "And how many were there in 2023? (members attended Shanghai)"
    )
    assert "2022" in query("And who presided there?", history)


@pytest.mark.parametrize(
    ("question", "before"),
    [
        ("What does the swimming club charge for a locker?", "Who plays the organ?"),
        ("How many weeks does the repair of a church clock take?", "Who plays the organ?"),
        ("Which bus goes to the harbour on Sundays?", "When does the harbour museum open?"),
        ("What does a dog licence cost in Elmstead?", "How many dogs live in Elmstead?"),
        ("my ferry was cancelled, who pays for the hotel", "how early should i be at the ferry"),
    ],
)
def test_what_stands_alone_is_never_changed_by_what_was_asked_before(question: str, before: str) -> None:
    assert forms(question, [Turn(before, "It is said in the leaflet.")]) == (Standalone(question),)


@pytest.mark.parametrize(
    ("question", "before"),
    [("Who complained?", "Who plays the organ?"), ("What is the fee?", "Who plays the organ?")],
)
def test_in_doubt_a_question_is_tried_as_typed_first(question: str, before: str) -> None:
    typed, within = forms(question, [Turn(before, "Ida Holm plays the organ.")])
    assert typed == Standalone(question)
    assert "organ" in within.query


@pytest.mark.parametrize(
    "question",
    ["and on weekdays?", "who pays them", "How often does it happen?", "why is that", "And if I lose it?"],
)
def test_what_leans_is_not_tried_as_typed(question: str) -> None:
    assert all("organ" in form.query for form in forms(question, [Turn("Who plays the organ?", "Ida Holm does.")]))


@given(st.text(max_size=80), st.lists(st.builds(Turn, *[st.text(max_size=80)] * 3), max_size=4))
def test_only_words_of_the_conversation_are_added(question: str, history: list[Turn]) -> None:
    asked = standalone(question, history)
    said = [text for turn in history for text in (turn.question, turn.answer, turn.highlight)]
    known = {word for text in (question, *said) for word in words(text)}
    assert set(words(asked.query)) <= known
    assert set(words(asked.reading)) <= set(words(asked.query))
    assert forms(question, history)[-1] in (asked, Standalone(question))
