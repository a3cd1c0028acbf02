"""Training windows: a window of question and passage with the tokens and units in it that are right."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch

from rag.reader.spans.batch import Batch, collate
from rag.reader.spans.windows import Tokens, Window, WindowBuilder
from rag.schema import Span
from training.reader.objective import Gold

CUT_UNIT = 0.5
"""A unit of which a window holds less than this share of the tokens is none there."""


@dataclass(frozen=True, slots=True)
class TrainingWindow:
    """A window with what is right in it; token numbers count from the window's first token, last ones inclusive.

    Attributes:
        window: what is read.
        spans: first and last token of each right answer.
        spans_known: whether the words that answer are known (none in ``spans`` then means that there are none).
        units: first and last token of each sentence, list item or row.
        relevant: whether each of these answers.
    """

    window: Window
    spans: tuple[Span, ...]
    spans_known: bool
    units: tuple[Span, ...]
    relevant: tuple[bool, ...]


Group = list[TrainingWindow]
"""Windows of one question."""


@dataclass(frozen=True, slots=True)
class TokenSpans:
    """A passage's answers and units in its own tokens, last ones inclusive."""

    answers: tuple[Span, ...]
    units: tuple[Span, ...]
    relevant: tuple[bool, ...]

    @classmethod
    def of(cls, tokens: Tokens, answers: Sequence[Span], units: Sequence[Span], relevant: Sequence[bool]) -> TokenSpans:
        """From characters of the passage; what has no token is left out."""
        placed = [(tokens.span(*unit), marked) for unit, marked in zip(units, relevant, strict=True)]
        kept = [(span, marked) for span, marked in placed if span is not None]
        return cls(
            tuple(span for start, end in answers if (span := tokens.span(start, end)) is not None),
            tuple(span for span, _ in kept),
            tuple(marked for _, marked in kept),
        )


def training_window(
    builder: WindowBuilder,
    question: Tokens,
    context: Tokens | None,
    passage: Tokens,
    right: TokenSpans,
    part: Span,
    spans_known: bool,
) -> TrainingWindow:
    """The window of tokens ``part`` (half-open) of a passage."""
    first, last = part
    window = builder.window(question, passage.cut(first, last), context)
    shift = window.begin - first
    units, relevant = [], []
    for (a, b), marked in zip(right.units, right.relevant, strict=True):
        start, end = max(a, first), min(b, last - 1)
        if end - start + 1 >= CUT_UNIT * (b - a + 1):
            units.append((start + shift, end + shift))
            relevant.append(marked)
    spans = tuple((a + shift, b + shift) for a, b in right.answers if first <= a and b < last)
    return TrainingWindow(window, spans, spans_known, tuple(units), tuple(relevant))


def tensors(groups: Sequence[Group]) -> tuple[Batch, Gold]:
    """Whole groups as one padded batch and what is right in it."""
    rows = [one for group in groups for one in group]
    inputs = collate([one.window for one in rows])
    count, length = inputs.ids.shape
    most = max(1, *(len(one.units) for one in rows))
    spans = np.zeros((count, length, 2), dtype=np.bool_)
    unit_of = np.full((count, length), most, dtype=np.int64)
    units = np.zeros((count, most), dtype=np.bool_)
    relevant = np.zeros((count, most), dtype=np.bool_)
    for row, one in enumerate(rows):
        for first, last in one.spans:
            spans[row, first, 0] = spans[row, last, 1] = True
        for number, (first, last) in enumerate(one.units):
            unit_of[row, first : last + 1] = number
        units[row, : len(one.units)] = True
        relevant[row, : len(one.units)] = one.relevant
    known = np.array([one.spans_known for one in rows])
    numbers = np.array([number for number, group in enumerate(groups) for _ in group])
    return inputs, Gold(*(torch.from_numpy(part) for part in (spans, known, unit_of, units, relevant, numbers)))
