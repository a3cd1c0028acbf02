"""From token logits to answer spans: the best few in each window, as characters of the passage."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch

from rag.reader.objective import NEVER, relative_logits
from rag.reader.windows import Window

MAX_ANSWER_TOKENS = 30
"""Longest answer in tokens, as in the SQuAD recipe of Devlin et al. (2019)."""
BEAM = 40
"""Spans looked at per window before overlapping ones are dropped."""


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


def best_spans(
    logits: torch.Tensor, candidates: torch.Tensor, windows: Sequence[Window], count: int
) -> list[list[FoundSpan]]:
    """For each window up to ``count`` spans that do not overlap, best first; none if it has no passage tokens.

    ``logits`` is ``(b, n, 2)``, ``candidates`` is ``(b, n) bool``. Spans start and end at passage tokens of the
    window and have at most ``MAX_ANSWER_TOKENS`` tokens.
    """
    scores = relative_logits(logits, candidates)
    starts, ends = scores.unbind(-1)
    padded = torch.nn.functional.pad(ends, (0, MAX_ANSWER_TOKENS - 1), value=NEVER)
    band = starts.unsqueeze(-1) + padded.unfold(1, MAX_ANSWER_TOKENS, 1)
    flat = band.flatten(1)
    top, places = flat.topk(min(BEAM, flat.shape[1]), dim=1)
    raw = logits.float().cpu().numpy()
    found = []
    for row, window in enumerate(windows):
        spans: list[FoundSpan] = []
        null = float(raw[row, 0, 0] + raw[row, 0, 1])
        for score, place in zip(top[row].tolist(), places[row].tolist(), strict=True):
            if score <= NEVER / 2 or len(spans) == count:
                break
            first, length = divmod(place, MAX_ANSWER_TOKENS)
            last = first + length
            start = int(window.passage.starts[first - window.begin])
            end = int(window.passage.ends[last - window.begin])
            if all(end <= other.start or start >= other.end for other in spans):
                logit_pair = float(raw[row, first, 0]), float(raw[row, last, 1])
                spans.append(FoundSpan(start, end, score, *logit_pair, null))
        found.append(spans)
    return found


def merge(windows_spans: Sequence[Sequence[FoundSpan]], count: int) -> list[FoundSpan]:
    """The best ``count`` spans of a passage from the spans of its windows, dropping overlaps."""
    kept: list[FoundSpan] = []
    for span in sorted((one for spans in windows_spans for one in spans), key=lambda one: -one.score):
        if len(kept) == count:
            break
        if all(span.end <= other.start or span.start >= other.end for other in kept):
            kept.append(span)
    return kept
