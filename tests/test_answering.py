"""Spans that a reader found -> the answer: verbatim quotes in order, or a refusal with the nearest passages."""

from __future__ import annotations

import dataclasses
import json

import pytest
from core_fakes import make_document
from hypothesis import given
from hypothesis import strategies as st

from rag.answer.agreement import agreement
from rag.answer.build import NEAREST, Quotes, chosen_spans, compose
from rag.answer.phrases import agreement_words
from rag.answer.serialise import answer_to_dict
from rag.answer.strategies import outcome_of
from rag.question.kind import question_kind
from rag.reader.calibration import Calibration
from rag.schema import Answer, AnswerSpan, Chunk, Document, Outcome, Passage, Reading, Scores, Section

TEXT = "# Votes\nSeventy-six members came. 👍 The roof leaks.\fThe roof leaks. It rained."
SENTENCES = ("Seventy-six members came.", "👍 The roof leaks.", "The roof leaks.", "It rained.")
PLAIN = make_document("minutes/a.txt", TEXT, title="Minutes")
PAGE = TEXT.index("\f") + 1
DOCUMENT = Document(
    PLAIN.source,
    TEXT,
    (Section("page", "1", 0, PAGE), Section("heading", "Votes", 0, PAGE), Section("page", "2", PAGE, len(TEXT))),
)
PASSAGE = Passage(Chunk(1, PLAIN.source.id, 8, len(TEXT)), PLAIN.source, TEXT[8:], 1, Scores(1.0))


def span(text: str, score: float, *, start: int | None = None, highlight: str = "") -> AnswerSpan:
    at = TEXT.rindex(text) if start is None else start
    inner = TEXT.index(highlight) if highlight else 0
    return AnswerSpan(PASSAGE, at, at + len(text), (inner, inner + len(highlight)) if highlight else None, score)


def answer(*spans: AnswerSpan, outcome: Outcome = "found", quotes: int = 3, question: str = "How many came?") -> Answer:
    chosen = compose(
        Reading(spans, 0.7),
        kind=question_kind(question),
        outcome=outcome,
        quotes=quotes,
        answer_tokens=200,
        document_of={DOCUMENT.source.id: DOCUMENT}.__getitem__,
    )
    return answer_of(chosen, question, outcome)


def answer_of(quotes: Quotes, question: str = "How many came?", outcome: Outcome = "found") -> Answer:
    return Answer(
        question,
        question,
        outcome,
        0.6,
        quotes.citations,
        quotes.nearest,
        also=quotes.also,
        groups=quotes.groups,
        best=quotes.best,
    )


def test_an_answer_is_its_quotes_in_order_of_likelihood() -> None:
    given = answer(span(SENTENCES[3], 2.0), span(SENTENCES[0], 1.5))
    assert given.found
    assert given.text == "It rained. Seventy-six members came."
    assert [(c.number, c.page, c.heading) for c in given.citations] == [(1, 2, None), (2, 1, "Votes")]
    assert all(c.quote == TEXT[c.start : c.end] for c in given.citations)
    assert given.citations[0].document == "minutes/a.txt"
    assert given.citations[0].title == "Minutes"
    assert given.nearest == ()


def test_a_highlight_is_a_slice_inside_its_quote() -> None:
    citation = answer(span(SENTENCES[0], 1.0, highlight="Seventy-six")).citations[0]
    assert citation.highlight is not None
    start, end = citation.highlight
    assert TEXT[start:end] == "Seventy-six"
    assert citation.start <= start < end <= citation.end


def test_a_refusal_shows_the_nearest_and_no_text() -> None:
    refused = answer(*(span(text, 1.0) for text in SENTENCES), outcome="not found")
    assert (refused.found, refused.text, refused.citations) == (False, "", ())
    assert len(refused.nearest) == NEAREST
    assert [c.number for c in refused.nearest] == [1, 2, 3]


def test_what_may_answer_is_shown_once_for_each_passage_with_its_words_marked() -> None:
    second, document = told("second.txt", "five", 0.5)
    of_one = [span(SENTENCES[0], 2.0, highlight="Seventy-six"), span(SENTENCES[1], 1.0)]
    chosen = compose(
        Reading((*of_one, second), 0.3, holds=0.8),
        kind="number",
        outcome="perhaps",
        quotes=3,
        answer_tokens=200,
        document_of={one.source.id: one for one in (DOCUMENT, document)}.__getitem__,
    )
    assert chosen.citations == ()
    assert [(one.quote, one.marked) for one in chosen.nearest] == [
        (SENTENCES[0], "Seventy-six"),
        ("It was five then.", "five"),
    ]


