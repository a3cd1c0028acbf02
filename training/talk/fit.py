"""Fits what is said to docquote itself: ``python -m training.talk.fit --questions FILE...``.

It learns from ``examples.txt``, written for it, and takes for questions all those that the router of kinds learns from,
and those of the files given, in the format of ``docquote eval``. The penalty and the threshold were chosen by five-fold
cross-validation.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from pathlib import Path

from rag.errors import DatasetError
from rag.question.talk import CLASSES, WEIGHTS_PATH, talk_features, talk_of
from rag.text.words import words
from training import logistic
from training.kind.fit import read_written

EXAMPLES_PATH = Path(__file__).with_name("examples.txt")
WRITTEN_WEIGHT = 3.0
INVERSE_PENALTY = 10.0

Labelled = tuple[str, str]
"""A class and what was said."""


def read_examples(path: Path = EXAMPLES_PATH) -> list[Labelled]:
    """What is said, under headings ``[class]``, one a line; lines that begin with ``#`` are comments."""
    found: list[Labelled] = []
    name = CLASSES[0]
    for line in path.read_text(encoding="utf-8").splitlines():
        if line.startswith("["):
            name = line.strip("[]")
        elif line and not line.startswith("#"):
            found.append((name, line))
    return found


def read_questions(path: Path) -> list[str]:
    """The questions of a file of JSON lines.

    Raises:
        DatasetError: it cannot be read.
    """
    try:
        return [json.loads(line)["question"] for line in path.read_text(encoding="utf-8").splitlines()]
    except (OSError, ValueError, KeyError) as error:
        raise DatasetError(f"{path}: cannot be read as JSON lines with questions: {error}") from error


def fit(examples: Sequence[Labelled], questions: Sequence[str]) -> logistic.Weights:
    """The weights of what is said."""
    labelled = [*examples, *((CLASSES[0], question) for question in questions)]
    known = {word for name, said in examples if name != CLASSES[0] for word in words(said)}
    return logistic.fit(
        [talk_features(said, known) for _, said in labelled],
        [name for name, _ in labelled],
        [WRITTEN_WEIGHT] * len(examples) + [1.0] * len(questions),
        CLASSES,
        INVERSE_PENALTY,
        seen_at_least=1,
    )


def main() -> None:
    """Writes the weights."""
    parser = argparse.ArgumentParser(prog="python -m training.talk.fit", description=__doc__)
    parser.add_argument("--questions", type=Path, nargs="*", default=[], help="files in the format of docquote eval")
    parser.add_argument("--out", type=Path, default=WEIGHTS_PATH)
    arguments = parser.parse_args()
    examples = read_examples()
    questions = [question for _, question in read_written()]
    for path in arguments.questions:
        questions += read_questions(path)
    weights = fit(examples, questions)
    logistic.write(arguments.out, CLASSES, weights)
    right = sum((talk_of(said) or CLASSES[0]) == name for name, said in examples)
    taken = [question for question in questions if talk_of(question)]
    print(f"{len(examples)} examples, {len(questions)} questions, {len(weights)} features")
    print(f"right on the examples, which it was fitted on: {right / len(examples):.3f}; questions taken: {taken}")


if __name__ == "__main__":
    main()
