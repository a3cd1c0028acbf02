"""What the page remembers of one browser session: the conversation and the source on show."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from rag.question.follow_up import turn_of
from rag.schema import Answer, Citation, Span, Turn

Rating = Literal["up", "down"]

_KEY = re.compile(r"(\d{1,4})\.(cite|near)\.(\d{1,3})")


@dataclass(frozen=True, slots=True)
class Exchange:
    """A question and what came of it; with neither answer nor problem it is still being answered.

    Attributes:
        question: as asked.
        answer: what the assistant said.
        problem: why there is no answer, in words for people; "" where all is well.
        rating: what the person thought of the answer; None until they say.
        corrected: whether they gave the right answer.
    """

    question: str
    answer: Answer | None = None
    problem: str = ""
    rating: Rating | None = None
    corrected: bool = False

    @property
    def pending(self) -> bool:
        """Whether the answer is still to come."""
        return self.answer is None and not self.problem


Conversation = tuple[Exchange, ...]


@dataclass(frozen=True, slots=True)
class Filed:
    """Where the conversation on the page is kept.

    Attributes:
        id: of the kept conversation; "" before its first answer.
        count: how many of its exchanges are kept.
    """

    id: str = ""
    count: int = 0


@dataclass(frozen=True, slots=True)
class Key:
    """Names one citation of the conversation; travels to the browser and back as ``"0.cite.1"``.

    Attributes:
        turn: the exchange, from 0.
        kind: ``"cite"`` for a quote of the answer, ``"near"`` for a nearest passage.
        number: the citation, from 1.
    """

    turn: int
    kind: Literal["cite", "near"]
    number: int

    def __str__(self) -> str:
        return f"{self.turn}.{self.kind}.{self.number}"


@dataclass(frozen=True, slots=True)
class View:
    """The source on show.

    Attributes:
        key: the citation that was opened.
        window: the characters of its document that are shown.
        document_id, version: its document, and the SHA-256 of the file that was indexed.
    """

    key: Key
    window: Span
    document_id: str
    version: str


def parse_key(value: object) -> Key | None:
    """The key that a browser sent; None unless it is well formed. It may still name nothing: see ``resolve``."""
    match = _KEY.fullmatch(value) if isinstance(value, str) else None
    if match is None:
        return None
    return Key(int(match[1]), "cite" if match[2] == "cite" else "near", int(match[3]))


def siblings(conversation: Conversation, key: Key) -> tuple[Citation, ...]:
    """All quotes (or all nearest passages) of the exchange that ``key`` points into; empty if there is none."""
    if key.turn >= len(conversation):
        return ()
    answer = conversation[key.turn].answer
    if answer is None:
        return ()
    return (*answer.citations, *answer.also) if key.kind == "cite" else answer.nearest


def resolve(conversation: Conversation, key: Key) -> Citation | None:
    """The citation that ``key`` names in this session's own conversation, or None."""
    return next((c for n, c in enumerate(siblings(conversation, key), 1) if n == key.number), None)


def first_key(conversation: Conversation) -> Key | None:
    """The key of the likeliest quote of the last answer; None where it found nothing."""
    if not conversation or conversation[-1].answer is None or not conversation[-1].answer.citations:
        return None
    return Key(len(conversation) - 1, "cite", conversation[-1].answer.best)


def history(conversation: Sequence[Exchange]) -> list[Turn]:
    """The answered exchanges as the assistant wants them."""
    return [turn_of(e.answer) for e in conversation if e.answer is not None]
