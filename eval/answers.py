"""``docquote eval answers``: the whole assistant, end to end, on questions with known answers."""

from __future__ import annotations

import random
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from eval.dataset import Question, QuestionSet
from eval.gold import locate
from eval.grading import ERROR_KINDS, Record, grade
from eval.groups import GROUPINGS
from eval.headlines import ANSWER_METRICS
from eval.library import (
    Build,
    Corpus,
    StoredTexts,
    build_index,
    corpus_at,
    existing_build,
    index_configuration,
    index_folder,
)
from eval.metrics import calibration_bins, risk_coverage
from eval.outcome import Outcome
from eval.progress import work_through
from eval.provenance import data_files
from eval.recording import recorded
from eval.runs import RUNS, Configuration, Run, fingerprint
from eval.summary import headline, table_of
from eval.timing import timing
from rag.assistant import Assistant
from rag.errors import DatasetError
from rag.place import Place
from rag.settings import Settings

CURVE_POINTS = 200
"""Points of a curve that are kept; more cannot be seen."""


@dataclass(frozen=True, slots=True)
class Options:
    """What the user asked for.

    Attributes:
        index: an index to ask, or None.
        documents: documents to index for the run, or None for those that came with the questions.
        out: the run's folder, or None for one under ``runs``.
        limit: ask so many questions, drawn at random; None for all.
        seed: of the draw and of the intervals.
        without_history: ask follow-ups as if nothing had been said before.
    """

    index: Place | None = None
    documents: Path | None = None
    out: Path | None = None
    limit: int | None = None
    seed: int = 0
    without_history: bool = False


def evaluate_answers(questions: QuestionSet, settings: Settings, options: Options) -> Outcome:
    """Asks every question that the run does not have yet, and reports on all it has.

    Raises:
        DatasetError: no documents to ask, or the run's folder holds another run.
        LibraryError: the index cannot be opened.
    """
    chosen = sample(questions.questions, options.limit, options.seed)
    assistant, build = open_assistant(questions, settings, options)
    configuration = _configuration(questions, assistant, options)
    folder = options.out or RUNS / f"answers-{questions.name}-{fingerprint(configuration)[:8]}"
    with assistant:
        run = Run.start(folder, configuration)
        complete = ask_all(assistant, chosen, run, without_history=options.without_history)
    records = [run.records[question.id] for question in chosen if question.id in run.records]
    report = report_of(questions.name, records, run.configuration, build, options.seed)
    return Outcome(run, records, report, complete, len(chosen))


def open_assistant(questions: QuestionSet, settings: Settings, options: Options) -> tuple[Assistant, Build]:
    """Opens the index that the user named, or indexes the documents first.

    Raises:
        DatasetError: there are no documents to ask.
        LibraryError: the index cannot be opened.
    """
    if options.index is not None:
        assistant = Assistant.open(options.index, settings)
        return assistant, existing_build(assistant.index)
    corpus = _corpus(questions, options.documents)
    folder = index_folder(corpus, settings, options.out)
    build = build_index(corpus, folder, settings)
    return Assistant.open(folder, settings), build


def sample(questions: Sequence[Question], limit: int | None, seed: int) -> list[Question]:
    """``limit`` of the questions, drawn at random by the seed, in their order."""
    if limit is None or limit >= len(questions):
        return list(questions)
    chosen = set(random.Random(seed).sample(range(len(questions)), limit))
    return [question for number, question in enumerate(questions) if number in chosen]


def ask_all(assistant: Assistant, questions: Sequence[Question], run: Run, *, without_history: bool = False) -> bool:
    """Asks and grades what the run does not have; False where an interrupt ended it early."""
    library = StoredTexts(assistant.index)

    with recorded(assistant) as recording:

        def ask(question: Question) -> None:
            started = time.perf_counter()
            answer = assistant.ask(question.question, history=() if without_history else question.history)
            seconds = time.perf_counter() - started
            record = grade(
                question,
                locate(question, library),
                answer,
                ranked=recording.take(answer),
                texts=library,
                verbatim=library.verbatim(answer.citations),
                seconds=seconds,
            )
            run.append(record)

        return work_through("Asking", [question for question in questions if question.id not in run.records], ask)


def report_of(
    name: str, records: list[Record], configuration: Configuration, build: Build, seed: int
) -> dict[str, Any]:
    """Everything of ``report.json``: what is exactly reproducible, what it was measured with, and the timing."""
    return {
        "command": "answers",
        "name": name,
        "results": results(records, seed) | {"documents": build.documents, "chunks": build.chunks},
        "unread": list(build.unread),
        "provenance": configuration,
        "timing": timing([record["seconds"] for record in records], build),
    }


def results(records: list[Record], seed: int) -> dict[str, Any]:
    """The reproducible part of a report: headline, groups, curves, and which questions went wrong how."""
    if not records:
        empty: dict[str, Any] = {grouping.key: [] for grouping in GROUPINGS}
        return {"questions": 0, "headline": {}, **empty, "curves": {}, "errors": {}}
    table = table_of(records)
    return {
        "questions": len(records),
        "headline": headline(ANSWER_METRICS, records, seed),
        **{
            grouping.key: [
                {
                    "label": label,
                    "questions": len(members),
                    "metrics": headline(grouping.metrics_of(members), members, seed),
                }
                for label, members in grouping.groups(records)
            ]
            for grouping in GROUPINGS
        },
        "curves": {
            "recall_at_k": _recall_at_k(records, table["passage_reciprocal_rank"]),
            "risk_coverage": _risk_coverage(table["confidence"], 1 - table["candidate_right"]),
            "reliability": [asdict(part) for part in calibration_bins(table["confidence"], table["candidate_right"])],
        },
        "errors": {kind: [record["id"] for record in records if record["error"] == kind] for kind in ERROR_KINDS},
    }


def _recall_at_k(records: list[Record], reciprocal_ranks: np.ndarray) -> list[dict[str, float]]:
    """Share of the answerable questions with an answer among the first k passages, for each k that was read."""
    known = reciprocal_ranks[~np.isnan(reciprocal_ranks)]
    deepest = max(len(record["passages"]) for record in records)
    return [{"k": k, "value": float((known >= 1 / k - 1e-12).mean())} for k in range(1, deepest + 1) if len(known)]


def _risk_coverage(confidence: np.ndarray, wrong: np.ndarray) -> list[dict[str, float]]:
    coverage, risk, threshold = risk_coverage(confidence, wrong)
    kept = np.unique(np.linspace(0, len(coverage) - 1, min(CURVE_POINTS, len(coverage))).astype(int))
    return [{"coverage": float(coverage[n]), "risk": float(risk[n]), "threshold": float(threshold[n])} for n in kept]


def _corpus(questions: QuestionSet, documents: Path | None) -> Corpus:
    if documents is not None:
        return corpus_at(documents)
    if questions.documents:
        return Corpus(questions.documents, None, questions.files)
    raise DatasetError(f"{questions.files[0]}: comes without documents; add --index DIR or --documents PATH")


def _configuration(questions: QuestionSet, assistant: Assistant, options: Options) -> Configuration:
    return {
        "command": "answers",
        "questions": data_files(questions.files),
        "limit": options.limit,
        "seed": options.seed,
        "without_history": options.without_history,
        "reader": assistant.reader.name,
        "calibration": asdict(assistant.calibration),
        **index_configuration(assistant.index, assistant.settings),
    }
