"""The seam behind which any way of reading passages stands."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from rag.reader.calibration import Calibration
from rag.schema import Passage, Reading


class Reader(Protocol):
    """Finds the sentences of passages that answer a question, and says how sure it is.

    Attributes:
        name: what reports record.
        calibration: the threshold that goes with its confidences, unless the index has one of its own.
    """

    name: str

    @property
    def calibration(self) -> Calibration:
        """See the class."""
        ...

    def prepare(self) -> None:
        """Loads what else is loaded at the first question."""
        ...

    def read(self, question: str, passages: Sequence[Passage]) -> Reading:
        """Candidate answers from the passages, the best first; see ``Reading``."""
        ...
