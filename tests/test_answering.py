"""Spans that a reader found -> the answer: verbatim quotes in order, or a refusal with the nearest passages."""

from __future__ import annotations

import dataclasses
import json

import pytest
from core_fakes import make_document
from hypothesis import given
from hypothesis import strategies as st

from rag.answering import NEAREST, chosen_spans, compose
from rag.schema import Answer, AnswerSpan, Chunk, Document, Passage, Reading, Scores, Section
from rag.serialise import answer_to_dict

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


def answer(*spans: AnswerSpan, found: bool = True, quotes: int = 3, question: str = "How many came?") -> Answer:
    return compose(
        question,
        question,
        [PASSAGE],
        Reading(spans, 0.7),
        found=found,
        confidence=0.6,
        quotes=quotes,
        missing_words=["tulips"],
        document_of={DOCUMENT.source.id: DOCUMENT}.__getitem__,
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
    assert (given.confidence, given.missing_words, given.passages) == (0.6, ("tulips",), (PASSAGE,))


def test_a_highlight_is_a_slice_inside_its_quote() -> None:
    citation = answer(span(SENTENCES[0], 1.0, highlight="Seventy-six")).citations[0]
    assert citation.highlight is not None
    start, end = citation.highlight
    assert TEXT[start:end] == "Seventy-six"
    assert citation.start <= start < end <= citation.end


def test_a_refusal_shows_the_nearest_and_no_text() -> None:
    refused = answer(*(span(text, 1.0) for text in SENTENCES), found=False)
    assert (refused.found, refused.text, refused.citations) == (False, "", ())
    assert len(refused.nearest) == NEAREST
    assert [c.number for c in refused.nearest] == [1, 2, 3]
    assert refused.missing_words == ("tulips",)


def test_nothing_read_is_never_an_answer() -> None:
    empty = answer(found=True)
    assert (empty.found, empty.citations, empty.nearest) == (False, (), ())


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
    chosen = chosen_spans("How many?", spans, quotes)
    assert 1 <= len(chosen) <= quotes
    assert chosen[0] == spans[0]
    assert len({s.text for s in chosen}) == len(chosen)
    assert [s.score for s in chosen] == sorted((s.score for s in chosen), reverse=True)


@pytest.mark.parametrize("found", [True, False])
def test_the_json_form_has_the_names_of_the_attributes(found: bool) -> None:
    given = answer(span(SENTENCES[0], 1.0, highlight="Seventy-six"), found=found)
    plain = json.loads(json.dumps(answer_to_dict(given)))
    for name in ("question", "interpreted_as", "found", "confidence", "text", "missing_words"):
        value = getattr(given, name)
        assert plain[name] == (list(value) if isinstance(value, tuple) else value)
    cited = plain["citations"] or plain["nearest"]
    citation = (given.citations or given.nearest)[0]
    expected = {f.name: getattr(citation, f.name) for f in dataclasses.fields(citation) if f.name != "document_id"}
    assert cited == [expected | {"highlight": list(citation.highlight or ())}]
