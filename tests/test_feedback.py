"""Thumbs and right answers become questions that the evaluation can ask."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from answers import make_answer, refusal
from typer.testing import CliRunner

from eval.cli import eval_app
from eval.importers import load_question_set
from rag.history import FeedbackStore, answer_key, read_feedback, to_question_pairs
from rag.schema import Turn

QUESTION = "How many members attended?"
QUOTE = "Seventy-six members attended."
ANSWER = make_answer(QUESTION, QUOTE, highlight=(0, 11))


@pytest.fixture
def store(tmp_path: Path) -> FeedbackStore:
    return FeedbackStore(tmp_path)


def test_feedback_is_kept_for_its_owner_and_the_last_word_counts(store: FeedbackStore, tmp_path: Path) -> None:
    key = answer_key("c1", 0)
    store.give("ada", key, ANSWER, helpful=True)
    said = store.give("ada", key, ANSWER, helpful=False, right_answer=" 76,\n really ", history=[Turn("Hello?", "No.")])
    store.give("bob", key, ANSWER, helpful=True)
    assert store.of("ada", key) == said
    assert said.right_answer == "76, really"
    assert [one.owner for one in store.all()] == ["ada", "bob"]
    assert [one.owner for one in store.all("bob")] == ["bob"]
    assert store.of("eve", key) is None
    assert store.withdraw("eve", key) is False
    assert store.withdraw("ada", key) is True
    assert store.of("ada", key) is None
    store.close()
    assert [one.owner for one in read_feedback(tmp_path)] == ["bob"]


def test_an_answer_that_helped_becomes_its_own_gold(store: FeedbackStore) -> None:
    store.give("", "1", ANSWER, helpful=True, history=[Turn("Which meeting?", "The spring one.", "spring")])
    [pair] = to_question_pairs(store.all())
    assert pair.pop("note").startswith("given 20")
    assert pair == {
        "id": "feedback-1",
        "question": QUESTION,
        "answers": ["Seventy-six"],
        "documents": ["minutes.txt"],
        "evidence": [QUOTE],
        "history": [{"question": "Which meeting?", "answer": "The spring one.", "highlight": "spring"}],
        "unanswerable": False,
    }


def test_a_right_answer_in_own_words_wins(store: FeedbackStore) -> None:
    store.give("", "1", ANSWER, helpful=False, right_answer="Seventy-four")
    store.give("", "2", refusal(QUESTION), helpful=False, right_answer="Seventy-five")
    first, second = to_question_pairs(store.all())
    assert (first["answers"], first["evidence"], first["documents"]) == (["Seventy-four"], [], [])
    assert (second["answers"], second["unanswerable"]) == (["Seventy-five"], False)


def test_a_refusal_that_helped_is_unanswerable_and_a_bare_thumb_down_says_nothing(store: FeedbackStore) -> None:
    store.give("", "1", refusal("Where is the zebra?"), helpful=True)
    store.give("", "2", ANSWER, helpful=False)
    [pair] = to_question_pairs(store.all())
    assert (pair["question"], pair["unanswerable"], pair["answers"]) == ("Where is the zebra?", True, [])


def test_the_command_writes_what_the_evaluation_reads(store: FeedbackStore, tmp_path: Path) -> None:
    store.give("ada", "1", ANSWER, helpful=True)
    store.give("ada", "2", refusal("Where is the zebra?"), helpful=True)
    store.give("bob", "1", ANSWER, helpful=False)
    out = tmp_path / "pairs" / "mine.jsonl"
    done = CliRunner().invoke(eval_app, ["export-feedback", "--index", str(tmp_path), "--out", str(out)])
    assert done.exit_code == 0, done.output
    assert "2 questions" in done.output
    assert "1 without a right answer" in done.output
    questions = load_question_set(out).questions
    assert [question.answers for question in questions] == [("Seventy-six",), ()]
    assert "ada" not in out.read_text()


def test_without_a_file_the_rows_go_to_standard_output(store: FeedbackStore, tmp_path: Path) -> None:
    store.give("", "1", ANSWER, helpful=True)
    done = CliRunner().invoke(eval_app, ["export-feedback", "--index", str(tmp_path)])
    assert json.loads(done.stdout.splitlines()[0])["question"] == QUESTION


def test_nothing_to_export_is_said(tmp_path: Path) -> None:
    done = CliRunner().invoke(eval_app, ["export-feedback", "--index", str(tmp_path)])
    assert done.exit_code == 1
    assert "no feedback" in done.output
