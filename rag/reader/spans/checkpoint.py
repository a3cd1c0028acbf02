"""A reader of the user's own: any transformers question-answering checkpoint, read with torch."""

from __future__ import annotations

import inspect
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from tokenizers import Tokenizer
from torch import nn
from transformers import AutoModelForQuestionAnswering, AutoTokenizer

from embeddings.torch_dtype import best_dtype
from rag.errors import ModelError
from rag.reader.spans.batch import collate
from rag.reader.spans.extractive import Network
from rag.reader.spans.windows import Window

BATCH_TOKENS = 2560
"""Padded tokens read at once: ten passages of 250 tokens."""


def open_checkpoint(folder: Path) -> tuple[Network, Tokenizer]:
    """The checkpoint as a network, in bfloat16 where the chip is fast at it, and its tokenizer.

    Raises ModelError where the folder holds no question-answering checkpoint with a fast tokenizer.
    """
    try:
        model = AutoModelForQuestionAnswering.from_pretrained(  # weights as pickles are code: not read
            folder, local_files_only=True, use_safetensors=True
        ).eval()
        tokenizer = AutoTokenizer.from_pretrained(folder, local_files_only=True)
    except (OSError, ValueError) as error:
        raise ModelError(
            f"{folder} holds no question-answering checkpoint that transformers can load: {error}"
        ) from error
    backend = getattr(tokenizer, "backend_tokenizer", None)
    if not isinstance(backend, Tokenizer):
        raise ModelError(f"{folder} has no fast tokenizer (tokenizer.json); offsets need one.")
    model = model.to(best_dtype())
    if isinstance(head := getattr(model, "qa_outputs", None), nn.Linear):
        head.float().register_forward_pre_hook(_to_float)
    takes_types = "token_type_ids" in inspect.signature(model.forward).parameters
    pad_id = tokenizer.pad_token_id or 0

    @torch.inference_mode()
    def network(windows: Sequence[Window]) -> Sequence[NDArray[np.float32]]:
        logits: list[NDArray[np.float32]] = [np.zeros((0, 2), np.float32)] * len(windows)
        for chosen in _batches(windows):
            batch = collate([windows[index] for index in chosen], pad_id)
            types = {"token_type_ids": batch.type_ids} if takes_types else {}
            output = model(input_ids=batch.ids, attention_mask=batch.attention, **types)
            rows = torch.stack((output.start_logits, output.end_logits), dim=-1).float().numpy()
            for index, row in zip(chosen, rows, strict=True):
                logits[index] = row[: len(windows[index])]
        return logits

    return network, backend


def _to_float(_: nn.Module, inputs: tuple[torch.Tensor, ...]) -> tuple[torch.Tensor, ...]:
    """Head inputs in float32: bfloat16 logits would be rounded to steps of a sixteenth."""
    return tuple(one.float() for one in inputs)


def _batches(windows: Sequence[Window]) -> list[list[int]]:
    """Windows, shortest first, in batches of at most ``BATCH_TOKENS`` padded tokens (or one window)."""
    batches: list[list[int]] = []
    batch: list[int] = []
    for index in sorted(range(len(windows)), key=lambda index: len(windows[index])):
        if batch and (len(batch) + 1) * len(windows[index]) > BATCH_TOKENS:
            batches.append(batch)
            batch = []
        batch.append(index)
    return [*batches, batch] if batch else batches
