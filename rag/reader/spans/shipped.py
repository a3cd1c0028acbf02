"""The readers' weights as they are shipped: where they are, what they must be, and reading them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from numpy.typing import NDArray
from safetensors import SafetensorError
from safetensors.numpy import load_file

from embeddings.blocks import Packed
from embeddings.bundled import bundled_tensors
from embeddings.checksum import file_sha256
from rag.errors import ModelError

_FOLDER = Path(__file__).parents[1] / "weights"
SMALL_PATH = _FOLDER / "small.safetensors"
SMALL_SHA256 = "5daab3f0eaf3b162a58d1bca75117fc4353637263bedc1dbaf57fdb6b160fd30"
"""SHA-256 of the small network's weights."""
LARGE_PATH = _FOLDER / "large.safetensors"
LARGE_SHA256 = "4172f7217a7b5e9c1487511c6bb4dfb72644474afe6f03dc8a2922789bc792e9"
"""SHA-256 of the large network's weights."""
WORD_EMBEDDINGS = "embeddings.word_embeddings.weight"
"""Never trained, so the file leaves them out: they are the bundled encoder's."""
BLOCKS, SCALES = ".blocks", ".scales"
"""What the two parts of a matrix in 4 bits are called, after its own name."""


Tensor = NDArray[Any] | Packed


class Weights(Mapping[str, Tensor]):
    """A network's tensors by name; what is packed in 4 bits stays so until it is used."""

    def __init__(self, stored: Mapping[str, NDArray[Any]], prefix: str = "") -> None:
        """Those of ``stored`` whose names begin with ``prefix``, under the rest of their names."""
        self._stored, self._prefix = stored, prefix

    def under(self, prefix: str) -> Weights:
        """Those of a part of the network."""
        return Weights(self._stored, self._prefix + prefix)

    def __getitem__(self, name: str) -> Tensor:
        full = self._prefix + name
        if full + BLOCKS in self._stored:
            return Packed(self._stored[full + BLOCKS], self._stored[full + SCALES])
        return self._stored[full]

    def __iter__(self) -> Iterator[str]:
        names = (name.removesuffix(BLOCKS) for name in self._stored if not name.endswith(SCALES))
        return (name.removeprefix(self._prefix) for name in names if name.startswith(self._prefix))

    def __len__(self) -> int:
        return sum(1 for _ in self)


def verify_weights(path: Path, expected_sha256: str | None) -> None:
    """Compares a file with what was shipped; None: only sees that there is one.

    Raises:
        ModelError: it is missing or has another SHA-256.
    """
    if not path.is_file():
        raise ModelError(f"The reader's weights are missing: {path}. Install docquote again.")
    if expected_sha256 is not None and (found := file_sha256(path)) != expected_sha256:
        raise ModelError(
            f"{path} is damaged or has been changed: its SHA-256 is {found}, expected {expected_sha256}. "
            "Install docquote again."
        )


def read_weights(path: Path, expected_sha256: str | None) -> Weights:
    """What training wrote; ``expected_sha256`` of None skips the check (a freshly trained file).

    Raises:
        ModelError: the file is missing, has another SHA-256, or is no safetensors file.
    """
    verify_weights(path, expected_sha256)
    try:
        return Weights(load_file(path))
    except SafetensorError as error:
        raise ModelError(f"{path} is no safetensors file: {error}. Install docquote again.") from error


def encoder_tensors(weights: Weights) -> Mapping[str, Tensor]:
    """A reader's encoder; where it has no word embeddings of its own, with those of the bundled one."""
    encoder = weights.under("encoder.")
    if WORD_EMBEDDINGS in encoder:
        return encoder
    return {WORD_EMBEDDINGS: bundled_tensors()[WORD_EMBEDDINGS], **encoder}
