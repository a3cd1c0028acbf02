"""The reader's objective: exact values on tables small enough to work out by hand."""

from __future__ import annotations

import math

import pytest
import torch

from training.reader.objective import NEVER, Gold, reader_loss, span_loss, unit_loss, unit_scores

ALONE = torch.tensor([0])


def _spans(rows: int) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    scores = torch.tensor([[[NEVER] * 2, [NEVER] * 2, [0.0] * 2, [0.0] * 2]] * rows)
    return scores, torch.zeros(rows, 4, 2, dtype=torch.bool), torch.ones(rows, dtype=torch.bool)


def test_uniform_logits_choose_between_the_null_and_each_candidate() -> None:
    scores, gold, known = _spans(1)
    assert span_loss(scores, gold, ALONE, known).item() == pytest.approx(math.log(3))
    gold[0, 2] = True
    assert span_loss(scores, gold, ALONE, known).item() == pytest.approx(math.log(3))


def test_several_right_answers_are_summed() -> None:
    scores, gold, known = _spans(1)
    gold[0, 2:] = True
    assert span_loss(scores, gold, ALONE, known).item() == pytest.approx(math.log(3 / 2))


def test_passages_of_one_question_share_one_normaliser() -> None:
    scores, gold, known = _spans(2)
    gold[0, 2] = True
    apart = span_loss(scores, gold, torch.tensor([0, 1]), known)
    together = span_loss(scores, gold, torch.tensor([0, 0]), known, shared_weight=1.0)
    assert apart.item() == pytest.approx(math.log(3))
    assert together.item() == pytest.approx(math.log(3) + math.log(5))


def test_where_the_words_that_answer_are_not_known_spans_are_not_judged() -> None:
    scores, gold, known = _spans(2)
    gold[0, 2:] = True
    known[1] = False
    assert span_loss(scores, gold, torch.tensor([0, 1]), known).item() == pytest.approx(math.log(3 / 2))
    assert span_loss(scores, gold, torch.tensor([0, 1]), torch.zeros(2, dtype=torch.bool)).item() == 0.0


def test_a_units_score_is_its_tokens_mean_over_the_null() -> None:
    relevance = torch.tensor([[1.0, 9.0, 2.0, 4.0, 7.0]])
    unit_of = torch.tensor([[3, 3, 0, 0, 1]])
    units = torch.tensor([[True, True, False]])
    assert unit_scores(relevance, unit_of, units).tolist() == [[2.0, 6.0, NEVER]]


def test_all_right_units_are_wanted_and_any_of_them() -> None:
    scores = torch.tensor([[0.0, 0.0, 0.0]])
    right = torch.tensor([[True, True, False]])
    loss = unit_loss(scores, right, ALONE).item()
    assert loss == pytest.approx((math.log(4 / 2) + math.log(4)) / 2)
    nothing = unit_loss(scores, torch.zeros(1, 3, dtype=torch.bool), ALONE).item()
    assert nothing == pytest.approx(math.log(4))


def test_units_of_all_passages_of_a_question_compete() -> None:
    scores = torch.tensor([[0.0, NEVER], [0.0, 0.0]])
    right = torch.tensor([[True, False], [False, False]])
    loss = unit_loss(scores, right, torch.tensor([0, 0])).item()
    within = (math.log(2) + math.log(3)) / 2
    assert loss == pytest.approx(within + math.log(4))


def test_padding_and_question_tokens_do_not_matter() -> None:
    logits = torch.zeros(1, 5, 4)
    candidates = torch.tensor([[False, False, True, True, False]])
    spans = torch.zeros(1, 5, 2, dtype=torch.bool)
    spans[0, 3] = True
    unit_of = torch.tensor([[2, 2, 0, 1, 2]])
    units, relevant = torch.ones(1, 2, dtype=torch.bool), torch.tensor([[False, True]])
    gold = Gold(spans, torch.tensor([True]), unit_of, units, relevant, ALONE)
    before = reader_loss(logits, candidates, gold).item()
    assert before == pytest.approx(2 * math.log(3) + 0.5 * math.log(2))
    logits[0, 1] = logits[0, 4] = 9.0
    assert reader_loss(logits, candidates, gold).item() == pytest.approx(before)
