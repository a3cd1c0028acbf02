"""Multinomial logistic regressions over the named features of a text, with their weights in a JSON file."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import cast

from rag.errors import ModelError

BIAS = "(bias)"


def scores(path: Path, classes: Sequence[str], present: Sequence[str]) -> list[float]:
    """The score of each class, in their order; the exponential of one is proportional to its probability.

    Args:
        path: of the weights: ``{"classes": [...], "weights": {feature: [one for each class]}}``.
        classes: that the weights have to be for.
        present: the features of a text, each once; those without weights count nothing.

    Raises:
        ModelError: the weights are missing, damaged, or for other classes.
    """
    weights = weights_of(path, tuple(classes))
    total = [0.0] * len(classes)
    for feature in (BIAS, *present):
        for i, weight in enumerate(weights.get(feature, ())):
            total[i] += weight
    return total


def probabilities(path: Path, classes: Sequence[str], present: Sequence[str]) -> list[float]:
    """The probability of each class, in their order; arguments and errors as for ``scores``."""
    total = scores(path, classes, present)
    powers = [math.exp(score - max(total)) for score in total]
    return [power / sum(powers) for power in powers]


@cache
def weights_of(path: Path, classes: tuple[str, ...]) -> Mapping[str, list[float]]:
    """The weights of a file, under the names of their features; arguments and errors as for ``scores``."""
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        if content["classes"] != list(classes):
            raise ValueError("made for other kinds of questions")
        return cast("Mapping[str, list[float]]", content["weights"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ModelError(f"{path}: the weights cannot be read ({error}); install docquote again") from error
