"""The reader's objective: exact values on tables small enough to work out by hand."""

from __future__ import annotations

import math

import pytest
import torch

from training.reader.objective import reader_loss


def _case(rows: int) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    logits = torch.zeros(rows, 4, 2)
    candidates = torch.tensor([[False, False, True, True]] * rows)
    return logits, candidates, torch.zeros(rows, 4, 2, dtype=torch.bool)


def test_uniform_logits_choose_between_the_null_and_each_candidate() -> None:
    logits, candidates, gold = _case(1)
    assert reader_loss(logits, candidates, gold, torch.tensor([0])).item() == pytest.approx(math.log(3))
    gold[0, 2] = True
    assert reader_loss(logits, candidates, gold, torch.tensor([0])).item() == pytest.approx(math.log(3))


def test_several_right_answers_are_summed() -> None:
    logits, candidates, gold = _case(1)
    gold[0, 2:] = True
    assert reader_loss(logits, candidates, gold, torch.tensor([0])).item() == pytest.approx(math.log(3 / 2))


def test_passages_of_one_question_share_one_normaliser() -> None:
    logits, candidates, gold = _case(2)
    gold[0, 2] = True
    apart = reader_loss(logits, candidates, gold, torch.tensor([0, 1]))
    together = reader_loss(logits, candidates, gold, torch.tensor([0, 0]), shared_weight=1.0)
    assert apart.item() == pytest.approx(math.log(3))
    assert together.item() == pytest.approx(math.log(3) + math.log(5))


def test_padding_and_question_tokens_do_not_matter() -> None:
    logits, candidates, gold = _case(1)
    gold[0, 3] = True
    before = reader_loss(logits, candidates, gold, torch.tensor([0]))
    logits[0, 1] = 9.0
    assert reader_loss(logits, candidates, gold, torch.tensor([0])).item() == pytest.approx(before.item())
