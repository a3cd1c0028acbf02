"""Documents and persons that a question may mean, offered where none of them answers it."""

from __future__ import annotations

from datetime import date

import pytest
from core_fakes import make_document

from rag.question.candidates import OFFERED, asking_who, meant, persons
from rag.schema import AnswerSpan, Chunk, Passage, Scores


def passage(name: str, fused: float, *, title: str = "", day: date | None = None) -> Passage:
    document = make_document(name, "The minutes of a club.", title=title or name, day=day)
    return Passage(Chunk(1, document.source.id, 0, 10), document.source, "The minute", 1, Scores(fused))


def test_documents_that_fit_about_equally_are_offered_once_each_the_likeliest_first() -> None:
    read = [
        passage("rowing.txt", 1.0, title="Rowing club", day=date(2023, 5, 1)),
        passage("rowing.txt", 0.95, title="Rowing club", day=date(2023, 5, 1)),
        passage("chess.txt", 0.85, title="Chess club"),
        passage("novel.txt", 0.4, title="A novel"),
    ]
    offered = meant("How many members does the club have?", read)
    assert [(one.title, one.document, one.date) for one in offered] == [
        ("Rowing club", "rowing.txt", date(2023, 5, 1)),
        ("Chess club", "chess.txt", None),
    ]
    assert offered[0].document_id == read[0].source.id


@pytest.mark.parametrize(
    ("question", "scores"),
    [
        ("How many members does the club have?", [1.0, 0.4]),
        ("How many members does the club have?", [1.0]),
        ("How many members does the club have?", []),
        ("How do clubs work?", [1.0, 0.99]),
    ],
)
def test_nothing_is_offered_where_one_document_stands_out_or_the_question_points_to_none(
    question: str, scores: list[float]
) -> None:
    assert meant(question, [passage(f"{n}.txt", score) for n, score in enumerate(scores)]) == ()


NAMED = (
    "The mayor Ada Brook opened the fair.",
    "Tom Reyes, head of the harbour office and mayor, closed it.",
    "Ada Brook spoke first.",
    "Lars Holm presided over the council.",
)


def said(sentence: str, name: str) -> AnswerSpan:
    document = make_document("fair.txt", sentence)
    start = sentence.index(name)
    read = Passage(Chunk(1, document.source.id, 0, len(sentence)), document.source, sentence, 1, Scores(1.0))
    return AnswerSpan(read, 0, len(sentence), (start, start + len(name)), 1.0)


SPANS = [
    said(sentence, name)
    for sentence, name in zip(NAMED, ("mayor Ada Brook", "Tom Reyes", "Ada Brook", "Lars Holm"), strict=True)
]


def test_persons_that_a_word_may_mean_are_offered_by_name_once_each() -> None:
    question = "What did the mayor say?"
    assert asking_who(question) == "Who is the mayor?"
    assert [(one.title, one.question) for one in persons(question, SPANS)] == [
        ("Ada Brook", "What did Ada Brook say?"),
        ("Tom Reyes", "What did Tom Reyes say?"),
    ]


def test_persons_that_a_pronoun_may_mean_are_those_who_did_it() -> None:
    question = "What did he open, and why did his deputy leave?"
    assert asking_who(question) == "Who open, and why did his deputy leave?"
    assert persons(question, SPANS)[-1].question == "What did Lars Holm open, and why did his deputy leave?"
    assert asking_who("What did she sign?", missing=["sign"]) == ""


@pytest.mark.parametrize("question", ["What did the council say?", "What did Ada Brook say?", "Who met her?", ""])
def test_no_person_is_offered_where_none_is_asked_about(question: str) -> None:
    assert not (asking_who(question) and persons(question, SPANS))


def test_no_person_is_offered_where_there_is_no_choice_or_too_much_of_it() -> None:
    assert persons("What did the mayor say?", SPANS[:1]) == persons("What did he say?", []) == ()
    many = [said(f"{name} Brook spoke.", f"{name} Brook") for name in ("Ada", "Ben", "Cem", "Dora", "Eva")]
    assert persons("What did he say?", many) == ()
    assert persons("What did he say?", [said("Deputy Secretary of State.", "Deputy Secretary"), SPANS[0]]) == ()


def test_no_more_are_offered_than_one_can_choose_from() -> None:
    assert len(meant("Who is the chair?", [passage(f"{n}.txt", 1.0) for n in range(20)])) == OFFERED
