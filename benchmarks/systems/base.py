"""What is asked of every system."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple, Protocol, runtime_checkable

PASSAGES = 10
"""How many passages a search returns."""


class Found(NamedTuple):
    """A passage that a search returned: the name of its file, and its text."""

    document: str
    text: str


class System(Protocol):
    """A system under measurement; ``Measured(model)`` loads the embedding model from a folder."""

    def build(self, documents: Path, index: Path) -> None:
        """Makes an index of the text files in ``documents``, which is durable in ``index`` on return."""
        ...

    def open(self, index: Path) -> None:
        """Opens an index for ``search``."""
        ...

    def search(self, question: str) -> list[Found]:
        """The ``PASSAGES`` best passages, the best first."""
        ...

    def embedded_texts(self) -> list[str]:
        """The texts of all chunks of the index that ``build`` made, as they were given to the embedding model."""
        ...


@runtime_checkable
class Updating(Protocol):
    """A system with a documented way to find the files that changed. The others are built anew."""

    def update(self, documents: Path, index: Path) -> None:
        """Brings the index in ``index`` into step with ``documents``, durable on return."""
        ...


@runtime_checkable
class Answering(Protocol):
    """A system that answers by itself, without a language model."""

    def open_answers(self, index: Path) -> None:
        """Opens an index for ``answer``."""
        ...

    def answer(self, question: str) -> None:
        """Answers a question from the ``PASSAGES`` best passages."""
        ...


@runtime_checkable
class Encoding(Protocol):
    """A system whose embedding model can be run by itself."""

    def encode(self, texts: list[str]) -> None:
        """Embeds all the texts in one call."""
        ...
