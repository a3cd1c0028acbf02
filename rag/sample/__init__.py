"""A small library that comes with docquote, so that a newcomer can ask at once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib.resources import as_file, files
from pathlib import Path

from rag.index import Index


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


def leave_sample(index: Index, paths: Sequence[Path]) -> bool:
    """Takes the sample out of an index that the chat made of it, once a person's own documents come in.

    Returns:
        Whether there was a sample to take out.
    """
    with documents_folder() as sample:
        if index.roots() != [sample] or any(path.resolve().is_relative_to(sample) for path in paths):
            return False
    with index.writing():
        for source in index.sources():
            index.remove(source.id)
        index.forget_root(sample)
    return True
