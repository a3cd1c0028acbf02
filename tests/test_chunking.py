"""Documents into chunks: slices of the source, whole sentences, within the budgets of both tokenisers."""

from __future__ import annotations

from itertools import pairwise

import pytest
from core_fakes import FakeEmbedder, make_document
from core_texts import texts
from hypothesis import example, given, settings
from hypothesis import strategies as st

from embeddings import Embedder
from rag.schema import Document, Section, Span
from rag.text.chunking import chunk_spans, count_tokens
from rag.text.context import CONTEXT_TOKENS, embedding_context
from rag.text.sentences import sentence_spans

SPECIAL_TOKENS = 2
budgets = st.tuples(st.integers(16, 80), st.integers(0, 30)).map(lambda pair: (pair[0], min(pair[1], pair[0] - 1)))


def spans_of(document: Document, chunk_tokens: int, overlap_tokens: int) -> list[Span]:
    return chunk_spans(document, chunk_tokens=chunk_tokens, overlap_tokens=overlap_tokens)


@given(texts, budgets)
@example("x" * 5_000, (16, 8))
@example("x" * 2_500 + " y", (2_000, 0))
@example("会" * 3_000, (16, 8))
@example("👩‍👩‍👧‍👦" * 300, (16, 8))
@example(" ".join("word" for _ in range(2_000)), (50, 20))
@example("<|endoftext|>" * 200, (16, 8))
@example("9" * 2_000, (16, 4))
def test_nothing_is_lost_and_no_chunk_is_too_large(text: str, budget: tuple[int, int]) -> None:
    document = make_document("a.txt", text)
    text = document.text
    chunk_tokens, overlap_tokens = budget
    spans = spans_of(document, chunk_tokens, overlap_tokens)
    covered = 0
    for start, end in spans:
        assert 0 <= start < end <= len(text)
        assert text[start:end] == text[start:end].strip() != ""
        assert count_tokens(text[start:end]) <= chunk_tokens or end - start == 1
        assert not text[covered:start].strip()
        assert end > covered
        covered = end
    assert not text[covered:].strip()
    assert [start for start, _ in spans] == sorted({start for start, _ in spans})


@given(texts, budgets)
def test_chunks_are_whole_sentences_and_repeat_whole_sentences(text: str, budget: tuple[int, int]) -> None:
    document = make_document("a.txt", text)
    chunk_tokens, overlap_tokens = budget
    spans = spans_of(document, chunk_tokens, overlap_tokens)
    sentences = sentence_spans(document.text)
    starts, ends = {start for start, _ in sentences}, {end for _, end in sentences}
    cut = [span for span in sentences if count_tokens(document.text[span[0] : span[1]]) > chunk_tokens - 2]
    for start, end in spans:
        assert start in starts or any(first < start < last for first, last in cut)
        assert end in ends or any(first < end < last for first, last in cut)
    for (_, before), (after, _) in pairwise(spans):
        assert count_tokens(document.text[after : max(before, after)].strip()) <= overlap_tokens


def test_consecutive_chunks_share_a_sentence() -> None:
    text = " ".join(f"Sentence number {n} is about the boat house." for n in range(20))
    spans = spans_of(make_document("a.txt", text), 40, 12)
    assert len(spans) > 3
    for (_, before), (after, _) in pairwise(spans):
        assert text[after:before].count("Sentence") == 1


def test_a_heading_begins_a_chunk() -> None:
    part = "The committee met in the reading room. It voted on the roof of the boat house.\n"
    text = f"# First\n{part}# Second\n{part}"
    at = text.index("# Second")
    sections = (Section("heading", "First", 0, at), Section("heading", "Second", at, len(text)))
    plain = make_document("a.txt", text)
    document = Document(plain.source, plain.text, sections)
    assert at not in [start for start, _ in spans_of(plain, 60, 0)]
    assert at in [start for start, _ in spans_of(document, 60, 20)]


@pytest.mark.parametrize("character", ["x", "é", "字", "👍", " x", "\n\n- x"])
def test_100_kilobytes_of_one_thing_are_cut_soon(character: str) -> None:
    document = make_document("a.txt", character * (100_000 // len(character.encode())))
    spans = spans_of(document, 160, 40)
    assert all(count_tokens(document.text[start:end]) <= 160 for start, end in spans)
    assert spans[-1][1] == len(document.text)


def test_what_looks_like_a_special_token_is_text() -> None:
    assert count_tokens("<|endoftext|>") > 1
    assert spans_of(make_document("a.txt", "<|endoftext|>"), 16, 0) == [(0, 13)]


@given(texts, texts, budgets.filter(lambda budget: budget[0] > 60))
@settings(max_examples=100)
@example("0xdeadbeef1234567890" * 200, "ПриветПриветПривет мир " * 20, (80, 20))
@example("会议在上海举行" * 200, "会议" * 30, (80, 20))
@example(" ".join("abcdefghij"[: n % 9 + 1] * 11 for n in range(300)), "a " * 60, (80, 20))
def test_the_model_reads_all_of_a_chunk_and_its_context(
    embedder: Embedder, text: str, title: str, budget: tuple[int, int]
) -> None:
    document = make_document("a.txt", text, title=title)
    model_tokens = 96  # small, so that the model's budget binds as well as tiktoken's
    spans = chunk_spans(
        document,
        chunk_tokens=budget[0] * 3,
        overlap_tokens=budget[1],
        model_tokens=model_tokens,
        model_counter=embedder.count_tokens,
    )
    read = [
        f"{embedding_context(document, start, embedder.count_tokens)}\n{document.text[start:end]}"
        for start, end in spans
    ]
    assert all(count + SPECIAL_TOKENS <= model_tokens for count in embedder.count_tokens(read))
    covered = 0
    for start, end in spans:
        assert not document.text[covered:start].strip()
        covered = end
    assert not document.text[covered:].strip()


def test_the_context_is_title_and_heading() -> None:
    text = "# Decisions\nThe roof will be repaired.\n"
    plain = make_document("a.md", text, title="Minutes")
    document = Document(plain.source, text, (Section("heading", "Decisions", 0, len(text)),))
    count = FakeEmbedder().count_tokens
    assert embedding_context(document, 0, count) == "Minutes. Decisions"
    assert embedding_context(plain, 0, count) == "Minutes"
    same = Document(plain.source, text, (Section("heading", "MINUTES", 0, len(text)),))
    assert embedding_context(same, 0, count) == "Minutes"


def test_a_long_title_is_cut_at_white_space() -> None:
    document = make_document("a.txt", "Text.", title="word " * 50)
    kept = embedding_context(document, 0, FakeEmbedder().count_tokens)
    assert kept.split() == ["word"] * CONTEXT_TOKENS
