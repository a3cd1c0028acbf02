"""How a question was taken, and what takes that back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from rag.answer.phrases import narrowing_words
from rag.schema import Answer


@dataclass(frozen=True, slots=True)
class Note:
    """What was made of a question.

    Attributes:
        text: in words for people.
        undo: how to ask it without that; "" where that would change nothing.
        label: of the button that does.
    """

    text: str
    undo: Literal["typed", "anydate", ""]
    label: str


def notes_on(answer: Answer) -> list[Note]:
    """What was added to the question and what was read first."""
    notes: list[Note] = []
    if answer.interpreted_as != answer.question:
        notes.append(Note(f"Understood as: {answer.interpreted_as}", "typed", "Ask it as typed"))
    if answer.narrowed is not None:
        undo: Literal["anydate", ""] = "anydate" if answer.narrowed.answered else ""  # else all were read anyway
        notes.append(Note(narrowing_words(answer.narrowed), undo, "Ask whatever the date"))
    return notes
