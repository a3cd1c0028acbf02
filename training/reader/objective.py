"""The training objective: the words that answer, the units that answer, or "not here".

All scores are taken relative to the passage's own null (a logit at ``[CLS]``), so that zero means "as likely as no
answer" in every passage. A softmax over tokens (start and end of the span) and one over units (sentences, list items,
rows: the mean of the relevance logit over a unit's tokens) each have two terms that share these scores:

* within a passage, with the null (SQuAD 2.0 as in Devlin et al. 2019, section 4.3);
* across the passages of one question, all their candidates and a single null, the shared-normalisation objective of
  Clark and Gardner (2018, section 3.3), which makes scores of different passages comparable.

Where a question has several right spans their probabilities are summed (Clark and Gardner 2018, section 3.2). Units are
asked for both in sum and each for itself, since all evidence is wanted. A logit of its own at ``[CLS]`` says whether
the passage holds an answer at all.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch.nn.functional import binary_cross_entropy_with_logits

NEVER = -1e4
"""Stands for minus infinity: large enough to vanish in a softmax, finite so that gradients stay finite."""
SHARED_WEIGHT = 0.5
"""Weight of the across-passages term of spans beside the within-passage term."""
UNIT_SHARED_WEIGHT = 1.0
"""The same of units: they are what is ranked over all passages."""
ANSWERABLE_WEIGHT = 0.5
"""Weight of the passage's answerability beside spans and units."""


@dataclass(frozen=True, slots=True)
class Gold:
    """What is right in a batch of ``b`` windows of ``n`` tokens with at most ``u`` units.

    Attributes:
        spans: ``(b, n, 2) bool``, right starts and ends; a row without any is unanswerable.
        spans_known: ``(b,) bool``, whether the words that answer are known; the same for all rows of a group.
        unit_of: ``(b, n) int64``, the unit of each token, ``u`` for tokens of none.
        units: ``(b, u) bool``, which units there are.
        relevant: ``(b, u) bool``, which of them answer.
        groups: ``(b,) int64``, counts from 0 without gaps and never falls: windows of one question have one number.
    """

    spans: torch.Tensor
    spans_known: torch.Tensor
    unit_of: torch.Tensor
    units: torch.Tensor
    relevant: torch.Tensor
    groups: torch.Tensor

    def to(self, device: torch.device) -> Gold:
        """The same on another device."""
        parts = (self.spans, self.spans_known, self.unit_of, self.units, self.relevant, self.groups)
        return Gold(*(part.to(device) for part in parts))


def relative_logits(logits: torch.Tensor, candidates: torch.Tensor) -> torch.Tensor:
    """Logits ``(b, n, k)`` minus those at position 0, with every position that is no candidate set to NEVER."""
    relative = logits.float() - logits[:, :1].float()
    return relative.masked_fill(~candidates.unsqueeze(-1), NEVER)


def unit_scores(relevance: torch.Tensor, unit_of: torch.Tensor, units: torch.Tensor) -> torch.Tensor:
    """Relevance ``(b, n)`` to ``(b, u)``: the mean over a unit's tokens minus the null; NEVER where there is none."""
    count = units.shape[1]
    table = torch.zeros(len(units), count + 1, device=relevance.device)
    sums = table.scatter_add(1, unit_of, relevance.float())[:, :count]
    sizes = table.scatter_add(1, unit_of, torch.ones_like(relevance, dtype=torch.float))[:, :count]
    scores = sums / sizes.clamp(min=1) - relevance[:, :1].float()
    return scores.masked_fill(~units, NEVER)


def reader_loss(logits: torch.Tensor, candidates: torch.Tensor, gold: Gold) -> torch.Tensor:
    """Spans, units and answerability together, in nats; each term a mean over windows, or over groups of several.

    ``logits`` is ``(b, n, 4)``: start, end, relevance, answerability (read at position 0 alone); ``candidates``
    ``(b, n) bool`` marks the passage's tokens.
    """
    scores = relative_logits(logits[..., :2], candidates)
    spans = span_loss(scores, gold.spans, gold.groups, gold.spans_known)
    units = unit_loss(unit_scores(logits[..., 2], gold.unit_of, gold.units), gold.relevant, gold.groups)
    answerable = gold.relevant.any(dim=1).float()
    passages = binary_cross_entropy_with_logits(logits[:, 0, 3].float(), answerable)
    return spans + units + ANSWERABLE_WEIGHT * passages


