"""Reading passages: the trained reader at work.

``ExtractiveReader`` takes a question and passages and gives each passage's best candidate spans, how well each of its
sentences answers, and how likely it holds an answer at all.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from embeddings.bundled import bundled_tokenizer
from embeddings.int8 import Encoder
from rag.reader.spans.decode import ANSWERABLE, UNREAD, FoundSpan, best_spans, merge, unit_scores
from rag.reader.spans.shipped import (
    LARGE_PATH,
    LARGE_SHA256,
    SMALL_PATH,
    SMALL_SHA256,
    Weights,
    encoder_tensors,
    read_weights,
)
from rag.reader.spans.windows import MPNET, Window, WindowBuilder
from rag.schema import Span
from rag.text.sentences import sentence_spans

TOP_N = 3
"""Spans given for a passage unless asked otherwise."""

Network = Callable[[Sequence[Window]], Sequence[NDArray[np.float32]]]
"""Windows to the logits of their tokens, ``(n, 4)`` each, or ``(n, 2)`` for starts and ends alone."""


@dataclass(frozen=True, slots=True)
class QuestionPassage:
    """What to read: a passage, for a question.

    Attributes:
        question, passage: their texts.
        context: title, heading and the like, which are read before the passage; see ``rag.text.context``.
        units: the passage's sentences, list items and rows, in its characters; None: as ``sentence_spans`` cuts prose.
    """

    question: str
    passage: str
    context: str = ""
    units: Sequence[Span] | None = None


@dataclass(frozen=True, slots=True)
class PassageReading:
    """What was found in a passage.

    Attributes:
        spans: the best ones, best first, that do not overlap; empty for a passage without tokens.
        units: the score of each unit, above 0 where it answers rather than nothing in the passage; comparable
            between the passages of one question.
        answerable: log-odds that the passage holds an answer.
    """

    spans: list[FoundSpan]
    units: NDArray[np.float64]
    answerable: float


class ExtractiveReader:
    """Finds the words of passages that answer a question, and says how sure it is that they do.

    Keeps no state between calls; safe to share by threads.
    """

    def __init__(self, network: Network, builder: WindowBuilder) -> None:
        self._network = network
        self._builder = builder

    @classmethod
    def small(cls, weights: Path = SMALL_PATH, expected_sha256: str | None = SMALL_SHA256) -> ExtractiveReader:
        """The quick one of the readers that docquote ships: 6 layers.

        Raises ModelError where the weights or the encoder are missing, or the weights' SHA-256 differs.
        """
        return cls(_network(read_weights(weights, expected_sha256)), WindowBuilder(bundled_tokenizer()))

    @classmethod
    def large(cls, weights: Path = LARGE_PATH, expected_sha256: str | None = LARGE_SHA256) -> ExtractiveReader:
        """The strong one of the readers that docquote ships: 12 layers, twice as wide.

        Raises ModelError where the weights are missing or their SHA-256 differs.
        """
        builder = WindowBuilder(bundled_tokenizer(), template=MPNET)
        return cls(_network(read_weights(weights, expected_sha256)), builder)

    @classmethod
    def from_folder(cls, folder: Path) -> ExtractiveReader:
        """A reader from any transformers question-answering checkpoint with a fast tokenizer.

        The checkpoint must take the null answer to be at the first token, as those trained on SQuAD 2.0 do.
        Raises ModelError where the folder holds no such checkpoint. Nothing is downloaded.
        """
        from rag.reader.spans.checkpoint import open_checkpoint  # torch and transformers take seconds to import

        network, tokenizer = open_checkpoint(folder)
        return cls(network, WindowBuilder(tokenizer))

    def read(self, question: str, passages: Sequence[str], top_n: int = TOP_N) -> list[list[FoundSpan]]:
        """Each passage's best spans, best first, that do not overlap; empty for a passage without tokens.

        Scores of different passages are comparable.
        """
        readings = self.read_all([QuestionPassage(question, passage) for passage in passages], top_n)
        return [found.spans for found in readings]

    def read_all(self, readings: Sequence[QuestionPassage], top_n: int = TOP_N) -> list[PassageReading]:
        """What is found in each passage, with up to ``top_n`` spans; passages may be of different questions."""
        windows, owners = self._windows(readings)
        units = [sentence_spans(one.passage) if one.units is None else one.units for one in readings]
        found: list[list[PassageReading]] = [[] for _ in readings]
        for window, owner, logits in zip(windows, owners, self._network(windows), strict=True):
            found[owner].append(_of_window(logits, window, units[owner], top_n))
        return [_merged(parts, top_n) for parts in found]

    def _windows(self, readings: Sequence[QuestionPassage]) -> tuple[list[Window], list[int]]:
        """All windows, and which reading each belongs to."""
        texts = list(dict.fromkeys(t for one in readings for t in (one.question, one.passage, one.context)))
        tokens = dict(zip(texts, self._builder.tokens(texts), strict=True))
        windows: list[Window] = []
        owners: list[int] = []
        for number, one in enumerate(readings):
            made = self._builder.windows(tokens[one.question], tokens[one.passage], tokens[one.context])
            windows.extend(made)
            owners.extend([number] * len(made))
        return windows, owners


def _network(weights: Weights) -> Network:
    head = np.asarray(weights["head.weight"], np.float32), np.asarray(weights["head.bias"], np.float32)
    encoder = Encoder(encoder_tensors(weights), head, scales="token")

    def network(windows: Sequence[Window]) -> Sequence[NDArray[np.float32]]:
        return encoder.run([one.ids for one in windows], [one.type_ids for one in windows])

    return network


def _of_window(logits: NDArray[np.float32], window: Window, units: Sequence[Span], top_n: int) -> PassageReading:
    spans = best_spans(logits, window, units, top_n)
    if logits.shape[1] > ANSWERABLE:
        return PassageReading(spans, unit_scores(logits, window, units), float(logits[0, ANSWERABLE]))
    scores = np.full(len(units), UNREAD)  # a reader of spans alone: a unit is as good as the best span in it
    for span in reversed(spans):
        scores[[start <= span.start < end for start, end in units]] = span.score
    return PassageReading(spans, scores, max((span.score for span in spans), default=UNREAD))


def _merged(parts: Sequence[PassageReading], top_n: int) -> PassageReading:
    """A passage's reading from those of its windows: the best of each."""
    units = np.max([part.units for part in parts], axis=0)
    return PassageReading(merge([part.spans for part in parts], top_n), units, max(part.answerable for part in parts))
