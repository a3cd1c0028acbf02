"""Questions asked of a library: what docquote retrieves for each, with the units marked that answer it.

A unit is a sentence, a list item or a table row, as ``rag.text.sentences`` cuts them. A question set says which words
of a document are the evidence; a unit is relevant if it and a piece of evidence share half of the shorter of the two.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import re
from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

from rich.progress import track

from embeddings import Embedder, open_embedder
from eval.dataset import read_questions
from eval.splits import DOC2DIAL_DEV, kept_for_dev
from rag.errors import DatasetError
from rag.index import open_index
from rag.index.ingest.pipeline import add_documents
from rag.loading import document_from_text, find_files, load_file
from rag.question.follow_up import standalone
from rag.reader.spans.view import view_of
from rag.retrieval import Retriever
from rag.schema import Document, Passage, Scope, Span, Turn
from rag.settings import Settings
from rag.text.units import document_units, passage_units

SHARED_HALF = 0.5
"""Evidence and unit belong together if they share this part of the shorter one's letters."""
SCOPED = 40
"""Passages of the right document among which one with evidence is looked for, where none was retrieved."""
PRACTICAL_DEV = 0.2
"""The share of the practical training documents that is kept to choose by and to fit the scoring on."""
LIBRARY = Path(__file__).parent / "library"
"""Documents and questions of our own; none is kept from training."""


@dataclass(frozen=True, slots=True)
class LabelledPassage:
    """A passage with what of it answers; all spans are characters of ``text``.

    Attributes:
        context: title, heading and lead-in, see ``rag.text.context``.
        text: of the passage.
        units: its sentences, items and rows.
        relevant: whether each is evidence.
        answers: the words that answer, where the set names them.
    """

    context: str
    text: str
    units: tuple[Span, ...]
    relevant: tuple[bool, ...]
    answers: tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class OpenQuestion:
    """A question with the passages retrieved for it.

    Attributes:
        id, source: of the question in its set, and the set.
        document: that the question was written for.
        kept: whether that document is kept from training.
        question: as docquote reads it after the turns before.
        answerable: whether the document holds evidence.
        names_answers: whether the words that answer are known, and not only the evidence.
        passages: the retrieved ones, the best first.
        missed: one with evidence, where none was retrieved.
    """

    id: str
    source: str
    document: str
    kept: bool
    question: str
    answerable: bool
    names_answers: bool
    passages: tuple[LabelledPassage, ...]
    missed: LabelledPassage | None

    @property
    def retrieved(self) -> bool:
        """Whether a retrieved passage holds evidence."""
        return any(any(passage.relevant) for passage in self.passages)


@dataclass(frozen=True, slots=True)
class Asked:
    """A question as a set has it; ``evidence`` are characters of the document, ``answers`` words that stand in it."""

    id: str
    question: str
    history: tuple[Turn, ...]
    document: str
    evidence: tuple[Span, ...]
    answers: tuple[str, ...]


def practical(folder: Path, split: str) -> tuple[list[Document], list[Asked]]:
    """``practical``: for "train" the training documents alone, for "dev" all of them, and the split's questions."""
    rows = [line.split("\t") for line in (folder / "sources.tsv").read_text(encoding="utf-8").splitlines()[1:]]
    names = {row[0] for row in rows if split == "dev" or row[1] == split}
    documents = _documents(folder / "documents", names)
    return list(documents.values()), _asked(folder / f"{split}.jsonl", documents)


def own_library(folder: Path) -> tuple[list[Document], list[Asked]]:
    """``documents`` and ``questions.jsonl`` of a folder laid out as ``LIBRARY`` is.

    Raises:
        DatasetError: a row that ``docquote eval`` would refuse; a document that is not there; evidence that its
            document lacks or has twice. It names the question.
    """
    path = folder / "questions.jsonl"
    documents = _documents(folder / "documents")
    for one in read_questions(path):
        document = documents.get("".join(one.documents))
        if document is None:
            raise DatasetError(f"{path}: {one.id}: document {one.documents} is not in {folder / 'documents'}")
        for piece in one.evidence:
            count = len(places(document.text, [piece]))
            if count != 1:
                raise DatasetError(f"{path}: {one.id}: {document.source.name} holds {piece!r} {count} times, not once")
    return list(documents.values()), _asked(path, documents)


