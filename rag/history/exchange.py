"""A question and what came of it, as the page shows it, a program is told it, and the store keeps it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from rag.history.standing import OutdatedQuote
from rag.question.follow_up import turn_of
from rag.schema import Answer, Turn

Rating = Literal["up", "down"]


@dataclass(frozen=True, slots=True)
class Exchange:
    """A question and what came of it; with neither answer nor problem it is still being answered.

    Attributes:
        question: as asked.
        answer: what was answered, or None where asking failed or goes on.
        problem: why there is no answer, in words for people; "" where all is well.
        asked: when, UTC in ISO form; "" before it is kept.
        made_with: models, settings and versions, as ``rag.history.provenance.made_with`` gives them; empty where not
            known.
        rating: what the person thought of the answer; None until they say.
        corrected: whether they gave the right answer.
        outdated: quotes of the answer that no longer stand.
    """

    question: str
    answer: Answer | None = None
    problem: str = ""
    asked: str = ""
    made_with: Mapping[str, Any] = field(default_factory=dict, repr=False)
    rating: Rating | None = None
    corrected: bool = False
    outdated: tuple[OutdatedQuote, ...] = ()

    @property
    def pending(self) -> bool:
        """Whether the answer is still to come."""
        return self.answer is None and not self.problem


Exchanges = tuple[Exchange, ...]
"""Those of one conversation, oldest first."""


@dataclass(frozen=True, slots=True)
class Conversation:
    """A kept conversation.

    Attributes:
        id: 32 hexadecimal digits.
        owner: the name that its owner logs in with; "" where nobody logs in.
        title: its first question, or what it was renamed to.
        created, updated: UTC in ISO form.
        exchanges: empty in a list of conversations.
    """

    id: str
    owner: str
    title: str
    created: str
    updated: str
    exchanges: Exchanges = ()


def history_of(exchanges: Iterable[Exchange]) -> list[Turn]:
    """The answered exchanges as ``Assistant.ask`` wants them."""
    return [turn_of(exchange.answer) for exchange in exchanges if exchange.answer is not None]
