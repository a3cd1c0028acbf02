"""Fits how sentences are ranked and how sure the best one is: ``python -m training.scoring.fit --data DIR``.

Every question is asked of one library through the real retriever. From every fourth question the document with its
answer is hidden, so that the library does not hold the answer; every fourth is also asked with another name, number,
year or month than its passage has. Figures are out of fold: five folds, no document
in two of them.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from rich.progress import track
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GroupKFold

from embeddings import open_embedder
from eval.metrics import auroc, calibration_error
from eval.metrics.statistic import value_of
from rag.answer.build import NEAREST
from rag.index import open_index
from rag.index.ingest.pipeline import add_documents
from rag.reader.answer_kind import answer_kind
from rag.reader.calibration import Calibration
from rag.reader.linear import SCORING_PATH, LinearModel, Models, Scoring
from rag.reader.sentence_features import Measured
from rag.reader.sentence_reader import Ranked, SentenceReader, shared_large
from rag.reader.spans.extractive import ExtractiveReader
from rag.retrieval import Retriever
from rag.settings import Settings
from training.reader.perturb import DetailSwapper
from training.scoring.fit_data import CONTRADICTED, HIDE_EVERY, Asked, load_fit_data, passages_for

FOLDS = 5
THRESHOLD = 0.5
"""Answer where the best sentence is more likely right than wrong. Asking for nine right answers in ten instead would
refuse half of the questions that are answered at this threshold; the fit prints that trade-off."""
PRECISIONS = (0.95, 0.9, 0.85, 0.8, 0.75, 0.7)
REGULARISATION = 1.0
_NOTHING = LinearModel({}, 0.0)
_UNFITTED = Models(_NOTHING, _NOTHING, _NOTHING, _NOTHING)
UNFITTED = Scoring(_UNFITTED, _UNFITTED, Calibration(slope=1.0, intercept=0.0, threshold=0.0))
"""For measuring alone, which asks nothing of what is yet to be fitted."""


@dataclass(frozen=True, slots=True)
class Example:
    """One question with what was measured of its sentences after one of the readings; ``right`` of each candidate."""

    asked: Asked
    found: Measured
    right: NDArray[np.bool_]

    @classmethod
    def of(cls, asked: Asked, found: Measured) -> Example:
        """With what is right by the set that the question is of."""
        right = [
            asked.is_answered_by(one.passage.source.name, one.start, one.end, one.text) for one in found.candidates
        ]
        return cls(asked, found, np.array(right))

    @property
    def is_passage(self) -> bool:
        """Whether no few words can answer it."""
        return answer_kind(self.asked.question) == "passage"


def measure(data: Path, work: Path, per_set: int, seed: int) -> tuple[list[Example], list[Example]]:
    """Asks every question and measures the sentences of its passages, after the first and after the second reading."""
    settings = Settings()
    embedder = open_embedder(settings.embedding_model)
    documents, questions = load_fit_data(data, per_set, seed)
    fresh = not (work / "library.sqlite").is_file()
    index = open_index(work, embedder, settings, create=True)
    if fresh:
        add_documents(index, track(documents, description="Indexing"), embedder)
    retriever = Retriever(index, embedder)
    reader = SentenceReader(ExtractiveReader.small(), shared_large, embedder, index, UNFITTED, settings.reader_model)
    swapper, rng = DetailSwapper([one.question for one in questions]), np.random.default_rng(seed)
    first: list[Example] = []
    for number, unasked in enumerate(track(questions, description="Reading")):
        asked = unasked.after_history(retriever)
        passages = passages_for(asked, retriever, settings.passages, hidden=number % HIDE_EVERY == 0)
        readings = [(asked, passages)]
        if number % HIDE_EVERY == CONTRADICTED and (wrong := asked.contradicted(passages, swapper, rng)):
            readings.append((wrong, passages_for(wrong, retriever, settings.passages, hidden=False)))
        for one, shown in readings:
            found = reader.measure(one.question, shown)
            if found is not None:
                first.append(Example.of(one, found))
    chosen_by = fit_all(first)
    second = [
        Example.of(
            example.asked,
            reader.measure_again(question, Ranked.of(question, example.found, chosen_by)),
        )
        for example in track(first, description="Reading again")
        for question in [example.asked.question]
    ]
    index.close()
    return first, second


def fit_ranking(examples: Sequence[Example]) -> LinearModel:
    """A logistic regression that tells sentences with the answer from others."""
    useful = [example for example in examples if example.right.any()]
    features = np.vstack([example.found.candidate_features for example in useful])
    right = np.concatenate([example.right for example in useful])
    # every question counts the same, however many sentences it was shown
    weights = np.concatenate([np.full(len(example.right), 1 / len(example.right)) for example in useful])
    return _logistic(useful[0].found.names, features, right, weights * len(right) / weights.sum())


def _logistic(
    names: Sequence[str],
    features: NDArray[np.float64],
    right: NDArray[np.bool_],
    weights: NDArray[np.float64] | None = None,
) -> LinearModel:
    scale = features.std(axis=0) + 1e-9
    model = LogisticRegression(C=REGULARISATION, max_iter=5000).fit(features / scale, right, sample_weight=weights)
    coefficients = dict(zip(names, (model.coef_[0] / scale).round(4).tolist(), strict=True))
    return LinearModel(coefficients, round(float(model.intercept_[0]), 4))


@dataclass(frozen=True, slots=True)
class Judgement:
    """What speaks for a question's best sentence, whether it is right, and whether a passage that is shown holds one.

    Attributes:
        proof: the evidence.
        right: of the best sentence.
        holds: whether one of the passages of the ``NEAREST`` best that are of other passages holds a right sentence.
    """

    proof: dict[str, float]
    right: bool
    holds: bool


def judge(examples: Sequence[Example], models: Models) -> list[Judgement]:
    """Each question's best sentence and passages, as these models rank them."""
    judged: list[Judgement] = []
    for example in examples:
        question, found = example.asked.question, example.found
        ranked = Ranked.of(question, found, models)
        shown = {passage.chunk.id for passage in ranked.passages[:NEAREST]}
        holds = any(
            right and one.passage.chunk.id in shown for right, one in zip(example.right, found.candidates, strict=True)
        )
        judged.append(Judgement(ranked.proof(question), bool(example.right[ranked.order[0]]), holds))
    return judged


