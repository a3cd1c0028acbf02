"""A small library that comes with docquote, so that a newcomer can ask at once."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from importlib.resources import as_file, files
from pathlib import Path


@contextmanager
def documents_folder() -> Iterator[Path]:
    """The folder of the sample documents."""
    with as_file(files("rag.sample").joinpath("documents")) as folder:
        yield folder.resolve()


@contextmanager
def questions_file() -> Iterator[Path]:
    """The questions on the sample documents, in the evaluation's format."""
    with as_file(files("rag.sample").joinpath("questions.jsonl")) as path:
        yield path
