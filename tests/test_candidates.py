"""Documents that a question may mean, offered where none of them answers it."""

from __future__ import annotations

from datetime import date

import pytest
from core_fakes import make_document

from rag.candidates import OFFERED, meant
from rag.schema import Chunk, Passage, Scores


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


def test_no_more_are_offered_than_one_can_choose_from() -> None:
    assert len(meant("Who is the chair?", [passage(f"{n}.txt", 1.0) for n in range(20)])) == OFFERED
