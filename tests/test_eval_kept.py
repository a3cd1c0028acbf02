"""The part of a set that is kept for measuring."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from eval.importers import load_question_set
from eval.kept import write_kept
from eval.splits import kept_for_dev
from rag.errors import DatasetError


def write(path: Path, rows: list[dict[str, str]]) -> None:
    path.write_text("".join(f"{json.dumps(row)}\n" for row in rows), encoding="utf-8")


def test_the_kept_questions_are_asked_over_all_documents(tmp_path: Path) -> None:
    names = [f"leaflet {number}" for number in range(60)]
    write(tmp_path / "documents.jsonl", [{"id": name, "text": f"The fee of {name} is due."} for name in names])
    rows = [{"id": name, "question": f"What of {name}, é?", "answers": "due", "document": name} for name in names]
    write(tmp_path / "questions.jsonl", rows)
    kept = [name for name in names if kept_for_dev(name)]
    assert 5 < len(kept) < 40
    assert write_kept(tmp_path, tmp_path / "dev") == len(kept)
    found = load_question_set(tmp_path / "dev")
    assert [question.documents for question in found.questions] == [(name,) for name in kept]
    assert found.questions[0].question == f"What of {kept[0]}, é?"
    assert [document.id for document in found.documents] == names


def test_what_cannot_be_split_is_told(tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match="must hold questions"):
        write_kept(tmp_path, tmp_path / "dev")
    write(tmp_path / "documents.jsonl", [{"id": "a", "text": "b"}])
    write(tmp_path / "questions.jsonl", [{"id": "1", "question": "?", "answers": "b"}])
    with pytest.raises(DatasetError, match="field 'document'"):
        write_kept(tmp_path, tmp_path / "dev")
    assert not (tmp_path / "dev").exists()
