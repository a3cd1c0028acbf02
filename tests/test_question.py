"""What a question asks for, from its words alone."""

from __future__ import annotations

import pytest

from rag.reader.answer_kind import Kind, answer_kind, holds_kind


@pytest.mark.parametrize(
    ("question", "kind"),
    [
        ("How many members attended?", "number"),
        ("how much was paid for the roof", "number"),
        ("What percentage voted for it?", "number"),
        ("At what age do members retire?", "number"),
        ("When was the meeting held?", "date"),
        ("In what year was it founded?", "date"),
        ("Since when is he the mayor?", "date"),
        ("Who presided over the session?", "person"),
        ("And who seconded it?", "person"),
        ("Whose report was heard?", "person"),
        ("Which minister resigned?", "person"),
        ("Where is the boat house?", "place"),
        ("Which city hosted the games?", "place"),
        ("Why was the vote delayed?", "passage"),
        ("How is an answer made?", "passage"),
        ("List the decisions.", "passage"),
        ("What are the main reasons for the delay?", "passage"),
        ("Tell me about the roof.", "passage"),
        ("What was decided?", "other"),
        ("", "other"),
        ("???", "other"),
    ],
)
def test_the_kind_of_answer_that_is_wanted(question: str, kind: Kind) -> None:
    assert answer_kind(question) == kind
    assert answer_kind(question.upper()) == kind


@pytest.mark.parametrize(
    ("sentence", "kind", "question", "holds"),
    [
        ("Seventy-six members came.", "number", "How many came?", True),
        ("There were 12 of them.", "number", "How many were there?", True),
        ("In 2022 members came.", "number", "How many members came in 2022?", False),
        ("Nobody came.", "number", "How many came?", False),
        ("It was held on 2 March 2021.", "date", "When was it held?", True),
        ("It was held on Tuesday.", "date", "When was it held?", True),
        ("The meeting of March was quiet.", "date", "When in March was the meeting?", False),
        ("It was held late.", "date", "When was it held?", False),
        ("The chair was taken by Ada Lovelace.", "person", "Who took the chair?", True),
        ("Ada Lovelace took the chair.", "person", "Who took the chair?", True),
        ("Then nobody took the chair.", "person", "Who took the chair?", False),
        ("The session was held in Oslo.", "place", "Where was the session held?", True),
        ("In Oslo there was a session.", "place", "Where in Oslo was it?", False),
        ("Anything at all.", "passage", "Why?", True),
        ("Anything at all.", "other", "What?", True),
    ],
)
def test_whether_a_sentence_holds_something_of_the_kind(sentence: str, kind: Kind, question: str, holds: bool) -> None:
    assert holds_kind(sentence, kind, question) is holds
