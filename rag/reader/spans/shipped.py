"""The reader's weights as they are shipped: where they are, what they must be, and reading them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError
from safetensors.numpy import load_file

from embeddings.bundled import bundled_tensors
from embeddings.checksum import file_sha256
from rag.errors import ModelError

WEIGHTS_PATH = Path(__file__).parents[1] / "weights" / "model.safetensors"
WEIGHTS_SHA256 = "5daab3f0eaf3b162a58d1bca75117fc4353637263bedc1dbaf57fdb6b160fd30"
"""SHA-256 of the shipped weights."""
WORD_EMBEDDINGS = "embeddings.word_embeddings.weight"
"""Never trained, so the file leaves them out: they are the bundled encoder's."""


def read_weights(path: Path, expected_sha256: str | None) -> dict[str, NDArray[np.float32]]:
    """What training wrote; ``expected_sha256`` of None skips the check (a freshly trained file).

    Raises:
        ModelError: the file is missing, has another SHA-256, or is no safetensors file.
    """
    if not path.is_file():
        raise ModelError(f"The reader's weights are missing: {path}. Install docquote again.")
    if expected_sha256 is not None and (found := file_sha256(path)) != expected_sha256:
        raise ModelError(
            f"{path} is damaged or has been changed: its SHA-256 is {found}, expected {expected_sha256}. "
            "Install docquote again."
        )
    try:
        return {name: value.astype(np.float32) for name, value in load_file(path).items()}
    except SafetensorError as error:
        raise ModelError(f"{path} is no safetensors file: {error}. Install docquote again.") from error


def encoder_tensors(weights: Mapping[str, NDArray[np.float32]]) -> dict[str, NDArray[np.generic]]:
    """The reader's encoder, with the word embeddings of the bundled one."""
    found = {name.removeprefix("encoder."): value for name, value in weights.items() if name.startswith("encoder.")}
    return {WORD_EMBEDDINGS: bundled_tensors()[WORD_EMBEDDINGS], **found}
