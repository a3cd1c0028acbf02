"""Questions with known answers over one library of several sources, to fit the reader's scoring on.

Only what the trained reader was not trained on, which would make it look surer than it is: development sets, and the
documents of the practical training set that are kept from it. Questions of the open set are asked as follow-ups too.
"""

from __future__ import annotations

import gzip
import json
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from typing import Any, TypeVar

import numpy as np

from eval.splits import kept_for_dev
from rag.errors import DatasetError
from rag.loading import document_from_text
from rag.question.follow_up import Standalone, standalone
from rag.retrieval import Retriever
from rag.schema import Document, Passage, Span, Turn
from training.reader.data import load_set
from training.reader.follow_ups import FollowUps
from training.reader.open_questions import PRACTICAL_DEV, practical, shares_half
from training.reader.perturb import DetailSwapper

OPEN_SET = "new_wiki"
CONTEXT_SET = "squadshifts_new_wiki"
"""The open set's questions under the same ids, with the passage that each was written for."""
FOLLOW_UPS = "follow_ups"
PRACTICAL = "practical"
CONTEXT_SETS = ("qed_nq_dev", "clapnq_answerable_sentences", "clapnq_unanswerable")
HIDE_EVERY = 4
"""From every so many questions the document with the answer is hidden, so that the library does not hold it."""
CONTRADICTED = 2
"""Which of these is also asked with a detail that its passage contradicts: a near miss, which nothing answers."""
PRACTICAL_TIMES = 3
"""How many practical questions are taken to one of each other set: they are what people ask."""
UNANSWERABLE_SHARE = 0.5
"""How many questions are taken of a set without answers, to one of the others: most questions people ask have one."""

Item = TypeVar("Item")
_MORE = 3
"""Times as many passages are retrieved where some are hidden, so that enough are left."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A question and where its answer stands.

    Attributes:
        source: the set it comes from.
        group: questions of one group are never split between fitting and testing.
        taken: the question as it is understood.
        document: the name of the document that holds the answer.
        spans: the answers, in characters of that document; empty where it does not hold one.
        texts: the answers as text.
        history: the turns before it, where it is yet to be understood after them.
    """

    source: str
    group: str
    taken: Standalone
    document: str
    spans: tuple[Span, ...]
    texts: tuple[str, ...]
    history: tuple[Turn, ...] = ()

    @property
    def question(self) -> str:
        """What is read for."""
        return self.taken.reading

    def after_history(self, retriever: Retriever) -> Asked:
        """The same, understood after the turns before it."""
        return replace(self, taken=standalone(self.taken.question, self.history, retriever)) if self.history else self

    def contradicted(
        self, passages: Sequence[Passage], swapper: DetailSwapper, rng: np.random.Generator
    ) -> Asked | None:
        """The same with one detail exchanged that its document's passages have; None where there is none."""
        said = " ".join(f"{one.context} {one.text}" for one in passages if one.source.name == self.document)
        wrong = swapper.swapped(self.question, said, rng)
        return replace(self, taken=Standalone(wrong), document="", spans=(), texts=()) if wrong else None

    def is_answered_by(self, document: str, start: int, end: int, text: str) -> bool:
        """Whether a quote, characters ``start:end`` of a document, has half of an answer or an answer's words."""
        if document != self.document:
            return False
        if any(shares_half((start, end), span) for span in self.spans):
            return True
        return any(answer.casefold() in text.casefold() for answer in self.texts if len(answer) > 2)


def load_fit_data(folder: Path, per_set: int, seed: int) -> tuple[list[Document], list[Asked]]:
    """A seeded sample of each set's questions, and the documents they are asked of.

    The documents are the articles of the open set, those of the practical set, and the contexts of the sampled
    questions of the others.

    Args:
        folder: holds ``open_qa``, ``practical`` and ``reader/dev``.
        per_set: at most so many questions of each set.
        seed: of the sample.

    Raises:
        DatasetError: a file is missing or not in its format.
    """
    documents: dict[str, Document] = {}
    asked: list[Asked] = []
    rng = random.Random(seed)
    for row in _rows(folder / "open_qa" / OPEN_SET / "documents.jsonl.gz"):
        documents[row["id"]] = document_from_text(row["text"], name=row["id"], title=row["id"].replace("_", " "))
    rows = list(_rows(folder / "open_qa" / OPEN_SET / "questions.jsonl.gz"))
    asked += [_open(OPEN_SET, Standalone(row["question"]), row) for row in _sample(rows, per_set, rng)]
    examples = {one.id: one for one in load_set(folder / "reader" / "dev" / f"{CONTEXT_SET}.jsonl.gz")}
    maker, chance = FollowUps(list(examples.values())), np.random.default_rng(seed)
    shuffled = random.Random(seed).sample(rows, len(rows))
    made = ((maker.follow_up(examples[row["id"]], chance), row) for row in shuffled)
    asked += islice((_open(FOLLOW_UPS, taken, row) for taken, row in made if taken is not None), per_set)
    for name in CONTEXT_SETS:
        count = round(per_set * UNANSWERABLE_SHARE) if "unanswerable" in name else per_set
        rows = _sample(list(_rows(folder / "reader" / "dev" / f"{name}.jsonl.gz")), count, rng)
        for row in rows:
            key = f"{name}/{row['title']}/{len(row['context'])}/{row['context'][:40]}"
            documents.setdefault(key, document_from_text(row["context"], name=key, title=row["title"]))
            spans = tuple((a["start"], a["start"] + len(a["text"])) for a in row["answers"])
            texts = tuple(a["text"] for a in row["answers"])
            asked.append(Asked(name, f"{name}/{row['title']}", Standalone(row["question"]), key, spans, texts))
    handbooks, questions = practical(folder / PRACTICAL, "train")
    documents |= {document.source.name: document for document in handbooks}
    kept = [one for one in questions if kept_for_dev(one.document, PRACTICAL_DEV)]
    asked += [
        Asked(
            PRACTICAL,
            f"{PRACTICAL}/{one.document}",
            Standalone(one.question),
            one.document,
            one.evidence,
            (),
            one.history,
        )
        for one in _sample(kept, PRACTICAL_TIMES * per_set, rng)
    ]
    return list(documents.values()), asked


def _open(source: str, taken: Standalone, row: dict[str, Any]) -> Asked:
    spans = tuple((start, end) for start, end in row["spans"])
    return Asked(source, f"{OPEN_SET}/{row['document']}", taken, row["document"], spans, tuple(row["answers"]))


def passages_for(asked: Asked, retriever: Retriever, k: int, *, hidden: bool) -> list[Passage]:
    """The ``k`` best passages for a question; where its answer is hidden, of the other documents."""
    passages = retriever.retrieve(asked.taken.query, k=k * (_MORE if hidden else 1))
    if hidden:
        passages = [passage for passage in passages if passage.source.name != asked.document]
    return passages[:k]


def _sample(items: list[Item], count: int, rng: random.Random) -> list[Item]:
    return rng.sample(items, min(count, len(items)))


def _rows(path: Path) -> Iterator[dict[str, Any]]:
    try:
        with gzip.open(path, "rt", encoding="utf-8") as stream:
            yield from map(json.loads, stream)
    except (OSError, ValueError) as error:
        raise DatasetError(f"{path}: cannot be read as gzipped JSON lines: {error}") from error
