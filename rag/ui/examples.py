"""Questions to start from, so that a newcomer need not think of one."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from rag.sample import documents_folder, questions_file
from rag.schema import Source

MAX_EXAMPLES = 4
MAX_TITLE_CHARACTERS = 60


@dataclass(frozen=True, slots=True)
class ExampleQuestion:
    """A question on offer.

    Attributes:
        text: the question, or its beginning.
        complete: whether it can be asked as it stands; if not, it is put into the box for the person to finish.
    """

    text: str
    complete: bool = True


def examples_for(sources: Sequence[Source]) -> tuple[ExampleQuestion, ...]:
    """Up to four examples for a library: the sample's own questions, or beginnings made from titles.

    What a library can answer is not known from its titles, so a beginning is offered rather than a question
    that may well be refused. The newest dated documents come first.
    """
    if is_sample(sources):
        return sample_examples()
    newest_first = sorted(sources, key=lambda source: source.date or date.min, reverse=True)
    titles = dict.fromkeys(" ".join(source.title.split()) for source in newest_first)
    short = [title for title in titles if len(title) <= MAX_TITLE_CHARACTERS]
    return tuple(ExampleQuestion(f"What does {title} say about ", complete=False) for title in short[:MAX_EXAMPLES])


def sample_examples() -> tuple[ExampleQuestion, ...]:
    """Answerable questions on documents spread over the sample library, one per document."""
    with questions_file() as path:
        lines = path.read_text(encoding="utf-8").splitlines()
    first_on: dict[str, str] = {}
    for row in map(json.loads, lines):
        if not row["unanswerable"] and not row["history"]:
            first_on.setdefault(row["documents"][0], row["question"])
    questions = list(first_on.values())
    spread = max(1, len(questions) // MAX_EXAMPLES)
    return tuple(ExampleQuestion(question) for question in questions[::spread][:MAX_EXAMPLES])


def is_sample(sources: Sequence[Source]) -> bool:
    """Whether a library is the one that comes with docquote, and nothing else."""
    with documents_folder() as folder:
        return bool(sources) and all(Path(source.path).is_relative_to(folder) for source in sources)
