"""Questions with known answers: what one is, and how a file of them is read."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol, TypeVar

from eval.rows import Row, parse_json, read_csv, read_jsonl
from rag.errors import DatasetError
from rag.schema import Span, Turn

FIELDS = frozenset(
    {"id", "question", "answers", "document", "documents", "evidence", "spans", "history", "unanswerable", "note"}
)
"""What a row may hold; ``document`` is ``documents`` with one name, ``note`` is the kind of the question."""

LIST_FIELDS = ("answers", "documents", "evidence")
CSV_SEPARATOR = "|"
YES, NO = frozenset({"true", "yes", "1"}), frozenset({"", "false", "no", "0"})


@dataclass(frozen=True, slots=True)
class Question:
    """A question, and what is known of its answer.

    Attributes:
        id: unique in its file.
        question: as a person would ask it.
        answers: any one of them counts.
        documents: names of the documents that hold the answer; empty where any may.
        evidence: passages in the documents' own words; all of them are needed.
        spans: places of the answers in the text of the one document; any one of them counts.
        history: the conversation before the question, the oldest turn first.
        unanswerable: whether the documents do not hold the answer, so that refusing is right.
        note: the kind of the question, by which results are grouped; "" where none is given.
    """

    id: str
    question: str
    answers: tuple[str, ...] = ()
    documents: tuple[str, ...] = ()
    evidence: tuple[str, ...] = ()
    spans: tuple[Span, ...] = ()
    history: tuple[Turn, ...] = ()
    unanswerable: bool = False
    note: str = ""


@dataclass(frozen=True, slots=True)
class TextDocument:
    """A document that comes with a question set.

    Attributes:
        id: its name in the index; what ``Question.documents`` refers to.
        text: as stored; spans count its characters.
        title: "" where it has none.
    """

    id: str
    text: str
    title: str = ""


@dataclass(frozen=True, slots=True)
class QuestionSet:
    """The questions of a file.

    Attributes:
        name: for people, and for the folder of a run.
        questions: in the order of the file; ids are unique; not empty.
        documents: those that came along with the questions; empty where none did.
        files: what was read, for the record.
    """

    name: str
    questions: tuple[Question, ...]
    documents: tuple[TextDocument, ...]
    files: tuple[Path, ...]


def read_questions(path: Path) -> tuple[Question, ...]:
    """Reads questions from JSON lines (``.jsonl``, ``.jsonl.gz``) or CSV.

    Raises:
        DatasetError: the first bad row, by file, line and field.
    """
    is_csv = path.name.removesuffix(".gz").endswith(".csv")
    rows = read_csv(path, _csv_values) if is_csv else read_jsonl(path)
    return unique(path, ((row, question_from(row)) for row in rows))


class Identified(Protocol):
    """What has an id."""

    @property
    def id(self) -> str:
        """Unique in its file."""
        ...


One = TypeVar("One", bound=Identified)


def unique(path: Path, pairs: Iterable[tuple[Row, One]]) -> tuple[One, ...]:
    """The questions, once no two have the same id and there is at least one."""
    places: dict[str, str] = {}
    questions: list[One] = []
    for row, question in pairs:
        if question.id in places:
            raise row.error("id", f"{question.id!r} is already the id of {places[question.id]}")
        places[question.id] = row.place
        questions.append(question)
    if not questions:
        raise DatasetError(f"{path}: holds no question")
    return tuple(questions)


def question_from(row: Row) -> Question:
    """One row of docquote's own format as a question."""
    row.only(FIELDS)
    if row.fields.get("document") is not None and row.fields.get("documents") is not None:
        raise row.error("document", "give either 'document' or 'documents'")
    question = Question(
        id=row.identity("id"),
        question=row.text("question"),
        answers=row.texts("answers"),
        documents=row.texts("documents") or row.texts("document"),
        evidence=row.texts("evidence"),
        spans=row.spans("spans"),
        history=_history(row),
        unanswerable=row.flag("unanswerable"),
        note=row.text("note", default="").strip(),
    )
    return checked(row, question)


def checked(row: Row, question: Question) -> Question:
    """The question, once its fields agree with each other."""
    known = question.answers or question.evidence or question.spans
    if question.unanswerable and known:
        raise row.error("unanswerable", "is true, yet the row gives answers, evidence or spans")
    if not question.unanswerable and not known:
        raise row.error("answers", "is missing; a question needs answers, evidence, or 'unanswerable': true")
    if question.spans and len(question.documents) != 1:
        raise row.error("spans", "need exactly one document that they point into")
    return question


def read_documents(path: Path) -> tuple[TextDocument, ...]:
    """Reads documents from JSON lines: ``id`` (or ``_id``), ``text``, and ``title`` where there is one.

    Raises:
        DatasetError: the first bad row, by file, line and field; no document at all.
    """
    documents: dict[str, TextDocument] = {}
    for row in read_jsonl(path):
        name = row.identity("id", "_id")
        if name in documents:
            raise row.error("id", f"{name!r} is there twice")
        if "text" not in row.fields:
            raise row.error("text", "is missing")
        documents[name] = TextDocument(name, row.text("text", default=""), row.text("title", default=""))
    if not documents:
        raise DatasetError(f"{path}: holds no document")
    return tuple(documents.values())


def _history(row: Row) -> tuple[Turn, ...]:
    """Turns as ``{"question", "answer"}``, or as a text, which is a question whose answer is not known."""
    value = row.fields.get("history")
    if value is None:
        return ()
    if not isinstance(value, list):
        raise row.error("history", "must be a list of {'question': ..., 'answer': ...}, the oldest first")
    turns: list[Turn] = []
    for number, item in enumerate(value):
        fields = {"question": item} if isinstance(item, str) else item
        if not isinstance(fields, dict):
            raise row.error("history", f"item {number} must be an object with 'question' and 'answer'")
        turn = Row(row.path, f"{row.place}, history[{number}]", fields)
        turn.only({"question", "answer", "highlight"})
        turns.append(Turn(turn.text("question"), turn.text("answer", default=""), turn.text("highlight", default="")))
    return tuple(turns)


def _csv_values(row: Row) -> dict[str, Any]:
    """The cells of a CSV row as JSON would have them; an empty cell is an absent field.

    A list is written ``one | two``, or as a JSON list where a value itself has a bar or the field is
    ``history`` or ``spans``.
    """
    values: dict[str, Any] = {}
    for field, cell in row.fields.items():
        text = cell.strip()
        if field == "unanswerable":
            if text.casefold() not in YES | NO:
                raise row.error(field, f"{text!r} is neither true nor false")
            values[field] = text.casefold() in YES
        elif not text:
            continue
        elif field in LIST_FIELDS and not text.startswith(('["', "[]")):
            values[field] = [item.strip() for item in text.split(CSV_SEPARATOR)]
        elif field in LIST_FIELDS or field in ("history", "spans"):
            values[field] = parse_json(row.path, f"{row.place}, field {field!r}", text)
        else:
            values[field] = cell
    return values
