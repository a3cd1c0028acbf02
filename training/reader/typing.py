"""Questions as people type them: without the question mark, with a slip of the fingers."""

from __future__ import annotations

import re

import numpy as np

NO_QUESTION_MARK_RATE = 0.4
"""Share of questions whose question mark is dropped."""
SLIP_RATE = 0.08
"""Share of questions with one slip."""

_LONG_WORD = re.compile(r"[a-z]{5,}")


def as_typed(question: str, rng: np.random.Generator) -> str:
    """The question, perhaps without its question mark, perhaps with two letters exchanged, one left out or doubled.

    Capitals are left alone: the encoders do not see them.
    """
    if rng.random() < NO_QUESTION_MARK_RATE:
        question = question.rstrip("? ")
    words = list(_LONG_WORD.finditer(question))
    if not words or rng.random() >= SLIP_RATE:
        return question
    word = words[int(rng.integers(len(words)))]
    at = int(rng.integers(word.start() + 1, word.end() - 1))
    slip = int(rng.integers(3))
    middle = (question[at + 1] + question[at], question[at + 1], question[at] * 2 + question[at + 1])[slip]
    return question[:at] + middle + question[at + 2 :]
