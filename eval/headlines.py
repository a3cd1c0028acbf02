"""The headline numbers of each command."""

from __future__ import annotations

from collections.abc import Callable
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
)
from eval.summary import Better, Metric, Table


def _known(column: str) -> Callable[[Table], NDArray[np.bool_]]:
    return lambda table: ~np.isnan(table[column]) if column in table else np.zeros(0, dtype=bool)


def _where(column: str, value: float) -> Callable[[Table], NDArray[np.bool_]]:
    return lambda table: table[column] == value


def _refused_of_both_kinds(table: Table) -> NDArray[np.bool_]:
    """The refused questions; none where every question has an answer, so that no refusal could be right."""
    refused: NDArray[np.bool_] = table["found"] == 0
    return refused if (table["unanswerable"] == 1).any() else np.zeros_like(refused)


def _mean(key: str, label: str, note: str, column: str = "", better: Better = "higher", percent: bool = True) -> Metric:
    name = column or key
    return Metric(key, label, note, better, _known(name), lambda table: mean(table[name]), percent)


def _part(name: str, *metrics: Metric) -> tuple[Metric, ...]:
    return tuple(replace(metric, part=name) for metric in metrics)


ANSWER_METRICS = (
    *_part(
        "Answers",
        _mean("right", "Right", "of all questions: the first quote answers, or refusing was right"),
        _mean("answered", "Answered", "of all questions: not refused", "found", "neither"),
        Metric(
            "right_when_answered",
            "Right when answered",
            "of the answered questions: the first quote answers",
            "higher",
            _where("found", 1),
            lambda table: mean(table["right"]),
            percent=True,
        ),
        _mean("answer_in_first_quote", "Answer in the first quote", "a gold answer stands in it, word for word"),
        _mean("answer_in_quotes", "Answer in a quote", "a gold answer stands in any of the quotes, word for word"),
        _mean("exact_match", "Exact match", "the highlighted words are a gold answer (SQuAD)"),
        _mean("f1", "Token F1", "words that the highlight shares with the best gold answer (SQuAD)"),
    ),
    *_part(
        "Retrieval and citations",
        Metric(
            "passages_hold_answer",
            "Retrieved",
            "of the answerable questions: a passage that was read holds the answer",
            "higher",
            _known("passage_reciprocal_rank"),
            lambda table: mean(table["passage_reciprocal_rank"] > 0),
            percent=True,
        ),
        _mean("citation_precision", "Citation precision", "of the quotes of answered questions: on gold evidence"),
        _mean("citation_recall", "Citation recall", "of the gold evidence of answerable questions: is quoted"),
        _mean("verbatim", "Verbatim", "of the quotes: equal to the document; anything but 100% is a defect"),
    ),
    *_part(
        "Refusals",
        Metric(
            "abstention_precision",
            "Refusals that were right",
            "of the refused questions: not answerable (abstention precision)",
            "higher",
            _refused_of_both_kinds,
            lambda table: mean(table["unanswerable"]),
            percent=True,
        ),
        Metric(
            "abstention_recall",
            "Unanswerable refused",
            "of the unanswerable questions: refused (abstention recall)",
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
