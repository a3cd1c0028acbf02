"""Figures of refusals, and of answers with several quotes."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import numpy as np
import pytest

from eval.collection import read_queries
from eval.refusals import ANSWERABLE, UNANSWERABLE, UNDERSPECIFIED, Outcome
from eval.refusals import report as refusals
from training.scoring.several import Outcome as Quoted
from training.scoring.several import fitted_log_odds
from training.scoring.several import report as several


def test_precision_and_recall_of_refusals() -> None:
    found = [
        *[Outcome(UNANSWERABLE, refused=True, offered=False)] * 3,
        Outcome(UNANSWERABLE, refused=False, offered=False),
        *[Outcome(UNDERSPECIFIED, refused=True, offered=True)] * 2,
        Outcome(ANSWERABLE, refused=True, offered=False),
        *[Outcome(ANSWERABLE, refused=False, offered=False)] * 5,
        Outcome("PARTIAL", refused=True, offered=False),
    ]
    lines = refusals(found).split("\n")
    assert "precision 0.75 (3 of 4), recall 0.75 (3 of 4)" in lines[0]
    assert "precision 0.83 (5 of 6), recall 0.83 (5 of 6)" in lines[1]
    assert "underspecified: 2, refused 2, of these offered a choice 2" in lines


def test_queries_say_how_answerable_they_are(tmp_path: Path) -> None:
    rows = [
        {"id": "1", "text": "Who came?", "answerability": ["UNANSWERABLE"]},
        {"id": "2", "text": "And when?", "history": [{"speaker": "user", "text": "Who came?"}]},
    ]
    path = tmp_path / "queries.jsonl.gz"
    with gzip.open(path, "wt", encoding="utf-8") as stream:
        stream.writelines(json.dumps(row) + "\n" for row in rows)
    first, second = read_queries(path)
    assert (first.answerability, second.answerability) == ("UNANSWERABLE", "")
    assert second.history[0].question == "Who came?"


@pytest.mark.parametrize("added", [-1.0, 0.0, 0.8])
def test_log_odds_that_were_added_are_found_again(added: float) -> None:
    rng = np.random.default_rng(3)
    log_odds = rng.normal(size=20_000)
    right = rng.random(20_000) < 1 / (1 + np.exp(-(log_odds + added)))
    assert fitted_log_odds(log_odds, right) == pytest.approx(added, abs=0.06)


def test_what_several_quotes_are_worth_is_told() -> None:
    found = [Quoted(0.4, True), Quoted(0.4, True), Quoted(0.4, False)] * 20
    lines = several(found, seed=1).split("\n")
    assert lines[0].startswith("60 questions; add 1.10")
    assert "answered 0 (0%), of these with an answer 0; refused though a quote answers 40 of 40" in lines[1]
    assert "answered 60 (100%), of these with an answer 40; refused though a quote answers 0 of 40" in lines[2]
