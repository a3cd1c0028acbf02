"""What a result was measured with, so that it can be had again: data, code, settings, versions."""

from __future__ import annotations

import hashlib
import platform
import sqlite3
from collections.abc import Iterable
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from importlib.resources import files
from pathlib import Path
from typing import Any

from embeddings.int8 import processors
from eval.rows import file_sha256

PACKAGES = ("docquote", "onnxruntime", "sentence-transformers", "torch", "faiss-cpu", "numpy", "ir-measures")
CODE_PACKAGES = ("rag", "embeddings", "eval")
INDEX_CODE = (
    ("embeddings", ""),
    ("rag", "loading"),
    ("rag", "index"),
    ("rag", "text"),
    ("rag", "schema.py"),
)
"""Packages, and the files in them, whose change makes a new index necessary."""

NOT_CODE = frozenset({"__pycache__", "ui", "sample"})
"""Folders of the packages that no result depends on."""


def data_files(paths: Iterable[Path]) -> list[dict[str, str]]:
    """Name and SHA-256 of each file, by name only: where it lies changes nothing."""
    return [{"name": path.name, "sha256": file_sha256(path)} for path in paths]


def versions() -> dict[str, str]:
    """Versions of what computes the results; the code itself is hashed apart."""
    found = {"python": platform.python_version(), "sqlite": sqlite3.sqlite_version}
    for name in PACKAGES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            found[name] = "not installed"
    return found


@cache
def code_sha256() -> str:
    """One SHA-256 over the files of docquote's packages, models included."""
    return _sha256_of(Path(str(files(package))) for package in CODE_PACKAGES)


@cache
def index_code_sha256() -> str:
    """One SHA-256 over the code that an index depends on."""
    return _sha256_of(Path(str(files(package))).joinpath(name) for package, name in INDEX_CODE)


def _sha256_of(roots: Iterable[Path]) -> str:
    digest = hashlib.sha256()
    for root in roots:
        for path in [root] if not root.is_dir() else sorted(path for path in root.rglob("*") if path.is_file()):
            name = path.relative_to(root.parent)
            if not NOT_CODE & set(name.parts):
                digest.update(f"{name.as_posix()}:{file_sha256(path)}\n".encode())
    return digest.hexdigest()


def machine() -> dict[str, Any]:
    """What the timing was taken on."""
    return {"system": platform.platform(), "processor": _processor(), "threads": processors()}


def _processor() -> str:
    """The processor's name; Linux keeps it in a file, elsewhere the system is asked."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    return next((line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")), platform.machine())
