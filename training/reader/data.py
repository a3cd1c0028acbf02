"""Reading comprehension data: loading the sets, weighing them, and drawing one training pass.

A set is a gzipped JSON-lines file of ``id, title, context, question, answers: [{text, start}]``; a question
without answers is unanswerable from its context. ``SETS`` says how much of each is used and how.
"""

from __future__ import annotations

import gzip
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np

from rag.errors import DatasetError
from rag.reader.spans.windows import Tokens, WindowBuilder
from rag.text.sentences import sentence_spans
from training.reader.follow_ups import FollowUps
from training.reader.open_questions import shares_half
from training.reader.perturb import Perturber
from training.reader.typing import as_typed
from training.reader.windows import Group, TokenSpans, training_window

ELSEWHERE_RATE = 0.3
"""Chance that a passage too long for one window adds one of its windows without the answer."""
CROPPED_RATE = 0.5
"""Share of training passages of which only a short slice is read: a third cheaper, and the slices without the answer
are the hardest of negatives."""
CROPPED_TOKENS = 120
"""Length of such a slice."""
TITLE_RATE = 0.5
"""Share of questions whose passages are read under their title."""
FOLLOW_UP_RATE = 0.6
"""Chance that a question is asked as a follow-up, where another question allows it: about one in six of a pass."""
PERTURBED_MIN_CHARS = 20
"""Shorter questions are not perturbed: too little is left to contradict."""


@dataclass(frozen=True, slots=True)
class SetUse:
    """How one set is used in a pass.

    ``share``: expected copies of each question; ``negatives``: expected mined passages without the answer per question;
    ``perturbed``: chance that a question is also asked in a contradicted, unanswerable form.
    """

    share: float
    negatives: float
    perturbed: float


SETS: dict[str, SetUse] = {
    "squadshifts_new_wiki": SetUse(1.0, 0.7, 0.3),
    "squad20_part_a": SetUse(4.0, 0.3, 0.1),
    "qed_nq_train": SetUse(1.0, 0.0, 0.0),
    "squadshifts_reddit": SetUse(0.5, 0.0, 0.1),
    "squadshifts_amazon_reviews": SetUse(0.5, 0.0, 0.1),
    "fairytaleqa_train_explicit": SetUse(0.5, 0.0, 0.0),
    "policyqa_devtest": SetUse(0.15, 0.0, 0.0),
    "qamr_devtest": SetUse(0.08, 0.0, 0.0),
}
"""SQuAD-style sets over encyclopaedic text and real search questions in full (the one with written unanswerable
questions most), the others for variety; policy
questions are asked of every policy, so that a passage without the annotated words may well answer them, and
questions about reviews and comments often fit another review: few or no mined negatives there."""

HELD_BACK_TITLES = frozenset({"Geology", "Private school"})
"""Articles of squad20_part_a that training never sees: the dev set for unanswerable questions."""


@dataclass(frozen=True, slots=True)
class Example:
    """A question about a context; ``answers`` are half-open character spans, none means unanswerable."""

    id: str
    source: str
    title: str
    context: str
    question: str
    answers: tuple[tuple[int, int], ...]

    @property
    def texts(self) -> list[str]:
        """The answers' words."""
        return [self.context[start:end] for start, end in self.answers]


def load_set(path: Path) -> list[Example]:
    """Every question of one file, in order.

    Raises DatasetError where the file is missing, a line is not in the form above, or an answer's text is not
    found at its offset.
    """
    if not path.is_file():
        raise DatasetError(f"No data set at {path}. Give the folder that holds it with --data.")
    source = path.name.removesuffix(".jsonl.gz")
    examples = []
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        for number, line in enumerate(lines, start=1):
            try:
                examples.append(_example(json.loads(line), source))
            except (ValueError, KeyError, TypeError) as error:
                raise DatasetError(f"{path}, line {number}: not a question in the expected form ({error}).") from error
    return examples


def _example(row: Mapping[str, object], source: str) -> Example:
    context, found = str(row["context"]), row["answers"]
    if not isinstance(found, list):
        raise TypeError("answers is not a list")
    spans = []
    for answer in found:
        start, text = int(answer["start"]), str(answer["text"])
        if context[start : start + len(text)] != text:
            raise ValueError(f"the answer is not at offset {start}")
        if text.strip():
            spans.append((start, start + len(text)))
    title = str(row.get("title") or "").replace("_", " ").strip()
    question = str(row["question"]).strip()
    return Example(str(row["id"]), source, title, context, question, tuple(dict.fromkeys(spans)))


