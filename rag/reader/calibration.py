"""How sure the reader has to be, as measured on a user's own questions.

A calibration turns the reader's own estimate into a probability that holds on those questions, and says below
which probability docquote should rather not answer. ``docquote eval calibrate`` writes it into the index folder.
"""

from __future__ import annotations

import hashlib
import json
import math
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path

from rag.errors import LibraryError
from rag.index import CALIBRATION_FILE
from rag.logistic import logit, sigmoid

FORMAT_VERSION = 2


@dataclass(frozen=True, slots=True)
class Calibration:
    """Platt's two numbers and a threshold (Platt, "Probabilistic outputs for support vector machines", 1999).

    Attributes:
        slope, intercept: the calibrated probability is ``sigmoid(slope * logit(confidence) + intercept)``;
            the slope is above 0, so the order of answers never changes. 1 and 0 leave confidences as they are.
        threshold: answer where the calibrated probability is at least this, 0 to 1; 0 always answers.
        fitted_on: what it was fitted on, for people: number of pairs, file, date, what it reached.
    """

    slope: float
    intercept: float
    threshold: float
    fitted_on: Mapping[str, str | int | float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        numbers = (self.slope, self.intercept, self.threshold)
        if not all(type(number) in (int, float) and math.isfinite(number) for number in numbers):
            raise ValueError("slope, intercept and threshold must be finite numbers")
        if self.slope <= 0:
            raise ValueError(f"slope is {self.slope}; it must be above 0")
        if not 0 <= self.threshold <= 1:
            raise ValueError(f"threshold is {self.threshold}; it must be from 0 to 1")
        if not all(isinstance(value, str | int | float) for value in self.fitted_on.values()):
            raise ValueError("fitted_on must hold texts and numbers only")

    def apply(self, confidence: float) -> float:
        """The calibrated probability, 0 to 1, of a reader's confidence, 0 to 1."""
        return sigmoid(self.slope * logit(confidence) + self.intercept)

    def undo(self, probability: float) -> float:
        """The reader's confidence, 0 to 1, that this calibrated probability, 0 to 1, came from."""
        return sigmoid((logit(probability) - self.intercept) / self.slope)

    def answers(self, confidence: float) -> bool:
        """Whether a reader's confidence is enough to answer."""
        return self.apply(confidence) >= self.threshold

    def save(self, directory: Path) -> Path:
        """Writes ``calibration.json`` into an index folder, whole or not at all.

        Raises:
            LibraryError: the folder cannot be written.
        """
        path = directory / CALIBRATION_FILE
        scratch = path.with_suffix(f".{os.getpid()}.tmp")
        content = {"version": FORMAT_VERSION, "sha256": _checksum(asdict(self)), **asdict(self)}
        try:
            scratch.write_text(json.dumps(content, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
            scratch.replace(path)
        except OSError as error:
            scratch.unlink(missing_ok=True)
            raise LibraryError(f"{path}: the calibration cannot be written: {error.strerror}") from error
        return path

    @classmethod
    def load(cls, directory: Path) -> Calibration | None:
        """Reads the calibration of an index folder; None where there is none.

        Raises:
            LibraryError: there is one, and it is damaged or of another version.
        """
        path = directory / CALIBRATION_FILE
        mend = f"delete {path}, or run: docquote eval calibrate QUESTIONS --index {directory}"
        try:
            content = json.loads(path.read_text(encoding="utf-8"))
        except FileNotFoundError:
            return None
        except (OSError, ValueError) as error:
            raise LibraryError(f"{path}: the calibration cannot be read ({error}); {mend}") from error
        if not isinstance(content, dict) or content.pop("version", None) != FORMAT_VERSION:
            raise LibraryError(f"{path}: not a calibration of version {FORMAT_VERSION}; {mend}")
        if content.pop("sha256", None) != _checksum(content):
            raise LibraryError(f"{path}: is not as it was written; {mend}")
        try:
            return cls(**content)
        except (TypeError, ValueError, AttributeError) as error:
            raise LibraryError(f"{path}: not a calibration: {error}; {mend}") from error


def _checksum(content: Mapping[str, object]) -> str:
    """SHA-256 of the fields, so that a digit that became another is noticed."""
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()
