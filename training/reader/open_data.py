"""Training passes over questions asked of a library: each with a passage that answers and others that it finds."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

import numpy as np

from rag.reader.spans.windows import Tokens, WindowBuilder
from training.reader.open_questions import LabelledPassage, OpenQuestion
from training.reader.perturb import DetailSwapper
from training.reader.typing import as_typed
from training.reader.windows import Group, TokenSpans, TrainingWindow, training_window

NO_CONTEXT_RATE = 0.1
"""Share of questions whose passages are read without their context, so that what it is worth can be told."""
FIRST_RATE = 0.7
"""How often the best-ranked of several passages with evidence is taken, rather than any."""
CONTRADICTED_RATE = 0.5
"""Chance that a question with a name, number, year, month or word with an opposite is also asked with another one."""


class OpenData:
    """Draws ``passages`` passages for each question in a pass; documents that are kept from training do not occur."""

    def __init__(
        self, questions: Sequence[OpenQuestion], builder: WindowBuilder, share: float = 1.0, passages: int = 3
    ) -> None:
        self.questions = [one for one in questions if not one.kept and _usable(one)]
        self.builder, self.share, self.passages = builder, share, passages
        self._swapper = DetailSwapper([one.question for one in self.questions])
        self._tokens = cache(lambda text: builder.tokens([text])[0])
        self._right = cache(
            lambda passage: TokenSpans.of(self._tokens(passage.text), passage.answers, passage.units, passage.relevant)
        )

    def groups(self, seed: int, number: int) -> list[Group]:
        """Pass ``number`` of a training run: the same seed and number always give the same groups."""
        rng = np.random.default_rng((seed, number, 1))
        groups: list[Group] = []
        for one in self.questions:
            for _ in range(int(self.share + rng.random())):
                groups.extend(self._draw(one, rng))
        return groups

    def _draw(self, one: OpenQuestion, rng: np.random.Generator) -> list[Group]:
        holding = [passage for passage in one.passages if any(passage.relevant)] or [*filter(None, [one.missed])]
        others = [passage for passage in one.passages if not any(passage.relevant)]
        read = [*_drawn(others, self.passages - bool(holding), rng)]
        if holding:
            first = rng.random() < FIRST_RATE
            read.insert(0, holding[0] if first else holding[int(rng.integers(len(holding)))])
        bare = rng.random() < NO_CONTEXT_RATE
        known = one.names_answers or not one.answerable
        question = self._tokens(as_typed(one.question, rng))
        groups = [[self._window(question, passage, bare, known, rng) for passage in read]]
        if holding and rng.random() < CONTRADICTED_RATE:
            said = " ".join(f"{passage.context} {passage.text}" for passage in holding)
            unanswered = [_unmarked(passage) for passage in read[:2]]
            beside = " ".join(passage.text for passage in others if passage not in read[:2])
            wrong = self._swapper.swapped(one.question, said, rng, beside)
            if wrong is not None:
                asked = self._tokens(as_typed(wrong, rng))
                groups.append([self._window(asked, passage, bare, True, rng) for passage in unanswered])
        return groups

    def _window(
        self, question: Tokens, passage: LabelledPassage, bare: bool, known: bool, rng: np.random.Generator
    ) -> TrainingWindow:
        context = None if bare or not passage.context else self._tokens(passage.context)
        tokens, right = self._tokens(passage.text), self._right(passage)
        ranges = self.builder.slices(len(tokens), self.builder.room(question, context))
        marked = [unit for unit, is_right in zip(right.units, right.relevant, strict=True) if is_right]
        holding = [part for part in ranges if any(part[0] <= a and b < part[1] for a, b in marked)]
        part = (holding or ranges)[int(rng.integers(len(holding or ranges)))]
        return training_window(self.builder, question, context, tokens, right, part, known)


def _usable(one: OpenQuestion) -> bool:
    """Whether there is something to read, and the evidence is in it if the question has any."""
    return bool(one.passages) and (one.retrieved or one.missed is not None or not one.answerable)


def _drawn(passages: Sequence[LabelledPassage], count: int, rng: np.random.Generator) -> list[LabelledPassage]:
    """Different passages, rather those of a better rank."""
    left = list(passages)
    return [left.pop(int(len(left) * rng.random() ** 2)) for _ in range(min(count, len(left)))]


def _unmarked(passage: LabelledPassage) -> LabelledPassage:
    return LabelledPassage(passage.context, passage.text, passage.units, (False,) * len(passage.units), ())
