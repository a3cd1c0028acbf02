"""The seam behind which any way of reading passages stands."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from rag.schema import Passage, Reading


class Reader(Protocol):
    """Finds the sentences of passages that answer a question, and says how sure it is.

    Attributes:
        name: what reports record.
    """

    name: str

    def read(self, question: str, passages: Sequence[Passage]) -> Reading:
        """Candidate answers from the passages, the best first; see ``Reading``."""
        ...