def fit_probability(proofs: Sequence[dict[str, float]], true: Sequence[bool]) -> LinearModel:
    """A logistic regression from the evidence to a probability."""
    names = list(proofs[0])
    return _logistic(names, np.array([[proof[name] for name in names] for proof in proofs]), np.array(true))


def fit_all(examples: Sequence[Example]) -> Models:
    """The two rankings, and the probabilities on top of rankings that have not seen the question."""
    judged: list[Judgement] = []
    for fit, held in _folds(examples):
        judged += judge(held, _rankings(fit))
    proofs = [one.proof for one in judged]
    return replace(
        _rankings(examples),
        confidence=fit_probability(proofs, [one.right for one in judged]),
        holds=fit_probability(proofs, [one.holds for one in judged]),
    )


def _rankings(examples: Sequence[Example]) -> Models:
    """Models that rank, and say nothing of how sure that is."""
    facts = fit_ranking([example for example in examples if not example.is_passage])
    passages = fit_ranking([example for example in examples if example.is_passage])
    return Models(facts, passages, _NOTHING, _NOTHING)


def _folds(examples: Sequence[Example]) -> list[tuple[list[Example], list[Example]]]:
    groups = [example.asked.group for example in examples]
    split = GroupKFold(FOLDS).split(examples, groups=groups)
    return [([examples[i] for i in fit], [examples[i] for i in held]) for fit, held in split]


def threshold_for(probability: NDArray[np.float64], right: NDArray[np.bool_], precision: float) -> float:
    """The lowest threshold at which at least ``precision`` of the answers given are right; 1 if there is none."""
    order = np.argsort(-probability, kind="stable")
    share = np.cumsum(right[order]) / np.arange(1, len(order) + 1)
    enough = np.nonzero(share >= precision)[0]
    return float(probability[order[enough[-1]]]) if enough.size else 1.0


def main(arguments: Sequence[str] | None = None) -> None:
    """Fits on everything, prints the out-of-fold figures, and writes the weights."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--data",
        type=Path,
        required=True,
        help="the folder with open_qa, practical and reader/dev",
    )
    parser.add_argument("--work", type=Path, help="keeps the index of the data between runs")
    parser.add_argument("--per-set", type=int, default=400)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--out", type=Path, default=SCORING_PATH)
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as scratch:
        readings = measure(options.data, options.work or Path(scratch), options.per_set, options.seed)
    content: dict[str, object] = {}
    for name, examples in zip(("first", "second"), readings, strict=True):
        print(f"{name} reading", file=sys.stderr)
        content[name] = asdict(fit_all(examples))
        figures = out_of_fold(examples)
    content |= {"threshold": THRESHOLD, "fitted_on": {**figures, "seed": options.seed}}
    options.out.write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")
    print(json.dumps(content, indent=2))


def out_of_fold(examples: Sequence[Example]) -> dict[str, int | float]:
    """The figures of questions that the models which judge them have not seen; prints those of each set."""
    outer: list[tuple[Example, float, bool]] = []
    holding: list[tuple[float, bool]] = []
    for fit, held in _folds(examples):
        fitted = fit_all(fit)
        judged = judge(held, fitted)
        outer += [
            (example, fitted.confidence.probability(one.proof), one.right)
            for example, one in zip(held, judged, strict=True)
        ]
        holding += [(fitted.holds.probability(one.proof), one.holds) for one in judged]
    probability = np.array([p for _, p, _ in outer])
    correct = np.array([r for _, _, r in outer])
    likely, holds = np.array([p for p, _ in holding]), np.array([true for _, true in holding])
    for precision in PRECISIONS:
        at = threshold_for(probability, correct, precision)
        print(f"{precision:.0%} right at threshold {at:.3f}: answers {(probability >= at).mean():.1%}", file=sys.stderr)
    for name in sorted({example.asked.source for example, _, _ in outer}):
        rows = [(p, r, bool(e.right.any())) for e, p, r in outer if e.asked.source == name]
        held_right = [r for _, r, possible in rows if possible]
        given = [r for p, r, _ in rows if p >= THRESHOLD]
        print(
            f"{name}: {len(rows)} questions, best sentence right {np.mean(held_right or [False]):.3f} of "
            f"{len(held_right)} retrieved, answered {len(given)}, right {np.mean(given or [False]):.3f}",
            file=sys.stderr,
        )
    return {
        "questions": len(outer),
        "best_sentence_right_when_held": round(float(np.mean([r for e, _, r in outer if e.right.any()])), 4),
        "expected_calibration_error": round(value_of(calibration_error(probability, correct), len(correct)), 4),
        "auroc": round(value_of(auroc(probability, correct), len(correct)), 4),
        "answered": round(float((probability >= THRESHOLD).mean()), 4),
        "precision_when_answered": round(float(correct[probability >= THRESHOLD].mean()), 4),
        "holds_auroc": round(value_of(auroc(likely, holds), len(holds)), 4),
        "holds_calibration_error": round(value_of(calibration_error(likely, holds), len(holds)), 4),
    }


if __name__ == "__main__":
    main()
