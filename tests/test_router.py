"""The kind of a question: better than the patterns it weighs, on questions that it was not fitted on."""

from __future__ import annotations

from pathlib import Path

import pytest

from rag.errors import ModelError
from rag.question.kind import KINDS, features, question_kind
from rag.reader.answer_kind import KIND_OF_ANSWER, answer_kind
from training.kind.assess import accuracy, read_labels
from training.kind.fit import fit, kind_by_answer, read_written

HELD_OUT = Path(__file__).parent / "data" / "question_kinds.txt"
AT_LEAST = 0.80


def test_held_out_questions_are_mostly_named_rightly_and_better_than_by_patterns() -> None:
    labelled = read_labels(HELD_OUT, None)
    assert len(labelled) >= 150
    assert not {question for _, question in labelled} & {question for _, question in read_written()}
    truth = KIND_OF_ANSWER.__getitem__
    assert accuracy(labelled, question_kind, str) >= AT_LEAST
    router = accuracy(labelled, lambda question: KIND_OF_ANSWER[question_kind(question)], truth)
    assert router > accuracy(labelled, answer_kind, truth) + 0.1


@pytest.mark.parametrize("question", ["", "???", "\ud83d", "and", "und wann?", "a" * 5000, "why " * 500])
def test_any_text_has_a_kind(question: str) -> None:
    assert question_kind(question) in KINDS


def test_a_word_before_the_question_and_its_case_change_nothing() -> None:
    assert question_kind("And who paid for it?") == question_kind("WHO PAID FOR IT?") == "person"


@pytest.mark.parametrize(
    ("question", "answer", "kind"),
    [
        ("When was it built?", "in 1911", "date"),
        ("When is it done?", "after a while", None),
        ("How many came?", "seven", "number"),
        ("Who came?", "Ann", "person"),
        ("Who came?", "nobody", None),
        ("Where is it?", "in the hall", "place"),
        ("Did it rain?", "all day", "yes-no"),
        ("What did he eat?", "a pear", "other"),
        ("What is the price?", "12", "number"),
    ],
)
def test_first_words_and_answer_have_to_agree(question: str, answer: str, kind: str | None) -> None:
    assert kind_by_answer(question, answer) == kind


def test_fitting_is_repeatable_and_gives_a_weight_for_each_kind() -> None:
    few = [pair for i, pair in enumerate(read_written()) if i % 4 == 0]
    weights = fit(few, [])
    assert weights == fit(few, [])
    assert all(len(values) == len(KINDS) for values in weights.values())
    assert set(features("Why did it rain?")) & set(weights)


def test_damaged_weights_are_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import rag.question.kind as router

    damaged = tmp_path / "weights.json"
    damaged.write_text('{"classes": [], "weights": {}}', encoding="utf-8")
    monkeypatch.setattr(router, "WEIGHTS_PATH", damaged)
    with pytest.raises(ModelError, match=r"weights\.json.*install docquote again"):
        question_kind("Why?")
