"""Weights in 4 bits: blocks of numbers that share a scale (as in the Q4_0 format of llama.cpp)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

BLOCK = 32
"""Numbers that share a scale."""
ZERO = 8
"""The 4-bit number that stands for 0."""
_PAIRS = np.stack((np.arange(256) & 15, np.arange(256) >> 4), axis=-1).astype(np.float32) - ZERO
"""The two numbers of each byte, the lower half first."""


@dataclass(frozen=True, slots=True)
class Packed:
    """A weight ``(outputs, inputs)``: ``numbers`` ``(outputs, inputs / 2) uint8``, two of them in a byte, and
    ``scales`` ``(outputs, inputs / BLOCK) float16``. numpy takes it for the array that it stands for."""

    numbers: NDArray[np.uint8]
    scales: NDArray[np.float16]

    @classmethod
    def of(cls, weight: NDArray[np.float32]) -> Packed:
        """Each number is off by at most a scale, the one furthest from 0 in each block by next to nothing.

        The number of inputs must be a multiple of ``BLOCK``.
        """
        blocks = np.asarray(weight, np.float32).reshape(len(weight), -1, BLOCK)
        furthest = np.take_along_axis(blocks, np.abs(blocks).argmax(axis=2)[..., None], axis=2)[..., 0]
        scales = (furthest / -ZERO).astype(np.float16)
        divisors = np.where(scales == 0, np.float32(1), scales.astype(np.float32))
        numbers = np.clip(np.rint(blocks / divisors[..., None]) + ZERO, 0, 15).astype(np.uint8)
        pairs = numbers.reshape(len(weight), -1, 2)
        return cls(pairs[..., 0] | pairs[..., 1] << 4, scales)

    def __getitem__(self, rows: Any) -> NDArray[np.float32]:
        """Some of the outputs, as an array index chooses them: ``(rows, inputs)``."""
        return np.asarray(Packed(self.numbers[rows], self.scales[rows]))

    def __array__(self, dtype: DTypeLike | None = None, copy: bool | None = None) -> NDArray[Any]:
        blocks = _PAIRS[self.numbers].reshape(*self.scales.shape, BLOCK)
        blocks *= self.scales.astype(np.float32)[..., None]
        return blocks.reshape(len(self.numbers), -1).astype(dtype or np.float32, copy=False)