def load_training(folder: Path) -> dict[str, list[Example]]:
    """The sets that training uses, without the held-back articles; ``folder`` holds ``train/*.jsonl.gz``."""
    sets = {name: load_set(folder / "train" / f"{name}.jsonl.gz") for name in SETS}
    sets["squad20_part_a"] = [one for one in sets["squad20_part_a"] if one.title not in HELD_BACK_TITLES]
    return sets


def load_held_back(folder: Path) -> list[Example]:
    """The questions of the held-back articles, about half of them unanswerable on purpose."""
    return [one for one in load_set(folder / "train" / "squad20_part_a.jsonl.gz") if one.title in HELD_BACK_TITLES]


class TrainingData:
    """Tokenised sets from which training passes are drawn.

    ``negatives`` gives, for each question's id, contexts most similar to the question that lack its answers,
    the most similar first; ``share`` scales how much of every set a pass draws.
    """

    def __init__(
        self,
        sets: Mapping[str, Sequence[Example]],
        negatives: Mapping[str, Sequence[str]],
        builder: WindowBuilder,
        uses: Mapping[str, SetUse] = SETS,
        share: float = 1.0,
    ) -> None:
        self.sets, self.negatives, self.builder, self.uses, self.share = sets, negatives, builder, uses, share
        self._tokens = cache(lambda text: builder.tokens([text])[0])
        self._sentences = cache(sentence_spans)
        self._follow_ups = {name: FollowUps(examples) for name, examples in sets.items()}
        self._perturbers = {
            name: Perturber(sets[name]) for name, use in uses.items() if use.perturbed > 0 and name in sets
        }

    def groups(self, seed: int, number: int) -> list[Group]:
        """Pass ``number`` of a training run: the same seed and number always give the same groups."""
        rng = np.random.default_rng((seed, number))
        groups: list[Group] = []
        for name, examples in self.sets.items():
            use = self.uses[name]
            for one in examples:
                copies = int(self.share * use.share + rng.random())
                for _ in range(copies):
                    groups.extend(self._draw(one, use, rng))
        return groups

    def _draw(self, one: Example, use: SetUse, rng: np.random.Generator) -> list[Group]:
        """The question with its passage, mined passages without the answer, perhaps a contradicted form of it."""
        follow_up = self._follow_ups[one.source].follow_up(one, rng) if rng.random() < FOLLOW_UP_RATE else None
        text = follow_up.reading if follow_up else one.question
        question = self._tokens(as_typed(text, rng))
        title = self._tokens(f"{one.title}.") if one.title and rng.random() < TITLE_RATE else None
        own = self._windows(question, title, one.context, one.answers, rng)
        if not own:
            return []
        group = own
        mined = self.negatives.get(one.id, ())
        if mined:
            for _ in range(int(use.negatives + rng.random())):
                context = mined[int(len(mined) * rng.random() ** 2)]
                group = group + self._windows(question, None, context, (), rng)[:1]
        groups = [group]
        if one.answers and rng.random() < use.perturbed and len(one.question) >= PERTURBED_MIN_CHARS:
            wrong = self._perturbers[one.source].contradict(one, rng)
            if wrong is not None:
                groups.append(self._windows(self._tokens(as_typed(wrong, rng)), title, one.context, (), rng)[:1])
        return groups

    def _windows(
        self,
        question: Tokens,
        title: Tokens | None,
        context: str,
        answers: Sequence[tuple[int, int]],
        rng: np.random.Generator,
    ) -> Group:
        """A window with an answer (or any, where there is none), perhaps one more without."""
        passage = self._tokens(context)
        units = self._sentences(context)
        relevant = [any(shares_half(unit, answer) for answer in answers) for unit in units]
        right = TokenSpans.of(passage, answers, units, relevant)
        spans = right.answers
        if answers and not spans:
            return []
        room = self.builder.room(question, title)
        if rng.random() < CROPPED_RATE:
            room = min(room, CROPPED_TOKENS)
        ranges = self.builder.slices(len(passage), room)
        holding = [(first, last) for first, last in ranges if any(first <= a and b < last for a, b in spans)]
        empty = [(first, last) for first, last in ranges if all(b < first or a >= last for a, b in spans)]
        chosen = []
        if spans:
            if not holding:
                return []
            chosen.append(holding[int(rng.integers(len(holding)))])
            if empty and rng.random() < ELSEWHERE_RATE:
                chosen.append(empty[int(rng.integers(len(empty)))])
        else:
            chosen.append(ranges[int(rng.integers(len(ranges)))])
        return [
            training_window(self.builder, question, title, passage, right, part, spans_known=True) for part in chosen
        ]