def _documents(folder: Path, names: Container[str] | None = None) -> dict[str, Document]:
    """The folder's documents by name, or those of them that have one of ``names``."""
    paths = [path for path in find_files(folder).files if names is None or path.name in names]
    return {path.name: load_file(path, root=folder) for path in paths}


def _asked(path: Path, documents: Mapping[str, Document]) -> list[Asked]:
    return [
        Asked(
            one.id,
            one.question,
            one.history,
            one.documents[0],
            tuple(places(documents[one.documents[0]].text, one.evidence)),
            one.answers,
        )
        for one in read_questions(path)
    ]


def doc2dial(folder: Path) -> tuple[list[Document], list[Asked]]:
    """``open_qa/doc2dial``, whose questions are the newest turn of a dialogue."""
    documents = [
        document_from_text(row["text"], name=row["id"], title=row["id"].split("#")[0])
        for row in _rows(folder / "documents.jsonl.gz")
    ]
    asked = []
    for row in _rows(folder / "questions.jsonl.gz"):
        question, history = _dialogue(row["history"])
        evidence = tuple((start, end) for start, end in row["spans"])
        asked.append(Asked(row["id"], question, history, row["document"], evidence, ()))
    return documents, asked


def _dialogue(text: str) -> tuple[str, tuple[Turn, ...]]:
    """The question and the turns before it, the oldest first; several lines of one speaker become one."""
    said: list[tuple[str, str]] = []
    for part in reversed(text.split("\t")):
        speaker, _, line = part.strip().partition(":")
        if said and said[-1][0] == speaker:
            said[-1] = (speaker, f"{said[-1][1]} {line.strip()}")
        else:
            said.append((speaker, line.strip()))
    turns = []
    for (speaker, line), (_, reply) in pairwise(said):
        if speaker == "user":
            turns.append(Turn(line, reply))
    return said[-1][1], tuple(turns)


def _rows(path: Path) -> Iterable[dict[str, Any]]:
    with gzip.open(path, "rt", encoding="utf-8") as stream:
        yield from map(json.loads, stream)


def places(text: str, pieces: Iterable[str]) -> list[Span]:
    """Where each piece stands in a text, whatever the white space in either; each of its places."""
    at = [match.start() for match in re.finditer(r"\S", text)]
    letters = re.sub(r"\s", "", text)
    found = []
    for piece in pieces:
        wanted = re.sub(r"\s", "", piece)
        start = letters.find(wanted) if wanted else -1
        while start >= 0:
            found.append((at[start], at[start + len(wanted) - 1] + 1))
            start = letters.find(wanted, start + len(wanted))
    return found


def shares_half(one: Span, other: Span) -> bool:
    """Whether two spans overlap by half of the shorter."""
    overlap = min(one[1], other[1]) - max(one[0], other[0])
    return overlap > 0 and overlap >= SHARED_HALF * min(one[1] - one[0], other[1] - other[0])


def labelled(passage: Passage, evidence: Sequence[Span], answers: Sequence[str]) -> LabelledPassage:
    """The passage as it is read, its units that share half with the evidence, and the answers' places in those."""
    offset = passage.chunk.start
    units = passage_units(passage)
    view = view_of(passage.text, units)
    inside = [(start - offset, end - offset) for start, end in evidence]
    shown = [
        (place, any(shares_half(unit.span, piece) for piece in inside))
        for unit, place in zip(units, view.units, strict=True)
        if place[0] < place[1]
    ]
    words = [
        (start, end)
        for start, end in places(view.text, answers)
        if any(marked and first <= start and end <= last for (first, last), marked in shown)
    ]
    spans, relevant = tuple(place for place, _ in shown), tuple(marked for _, marked in shown)
    return LabelledPassage(passage.context, view.text, spans, relevant, tuple(dict.fromkeys(words)))


