"""How well a reader reads: exact match, token F1 and answerability on sets of questions.

``python -m training.reader.assess --data DIR`` prints the figures of the shipped weights, or of ``--weights FILE``.
"""

from __future__ import annotations

import argparse
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeVar

import numpy as np
import torch

from embeddings import open_embedder
from eval.metrics import auroc, best_exact_match, best_f1, normalise
from eval.metrics.statistic import value_of
from rag.reader.spans.extractive import ExtractiveReader, QuestionPassage
from training.reader.data import Example, load_held_back, load_set
from training.reader.follow_ups import FollowUps

Row = TypeVar("Row")

DEV_SETS = ("squadshifts_new_wiki", "qed_nq_dev", "fairytaleqa_valtest_explicit")
RETRIEVED = 10
"""Passages per question in the retrieved-passages figure."""
RETRIEVED_QUESTIONS = 500
"""Questions (a fixed random choice) in that figure: 5,000 passages to read, standard error below .01."""
QUICK_QUESTIONS = 400
"""Size of the fixed random sample for quick figures; its standard error on F1 is about .02."""
READ_BLOCK = 512


@dataclass(frozen=True, slots=True)
class Prediction:
    """The best span of a context: its text and characters, ``score`` (above 0: better than "no answer"), null score.

    A context without any token gives an empty text and a score of minus infinity.
    """

    text: str
    start: int
    end: int
    score: float
    null_score: float


def predict_squad(reader: ExtractiveReader, readings: Sequence[QuestionPassage]) -> list[Prediction]:
    """The best span of each reading's passage for its question, whether or not the reader would rather abstain."""
    predictions = []
    for first in range(0, len(readings), READ_BLOCK):
        block = readings[first : first + READ_BLOCK]
        for one, found in zip(block, reader.read_all(block, top_n=1), strict=True):
            if found.spans:
                best = found.spans[0]
                text = one.passage[best.start : best.end]
                predictions.append(Prediction(text, best.start, best.end, best.score, best.null_score))
            else:
                predictions.append(Prediction("", 0, 0, float("-inf"), 0.0))
    return predictions


def span_figures(reader: ExtractiveReader, examples: Sequence[Example]) -> tuple[float, float]:
    """Exact match and token F1 (0 to 1) over the answerable questions, the best over each question's answers."""
    asked = [one for one in examples if one.answers]
    readings = [QuestionPassage(one.question, one.context) for one in asked]
    pairs = list(zip(asked, predict_squad(reader, readings), strict=True))
    exact = [best_exact_match(found.text, one.texts) for one, found in pairs]
    overlap = [best_f1(found.text, one.texts) for one, found in pairs]
    return float(np.mean(exact)), float(np.mean(overlap))


def as_follow_ups(examples: Sequence[Example]) -> list[Example]:
    """The examples that can be asked as follow-ups, as the reader is given them then; always the same ones."""
    maker, rng = FollowUps(examples), np.random.default_rng(0)
    made = ((maker.follow_up(one, rng), one) for one in examples)
    return [replace(one, question=taken.reading) for taken, one in made if taken is not None]


def answerability_auroc(reader: ExtractiveReader, examples: Sequence[Example]) -> float:
    """Area under the ROC curve of the best span's score, answerable against unanswerable; 0.5 is chance."""
    scores = [one.score for one in predict_squad(reader, [QuestionPassage(x.question, x.context) for x in examples])]
    return value_of(auroc(scores, [bool(one.answers) for one in examples]), len(scores))


def retrieved_pairs(asked: Sequence[Example], contexts: Sequence[str]) -> list[tuple[QuestionPassage, bool]]:
    """Each question with its ten nearest contexts by the bundled encoder; true where the context holds an answer.

    A context other than the question's own that holds the
    answer's words is left out: nobody has judged whether it answers.
    """
    embedder = open_embedder()
    normal = [f" {normalise(context)} " for context in contexts]
    scores = embedder.encode_queries([one.question for one in asked]) @ embedder.encode_passages(contexts).T
    pairs = []
    for one, row in zip(asked, scores, strict=True):
        for place in np.argsort(-row, kind="stable")[:RETRIEVED]:
            own = contexts[place] == one.context
            if own or not any(f" {normalise(text)} " in normal[place] for text in one.texts):
                pairs.append((QuestionPassage(one.question, contexts[place]), own))
    return pairs


def retrieved_auroc(reader: ExtractiveReader, pairs: Sequence[tuple[QuestionPassage, bool]]) -> float:
    """Area under the ROC curve of the score, retrieved passages that hold the answer against the others."""
    scores = [one.score for one in predict_squad(reader, [reading for reading, _ in pairs])]
    return value_of(auroc(scores, [holds for _, holds in pairs]), len(scores))


def assess(reader: ExtractiveReader, data: Path, sample: int | None = None) -> Iterator[tuple[str, float]]:
    """All dev figures with their names, on ``sample`` questions of each set (a fixed random choice) or on all."""
    for name in DEV_SETS:
        examples = _sample(load_set(data / "dev" / f"{name}.jsonl.gz"), sample)
        yield from zip((f"{name} EM", f"{name} F1"), span_figures(reader, examples), strict=True)
    held_back = load_held_back(data)
    names = ("held-back part A EM", "held-back part A F1")
    yield from zip(names, span_figures(reader, held_back), strict=True)
    yield "held-back part A AUROC", answerability_auroc(reader, held_back)
    wiki = load_set(data / "dev" / f"{DEV_SETS[0]}.jsonl.gz")
    names = (f"{DEV_SETS[0]} as follow-ups EM", f"{DEV_SETS[0]} as follow-ups F1")
    yield from zip(names, span_figures(reader, _sample(as_follow_ups(wiki), sample)), strict=True)
    contexts = list(dict.fromkeys(one.context for one in wiki))
    pairs = retrieved_pairs(_sample(wiki, min(sample or RETRIEVED_QUESTIONS, RETRIEVED_QUESTIONS)), contexts)
    yield "retrieved AUROC", retrieved_auroc(reader, pairs)


def _sample(rows: Sequence[Row], count: int | None) -> Sequence[Row]:
    return rows if count is None or count >= len(rows) else random.Random(0).sample(list(rows), count)


def add_network(parser: argparse.ArgumentParser) -> None:
    """Options that say which network is measured."""
    parser.add_argument("--large", action="store_true", help="the large network and not the small one")
    parser.add_argument("--weights", type=Path, help="of training, the large ones packed (default: the shipped ones)")


def chosen_network(given: argparse.Namespace) -> ExtractiveReader:
    """The network that these options say."""
    opened = ExtractiveReader.large if given.large else ExtractiveReader.small
    return opened(given.weights, None) if given.weights else opened()


def main(arguments: Sequence[str] | None = None) -> None:
    """Command line: print the dev figures."""
    parser = argparse.ArgumentParser(prog="python -m training.reader.assess", description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder with dev/*.jsonl.gz and train/*.jsonl.gz")
    add_network(parser)
    parser.add_argument("--quick", action="store_true", help=f"{QUICK_QUESTIONS} questions of each set")
    parser.add_argument("--threads", type=int, default=2, help="CPU threads")
    given = parser.parse_args(arguments)
    torch.set_num_threads(given.threads)
    reader = chosen_network(given)
    for name, value in assess(reader, given.data, QUICK_QUESTIONS if given.quick else None):
        print(f"{name:40s} {value:.3f}", flush=True)


if __name__ == "__main__":
    main()
