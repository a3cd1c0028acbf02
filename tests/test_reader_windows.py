"""Windows and spans of the reader: what is read covers the passage, what is found is a slice of it."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from embeddings.bundled import bundled_tokenizer
from rag.reader.spans.batch import collate
from rag.reader.spans.decode import MAX_ANSWER_TOKENS, best_spans, merge
from rag.reader.spans.windows import WindowBuilder
from rag.text.sentences import sentence_spans

WORDS = ["budget", "Zürich", "naïve", "3,141.59", "e-mail", "第一章", "well-being", "\n\n", "(draft)", "🙂", "the"]
texts = st.lists(st.sampled_from(WORDS), min_size=0, max_size=120).map(" ".join)


@pytest.fixture(scope="module")
def builder() -> WindowBuilder:
    return WindowBuilder(bundled_tokenizer())


@pytest.fixture(scope="module")
def small(builder: WindowBuilder) -> WindowBuilder:
    return WindowBuilder(builder.tokenizer, max_tokens=48, stride_tokens=16)


def test_tokens_are_slices_of_the_text(builder: WindowBuilder) -> None:
    text = "Naïve café-goers paid 3,50 € in Zürich."
    tokens = builder.tokens([text])[0]
    pieces = [text[start:end] for start, end in zip(tokens.starts, tokens.ends, strict=True)]
    assert "".join(pieces) == text.replace(" ", "")
    assert tokens.span(text.index("Zürich"), text.index("Zürich") + 6) is not None


def test_a_word_that_is_hyphenated_at_a_lines_end_is_read_as_one(builder: WindowBuilder) -> None:
    text = "The budg-\net of 2021 was cut."
    tokens, plain = builder.tokens([text, "The budget of 2021 was cut."])
    assert tokens.ids.tolist() == plain.ids.tolist()
    pieces = [text[start:end] for start, end in zip(tokens.starts, tokens.ends, strict=True)]
    assert "budg-\net" in pieces and pieces[-2:] == ["cut", "."]


def test_long_text_is_not_truncated_by_the_tokenizer(builder: WindowBuilder) -> None:
    assert len(builder.tokens(["word " * 2000])[0]) == 2000


@settings(max_examples=40, deadline=None)
@given(text=texts)
def test_windows_cover_every_token_and_fit(small: WindowBuilder, text: str) -> None:
    question, passage = small.tokens(["Who signed the minutes?", text])
    windows = small.windows(question, passage)
    covered = {int(start) for window in windows for start in window.passage.starts}
    assert covered == {int(start) for start in passage.starts}
    assert all(len(window) <= small.max_tokens for window in windows)
    for window in windows:
        inside = window.ids[window.begin : window.begin + len(window.passage)]
        assert np.array_equal(inside, window.passage.ids)


def test_neighbouring_windows_share_the_stride(small: WindowBuilder) -> None:
    ranges = small.slices(length=100, room=40)
    overlaps = [before[1] - after[0] for before, after in pairwise(ranges)]
    assert min(overlaps) >= small.stride_tokens
    assert ranges[0][0] == 0 and ranges[-1][1] == 100


def test_question_stands_in_every_window_and_is_no_candidate(small: WindowBuilder) -> None:
    question, passage = small.tokens(["Who?", "word " * 90])
    windows = small.windows(question, passage)
    assert len(windows) > 1
    batch = collate(windows)
    for row, window in enumerate(windows):
        assert int(question.ids[0]) in window.ids[: window.begin]
        assert int(batch.candidates[row].sum()) == len(window.passage)
        assert not batch.candidates[row, : window.begin].any()


@settings(max_examples=40, deadline=None)
@given(text=texts, seed=st.integers(0, 1000))
def test_spans_are_slices_that_start_and_end_at_tokens(small: WindowBuilder, text: str, seed: int) -> None:
    question, passage = small.tokens(["Who signed it?", text])
    windows, sentences = small.windows(question, passage), sentence_spans(text)
    random = np.random.default_rng(seed)
    logits = [random.standard_normal((len(window), 2), dtype=np.float32) for window in windows]
    spans = merge([best_spans(found, window, sentences, 4) for found, window in zip(logits, windows, strict=True)], 4)
    assert bool(spans) == bool(len(passage))
    assert spans == sorted(spans, key=lambda span: -span.score)
    for span in spans:
        assert 0 <= span.start < span.end <= len(text)
        assert text[span.start : span.end].strip() == text[span.start : span.end]
        assert any(start <= span.start and span.end <= end for start, end in sentences)
        assert span.start in passage.starts and span.end in passage.ends
        first_last = passage.span(span.start, span.end)
        assert first_last is not None and first_last[1] - first_last[0] < MAX_ANSWER_TOKENS
        assert span.score == pytest.approx(span.start_logit + span.end_logit - span.null_score, abs=1e-4)
    for one in spans:
        assert all(one is other or one.end <= other.start or other.end <= one.start for other in spans)