def ask(
    source: str,
    documents: Sequence[Document],
    asked: Sequence[Asked],
    embedder: Embedder,
    kept_share: float,
    work: Path,
) -> list[OpenQuestion]:
    """Every question with the passages that docquote reads for it; ``work`` is where the index is made."""
    settings = Settings()
    index = open_index(work, embedder, settings, create=True)
    add_documents(index, track(documents, description=f"Indexing {source}"), embedder)
    retriever = Retriever(index, embedder)
    by_name = {document.source.name: document for document in documents}
    made = []
    for one in track(asked, description=f"Asking {source}"):
        taken = standalone(one.question, one.history, retriever)
        kept = kept_for_dev(one.document, kept_share)

        def label(passage: Passage, one: Asked = one) -> LabelledPassage:
            own = passage.source.name == one.document
            return labelled(passage, one.evidence if own else (), one.answers if own else ())

        found = retriever.retrieve(taken.query, k=settings.passages)
        if not kept:  # no text that is kept from training is shown there, not even as what does not answer
            found = [p for p in found if not kept_for_dev(p.source.name, kept_share)]
        passages = tuple(map(label, found))
        missed = None
        if one.evidence and not any(any(passage.relevant) for passage in passages):
            scope = Scope(documents=(by_name[one.document].source.name,))
            others = map(label, retriever.retrieve(taken.query, k=SCOPED, scope=scope, merge=False))
            missed = next((passage for passage in others if any(passage.relevant)), None)
        made.append(
            OpenQuestion(
                one.id,
                source,
                one.document,
                kept,
                taken.reading,
                bool(one.evidence),
                any(passage.answers for passage in (*passages, *filter(None, [missed]))),
                passages,
                missed,
            )
        )
    index.close()
    return made


def load_open(data: Path, name: str, work: Path) -> list[OpenQuestion]:
    """The questions of a set, from ``work`` where they have been asked before by the same code.

    Args:
        data: the folder with ``practical`` and ``open_qa``; "own" does not look there.
        name: "practical", "practical_dev", "doc2dial" or "own".
        work: keeps the result.
    """
    share = {"practical": PRACTICAL_DEV, "doc2dial": DOC2DIAL_DEV, "own": 0.0}.get(name, 1.0)
    if name == "own":
        documents, asked = own_library(LIBRARY)
    elif name == "doc2dial":
        documents, asked = doc2dial(data / "open_qa" / "doc2dial")
    else:
        documents, asked = practical(data / "practical", "dev" if name == "practical_dev" else "train")
    fingerprint = _fingerprint(documents, asked)
    path = work / f"{name}-{fingerprint}.jsonl.gz"
    if not path.is_file():
        work.mkdir(parents=True, exist_ok=True)
        made = ask(name, documents, asked, open_embedder(), share, work / f"{name}-{fingerprint}.index")
        partial = path.with_suffix(".part")
        with gzip.open(partial, "wt", encoding="utf-8", compresslevel=3) as stream:
            stream.writelines(json.dumps(asdict(one)) + "\n" for one in made)
        partial.replace(path)
    with gzip.open(path, "rt", encoding="utf-8") as stream:
        return [_question(json.loads(line)) for line in stream]


def _fingerprint(documents: Sequence[Document], asked: Sequence[Asked]) -> str:
    digest = hashlib.sha256()
    for document in documents:
        units = document_units(document)
        view = view_of(document.text, units)
        digest.update(f"{document.text}\n{[unit.span for unit in units]}\n{view.text}\n{view.units}".encode())
    digest.update(repr(asked).encode())
    return digest.hexdigest()[:12]


def _question(row: dict[str, Any]) -> OpenQuestion:
    passages = tuple(_passage(one) for one in row.pop("passages"))
    missed = row.pop("missed")
    return OpenQuestion(**row, passages=passages, missed=_passage(missed) if missed else None)


def _passage(row: dict[str, Any]) -> LabelledPassage:
    spans = {name: tuple((start, end) for start, end in row[name]) for name in ("units", "answers")}
    return LabelledPassage(row["context"], row["text"], spans["units"], tuple(row["relevant"]), spans["answers"])
