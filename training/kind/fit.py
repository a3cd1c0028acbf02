"""Fits the router of kinds of questions: ``python -m training.kind.fit --data DATA/reader/train``.

It learns from the questions in ``questions.txt``, written for it, and from questions of the reader's training sets
whose first words and answers agree on the kind: "when" with a date, "how many" with a number, "who" with a name. The
penalty, the weight of the written questions and the features were chosen by five-fold cross-validation over the
written ones.
"""

from __future__ import annotations

import argparse
import gzip
import json
import random
import re
from collections.abc import Sequence
from pathlib import Path

from rag.errors import DatasetError
from rag.question.kind import KINDS, WEIGHTS_PATH, QuestionKind, features, question_kind
from rag.text.english import ENGLISH
from training import logistic

WRITTEN_PATH = Path(__file__).with_name("questions.txt")
SETS = (
    "squadshifts_new_wiki squadshifts_reddit squadshifts_amazon_reviews qed_nq_train squad20_part_a "
    "fairytaleqa_train_explicit policyqa_devtest"
).split()
PER_KIND = 150
WRITTEN_WEIGHT = 3
INVERSE_PENALTY = 1.0
SEED = 0

Labelled = tuple[QuestionKind, str]

_DATE = re.compile(
    rf"\b(?:1\d{{3}}|20\d\d|{'|'.join(ENGLISH.month_names)}|\d+(?:st|nd|rd|th))\b",
    re.IGNORECASE,
)
_NUMBER = re.compile(rf"\d|\b(?:{'|'.join(ENGLISH.units[1:11])}|once|twice)\b", re.IGNORECASE)
_ONLY_NUMBER = re.compile(r"[\d.,%$ ]+(?: \w+)?")
_HOW_MANY = re.compile(r"\bhow (?:many|much|old|long|far|tall|big|often)\b")
_WHAT_TIME = re.compile(r"(?:in )?(?:what|which) (?:year|month|date|day|time)\b")
_WHAT_PLACE = re.compile(r"(?:in )?(?:what|which) (?:city|country|state|town|place)\b")
_YES_NO = frozenset("is are was were do does did can could will has have should".split())
SHORT_ANSWER_WORDS = 4


def read_written(path: Path = WRITTEN_PATH) -> list[Labelled]:
    """Questions under headings ``[kind]``, one a line; lines that begin with ``#`` are comments."""
    by_name: dict[str, QuestionKind] = {kind: kind for kind in KINDS}
    found: list[Labelled] = []
    kind: QuestionKind = "other"
    for line in path.read_text(encoding="utf-8").splitlines():
        if line.startswith("["):
            kind = by_name[line.strip("[]")]
        elif line and not line.startswith("#"):
            found.append((kind, line))
    return found


def kind_by_answer(question: str, answer: str) -> QuestionKind | None:
    """The kind on which the first words of a question and its answer agree; None where they do not tell."""
    lowered = question.casefold().strip()
    first = lowered.partition(" ")[0]
    date = bool(_DATE.search(answer))
    if _HOW_MANY.search(lowered):
        return "number" if _NUMBER.search(answer) else None
    if first in ("who", "whose", "whom"):
        return "person" if answer[:1].isupper() else None
    if first == "when" or _WHAT_TIME.match(lowered):
        return "date" if date or (first != "when" and _NUMBER.search(answer)) else None
    if first == "where" or _WHAT_PLACE.match(lowered):
        return "place"
    if first == "why":
        return "why"
    if first == "how":
        return "how"
    if first in _YES_NO:
        return "yes-no"
    if first in ("what", "which"):
        if _ONLY_NUMBER.fullmatch(answer) and not date:
            return "number"
        return "other" if answer[:1].islower() and len(answer.split()) <= SHORT_ANSWER_WORDS else None
    return None


def read_answered(folder: Path) -> list[Labelled]:
    """A seeded sample of the reader's training questions whose kind their answers confirm.

    Raises:
        DatasetError: a set is missing or not in its format.
    """
    by_kind: dict[QuestionKind, set[str]] = {}
    for name in SETS:
        path = folder / f"{name}.jsonl.gz"
        try:
            with gzip.open(path, "rt", encoding="utf-8") as stream:
                rows = [json.loads(line) for line in stream]
        except (OSError, ValueError) as error:
            raise DatasetError(f"{path}: cannot be read as gzipped JSON lines: {error}") from error
        for row in rows:
            kind = kind_by_answer(row["question"], row["answers"][0]["text"]) if row["answers"] else None
            if kind:
                by_kind.setdefault(kind, set()).add(row["question"].casefold().strip())
    rng = random.Random(SEED)
    return [
        (kind, question)
        for kind in KINDS
        if kind in by_kind
        for question in rng.sample(sorted(by_kind[kind]), min(PER_KIND, len(by_kind[kind])))
    ]


def fit(written: Sequence[Labelled], answered: Sequence[Labelled]) -> logistic.Weights:
    """Feature to its weight for each of ``KINDS``, two decimals."""
    labelled = [*written, *answered]
    return logistic.fit(
        [features(question) for _, question in labelled],
        [kind for kind, _ in labelled],
        [float(WRITTEN_WEIGHT)] * len(written) + [1.0] * len(answered),
        KINDS,
        INVERSE_PENALTY,
    )


def main() -> None:
    """Writes the weights."""
    parser = argparse.ArgumentParser(prog="python -m training.kind.fit", description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="the folder of the reader's training sets")
    parser.add_argument("--out", type=Path, default=WEIGHTS_PATH)
    arguments = parser.parse_args()
    written = read_written()
    answered = read_answered(arguments.data)
    weights = fit(written, answered)
    logistic.write(arguments.out, KINDS, weights)
    right = sum(question_kind(question) == kind for kind, question in written)
    print(f"{len(written)} written and {len(answered)} answered questions, {len(weights)} features")
    print(f"right on the written ones, which it was fitted on: {right / len(written):.3f}")


if __name__ == "__main__":
    main()
