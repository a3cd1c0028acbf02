"""How well a reader finds the units that answer: ``python -m training.reader.assess_open --data DIR --weights FILE``.

Of questions asked of a library, over the passages that docquote retrieves. ``--set practical`` (the default) measures
on the training documents that training did not see, which is the set to choose by; ``doc2dial`` likewise;
``practical_dev`` is for the end.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import roc_auc_score

from rag.reader.spans.extractive import ExtractiveReader, PassageReading, QuestionPassage
from training.reader.assess import add_network, chosen_network
from training.reader.open_questions import OpenQuestion, load_open

REFUSED = 0.8
"""The share of the unanswerable questions that are refused in the figure that refuses."""
FEW = 3


@dataclass(frozen=True, slots=True)
class Ranked:
    """A question's units over all passages, the best first.

    Attributes:
        right: whether each is evidence.
        score: of the best.
        answerable: the log-odds of the likeliest passage.
    """

    right: NDArray[np.bool_]
    score: float
    answerable: float


def rank(reader: ExtractiveReader, questions: Sequence[OpenQuestion], *, with_context: bool = True) -> list[Ranked]:
    """Reads every question's retrieved passages and ranks their units by score alone."""
    made = []
    for one in questions:
        readings = reader.read_all(
            [
                QuestionPassage(one.question, passage.text, passage.context if with_context else "", passage.units)
                for passage in one.passages
            ],
            top_n=1,
        )
        made.append(ranked(one, readings))
    return made


def ranked(question: OpenQuestion, readings: Sequence[PassageReading]) -> Ranked:
    """The units of all passages by their scores."""
    scores = np.concatenate([reading.units for reading in readings])
    right = np.concatenate([np.array(passage.relevant, dtype=np.bool_) for passage in question.passages])
    order = np.argsort(-scores, kind="stable")
    return Ranked(right[order], float(scores[order[0]]), max(reading.answerable for reading in readings))


def figures(questions: Sequence[OpenQuestion], found: Sequence[Ranked]) -> Iterator[tuple[str, float]]:
    """Names and values; shares are of all answerable questions, whether or not the evidence was retrieved."""
    answerable = np.array([one.answerable for one in questions])
    best = np.array([bool(one.right[:1].any()) for one in found])
    few = np.array([bool(one.right[:FEW].any()) for one in found])
    score = np.array([one.score for one in found])
    yield "retrieved", float(np.mean([one.retrieved for one in questions if one.answerable]))
    yield "best unit right", float(best[answerable].mean())
    yield f"any of {FEW} right", float(few[answerable].mean())
    if answerable.all():
        return
    yield "AUROC answerable, unit score", float(roc_auc_score(answerable, score))
    yield "AUROC answerable, passage", float(roc_auc_score(answerable, [one.answerable for one in found]))
    threshold = np.quantile(score[~answerable], REFUSED)
    yield f"right where {REFUSED:.0%} are refused", float((best & (score > threshold))[answerable].mean())


def main(arguments: Sequence[str] | None = None) -> None:
    """Command line: print the figures with and without the passages' context."""
    parser = argparse.ArgumentParser(prog="python -m training.reader.assess_open", description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder with practical and open_qa")
    parser.add_argument("--work", type=Path, required=True, help="keeps what is retrieved")
    parser.add_argument("--set", default="practical", choices=("practical", "practical_dev", "doc2dial"))
    add_network(parser)
    parser.add_argument("--limit", type=int, help="so many questions")
    given = parser.parse_args(arguments)
    reader = chosen_network(given)
    questions = [one for one in load_open(given.data, given.set, given.work) if one.kept and one.passages][
        : given.limit
    ]
    print(f"{given.set}: {len(questions)} questions of {len({one.document for one in questions})} documents")
    for with_context in (True, False):
        print("with context" if with_context else "without context")
        for name, value in figures(questions, rank(reader, questions, with_context=with_context)):
            print(f"  {name:40s} {value:.3f}", flush=True)


if __name__ == "__main__":
    main()
