"""The two sides of a comparison, and which sentences are about which."""

from __future__ import annotations

import pytest
from core_fakes import make_document

from rag.answer.sides import spans_about
from rag.question.comparison import sides
from rag.schema import AnswerSpan, Chunk, Passage, Scores


@pytest.mark.parametrize(
    ("question", "names"),
    [
        ("What do Porto and Genoa say about their harbours?", ("Porto", "Genoa")),
        ("Compare the bus with the tram.", ("the bus", "the tram")),
        ("What is the difference between a mole and a vole?", ("a mole", "a vole")),
        ("How does the new rule differ from the old rule?", ("the new rule", "the old rule")),
        ("red wine vs. white wine", ("red wine", "white wine")),
        ("Which is heavier, lead or gold?", ("lead", "gold")),
        ("compare what Ann and Ben did at the fair", ("Ann", "Ben")),
    ],
)
def test_a_comparison_names_its_sides(question: str, names: tuple[str, str]) -> None:
    found = sides(question)
    assert found is not None
    assert tuple(side.name for side in found) == names


@pytest.mark.parametrize(
    "question", ["How do the two maps differ?", "Compare the plans.", "", "and", "Compare a and a."]
)
def test_a_comparison_that_names_no_sides_has_none(question: str) -> None:
    assert sides(question) is None


def test_each_side_is_asked_about_alone() -> None:
    found = sides("What do Porto and Genoa say about fish?")
    assert found is not None
    assert [side.question for side in found] == [
        "What do Porto say about fish?",
        "What do Genoa say about fish?",
    ]


def test_a_sentence_is_about_the_side_that_it_or_its_paragraph_or_title_names() -> None:
    document = make_document("p.txt", "Porto has a quay. It is long.\n\nGenoa has a crane.\n\nIt rains.", title="Ports")
    of_porto = make_document("q.txt", "The quay was mended.", title="Porto news")
    documents = {one.source.id: one for one in (document, of_porto)}

    def span(words: str, score: float) -> AnswerSpan:
        home = next(one for one in documents.values() if words in one.text)
        passage = Passage(Chunk(1, home.source.id, 0, len(home.text)), home.source, home.text, 1, Scores(1.0))
        start = home.text.index(words)
        return AnswerSpan(passage, start, start + len(words), None, score)

    pair = sides("Compare Porto and Genoa.")
    assert pair is not None
    spans = [
        span("It is long.", 3.0),
        span("Genoa has a crane.", 2.9),
        span("The quay was mended.", 2.8),
        span("Porto has a quay.", 2.5),
        span("It rains.", 1.0),
    ]
    porto, genoa = (spans_about(side, other, spans, documents.__getitem__) for side, other in (pair, pair[::-1]))
    assert [one.text for one in porto] == ["Porto has a quay.", "It is long.", "The quay was mended."]
    assert [one.text for one in genoa] == ["Genoa has a crane."]