@pytest.mark.parametrize(
    ("confidence", "holds", "outcome"),
    [(0.6, 0.0, "found"), (0.6, 0.9, "found"), (0.4, 0.3, "perhaps"), (0.4, 0.2, "not found")],
)
def test_found_is_likelier_than_not_and_perhaps_likely(confidence: float, holds: float, outcome: Outcome) -> None:
    even = Calibration(1.0, 0.0, 0.5)
    assert outcome_of(Reading((span(SENTENCES[0], 1.0),), confidence, holds), confidence, even) == outcome
    assert outcome_of(Reading((), confidence, holds), confidence, even) == "not found"


def test_the_same_words_are_quoted_once_and_weak_sentences_not_at_all() -> None:
    twice = answer(span(SENTENCES[2], 2.0), span(SENTENCES[2], 1.9, start=TEXT.index(SENTENCES[2])))
    assert twice.text == SENTENCES[2]
    weak = answer(span(SENTENCES[0], 5.0), span(SENTENCES[3], 3.5))
    assert weak.text == SENTENCES[0]
    why = answer(span(SENTENCES[0], 5.0), span(SENTENCES[3], 3.5), question="Why did they come?")
    assert len(why.citations) == 2


@given(st.lists(st.tuples(st.sampled_from(SENTENCES), st.floats(-10, 10)), min_size=1, max_size=8), st.integers(1, 5))
def test_no_more_quotes_than_set_and_always_the_best(found: list[tuple[str, float]], quotes: int) -> None:
    spans = sorted((span(text, score) for text, score in found), key=lambda s: -s.score)
    chosen = chosen_spans(spans, quotes)
    assert 1 <= len(chosen) <= quotes
    assert chosen[0] == spans[0]
    assert len({s.text for s in chosen}) == len(chosen)
    assert [s.score for s in chosen] == sorted((s.score for s in chosen), reverse=True)


@pytest.mark.parametrize("outcome", ["found", "perhaps", "not found"])
def test_the_json_form_has_the_names_of_the_attributes(outcome: Outcome) -> None:
    given = answer(span(SENTENCES[0], 1.0, highlight="Seventy-six"), outcome=outcome)
    plain = json.loads(json.dumps(answer_to_dict(given)))
    for name in ("question", "interpreted_as", "found", "outcome", "confidence", "text", "missing_words"):
        value = getattr(given, name)
        assert plain[name] == (list(value) if isinstance(value, tuple) else value)
    cited = plain["citations"] or plain["nearest"]
    citation = (given.citations or given.nearest)[0]
    expected = {f.name: getattr(citation, f.name) for f in dataclasses.fields(citation)}
    assert cited == [expected | {"highlight": list(citation.highlight) if citation.highlight else None}]


def told(name: str, words: str, score: float, *, marked: bool = True) -> tuple[AnswerSpan, Document]:
    """A span of a document of its own that gives ``words`` as the answer, and the document."""
    document = make_document(name, f"It was {words} then.")
    passage = Passage(Chunk(1, document.source.id, 0, len(document.text)), document.source, document.text, 1, Scores(1))
    return AnswerSpan(passage, 0, len(document.text), (7, 7 + len(words)) if marked else None, score), document


def answered(*pairs: tuple[AnswerSpan, Document], quotes: int = 1) -> Answer:
    chosen = compose(
        Reading(tuple(span for span, _ in pairs), 0.7),
        kind="number",
        outcome="found",
        quotes=quotes,
        answer_tokens=200,
        document_of={document.source.id: document for _, document in pairs}.__getitem__,
    )
    return answer_of(chosen)


def test_documents_that_agree_or_disagree_are_cited_beside_the_answer() -> None:
    given = answered(
        told("a.txt", "76 members", 5.0),
        told("b.txt", "74 members", 4.8),
        told("c.txt", "seventy-six members", 3.0),
        told("d.txt", "Chen Miner", 4.9),
        told("e.txt", "72 members", 3.0),  # too far below to contradict
        told("f.txt", "76 members", 1.0),  # too far below to count
        told("g.txt", "76 members", 4.0, marked=False),
    )
    assert given.text == "It was 76 members then."
    assert [(one.number, one.document) for one in given.also] == [(2, "b.txt"), (3, "c.txt")]
    assert all(
        one.quote == f"It was {words} then."
        for one, words in zip(given.also, ("74 members", "seventy-six members"), strict=True)
    )
    said = agreement_words(agreement((*given.citations, *given.also)))
    assert said == "2 sources say 76 members; 1 says 74 members."


def test_the_same_sentence_in_two_documents_is_quoted_once_and_counted_twice() -> None:
    given = answered(told("a.txt", "76 members", 5.0), told("b.txt", "76 members", 5.0), quotes=3)
    assert [one.document for one in given.citations] == ["a.txt"]
    assert [one.document for one in given.also] == ["b.txt"]


def test_without_highlights_nothing_is_compared() -> None:
    given = answered(told("a.txt", "76 members", 5.0, marked=False), told("b.txt", "74 members", 5.0))
    assert given.also == ()
