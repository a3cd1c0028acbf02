"""Self-attention for training on a CPU: the same function, with a leaner backward pass.

On a CPU with bfloat16 the plain attention spends a third of a training step on the softmax's backward pass and on
casts around it. Here the softmax stays in the working precision, and its gradient uses the identity
``rowsum(p * dp) = rowsum(o * do)`` of FlashAttention (Dao et al. 2022, appendix B.2), which leaves two in-place
operations on the ``(b, heads, n, n)`` table. One profiled step of 32 windows of 192 tokens on two busy cores took
2.2 s before and 1.9 s after; the gradients agree.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import nn
from transformers import AttentionInterface, AttentionMaskInterface
from transformers.masking_utils import eager_mask

LEAN = "docquote_lean"
"""Name under which transformers finds this attention."""


class LeanAttention(torch.autograd.Function):
    """``softmax(q k^T * scale + mask) v`` for ``(b, heads, n, d)`` tensors; no gradient for the mask."""

    @staticmethod
    def forward(
        ctx: Any, query: torch.Tensor, key: torch.Tensor, value: torch.Tensor, mask: torch.Tensor | None, scale: float
    ) -> torch.Tensor:
        """The attended values, ``(b, heads, n, d)``."""
        table = (query * scale) @ key.transpose(-1, -2)
        if mask is not None:
            table += mask
        weights = torch.softmax(table, dim=-1)
        output = weights @ value
        ctx.save_for_backward(query, key, value, weights, output)
        ctx.scale = scale
        return output

    @staticmethod
    def backward(ctx: Any, *gradients: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor, None, None]:
        """Gradients of query, key and value."""
        query, key, value, weights, output = ctx.saved_tensors
        (gradient,) = gradients
        value_gradient = weights.transpose(-1, -2) @ gradient
        table = gradient @ value.transpose(-1, -2)
        table -= (gradient * output).sum(-1, keepdim=True)
        table *= weights
        query_gradient = (table @ key) * ctx.scale
        key_gradient = table.transpose(-1, -2) @ (query * ctx.scale)
        return query_gradient, key_gradient, value_gradient, None, None


def lean_attention(
    module: nn.Module,
    query: torch.Tensor,
    key: torch.Tensor,
    value: torch.Tensor,
    attention_mask: torch.Tensor | None,
    scaling: float | None = None,
    **unused: Any,
) -> tuple[torch.Tensor, None]:
    """What transformers calls: ``(b, heads, n, d)`` in, ``(b, n, heads, d)`` out."""
    scale = query.shape[-1] ** -0.5 if scaling is None else scaling
    mask = None if attention_mask is None else attention_mask.to(query.dtype)
    output: torch.Tensor = LeanAttention.apply(query, key, value, mask, scale)  # type: ignore[no-untyped-call]
    return output.transpose(1, 2).contiguous(), None


AttentionInterface.register(LEAN, lean_attention)
AttentionMaskInterface.register(LEAN, eager_mask)
