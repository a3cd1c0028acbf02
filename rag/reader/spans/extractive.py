"""Reading passages: the trained reader at work.

``ExtractiveReader`` takes a question and passages and gives each passage's best candidate spans.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from embeddings.bundled import bundled_tokenizer
from embeddings.int8 import Encoder
from rag.reader.spans.decode import FoundSpan, best_spans, merge
from rag.reader.spans.shipped import WEIGHTS_PATH, WEIGHTS_SHA256, encoder_tensors, read_weights
from rag.reader.spans.windows import Window, WindowBuilder
from rag.text.sentences import sentence_spans

TOP_N = 3
"""Spans given for a passage unless asked otherwise."""

Network = Callable[[Sequence[Window]], Sequence[NDArray[np.float32]]]
"""Windows to the start and end logits of their tokens, ``(n, 2)`` each."""


@dataclass(frozen=True, slots=True)
class QuestionPassage:
    """What to read: a passage, for a question."""

    question: str
    passage: str


class ExtractiveReader:
    """Finds the words of passages that answer a question, and says how sure it is that they do.

    Keeps no state between calls; safe to share by threads.
    """

    def __init__(self, network: Network, builder: WindowBuilder) -> None:
        self._network = network
        self._builder = builder

    @classmethod
    def bundled(cls, weights: Path = WEIGHTS_PATH, expected_sha256: str | None = WEIGHTS_SHA256) -> ExtractiveReader:
        """The reader that docquote ships.

        Raises ModelError where the weights or the encoder are missing, or the weights' SHA-256 differs.
        """
        tensors = read_weights(weights, expected_sha256)
        encoder = Encoder(encoder_tensors(tensors), head=(tensors["head.weight"], tensors["head.bias"]), fine=True)

        def network(windows: Sequence[Window]) -> Sequence[NDArray[np.float32]]:
            return encoder.run([one.ids for one in windows], [one.type_ids for one in windows])

        return cls(network, WindowBuilder(bundled_tokenizer()))

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
        return self.read_all([QuestionPassage(question, passage) for passage in passages], top_n)

    def read_all(self, readings: Sequence[QuestionPassage], top_n: int = TOP_N) -> list[list[FoundSpan]]:
        """The same for passages of different questions."""
        windows, owners = self._windows(readings)
        sentences = [sentence_spans(one.passage) for one in readings]
        spans: list[list[list[FoundSpan]]] = [[] for _ in readings]
        for window, owner, logits in zip(windows, owners, self._network(windows), strict=True):
            spans[owner].append(best_spans(logits, window, sentences[owner], top_n))
        return [merge(found, top_n) for found in spans]

    def _windows(self, readings: Sequence[QuestionPassage]) -> tuple[list[Window], list[int]]:
        """All windows, and which reading each belongs to."""
        texts = list(dict.fromkeys(t for one in readings for t in (one.question, one.passage)))
        tokens = dict(zip(texts, self._builder.tokens(texts), strict=True))
        windows: list[Window] = []
        owners: list[int] = []
        for number, one in enumerate(readings):
            made = self._builder.windows(tokens[one.question], tokens[one.passage])
            windows.extend(made)
            owners.extend([number] * len(made))
        return windows, owners
