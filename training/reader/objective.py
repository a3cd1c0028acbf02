"""The training objective: answer spans or "not here", within a passage and across a question's passages.

All scores are taken relative to the passage's own null score (the logit at ``[CLS]``), so that zero means
"as likely as no answer" in every passage. Two terms share these scores:

* within a passage, a softmax over its tokens and the null (SQuAD 2.0 as in Devlin et al. 2019, section 4.3);
* across the passages of one question, one softmax over all their tokens and a single null, the
  shared-normalisation objective of Clark and Gardner (2018, section 3.3), which makes scores of different
  passages comparable.

Where a question has several right answers their probabilities are summed (Clark and Gardner 2018, section 3.2).
"""

from __future__ import annotations

import torch

NEVER = -1e4
"""Stands for minus infinity: large enough to vanish in a softmax, finite so that gradients stay finite."""
SHARED_WEIGHT = 0.5
"""Weight of the across-passages term beside the within-passage term."""


def relative_logits(logits: torch.Tensor, candidates: torch.Tensor) -> torch.Tensor:
    """Logits ``(b, n, 2)`` minus those at position 0, with every position that is no candidate set to NEVER."""
    relative = logits.float() - logits[:, :1].float()
    return relative.masked_fill(~candidates.unsqueeze(-1), NEVER)


def reader_loss(
    logits: torch.Tensor,
    candidates: torch.Tensor,
    gold: torch.Tensor,
    groups: torch.Tensor,
    shared_weight: float = SHARED_WEIGHT,
) -> torch.Tensor:
    """Mean negative log likelihood in nats, averaged over starts and ends.

    ``logits`` is ``(b, n, 2)``; ``candidates`` is ``(b, n) bool``; ``gold`` is ``(b, n, 2) bool`` and marks right
    starts and ends (a row without any is unanswerable); ``groups`` is ``(b,) int64``, counts from 0 without gaps and
    never falls: windows of one question have one number.
    """
    scores = relative_logits(logits, candidates)
    everything = torch.logsumexp(scores, dim=1)
    right = torch.logsumexp(scores.masked_fill(~gold, NEVER), dim=1)
    answerable = gold.any(dim=1)
    within = _null_or_span(everything, right, answerable).mean()
    if shared_weight == 0.0:
        return within
    count = int(groups[-1]) + 1
    sizes = torch.bincount(groups, minlength=count)
    if int(sizes.max()) == 1:
        return within
    shared = _null_or_span(
        _group_logsumexp(everything, groups, sizes),
        _group_logsumexp(right, groups, sizes),
        torch.zeros(count, 2, device=groups.device).index_add_(0, groups, answerable.float()) > 0,
    )
    several = (sizes > 1).float()
    across = (shared.mean(dim=1) * several).sum() / several.sum()
    return within + shared_weight * across


def _null_or_span(everything: torch.Tensor, right: torch.Tensor, answerable: torch.Tensor) -> torch.Tensor:
    """Negative log likelihood of the right spans, or of the null (whose score is 0) where nothing is right."""
    normaliser = torch.logaddexp(everything, torch.zeros_like(everything))
    return normaliser - torch.where(answerable, right, torch.zeros_like(right))


def _group_logsumexp(values: torch.Tensor, groups: torch.Tensor, sizes: torch.Tensor) -> torch.Tensor:
    """Log-sum-exp of ``(b, 2)`` values over the rows of each group: ``(groups, 2)``."""
    starts = torch.cumsum(sizes, dim=0) - sizes
    place = torch.arange(len(groups), device=groups.device) - starts[groups]
    table = torch.full((len(sizes), int(sizes.max()), 2), NEVER, device=values.device, dtype=values.dtype)
    table = table.index_put((groups, place), values)
    return torch.logsumexp(table, dim=1)
