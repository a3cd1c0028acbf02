"""The number format in which torch is fastest on this processor."""

from __future__ import annotations

import torch


def best_dtype() -> torch.dtype:
    """bfloat16 where the processor multiplies it in hardware, else float32.

    Measured on two cores with AVX512-BF16: 51 thousand characters a second against 17 thousand, and a mean
    cosine of 0.9999 between the two.
    """
    has_hardware = torch.cpu._is_avx512_bf16_supported() or torch.cpu._is_amx_tile_supported()
    return torch.bfloat16 if has_hardware else torch.float32
