"""The folder of a run: it can be stopped at any moment, and goes on only with what it began with."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import pytest

from eval.runs import RECORDS_FILE, Run, write_json
from rag.errors import DatasetError

CONFIGURATION = {"command": "answers", "seed": 0, "settings": {"passages": 10}}


def record(name: str) -> dict[str, Any]:
    return {"id": name, "grades": {"right": 1.0}}


def test_a_run_goes_on_where_it_stopped(tmp_path: Path) -> None:
    run = Run.start(tmp_path / "run", CONFIGURATION)
    run.append(record("q1"))
    assert list(Run.start(tmp_path / "run", CONFIGURATION).records) == ["q1"]
    assert Run.read(tmp_path / "run").kind == "answers"


def test_a_line_cut_off_by_a_kill_is_asked_again(tmp_path: Path) -> None:
    run = Run.start(tmp_path, CONFIGURATION)
    run.append(record("q1"))
    with (tmp_path / RECORDS_FILE).open("a", encoding="utf-8") as stream:
        stream.write('{"id": "q2", "gra')
    assert list(Run.read(tmp_path).records) == ["q1"]
    resumed = Run.start(tmp_path, CONFIGURATION)
    assert list(resumed.records) == ["q1"]
    resumed.append(record("q2"))
    assert list(Run.read(tmp_path).records) == ["q1", "q2"]


def test_another_configuration_is_refused_and_named(tmp_path: Path) -> None:
    Run.start(tmp_path, CONFIGURATION)
    changed = {**CONFIGURATION, "settings": {"passages": 5}, "limit": 3}
    with pytest.raises(DatasetError) as caught:
        Run.start(tmp_path, changed)
    assert "settings.passages was 10, is now 5" in str(caught.value)
    assert "limit was null, is now 3" in str(caught.value)
    assert "choose another --out" in str(caught.value)


@pytest.mark.parametrize("line", ["not json", "[]", '{"id": "q1"}', '{"grades": {}}'])
def test_a_damaged_line_is_told(tmp_path: Path, line: str) -> None:
    Run.start(tmp_path, CONFIGURATION).append(record("q0"))
    with (tmp_path / RECORDS_FILE).open("a", encoding="utf-8") as stream:
        stream.write(f"{line}\n")
    with pytest.raises(DatasetError, match="line 2: is damaged"):
        Run.read(tmp_path)


def test_a_folder_without_a_run_is_told(tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match="holds no run"):
        Run.read(tmp_path)
    (tmp_path / "run.json").write_text("{", encoding="utf-8")
    with pytest.raises(DatasetError, match="cannot be read"):
        Run.read(tmp_path)


def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(DatasetError, match="choose another --out"):
        Run.start(tmp_path / "file", CONFIGURATION)


def test_what_json_cannot_say_is_null(tmp_path: Path) -> None:
    write_json(tmp_path / "report.json", {"a": math.nan, "b": [math.inf, 1.5], "c": {"d": (math.nan,)}})
    assert json.loads((tmp_path / "report.json").read_text()) == {"a": None, "b": [None, 1.5], "c": {"d": [None]}}
