"""From token logits to what answers: a window's best few spans, as characters of the passage, and its units' scores."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from rag.reader.spans.windows import Window
from rag.schema import Span

MAX_ANSWER_TOKENS = 30
"""Longest answer in tokens, as in the SQuAD recipe of Devlin et al. (2019)."""
BEAM = 40
"""Spans looked at per window before overlapping ones are dropped."""
START, END, RELEVANCE, ANSWERABLE = range(4)
"""The columns of the logits; a reader of spans alone has the first two."""
UNREAD = -10.0
"""The score of a unit without any token."""


@dataclass(frozen=True, slots=True)
class FoundSpan:
    """A candidate answer: characters ``start:end`` of its passage.

    ``score`` is start plus end logit minus the passage's null score: above zero, the reader prefers this span to "no
    answer here"; scores of different passages of one question can be compared. ``start_logit``, ``end_logit`` and
    ``null_score`` (both null logits added) are as the network gave them.
    """

    start: int
    end: int
    score: float
    start_logit: float
    end_logit: float
    null_score: float


def best_spans(logits: NDArray[np.float32], window: Window, sentences: Sequence[Span], count: int) -> list[FoundSpan]:
    """Up to ``count`` spans of a window that do not overlap, best first; none if it has no passage tokens.

    Args:
        logits: ``(n, 2)`` or more columns for the window's ``n`` tokens.
        window: spans start and end at tokens of its passage and have at most ``MAX_ANSWER_TOKENS`` of them.
        sentences: of the passage, in its characters; no span goes on from one into the next. Of 5,247 answers of the
            development sets, 5 do.
        count: at most so many.
    """
    length = len(window.passage)
    if not length:
        return []
    null = float(logits[0, : END + 1].sum())
    starts, ends = logits[window.begin : window.begin + length, : END + 1].T.astype(np.float64)
    sentence = np.searchsorted([start for start, _ in sentences], window.passage.starts, side="right")
    in_one = _onwards(sentence, -1) == sentence[:, None]
    scores = np.where(in_one, starts[:, None] + _onwards(ends, 0) - null, -np.inf).ravel()
    beam = min(BEAM, len(scores))
    places = np.argpartition(-scores, beam - 1)[:beam]
    spans: list[FoundSpan] = []
    for place in places[np.argsort(-scores[places], kind="stable")].tolist():
        first, further = divmod(place, MAX_ANSWER_TOKENS)
        last = first + further
        if scores[place] == -np.inf or len(spans) == count:
            break
        start, end = int(window.passage.starts[first]), int(window.passage.ends[last])
        if all(end <= other.start or start >= other.end for other in spans):
            pair = float(starts[first]), float(ends[last])
            spans.append(FoundSpan(start, end, float(scores[place]), *pair, null))
    return spans


def _onwards(values: NDArray[Any], after: float) -> NDArray[Any]:
    """For each token its value and those of the tokens that an answer may go on to; ``after`` beyond the last."""
    return sliding_window_view(np.append(values, np.full(MAX_ANSWER_TOKENS - 1, after)), MAX_ANSWER_TOKENS)


def unit_scores(logits: NDArray[np.float32], window: Window, units: Sequence[Span]) -> NDArray[np.float64]:
    """How well each sentence, list item or row of a passage answers: above 0, rather than "no answer here".

    The mean of the relevance logit over the unit's tokens, minus that of the null; scores of different passages of one
    question can be compared. A unit less than half of whose characters stand in the window scores ``UNREAD``.

    Args:
        logits: ``(n, 4)`` for the window's ``n`` tokens.
        window: of the passage.
        units: in characters of the passage, in order.
    """
    relevance = logits[window.begin : window.begin + len(window.passage), RELEVANCE].astype(np.float64)
    sums = np.concatenate(([0.0], np.cumsum(relevance)))
    scores = np.full(len(units), UNREAD)
    for number, (start, end) in enumerate(units):
        found = window.passage.span(start, end)
        if found is None:
            continue
        first, last = found
        if 2 * (int(window.passage.ends[last]) - int(window.passage.starts[first])) >= end - start:
            scores[number] = (sums[last + 1] - sums[first]) / (last + 1 - first) - float(logits[0, RELEVANCE])
    return scores


def merge(windows_spans: Sequence[Sequence[FoundSpan]], count: int) -> list[FoundSpan]:
    """The best ``count`` spans of a passage from the spans of its windows, dropping overlaps."""
    kept: list[FoundSpan] = []
    for span in sorted((one for spans in windows_spans for one in spans), key=lambda one: -one.score):
        if len(kept) == count:
            break
        if all(span.end <= other.start or span.start >= other.end for other in kept):
            kept.append(span)
    return kept
