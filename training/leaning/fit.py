"""Fits the decision whether a question leans on the turn before it: ``python -m training.leaning.fit --data DATA``.

It learns from the questions of the set ``practical``, which were asked with a history where they need one. Those that
lean have their own; those that stand alone are given other people's, half of them of the same document, as people stay
with one. From the reader's training sets come more of both: questions as they are after another one of their passage,
and the same with what that has named left out (``training.reader.follow_ups``). The questions that the router of kinds
learns from, which are short, stand alone after one another, but for those that begin with "and" or point back.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from rag.errors import DatasetError
from rag.question.cues import LEADING
from rag.question.leaning import CLASSES, WEIGHTS_PATH, leaning_features, points_back
from rag.schema import Turn
from rag.text.words import words
from training import logistic
from training.kind.fit import read_written
from training.reader.data import Example, load_set
from training.reader.follow_ups import shortened_after

SETS = ("squadshifts_new_wiki", "qed_nq_train", "squad20_part_a", "fairytaleqa_train_explicit")
PER_SET = 500
SAME_DOCUMENT_RATE = 0.5
STANDING_ALONE = 2
"""Histories given to each question that stands alone."""
WRITTEN_WEIGHT = 3.0
"""What a question that leans and was written so counts: there are few."""
MADE_WEIGHT = 0.5
"""What one counts that was made by leaving words out, and the one that it was made of."""
INVERSE_PENALTY = 0.3
SEED = 0


@dataclass(frozen=True, slots=True)
class Asked:
    """A question, the turn before it, whether it leans on that, what it counts, and which document it was asked of."""

    question: str
    last: Turn
    leans: bool
    weight: float
    document: str


def read_practical(path: Path, rng: np.random.Generator) -> list[Asked]:
    """The questions of a file in the format of ``docquote eval``.

    Raises:
        DatasetError: it cannot be read.
    """
    try:
        rows: list[Mapping[str, Any]] = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    except (OSError, ValueError) as error:
        raise DatasetError(f"{path}: cannot be read as JSON lines: {error}") from error
    alone = [row for row in rows if not row.get("history")]
    earlier = [row for row in alone if row.get("evidence")]
    by_document: dict[str, list[Mapping[str, Any]]] = {}
    for row in earlier:
        by_document.setdefault(row["document"], []).append(row)
    asked: list[Asked] = []
    for row in rows:
        if row.get("history"):
            last = Turn(row["history"][-1]["question"], row["history"][-1].get("answer", ""))
            asked.append(Asked(row["question"], last, True, WRITTEN_WEIGHT, row["document"]))
            continue
        for _ in range(STANDING_ALONE):
            same = by_document.get(row["document"], []) if rng.random() < SAME_DOCUMENT_RATE else []
            choice = [other for other in same or earlier if other["question"] != row["question"]] or earlier
            other = choice[int(rng.integers(len(choice)))]
            last = Turn(other["question"], " ".join(other["evidence"]))
            asked.append(Asked(row["question"], last, False, 1.0, row["document"]))
    return asked


def made(examples: Sequence[Example], rng: np.random.Generator) -> list[Asked]:
    """Questions after another one of their passage, as they are and with what that has named left out."""
    by_passage: dict[str, list[Example]] = {}
    for one in examples:
        if one.answers:
            by_passage.setdefault(one.context, []).append(one)
    asked: list[Asked] = []
    for index in rng.permutation(len(examples)):
        one = examples[int(index)]
        others = [other for other in by_passage.get(one.context, ()) if other.question != one.question]
        if not others or len(asked) >= 2 * PER_SET:
            continue
        other = others[int(rng.integers(len(others)))]
        short = shortened_after(one.question, other.question, rng)
        if short:
            last = Turn(other.question, other.texts[0])
            asked.append(Asked(short, last, True, MADE_WEIGHT, one.title))
            asked.append(Asked(one.question, last, False, MADE_WEIGHT, one.title))
    return asked


def read_short(rng: np.random.Generator) -> list[Asked]:
    """Short questions, each after another one."""
    questions = [question for _, question in read_written() if not _goes_on(question)]
    order = rng.permutation(len(questions))
    return [
        Asked(questions[int(one)], Turn(questions[int(before)]), False, 1.0, "")
        for one, before in zip(order, np.roll(order, 1), strict=True)
    ]


def _goes_on(question: str) -> bool:
    return words(question)[0] in LEADING or points_back(question) or "else" in words(question)


def fit(asked: Sequence[Asked]) -> logistic.Weights:
    """The weights of the decision."""
    return logistic.fit(
        [leaning_features(one.question, one.last) for one in asked],
        [CLASSES[one.leans] for one in asked],
        [one.weight for one in asked],
        CLASSES,
        INVERSE_PENALTY,
    )


def read_all(data: Path) -> list[Asked]:
    """What it is fitted on: ``practical/train.jsonl`` and the sets under ``reader/train`` in a folder.

    Raises:
        DatasetError: a set is missing or not in its format.
    """
    rng = np.random.default_rng(SEED)
    asked = read_practical(data / "practical" / "train.jsonl", rng)
    for name in SETS:
        asked += made(load_set(data / "reader" / "train" / f"{name}.jsonl.gz"), rng)
    return asked + read_short(rng)


def main() -> None:
    """Writes the weights."""
    parser = argparse.ArgumentParser(prog="python -m training.leaning.fit", description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="the folder of the data sets")
    parser.add_argument("--out", type=Path, default=WEIGHTS_PATH)
    arguments = parser.parse_args()
    asked = read_all(arguments.data)
    weights = fit(asked)
    logistic.write(arguments.out, CLASSES, weights)
    leaning = sum(one.leans for one in asked)
    print(f"{leaning} questions that lean, {len(asked) - leaning} that stand alone, {len(weights)} features")


if __name__ == "__main__":
    main()
