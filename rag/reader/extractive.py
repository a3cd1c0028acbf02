"""Reading passages: the trained reader at work.

``ExtractiveReader`` takes a question and passages and gives each passage's best candidate spans. Windows of all
passages are sorted by length and read in a few batches, in bfloat16 where the chip is fast at it.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
from tokenizers import Tokenizer
from torch import nn
from transformers import AutoModelForQuestionAnswering, AutoTokenizer

from rag.errors import ModelError
from rag.reader.decode import FoundSpan, best_spans, merge
from rag.reader.model import (
    WEIGHTS_PATH,
    WEIGHTS_SHA256,
    bundled_model,
    encoder_folder,
    fast_dtype,
    load_weights,
)
from rag.reader.windows import Batch, Window, WindowBuilder, collate

TOP_N = 3
"""Spans given for a passage unless asked otherwise."""
BATCH_TOKENS = 2560
"""Padded tokens read at once: ten passages of 250 tokens."""

Network = Callable[[Batch], torch.Tensor]
"""A batch to ``(b, n, 2)`` start and end logits."""


@dataclass(frozen=True, slots=True)
class QuestionPassage:
    """What to read: a passage, for a question."""

    question: str
    passage: str


class ExtractiveReader:
    """Finds the words of passages that answer a question, and says how sure it is that they do.

    Not safe for use from several threads at once with ``torch.set_num_threads`` calls in between; otherwise it
    keeps no state between calls.
    """

    def __init__(self, network: Network, builder: WindowBuilder, pad_id: int = 0) -> None:
        self._network = network
        self._builder = builder
        self._pad_id = pad_id

    @classmethod
    def bundled(cls, weights: Path = WEIGHTS_PATH, expected_sha256: str | None = WEIGHTS_SHA256) -> ExtractiveReader:
        """The reader that docquote ships.

        Raises ModelError where the weights or the encoder are missing, or the weights' SHA-256 differs.
        """
        model = bundled_model()
        load_weights(model, weights, expected_sha256)
        model = model.eval().to(fast_dtype())
        model.head.float()

        def network(batch: Batch) -> torch.Tensor:
            logits: torch.Tensor = model(batch.ids, batch.type_ids, batch.attention)
            return logits

        return cls(network, WindowBuilder.from_file(encoder_folder() / "tokenizer.json"))

    @classmethod
    def from_folder(cls, folder: Path) -> ExtractiveReader:
        """A reader from any transformers question-answering checkpoint with a fast tokenizer.

        The checkpoint must take the null answer to be at the first token, as those trained on SQuAD 2.0 do.
        Raises ModelError where the folder holds no such checkpoint. Nothing is downloaded.
        """
        try:
            model = AutoModelForQuestionAnswering.from_pretrained(folder, local_files_only=True).eval()
            tokenizer = AutoTokenizer.from_pretrained(folder, local_files_only=True)
        except (OSError, ValueError) as error:
            raise ModelError(
                f"{folder} holds no question-answering checkpoint that transformers can load: {error}"
            ) from error
        backend = getattr(tokenizer, "backend_tokenizer", None)
        if not isinstance(backend, Tokenizer):
            raise ModelError(f"{folder} has no fast tokenizer (tokenizer.json); offsets need one.")
        model = model.to(fast_dtype())
        if isinstance(head := getattr(model, "qa_outputs", None), nn.Linear):
            head.float().register_forward_pre_hook(_to_float)
        takes_types = "token_type_ids" in inspect.signature(model.forward).parameters

        def network(batch: Batch) -> torch.Tensor:
            types = {"token_type_ids": batch.type_ids} if takes_types else {}
            output = model(input_ids=batch.ids, attention_mask=batch.attention, **types)
            return torch.stack((output.start_logits, output.end_logits), dim=-1)

        return cls(network, WindowBuilder(backend), tokenizer.pad_token_id or 0)

    def read(self, question: str, passages: Sequence[str], top_n: int = TOP_N) -> list[list[FoundSpan]]:
        """Each passage's best spans, best first, that do not overlap; empty for a passage without tokens.

        Scores of different passages are comparable.
        """
        return self.read_all([QuestionPassage(question, passage) for passage in passages], top_n)

    @torch.inference_mode()
    def read_all(self, readings: Sequence[QuestionPassage], top_n: int = TOP_N) -> list[list[FoundSpan]]:
        """The same for passages of different questions, batched together."""
        windows, owners = self._windows(readings)
        order = sorted(range(len(windows)), key=lambda index: len(windows[index]))
        spans: list[list[list[FoundSpan]]] = [[] for _ in readings]
        for chosen in _batches(order, windows):
            rows = [windows[index] for index in chosen]
            batch = collate(rows, self._pad_id)
            logits = self._network(batch)
            for index, found in zip(chosen, best_spans(logits, batch.candidates, rows, top_n), strict=True):
                spans[owners[index]].append(found)
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


def _to_float(_: nn.Module, inputs: tuple[torch.Tensor, ...]) -> tuple[torch.Tensor, ...]:
    """Head inputs in float32: bfloat16 logits would be rounded to steps of a sixteenth."""
    return tuple(one.float() for one in inputs)


def _batches(order: Sequence[int], windows: Sequence[Window]) -> list[list[int]]:
    """Split windows, shortest first, into batches of at most ``BATCH_TOKENS`` padded tokens (or one window)."""
    batches: list[list[int]] = []
    batch: list[int] = []
    for index in order:
        if batch and (len(batch) + 1) * len(windows[index]) > BATCH_TOKENS:
            batches.append(batch)
            batch = []
        batch.append(index)
    return [*batches, batch] if batch else batches
