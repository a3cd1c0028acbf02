"""Two runs, or two folders of runs, side by side: made-up runs whose numbers are known."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from eval.cli import eval_app
from eval.compare import compare, compare_folders
from eval.groups import GROUPINGS
from eval.runs import Run
from rag.errors import DatasetError

NEW_GRADES = ("perhaps", "sentence_success_1", "evidence_shown", "evidence_coverage")
BY_OUTCOME = next(grouping for grouping in GROUPINGS if grouping.key == "outcomes")
BY_NOTE = next(grouping for grouping in GROUPINGS if grouping.key == "kinds")


def record(name: str, outcome: str, right: float, note: str = "who", unanswerable: bool = False) -> dict[str, Any]:
    found = outcome == "found"
    shown = None if unanswerable else {"found": 1.0, "perhaps": 0.5, "not found": 0.0}[outcome]
    return {
        "id": name,
        "note": note,
        "question": f"{name}?",
        "outcome": outcome,
        "grades": {
            "found": found,
            "perhaps": outcome == "perhaps",
            "confidence": 0.9 if found else 0.4,
            "unanswerable": unanswerable,
            "follow_up": False,
            "right": right,
            "candidate_right": 0.0 if unanswerable else right,
            "sentence_success_1": None if unanswerable else right,
            "evidence_shown": shown,
            "evidence_coverage": shown or None,
        },
        "citations": [{"quote": f"{name} is so."}] if found else [],
    }


def of_before(one: dict[str, Any]) -> dict[str, Any]:
    """A record as it was before there was a "perhaps": fewer grades, no outcome and no kind."""
    grades = {name: grade for name, grade in one["grades"].items() if name not in NEW_GRADES}
    return {**{name: value for name, value in one.items() if name not in ("outcome", "note")}, "grades": grades}


BEFORE = [
    record("a", "found", 1.0),
    record("b", "not found", 0.0),
    record("c", "not found", 0.0, "why"),
    record("d", "not found", 0.0, "why"),
    record("e", "not found", 1.0, "of its own", unanswerable=True),
]
AFTER = [
    record("a", "found", 1.0),
    record("b", "found", 1.0),
    record("c", "perhaps", 0.0, "why"),
    record("d", "not found", 0.0, "why"),
    record("e", "perhaps", 1.0, "of its own", unanswerable=True),
]


def written(folder: Path, records: list[dict[str, Any]]) -> Path:
    run = Run.start(folder, {"command": "answers"})
    for one in records:
        run.append(one)
    return folder


def sides(entry: dict[str, Any]) -> tuple[float | None, float | None]:
    return entry["first"], entry["second"]


def test_questions_are_grouped_by_outcome_and_by_kind() -> None:
    assert [(label, len(members)) for label, members in BY_OUTCOME.groups(AFTER)] == [
        ("Found", 2),
        ("Perhaps", 2),
        ("Not found", 1),
    ]
    assert [(label, len(members)) for label, members in BY_NOTE.groups(AFTER)] == [("who", 2), ("why", 2)]
    assert [label for label, _ in BY_OUTCOME.groups([of_before(one) for one in BEFORE])] == ["Found", "Not found"]


def test_before_and_after_of_two_runs(tmp_path: Path) -> None:
    found = compare(written(tmp_path / "a", BEFORE), written(tmp_path / "b", AFTER), 0)
    metrics = found["metrics"]
    assert sides(metrics["answered_rightly"]) == (0.25, 0.5)
    assert sides(metrics["answerable_perhaps"]) == (0.0, 0.25)
    assert sides(metrics["unanswerable_perhaps"]) == (0.0, 1.0)
    assert sides(metrics["evidence_shown"]) == (0.25, 0.75)
    assert sides(metrics["all_evidence_shown"]) == (0.25, 0.5)
    outcomes = {group["label"]: group for group in found["outcomes"]}
    assert (outcomes["Found"]["first_questions"], outcomes["Found"]["second_questions"]) == (1, 2)
    assert sides(outcomes["Perhaps"]["metrics"]["evidence_coverage"]) == (None, 0.5)
    why = next(group for group in found["kinds"] if group["label"] == "why")
    assert sides(why["metrics"]["evidence_shown"]) == (0.0, 0.5)
    assert [change["id"] for change in found["better"]] == ["b"]


def test_a_run_of_the_former_version_is_compared_in_what_both_have(tmp_path: Path) -> None:
    old = written(tmp_path / "old", [of_before(one) for one in BEFORE])
    found = compare(old, written(tmp_path / "new", AFTER), 0)
    assert sides(found["metrics"]["answered_rightly"]) == (0.25, 0.5)
    assert sides(found["metrics"]["answerable_perhaps"]) == (0.0, 0.25)
    assert sides(found["metrics"]["answerable_not_found"]) == (0.75, 0.25)
    assert not {"evidence_shown", "evidence_coverage", "sentence_success_1"} & set(found["metrics"])
    why = next(group for group in found["kinds"] if group["label"] == "why")
    assert (why["first_questions"], sides(why["metrics"]["evidence_shown"])) == (2, (None, 0.5))


def test_two_folders_of_runs_in_one_table(tmp_path: Path) -> None:
    before, after = tmp_path / "before", tmp_path / "after"
    for name in ("practical", "sample"):
        written(before / name, BEFORE)
        written(after / name, AFTER[: 3 if name == "sample" else 5])
    written(after / "news", AFTER)
    found = compare_folders(before, after, 0)
    assert list(found["pairs"]) == ["practical", "sample"] and found["unpaired"] == ["news"]
    assert found["pairs"]["practical"] == compare(before / "practical", after / "practical", 0)
    shown = CliRunner().invoke(eval_app, ["compare", str(before), str(after)]).output
    rows = {line[:30].strip(): line[30:].split() for line in shown.splitlines()}
    assert rows["Answered rightly"] == "25.0 → 50.0 33.3 → 66.7".split()
    assert rows["Unanswerable: perhaps"] == "0.0 → 100.0 –".split()
    assert "practical, 5" in shown and "sample, 3" in shown and "only one of the folders has it: news" in shown
    as_json = json.loads(CliRunner().invoke(eval_app, ["compare", str(before), str(after), "--json"]).stdout)
    assert as_json["pairs"]["sample"]["questions"] == 3


def test_kinds_and_outcomes_are_printed_for_one_pair(tmp_path: Path) -> None:
    arguments = ["compare", str(written(tmp_path / "a", BEFORE)), str(written(tmp_path / "b", AFTER))]
    shown = CliRunner().invoke(eval_app, arguments).output
    assert any(line.split()[:5] == ["Found", "1", "→", "2", "100.0"] for line in shown.splitlines())
    assert any(line.split()[:2] == ["why", "2"] for line in shown.splitlines())


def test_folders_without_a_run_of_the_same_name_are_told(tmp_path: Path) -> None:
    written(tmp_path / "before" / "a", BEFORE)
    written(tmp_path / "after" / "b", AFTER)
    with pytest.raises(DatasetError, match="no run of the same name"):
        compare_folders(tmp_path / "before", tmp_path / "after", 0)
