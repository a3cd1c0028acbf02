"""MPNet (Song et al. 2020) for training: transformers' network with ``training.reader.attention``.

MPNet adds to each pair of tokens a learned bias that depends on their distance, the same in every layer. It is not
trained further: it is 384 numbers, and a gradient for them would cost a pass over every attention table.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import torch
from transformers import MPNetConfig, MPNetModel
from transformers.models.mpnet.modeling_mpnet import MPNetSelfAttention

from training.reader.attention import LeanAttention
from training.reader.model import ReaderNetwork, load_published


class _LeanSelfAttention(MPNetSelfAttention):
    """The same function, for which the position bias needs no gradient."""

    def forward(
        self,
        hidden_states: torch.Tensor,
        attention_mask: torch.Tensor | None = None,
        position_bias: torch.Tensor | None = None,
        output_attentions: bool = False,
        **unused: Any,
    ) -> tuple[torch.Tensor]:
        shape = (*hidden_states.shape[:-1], self.num_attention_heads, self.attention_head_size)
        query, key, value = (part(hidden_states).view(shape).transpose(1, 2) for part in (self.q, self.k, self.v))
        mask = position_bias
        if attention_mask is not None:
            mask = attention_mask if mask is None else mask + attention_mask
        if mask is not None:
            mask = mask.detach().to(query.dtype)
        attended: torch.Tensor = LeanAttention.apply(  # type: ignore[no-untyped-call]
            query, key, value, mask, self.attention_head_size**-0.5
        )
        return (self.o(attended.transpose(1, 2).flatten(2)),)


def mpnet_model(folder: Path, dropout: float = 0.0) -> ReaderNetwork:
    """A reader with the encoder of a sentence-transformers folder of MPNet and a fresh head, on the CPU in float32."""
    config = MPNetConfig.from_pretrained(
        folder, hidden_dropout_prob=dropout, attention_probs_dropout_prob=0.0, attn_implementation="eager"
    )
    encoder: Any = MPNetModel(config, add_pooling_layer=False)
    load_published(encoder, folder)
    for layer in encoder.encoder.layer:
        lean = _LeanSelfAttention(config)  # type: ignore[no-untyped-call]
        lean.load_state_dict(layer.attention.attn.state_dict())
        layer.attention.attn = lean
    encoder.encoder.relative_attention_bias.weight.requires_grad_(False)
    return ReaderNetwork(encoder)
