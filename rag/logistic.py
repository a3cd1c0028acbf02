"""Log-odds and probabilities."""

from __future__ import annotations

import math

CLIP = 1e-6
"""Probabilities are kept this far from 0 and 1, where the logit is infinite."""


def logit(probability: float) -> float:
    """``log(p / (1 - p))`` with ``p`` kept within ``CLIP`` of 0 and 1."""
    clipped = min(max(probability, CLIP), 1.0 - CLIP)
    return math.log(clipped / (1.0 - clipped))


def sigmoid(z: float) -> float:
    """``1 / (1 + exp(-z))``, which undoes ``logit``."""
    return 1.0 / (1.0 + math.exp(-z)) if z >= 0 else math.exp(z) / (1.0 + math.exp(z))
