"""The benchmark's own arithmetic: a table of ratios is only worth something if each of them is right."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks.documents import changed, given, made
from benchmarks.environments import SYSTEMS, Spec
from benchmarks.measure import rank_of_answer
from benchmarks.results import Measurement, Results
from benchmarks.systems.base import Found
from benchmarks.table import absolute_table, figures, ratio_table, ratios, spread, values_of

CHECKOUT = Path(__file__).resolve().parents[1]
FIGURES = {figure.title: figure for figure in figures(documents=10, characters=6000, tokens=1200)}
SPECS = {spec.name: spec for spec in SYSTEMS}


@pytest.fixture
def results(tmp_path: Path) -> Results:
    kept = Results(tmp_path / "measurements.jsonl", {"documents": 10})
    for repetition, ours, theirs in ((1, 2.0, 8.0), (2, 3.0, 9.0), (3, 2.0, 4.0)):
        kept.add(Measurement(repetition, "docquote", "index", {"seconds": ours}))
        kept.add(Measurement(repetition, "docquote", "unchanged", {"seconds": 0.5}))
        kept.add(Measurement(repetition, "txtai", "index", {"seconds": theirs}))
    return kept


def values(results: Results, title: str, spec: Spec) -> list[float]:
    return list(values_of(FIGURES[title], results, spec).values())


def test_a_figure_is_computed_in_each_repetition(results: Results) -> None:
    title = "Indexing, thousand characters a second"
    assert values(results, title, SPECS["docquote"]) == [3.0, 2.0, 3.0]
    assert values(results, title, SPECS["langchain"]) == []


def test_a_system_that_cannot_update_pays_for_indexing_again(results: Results) -> None:
    title = "Indexing again, nothing changed, seconds"
    assert values(results, title, SPECS["docquote"]) == [0.5, 0.5, 0.5]
    assert values(results, title, SPECS["txtai"]) == [8.0, 9.0, 4.0]


def test_a_ratio_above_one_means_that_docquote_is_better() -> None:
    assert ratios({1: 30.0, 2: 20.0}, {1: 10.0, 2: 10.0}, "more") == [3.0, 2.0]
    assert ratios({1: 5.0}, {1: 10.0}, "less") == [2.0]
    assert ratios({1: 10.0}, {1: 5.0}, "less") == [0.5]
    assert ratios({1: 1.0}, {2: 1.0}, "more") == []  # never across repetitions


def test_a_spread_is_the_median_and_both_ends() -> None:
    assert spread([3.0, 1.0, 2.0]).text(1, "×") == "2.0× (1.0–3.0)"
    assert spread([2.01, 2.02]).text(1) == "2.0"
    assert spread([1234.5]).text(1) == "1,234.5"


def test_the_tables_hold_what_was_measured(results: Results) -> None:
    systems = [SPECS["docquote"], SPECS["txtai"], SPECS["haystack"]]
    absolute = absolute_table(results, list(FIGURES.values()), systems).splitlines()
    assert absolute[0] == "|  | docquote | txtai | Haystack |"
    assert "| Indexing, thousand characters a second | 3.0 (2.0–3.0) | 0.8 (0.7–1.5) | – |" in absolute
    assert not any("Search, median" in line for line in absolute)
    relative = ratio_table(results, list(FIGURES.values()), systems).splitlines()
    assert "| Indexing, thousand characters a second | 3.00× (2.00–4.00) | – |" in relative
    assert "| Indexing again, nothing changed, seconds | 16.00× (8.00–18.00) | – |" in relative


def test_an_interrupted_run_goes_on_and_another_is_refused(results: Results, tmp_path: Path) -> None:
    again = Results(tmp_path / "measurements.jsonl", {"documents": 10})
    assert again.measurements == results.measurements
    assert again.values(2, "txtai", "index") == {"seconds": 9.0}
    assert again.values(2, "txtai", "search") is None
    with pytest.raises(ValueError, match="another configuration"):
        Results(tmp_path / "measurements.jsonl", {"documents": 11})


def test_the_answer_must_stand_in_a_passage_of_the_right_document() -> None:
    passages = [Found("b.txt", "It burned down in 1802."), Found("a.txt", "In  March\n1802 it\nburned down.")]
    assert rank_of_answer(passages, ["1802"], []) == 1
    assert rank_of_answer(passages, ["march 1802"], ["a"]) == 2
    assert rank_of_answer(passages, ["1803"], ["a"]) == 0


def test_made_documents_are_the_same_for_the_same_seed(tmp_path: Path) -> None:
    first, again = (made(tmp_path / name, count=5, sentences=20, seed=3) for name in ("a", "b"))
    assert [path.read_text() for path in first.files] == [path.read_text() for path in again.files]
    assert len(first.files) == 17 and first.questions == again.questions
    texts = [" ".join(path.read_text().split()).casefold() for path in first.files]
    answered = sum(any(a.casefold() in text for a in q.answers for text in texts) for q in first.questions)
    assert answered / len(first.questions) > 0.9


def test_a_changed_document_is_put_back(tmp_path: Path) -> None:
    source = tmp_path / "source"
    source.mkdir()
    for number in range(250):
        (source / f"{number:03}.txt").write_text(f"Document {number}.\n")
    collection = given(source, None, tmp_path / "copy", limit=4, seed=3)
    before = [path.read_text() for path in collection.files]
    with changed(collection) as count:
        now = [path.read_text() for path in collection.files]
        assert count == 2 == sum(a != b for a, b in zip(before, now, strict=True))
    assert before == [path.read_text() for path in collection.files]
    assert len(collection.questions) == 4


def test_the_command_says_what_it_takes() -> None:
    ran = subprocess.run(
        [sys.executable, "-m", "benchmarks", "--help"], cwd=CHECKOUT, capture_output=True, text=True, check=True
    )
    assert "--documents" in ran.stdout
