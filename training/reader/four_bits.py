"""Training with the weights as they are shipped, rounded to 4 bits (Jacob et al. 2018, section 3).

The gradient passes through the rounding as if it were not there (Bengio et al. 2013).
"""

from __future__ import annotations

import torch
from torch import nn

from embeddings.blocks import BLOCK, ZERO
from training.reader.model import ReaderNetwork


class FourBitLinear(nn.Linear):
    """A linear layer that multiplies by its rounded weight and trains the exact one."""

    def forward(self, input: torch.Tensor) -> torch.Tensor:
        weight = self.weight + (rounded(self.weight.detach()) - self.weight).detach()
        return nn.functional.linear(input, weight, self.bias)


def rounded(weight: torch.Tensor) -> torch.Tensor:
    """What ``embeddings.blocks`` gives back of a weight."""
    blocks = weight.reshape(-1, BLOCK)
    lowest, highest = torch.aminmax(blocks, dim=1, keepdim=True)
    furthest = torch.where(highest >= -lowest, highest, lowest)
    scales = (furthest / -ZERO).half().float()
    numbers = (blocks / torch.where(scales == 0, 1.0, scales)).round_().clamp_(-ZERO, ZERO - 1)
    return numbers.mul_(scales).reshape(weight.shape)


def round_layers(model: ReaderNetwork) -> None:
    """From here on the encoder's layers compute with rounded weights; names and values stay as they are."""
    for module in model.encoder.modules():
        if type(module) is nn.Linear:
            module.__class__ = FourBitLinear