def span_loss(
    scores: torch.Tensor,
    gold: torch.Tensor,
    groups: torch.Tensor,
    known: torch.Tensor,
    shared_weight: float = SHARED_WEIGHT,
) -> torch.Tensor:
    """Negative log likelihood of the right starts and ends, over the rows whose answers are known.

    ``scores`` is ``(b, n, 2)``, relative; ``gold`` the same in ``bool``.
    """
    everything = torch.logsumexp(scores, dim=1)
    right = torch.logsumexp(scores.masked_fill(~gold, NEVER), dim=1)
    answerable = gold.any(dim=1)
    within = _mean(_null_or_right(everything, right, answerable).mean(dim=1), known)
    if shared_weight == 0.0:
        return within
    sizes = torch.bincount(groups)
    shared = _null_or_right(
        _group_logsumexp(everything, groups, sizes),
        _group_logsumexp(right, groups, sizes),
        _group_any(answerable, groups, sizes),
    )
    several = (sizes > 1) & _group_any(known.unsqueeze(-1), groups, sizes).squeeze(-1)
    return within + shared_weight * _mean(shared.mean(dim=1), several)


def unit_loss(scores: torch.Tensor, relevant: torch.Tensor, groups: torch.Tensor) -> torch.Tensor:
    """Negative log likelihood of the right units, half of their sum and half of each, within and across passages.

    ``scores`` is ``(b, u)``, relative; ``relevant`` the same in ``bool``.
    """
    everything = torch.logsumexp(scores, dim=1, keepdim=True)
    right = torch.logsumexp(scores.masked_fill(~relevant, NEVER), dim=1, keepdim=True)
    count = relevant.sum(dim=1, keepdim=True).float()
    total = (scores * relevant).sum(dim=1, keepdim=True)
    within = _sum_and_each(everything, right, total, count).mean()
    sizes = torch.bincount(groups)
    shared = _sum_and_each(
        _group_logsumexp(everything, groups, sizes),
        _group_logsumexp(right, groups, sizes),
        _group_sum(total, groups, sizes),
        _group_sum(count, groups, sizes),
    )
    return within + UNIT_SHARED_WEIGHT * _mean(shared.squeeze(-1), sizes > 1)


def _sum_and_each(
    everything: torch.Tensor, right: torch.Tensor, total: torch.Tensor, count: torch.Tensor
) -> torch.Tensor:
    in_sum = _null_or_right(everything, right, count > 0)
    each = _null_or_right(everything, total / count.clamp(min=1), count > 0)
    return (in_sum + each) / 2


def _null_or_right(everything: torch.Tensor, right: torch.Tensor, answerable: torch.Tensor) -> torch.Tensor:
    """Negative log likelihood of what is right, or of the null (whose score is 0) where nothing is."""
    normaliser = torch.logaddexp(everything, torch.zeros_like(everything))
    return normaliser - torch.where(answerable, right, torch.zeros_like(right))


def _mean(values: torch.Tensor, chosen: torch.Tensor) -> torch.Tensor:
    weights = chosen.float()
    return (values * weights).sum() / weights.sum().clamp(min=1)


def _group_logsumexp(values: torch.Tensor, groups: torch.Tensor, sizes: torch.Tensor) -> torch.Tensor:
    """Log-sum-exp of ``(b, k)`` values over the rows of each group: ``(groups, k)``."""
    starts = torch.cumsum(sizes, dim=0) - sizes
    place = torch.arange(len(groups), device=groups.device) - starts[groups]
    table = torch.full((len(sizes), int(sizes.max()), values.shape[1]), NEVER, device=values.device, dtype=values.dtype)
    table = table.index_put((groups, place), values)
    return torch.logsumexp(table, dim=1)


def _group_sum(values: torch.Tensor, groups: torch.Tensor, sizes: torch.Tensor) -> torch.Tensor:
    """Sums of ``(b, k)`` values over the rows of each group."""
    return torch.zeros(len(sizes), values.shape[1], device=values.device).index_add(0, groups, values.float())


def _group_any(values: torch.Tensor, groups: torch.Tensor, sizes: torch.Tensor) -> torch.Tensor:
    """Whether any of ``(b, k) bool`` holds in each group."""
    return _group_sum(values, groups, sizes) > 0
