"""What somebody says about something: told from other questions, and answered with sentences on it."""

from __future__ import annotations

from dataclasses import replace

import pytest
from core_fakes import make_document

from rag.answer.statements import spans_stating
from rag.question.statement import Statement, statement_asked_for
from rag.schema import AnswerSpan, Chunk, Document, Passage, Scores

PORTO = make_document(
    "porto.txt",
    "The harbour master spoke on Monday. Fishing is good for the economy. Boats are repaired.\n\n"
    "The mayor had other things to say. Fishing costs too much.",
    title="Report of Porto",
)
GENOA = make_document("genoa.txt", "Fishing has economic risks.", title="Report of Genoa")


@pytest.mark.parametrize(
    ("question", "speaker", "topic"),
    [
        ("What does Shanghai say about epidemic prevention?", "Shanghai", "epidemic prevention"),
        ("What did the meeting decide on the trams", "the meeting", "the trams"),
        ("And what is Shanghai doing about city safety?", "Shanghai", "city safety"),
        ("What else has Ada Brook written about bees?", "Ada Brook", "bees"),
    ],
)
def test_who_is_asked_about_what_is_told(question: str, speaker: str, topic: str) -> None:
    assert statement_asked_for(question) == Statement(speaker, topic)


@pytest.mark.parametrize(
    "question",
    [
        "What did it say about the bees?",  # nobody is named
        "What did Ada Brook say about it?",
        "Who said something about the bees?",
        "What is the report about?",
        "What did the meeting decide?",
        "",
    ],
)
def test_other_questions_ask_for_no_statement(question: str) -> None:
    assert statement_asked_for(question) is None


def test_an_endless_question_is_none() -> None:
    assert statement_asked_for("What does " + "a say about " * 100_000) is None


def sentence(document: Document, words: str, score: float) -> AnswerSpan:
    start = document.text.index(words)
    end = document.text.index(".", start) + 1
    chunk = Chunk(1, document.source.id, 0, len(document.text))
    return AnswerSpan(Passage(chunk, document.source, document.text, 1, Scores(1.0)), start, end, None, score)


DOCUMENTS = {one.source.id: one for one in (PORTO, GENOA)}
SPANS = [
    sentence(PORTO, "The harbour master", 3.0),
    sentence(PORTO, "Boats", 2.0),
    sentence(GENOA, "Fishing", 1.0),
    sentence(PORTO, "Fishing is", 0.5),
    sentence(PORTO, "Fishing costs", 0.0),
]


def stating(speaker: str, topic: str) -> list[str]:
    return [span.text for span in spans_stating(Statement(speaker, topic), SPANS, DOCUMENTS.__getitem__)]


def test_sentences_on_the_topic_answer_where_the_speaker_is_named() -> None:
    assert stating("Porto", "fishing") == ["Fishing is good for the economy.", "Fishing costs too much."]
    assert stating("the harbour master", "fishing") == ["Fishing is good for the economy."]
    assert stating("the mayor", "fishing") == ["Fishing costs too much."]
    assert stating("Lisbon", "fishing") == stating("Porto", "trams") == []


def test_other_forms_of_a_word_are_the_same_topic() -> None:
    assert stating("Genoa", "the economy") == stating("Genoa", "a risk") == ["Fishing has economic risks."]


def test_a_word_of_the_same_stem_that_means_something_else_is_not() -> None:
    assert stating("the harbour master", "goods") == ["Fishing is good for the economy."]  # a form of it
    assert stating("the harbour master", "goodness") == stating("Genoa", "economization") == []


def test_only_words_that_name_the_topic_stay_marked() -> None:
    off, on = (
        replace(SPANS[3], highlight=(SPANS[3].start + first, SPANS[3].start + last))
        for first, last in ((8, 15), (0, 7))
    )
    marked = [
        spans_stating(Statement("Porto", "fishing"), [one], DOCUMENTS.__getitem__)[0].highlight for one in (off, on)
    ]
    assert marked == [None, on.highlight]


def test_a_sentence_that_names_the_speaker_itself_comes_first() -> None:
    assert stating("Fishing", "fishing")[0] == "Fishing has economic risks."
