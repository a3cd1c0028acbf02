"""Questions with known answers over one library of several sources, to fit the reader's scoring on.

The development sets only: what the trained reader was trained on would make it look surer than it is.
"""

from __future__ import annotations

import gzip
import json
import random
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from rag.errors import DatasetError
from rag.loading import document_from_text
from rag.schema import Document, Span

OPEN_SETS = ("new_wiki", "doc2dial")
CONTEXT_SETS = ("qed_nq_dev", "clapnq_answerable_sentences", "clapnq_unanswerable")
FIRST_TURN = "user:"

Item = TypeVar("Item")


@dataclass(frozen=True, slots=True)
class Asked:
    """A question and where its answer stands.

    Attributes:
        source: the set it comes from.
        group: questions of one group are never split between fitting and testing.
        question: as asked.
        document: the name of the document that holds the answer.
        spans: the answers, in characters of that document; empty where it does not hold one.
        texts: the answers as text.
    """

    source: str
    group: str
    question: str
    document: str
    spans: tuple[Span, ...]
    texts: tuple[str, ...]


def load_fit_data(folder: Path, per_set: int, seed: int) -> tuple[list[Document], list[Asked]]:
    """A seeded sample of each set's questions, and the documents they are asked of.

    The documents are those of the open sets, and the contexts of the sampled questions of the others.

    Args:
        folder: holds ``open_qa`` and ``reader/dev``.
        per_set: at most so many questions of each set.
        seed: of the sample.

    Raises:
        DatasetError: a file is missing or not in its format.
    """
    documents: dict[str, Document] = {}
    asked: list[Asked] = []
    rng = random.Random(seed)
    for name in OPEN_SETS:
        for row in _rows(folder / "open_qa" / name / "documents.jsonl.gz"):
            documents[row["id"]] = document_from_text(row["text"], name=row["id"], title=row["id"].split("#")[0])
        asked.extend(_sample(list(_open_questions(folder, name)), per_set, rng))
    for name in CONTEXT_SETS:
        rows = _sample(list(_rows(folder / "reader" / "dev" / f"{name}.jsonl.gz")), per_set, rng)
        for row in rows:
            key = f"{name}/{row['title']}/{len(row['context'])}/{row['context'][:40]}"
            documents.setdefault(key, document_from_text(row["context"], name=key, title=row["title"]))
            spans = tuple((a["start"], a["start"] + len(a["text"])) for a in row["answers"])
            texts = tuple(a["text"] for a in row["answers"])
            asked.append(Asked(name, f"{name}/{row['title']}", row["question"], key, spans, texts))
    return list(documents.values()), asked


def _open_questions(folder: Path, name: str) -> Iterator[Asked]:
    for row in _rows(folder / "open_qa" / name / "questions.jsonl.gz"):
        question = row.get("question")
        if question is None:  # a dialogue: only its first question stands alone
            history = row["history"]
            if not history.startswith(FIRST_TURN) or "agent:" in history or history.count(FIRST_TURN) > 1:
                continue
            question = history.removeprefix(FIRST_TURN).strip()
        spans = tuple((start, end) for start, end in row["spans"])
        yield Asked(name, f"{name}/{row['document']}", question, row["document"], spans, tuple(row["answers"]))


def _sample(items: list[Item], count: int, rng: random.Random) -> list[Item]:
    return rng.sample(items, min(count, len(items)))


def _rows(path: Path) -> Iterator[dict[str, Any]]:
    try:
        with gzip.open(path, "rt", encoding="utf-8") as stream:
            yield from map(json.loads, stream)
    except (OSError, ValueError) as error:
        raise DatasetError(f"{path}: cannot be read as gzipped JSON lines: {error}") from error
