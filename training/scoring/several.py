"""``python -m training.scoring.several --data DIR``: how often one of several quotes answers, by the reader's estimate.

Asks the fit's questions that want several quotes of the fit's library; from every fourth the document with its answer
is hidden. Prints the log-odds that make the reader's confidence the probability that one of the quotes answers.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from rich.progress import track
from scipy.special import expit

from embeddings import open_embedder
from eval.metrics import calibration_error
from eval.metrics.statistic import value_of
from rag.answer.quotes import SEVERAL, composed_spans
from rag.index import open_index
from rag.index.ingest.pipeline import add_documents
from rag.logistic import logit
from rag.question.kind import question_kind
from rag.reader import open_reader
from rag.retrieval import Retriever
from rag.schema import AnswerSpan, DocumentOf
from rag.settings import Settings
from training.scoring.fit_data import HIDE_EVERY, Asked, load_fit_data, passages_for

STEPS = 50
THRESHOLD = 0.5


@dataclass(frozen=True, slots=True)
class Outcome:
    """How sure the reader was of the best sentence, and whether one of the quotes answers."""

    confidence: float
    right: bool


def outcomes(data: Path, work: Path, per_set: int, seed: int) -> list[Outcome]:
    """Asks the questions of a seeded sample; see ``training.scoring.fit_data``."""
    settings = Settings()
    embedder = open_embedder(settings.embedding_model)
    documents, questions = load_fit_data(data, per_set, seed)
    found: list[Outcome] = []
    with closing(open_index(work, embedder, settings, create=True)) as index:
        add_documents(index, track(documents, description="Indexing"), embedder)
        retriever, reader = Retriever(index, embedder), open_reader(settings, embedder, index)
        document_of = lru_cache(index.document)
        asked = [(one, kind) for one in questions if (kind := question_kind(one.taken.question)) in SEVERAL]
        for number, (one, kind) in enumerate(track(asked, description="Asking"), start=1):
            passages = passages_for(one, retriever, settings.passages, hidden=number % HIDE_EVERY == 0)
            reading = reader.read(one.question, passages)
            if reading.spans:
                quotes = composed_spans(kind, reading.spans, document_of, settings.answer_tokens)
                found.append(Outcome(reading.confidence, any(_answers(quote, one, document_of) for quote in quotes)))
    return found


def _answers(quote: AnswerSpan, asked: Asked, document_of: DocumentOf) -> bool:
    source = quote.passage.source
    return asked.is_answered_by(
        source.name, quote.start, quote.end, document_of(source.id).text[quote.start : quote.end]
    )


def fitted_log_odds(log_odds: NDArray[np.float64], right: NDArray[np.bool_]) -> float:
    """What to add to the log-odds for the greatest likelihood, by Newton's method; the likelihood is concave."""
    added = 0.0
    for _ in range(STEPS):
        probability = expit(log_odds + added)
        added += float((right - probability).sum() / (probability * (1 - probability)).sum())
    return added


def report(found: Sequence[Outcome], seed: int) -> str:
    """What to add, with its 95% interval by bootstrap, and what that changes."""
    log_odds = np.array([logit(one.confidence) for one in found])
    right = np.array([one.right for one in found])
    added = fitted_log_odds(log_odds, right)
    rng = np.random.default_rng(seed)
    draws = [rng.integers(0, len(found), len(found)) for _ in range(500)]
    low, high = np.percentile([fitted_log_odds(log_odds[draw], right[draw]) for draw in draws], (2.5, 97.5))
    lines = [f"{len(found)} questions; add {added:.2f} ({low:.2f} to {high:.2f}) to the log-odds"]
    for name, more in (("as for one sentence", 0.0), ("as for several quotes", added)):
        probability = expit(log_odds + more)
        answered = probability >= THRESHOLD
        error = value_of(calibration_error(probability, right), len(right))
        lines.append(
            f"{name}: calibration error {error:.3f}, answered {answered.sum()} ({answered.mean():.0%}), of these with "
            f"an answer {(right & answered).sum()}; refused though a quote answers {(right & ~answered).sum()} of "
            f"{right.sum()}"
        )
    return "\n".join(lines)


def main() -> None:
    """Prints the figures."""
    parser = argparse.ArgumentParser(prog="python -m training.scoring.several", description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="holds open_qa and reader/dev")
    parser.add_argument("--per-set", type=int, default=700)
    parser.add_argument("--seed", type=int, default=5)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as work:
        print(report(outcomes(arguments.data, Path(work), arguments.per_set, arguments.seed), arguments.seed))


if __name__ == "__main__":
    main()
