"""The headline numbers of each command."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from eval.metrics import (
    RANKING_MEASURES,
    area_under_risk_coverage,
    auroc,
    best_thresholded,
    calibration_error,
    mean,
    right_where_refused,
)
from eval.metrics.statistic import Floats, Statistic
from eval.summary import Better, Metric, Table


def _known(column: str) -> Callable[[Table], NDArray[np.bool_]]:
    return lambda table: ~np.isnan(table[column]) if column in table else np.zeros(0, dtype=bool)


def _where(column: str, value: float) -> Callable[[Table], NDArray[np.bool_]]:
    return lambda table: table[column] == value


def _refused_of_both_kinds(table: Table) -> NDArray[np.bool_]:
    """The refused questions; none where every question has an answer, so that no refusal could be right."""
    refused: NDArray[np.bool_] = table["found"] == 0
    return refused if (table["unanswerable"] == 1).any() else np.zeros_like(refused)


def _refusable(table: Table) -> NDArray[np.bool_]:
    """All questions; none where every question has an answer."""
    return np.full(len(table["found"]), bool((table["unanswerable"] == 1).any()))


def _perhaps(table: Table) -> Floats:
    """1 where the outcome was "perhaps"; runs of before there was one have none."""
    return np.nan_to_num(table["perhaps"]) if "perhaps" in table else np.zeros_like(table["found"])


def _outcomes(key: str, label: str, unanswerable: float, better: tuple[Better, Better, Better]) -> Iterator[Metric]:
    """The shares of the three outcomes over questions with or without an answer."""
    outcomes: tuple[tuple[str, Callable[[Table], Floats]], ...] = (
        ("found", lambda table: table["found"]),
        ("perhaps", _perhaps),
        ("not found", lambda table: 1 - table["found"] - _perhaps(table)),
    )
    for (outcome, column), way in zip(outcomes, better, strict=True):

        def share(table: Table, of: Callable[[Table], Floats] = column) -> Statistic:
            return mean(of(table))

        name, note = f"{key}_{outcome.replace(' ', '_')}", f"of the {key} questions: the outcome is {outcome}"
        yield Metric(name, f"{label}: {outcome}", note, way, _where("unanswerable", unanswerable), share, percent=True)


def _mean(key: str, label: str, note: str, column: str = "", better: Better = "higher", percent: bool = True) -> Metric:
    name = column or key
    return Metric(key, label, note, better, _known(name), lambda table: mean(table[name]), percent)


def _part(name: str, *metrics: Metric) -> tuple[Metric, ...]:
    return tuple(replace(metric, part=name) for metric in metrics)


REFUSED = 0.8
"""Of the unanswerable questions, where it is asked how many of the others are answered rightly."""

ANSWER_METRICS = (
    *_part(
        "Answers",
        _mean("right", "Right", "of all questions: the first quote answers; or unanswerable, and not answered"),
        _mean("answered", "Answered", "of all questions: the outcome is found", "found", "neither"),
        Metric(
            "right_when_answered",
            "Right when answered",
            "of the answered questions: the first quote answers",
            "higher",
            _where("found", 1),
            lambda table: mean(table["right"]),
            percent=True,
        ),
        Metric(
            "answered_rightly",
            "Answered rightly",
            "of the answerable questions: found, and the first quote answers",
            "higher",
            _where("unanswerable", 0),
            lambda table: mean(table["right"]),
            percent=True,
        ),
        _mean("answer_in_first_quote", "Answer in the first quote", "a gold answer stands in it, word for word"),
        _mean("answer_in_quotes", "Answer in a quote", "a gold answer stands in any of the quotes, word for word"),
        _mean("exact_match", "Exact match", "the highlighted words are a gold answer (SQuAD)"),
        _mean("f1", "Token F1", "words that the highlight shares with the best gold answer (SQuAD)"),
    ),
    *_part(
        "Outcomes",
        *_outcomes("answerable", "Answerable", 0, ("higher", "neither", "lower")),
        *_outcomes("unanswerable", "Unanswerable", 1, ("lower", "lower", "higher")),
    ),
    *_part(
        "Evidence",
        Metric(
            "evidence_shown",
            "Evidence shown",
            "of the answerable questions: found or perhaps, and a piece of the gold evidence is in what is shown",
            "higher",
            _known("evidence_shown"),
            lambda table: mean(table["evidence_shown"] > 0),
            percent=True,
        ),
        Metric(
            "all_evidence_shown",
            "All evidence shown",
            "the same, with every piece of the gold evidence",
            "higher",
            _known("evidence_shown"),
            lambda table: mean(table["evidence_shown"] == 1),
            percent=True,
        ),
        _mean("evidence_coverage", "Evidence coverage", "of its characters, at found and perhaps: quoted"),
        _mean("evidence_precision", "Evidence precision", "of the characters quoted at found and perhaps: evidence"),
        _mean("citation_recall", "Citation recall", "of the pieces of gold evidence: in any quote of an answer"),
        _mean("citation_precision", "Citation precision", "of the quotes of answers: on gold evidence"),
        _mean("evidence_in_first_quote", "Evidence in first quote", "of its pieces: in the first quote of an answer"),
        _mean(
            "evidence_in_first_passage_shown",
            "Evidence in first passage shown",
            "of its pieces, at perhaps: in the passage around the nearest sentence",
        ),
        _mean("evidence_in_all_shown", "Evidence in all shown", "of its pieces: in anything shown", "evidence_shown"),
        _mean("evidence_in_best_passage", "Evidence in best passage", "of its pieces: in the passage ranked first"),
        _mean("evidence_in_passages", "Evidence read", "of its pieces: in any of the passages that were read"),
        _mean("verbatim", "Verbatim", "of the quotes: equal to the document; anything but 100% is a defect"),
    ),
    *_part(
        "Retrieval and reading",
        Metric(
            "passages_hold_answer",
            "Retrieved",
            "of the answerable questions: a passage that was read holds the answer",
            "higher",
            _known("passage_reciprocal_rank"),
            lambda table: mean(table["passage_reciprocal_rank"] > 0),
            percent=True,
        ),
        Metric(
            "best_passage_holds_answer",
            "Best passage holds it",
            "of the answerable questions: the passage that was ranked first holds the answer",
            "higher",
            _known("passage_reciprocal_rank"),
            lambda table: mean(table["passage_reciprocal_rank"] == 1),
            percent=True,
        ),
        _mean(
            "sentence_success_1", "Best sentence right", "of the answerable questions: that of the reader (success@1)"
        ),
        _mean(
            "sentence_success_3", "One of three right", "of the answerable questions: one of its best three (success@3)"
        ),
    ),
    *_part(
        "Refusals",
        Metric(
            "abstention_precision",
            "Refusals that were right",
            "of the questions not answered, perhaps included: not answerable (abstention precision)",
            "higher",
            _refused_of_both_kinds,
            lambda table: mean(table["unanswerable"]),
            percent=True,
        ),
        Metric(
            "abstention_recall",
            "Unanswerable refused",
            "of the unanswerable questions: not answered, perhaps included (abstention recall)",
            "higher",
            _where("unanswerable", 1),
            lambda table: mean(1 - table["found"]),
            percent=True,
        ),
        Metric(
            "abstention_auroc",
            "AUROC, answerable",
            "confidence of an answerable question is above that of an unanswerable one",
            "higher",
            _known("confidence"),
            lambda table: auroc(table["confidence"], 1 - table["unanswerable"]),
        ),
        Metric(
            "right_where_refused",
            f"Right where {REFUSED:.0%} are refused",
            f"of the answerable questions, at the threshold that refuses {REFUSED:.0%} of the others",
            "higher",
            _refusable,
            lambda table: right_where_refused(
                table["confidence"], table["candidate_right"], table["unanswerable"], REFUSED
            ),
            percent=True,
        ),
    ),
    *_part(
        "Confidence",
        Metric(
            "confidence_auroc",
            "AUROC, right",
            "confidence of a right first quote is above that of a wrong one",
            "higher",
            _known("confidence"),
            lambda table: auroc(table["confidence"], table["candidate_right"]),
        ),
        Metric(
            "aurc",
            "Area under risk-coverage",
            "mean share of wrong answers over all thresholds",
            "lower",
            _known("confidence"),
            lambda table: area_under_risk_coverage(table["confidence"], 1 - table["candidate_right"]),
        ),
        Metric(
            "ece",
            "Calibration error",
            "mean gap between confidence and the share that is right (ECE)",
            "lower",
            _known("confidence"),
            lambda table: calibration_error(table["confidence"], table["candidate_right"]),
        ),
    ),
)

READER_METRICS = (
    _mean("exact_match", "Exact match", "of the answerable questions: the found words are a gold answer (SQuAD)"),
    _mean("f1", "Token F1", "of the answerable questions: words shared with the best gold answer (SQuAD)"),
    _mean("answer_in_sentence", "Answer in the sentence", "of the answerable questions: the sentence holds it"),
    Metric(
        "answerability_auroc",
        "AUROC, answerable",
        "confidence of an answerable question is above that of an unanswerable one",
        "higher",
        _known("confidence"),
        lambda table: auroc(table["confidence"], table["answerable"]),
    ),
    Metric(
        "best_f1",
        "Best F1",
        "token F1 of all questions, refusing below the best threshold (SQuAD 2.0)",
        "higher",
        _known("confidence"),
        lambda table: best_thresholded(table["confidence"], np.nan_to_num(table["f1"]), 1 - table["answerable"]),
        percent=True,
    ),
    Metric(
        "confidence_auroc",
        "AUROC, right",
        "confidence of a right sentence is above that of a wrong one",
        "higher",
        _known("confidence"),
        lambda table: auroc(table["confidence"], np.nan_to_num(table["answer_in_sentence"])),
    ),
    Metric(
        "ece",
        "Calibration error",
        "mean gap between confidence and the share of right sentences (ECE)",
        "lower",
        _known("confidence"),
        lambda table: calibration_error(table["confidence"], np.nan_to_num(table["answer_in_sentence"])),
    ),
)


def ranking_metrics(system: str) -> tuple[Metric, ...]:
    """The ranking measures of one system; the columns are ``system/measure``."""
    return tuple(
        _mean(f"{system}/{measure}", measure_label(measure), "mean over the queries with judgements", percent=False)
        for measure in RANKING_MEASURES
    )


def measure_label(measure: str) -> str:
    """A measure's name for people: ``R@5`` is "Recall@5", the mean of ``RR@10`` is "MRR@10"."""
    return {"RR@10": "MRR@10"}.get(measure, measure.replace("R@", "Recall@") if measure.startswith("R@") else measure)
