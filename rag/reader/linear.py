"""Small linear models over named features, and the file that holds their weights."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rag.errors import ModelError
from rag.logistic import sigmoid
from rag.reader.answer_kind import Kind
from rag.reader.calibration import Calibration

SCORING_PATH = Path(__file__).parent / "weights" / "scoring.json"


@dataclass(frozen=True, slots=True)
class LinearModel:
    """A logistic regression: ``intercept`` plus ``weights`` times features of the same names.

    Attributes:
        weights: feature to weight.
        intercept: the score where every feature is 0.
    """

    weights: Mapping[str, float]
    intercept: float

    def scores(self, names: Sequence[str], features: NDArray[np.float64]) -> NDArray[np.float64]:
        """Log-odds for rows of features, shape ``(n,)`` for features of shape ``(n, len(names))``."""
        scores: NDArray[np.float64] = features @ np.array([self.weights[name] for name in names]) + self.intercept
        return scores

    def probability(self, evidence: Mapping[str, float]) -> float:
        """The probability, 0 to 1, for one set of named features."""
        return sigmoid(self.intercept + sum(weight * evidence[name] for name, weight in self.weights.items()))


@dataclass(frozen=True, slots=True)
class Models:
    """How sentences are ranked and how sure the best is, after one of the readings.

    Attributes:
        facts: ranks sentences for questions that a few words can answer.
        passages: ranks sentences for why, how, list and the like.
        confidence: the probability that the best sentence answers, from the evidence for it.
        holds: the probability that one of the best few passages holds an answer, from the same evidence.
    """

    facts: LinearModel
    passages: LinearModel
    confidence: LinearModel
    holds: LinearModel

    def ranking(self, kind: Kind) -> LinearModel:
        """The one for questions of a kind."""
        return self.passages if kind == "passage" else self.facts


@dataclass(frozen=True, slots=True)
class Scoring:
    """The models; fitted by ``python -m training.scoring.fit``.

    Attributes:
        first: for what the small network has read.
        second: for what the large one has read too.
        calibration: the threshold below which docquote does not answer.
    """

    first: Models
    second: Models
    calibration: Calibration

    @classmethod
    def load(cls, path: Path = SCORING_PATH) -> Scoring:
        """Reads the weights.

        Raises:
            ModelError: missing or not of this form.
        """
        try:
            content = json.loads(path.read_text(encoding="utf-8"))
            return cls(
                first=_models(content["first"]),
                second=_models(content["second"]),
                calibration=Calibration(
                    slope=1.0, intercept=0.0, threshold=content["threshold"], fitted_on=content["fitted_on"]
                ),
            )
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise ModelError(
                f"{path}: the reader's weights cannot be read ({error}); install docquote again"
            ) from error


def _models(content: Mapping[str, Mapping[str, Any]]) -> Models:
    return Models(**{name: LinearModel(**model) for name, model in content.items()})
