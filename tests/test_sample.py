"""The sample library and both question sets are sound: what they say of the documents is there."""

from __future__ import annotations

import json
import os
import re
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from rag.loading import find_files, load_file

CHECKOUT = Path(__file__).resolve().parents[1]
SAMPLE = CHECKOUT / "rag" / "sample"
LIBRARY = SAMPLE / "documents"
SAMPLE_QUESTIONS = SAMPLE / "questions.jsonl"
NEWS_QUESTIONS = CHECKOUT / "tests" / "data" / "government_news_questions.jsonl"
NEWS = Path(os.environ.get("DOCQUOTE_SHARED", CHECKOUT.parent / "shared")).resolve() / "documents"

FIELDS = {"id", "question", "answers", "documents", "history", "unanswerable"}
RUN = 8  # words in a row that a retelling may not share with its source
PLAN = "Shanghai Action Plan for Further Promoting New Infrastructure Construction"  # a name, not prose

needs_news = pytest.mark.skipif(not NEWS.is_dir(), reason=f"no news documents in {NEWS}")

Row = dict[str, Any]


def rows(path: Path) -> list[Row]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


@cache
def texts(folder: Path) -> dict[str, str]:
    """The text of every document in ``folder``, by name, as docquote stores it."""
    documents = [load_file(path, root=folder) for path in find_files(folder).files]
    return {document.source.name: document.text for document in documents}


def word_runs(text: str) -> set[str]:
    runs: set[str] = set()
    for part in re.split(re.escape(PLAN), text, flags=re.IGNORECASE):
        words = re.findall(r"\w+", part.lower())
        runs.update(" ".join(words[i : i + RUN]) for i in range(len(words) - RUN + 1))
    return runs


@pytest.mark.parametrize(("path", "fields"), [(SAMPLE_QUESTIONS, FIELDS | {"evidence"}), (NEWS_QUESTIONS, FIELDS)])
def test_every_row_is_complete_and_unique(path: Path, fields: set[str]) -> None:
    questions = rows(path)
    assert len({row["id"] for row in questions}) == len(questions)
    assert len({row["question"] for row in questions}) == len(questions)
    for row in questions:
        assert set(row) == fields, row["id"]
        assert row["question"].strip() == row["question"] != "", row["id"]
        assert all(set(turn) == {"question", "answer"} for turn in row["history"]), row["id"]
        given = [bool(row[name]) for name in ("answers", "documents", "evidence") if name in row]
        assert not any(given) if row["unanswerable"] else all(given), row["id"]


@pytest.mark.parametrize(("path", "count", "follow_ups"), [(SAMPLE_QUESTIONS, 64, 10), (NEWS_QUESTIONS, 48, 4)])
def test_shares_of_unanswerable_questions_and_follow_ups(path: Path, count: int, follow_ups: int) -> None:
    questions = rows(path)
    assert len(questions) >= count
    assert sum(row["unanswerable"] for row in questions) >= len(questions) / 4
    assert sum(bool(row["history"]) for row in questions) >= follow_ups


def test_the_library_is_small_and_every_document_is_asked_about() -> None:
    library = texts(LIBRARY)
    assert 8 <= len(library) <= 12
    for name, text in library.items():
        assert 250 <= len(text.split()) <= 700, name
    assert {name for row in rows(SAMPLE_QUESTIONS) for name in row["documents"]} == set(library)


@pytest.mark.parametrize("row", rows(SAMPLE_QUESTIONS), ids=lambda row: row["id"])
def test_answers_and_evidence_are_slices_of_the_named_document(row: Row) -> None:
    library = texts(LIBRARY)
    for name in row["documents"]:
        for evidence in row["evidence"]:
            assert evidence in library[name]
    for answer in row["answers"]:
        assert any(answer in evidence for evidence in row["evidence"])
    for turn in row["history"]:
        assert any(turn["answer"] in text for text in library.values())


@needs_news
@pytest.mark.parametrize("row", rows(NEWS_QUESTIONS), ids=lambda row: row["id"])
def test_answers_on_the_news_are_short_slices_of_the_named_document(row: Row) -> None:
    for answer in row["answers"]:
        assert len(answer.split()) <= RUN
        for name in row["documents"]:
            assert answer in texts(NEWS)[name]


@needs_news
def test_nothing_is_copied_from_the_news() -> None:
    news = set().union(*(word_runs(path.read_text(encoding="utf-8")) for path in NEWS.iterdir()))
    for path in [*LIBRARY.iterdir(), SAMPLE_QUESTIONS]:
        assert not word_runs(path.read_text(encoding="utf-8")) & news, path.name
