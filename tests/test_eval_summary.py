"""From records to headline numbers."""

from __future__ import annotations

import math

import pytest

from eval.headlines import ANSWER_METRICS, READER_METRICS, ranking_metrics
from eval.metrics import wilson_interval
from eval.summary import headline, table_of


def record(
    found: bool, unanswerable: bool, right: bool, confidence: float, perhaps: bool = False, shown: float = 0.0
) -> dict[str, object]:
    asked = None if unanswerable else float(right)
    return {
        "grades": {
            "found": found,
            "perhaps": perhaps,
            "unanswerable": unanswerable,
            "confidence": confidence,
            "right": float(right),
            "candidate_right": float(right and not unanswerable),
            "f1": asked,
            "exact_match": asked,
            "answer_in_quotes": asked,
            "answer_in_first_quote": asked,
            "passage_reciprocal_rank": None if unanswerable else 0.5,
            "citation_precision": asked if found else None,
            "citation_recall": asked,
            "evidence_shown": None if unanswerable else shown,
            "sentence_success_1": asked,
            "verbatim": 1.0 if found else None,
        }
    }


RECORDS = [
    record(True, False, True, 0.9, shown=1.0),
    record(True, False, True, 0.8, shown=0.5),
    record(True, False, False, 0.6),
    record(False, False, False, 0.4, perhaps=True, shown=0.25),
    record(False, True, True, 0.1),
    record(True, True, False, 0.7),
]


def test_headline_numbers_by_hand() -> None:
    found = headline(ANSWER_METRICS, RECORDS, seed=0)
    values = {key: (entry["value"], entry["questions"]) for key, entry in found.items()}
    assert values["right"] == (pytest.approx(3 / 6), 6)
    assert values["answered"] == (pytest.approx(4 / 6), 6)
    assert values["right_when_answered"] == (pytest.approx(2 / 4), 4)
    assert values["f1"] == (pytest.approx(2 / 4), 4)
    assert values["abstention_precision"] == (pytest.approx(1 / 2), 2)
    assert values["abstention_recall"] == (pytest.approx(1 / 2), 2)
    # answerable 0.9 0.8 0.6 0.4 against unanswerable 0.1 and 0.7: 4 + 2 of 8 pairs
    assert values["abstention_auroc"] == (pytest.approx(6 / 8), 6)
    assert values["confidence_auroc"] == (pytest.approx(1.0), 6)
    assert values["citation_precision"] == (pytest.approx(2 / 3), 3)
    assert values["answered_rightly"] == (pytest.approx(2 / 4), 4)
    assert values["answerable_found"] == (pytest.approx(3 / 4), 4)
    assert values["answerable_perhaps"] == (pytest.approx(1 / 4), 4)
    assert values["answerable_not_found"] == (pytest.approx(0 / 4), 4)
    assert values["unanswerable_found"] == values["unanswerable_not_found"] == (pytest.approx(1 / 2), 2)
    assert values["unanswerable_perhaps"] == (pytest.approx(0.0), 2)
    assert values["evidence_shown"] == (pytest.approx(3 / 4), 4)
    assert values["all_evidence_shown"] == (pytest.approx(1 / 4), 4)
    assert values["evidence_in_all_shown"] == (pytest.approx(1.75 / 4), 4)
    assert values["best_passage_holds_answer"] == (pytest.approx(0.0), 4)
    # unanswerable are .7 and .1: above .7 there are two of the four, both right
    assert values["right_where_refused"] == (pytest.approx(2 / 4), 6)
    for entry in found.values():
        assert entry["low"] <= entry["value"] <= entry["high"]


def test_a_run_of_before_there_was_a_perhaps_has_none() -> None:
    before = [
        {"grades": {name: grade for name, grade in one["grades"].items() if name != "perhaps"}} for one in RECORDS
    ]  # type: ignore[attr-defined]
    found = headline(ANSWER_METRICS, before, seed=0)
    assert (found["answerable_perhaps"]["value"], found["answerable_not_found"]["value"]) == (0.0, 0.25)


def test_a_share_of_all_or_none_has_an_interval_too() -> None:
    verbatim = headline(ANSWER_METRICS, RECORDS, seed=0)["verbatim"]
    assert (verbatim["value"], verbatim["low"], verbatim["high"]) == (1.0, *wilson_interval(4, 4))


def test_what_applies_to_no_question_is_left_out() -> None:
    answerable = [record for record in RECORDS if not record["grades"]["unanswerable"]]  # type: ignore[index]
    found = headline(ANSWER_METRICS, answerable, seed=0)
    assert not {"abstention_recall", "abstention_precision", "abstention_auroc"} & set(found)
    assert headline(ANSWER_METRICS, [], seed=0) == {}


def test_null_grades_do_not_become_numbers() -> None:
    assert math.isnan(table_of(RECORDS)["f1"][4])


def test_keys_are_unique_and_every_number_says_what_it_is() -> None:
    for metrics in (ANSWER_METRICS, READER_METRICS, ranking_metrics("full")):
        assert len({metric.key for metric in metrics}) == len(metrics)
        assert all(metric.label and metric.note for metric in metrics)
