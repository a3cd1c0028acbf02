"""What answers are made with, kept beside each of them so that it can be audited."""

from __future__ import annotations

import platform
import sqlite3
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from rag.index.manifest import Manifest
from rag.settings import Settings

PACKAGES = ("docquote", "onnxruntime", "sentence-transformers", "torch", "faiss-cpu", "numpy", "pypdfium2")
"""Whose versions an answer may depend on."""


def made_with(manifest: Manifest, reader: str, settings: Settings) -> dict[str, Any]:
    """What answers are made with: models, settings and versions, as plain data for ``Conversations``."""
    return {
        "embedding_model": manifest.embedding_model,
        "embedding_fingerprint": manifest.embedding_fingerprint,
        "chunk_tokens": manifest.chunk_tokens,
        "overlap_tokens": manifest.overlap_tokens,
        "reader": reader,
        "passages": settings.passages,
        "quotes": settings.quotes,
        "versions": {"python": platform.python_version(), "sqlite": sqlite3.sqlite_version}
        | {name: _version(name) for name in PACKAGES},
    }


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "not installed"
