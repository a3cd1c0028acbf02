"""Padded batches of windows, for torch."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch

from rag.reader.spans.windows import Window


@dataclass(frozen=True, slots=True)
class Batch:
    """Padded windows: ``ids``, ``type_ids`` and ``attention`` are ``(b, n) int64``, ``candidates`` ``(b, n) bool``.

    ``candidates`` marks passage tokens, the only ones an answer may start or end at.
    """

    ids: torch.Tensor
    type_ids: torch.Tensor
    attention: torch.Tensor
    candidates: torch.Tensor

    def to(self, device: torch.device) -> Batch:
        """The same batch on another device."""
        moved = (part.to(device) for part in (self.ids, self.type_ids, self.attention, self.candidates))
        return Batch(*moved)


def collate(windows: Sequence[Window], pad_id: int = 0) -> Batch:
    """Pad windows to the longest of them."""
    longest = max(len(window) for window in windows)
    ids = np.full((len(windows), longest), pad_id, dtype=np.int64)
    type_ids = np.zeros_like(ids)
    attention = np.zeros_like(ids)
    candidates = np.zeros(ids.shape, dtype=np.bool_)
    for row, window in enumerate(windows):
        ids[row, : len(window)] = window.ids
        type_ids[row, : len(window)] = window.type_ids
        attention[row, : len(window)] = 1
        candidates[row, window.begin : window.begin + len(window.passage)] = True
    return Batch(*(torch.from_numpy(part) for part in (ids, type_ids, attention, candidates)))
