"""Reads question sets in other people's layouts: SQuAD, reading comprehension rows, libraries of documents."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

from eval.dataset import (
    Question,
    QuestionSet,
    TextDocument,
    checked,
    question_from,
    read_documents,
    read_questions,
    unique,
)
from eval.rows import Row, parse_json, read_jsonl, read_text
from rag.errors import DatasetError
from rag.schema import Span, Turn

PARAGRAPH_BREAK = "\n\n"
"""Between the contexts of one article, where they are put together as a document."""

TURN_BREAK = re.compile(r"\s*\t(?=(?:user|agent):)")
"""Between the turns of a Doc2Dial dialogue written as one text."""


@dataclass(frozen=True, slots=True)
class ReadingQuestion:
    """A question about one given text.

    Attributes:
        id: unique in its file.
        question: as asked.
        title: of the article; "" where it has none.
        context: the text that is read.
        answers: any one counts; empty where the context does not answer.
        starts: where each answer starts in the context, in characters; empty or parallel to ``answers``.
    """

    id: str
    question: str
    title: str
    context: str
    answers: tuple[str, ...]
    starts: tuple[int, ...]


def load_question_set(path: Path) -> QuestionSet:
    """Reads a set of questions in any layout that docquote knows, told apart by name and content.

    A folder holds ``questions.jsonl`` and ``documents.jsonl`` (each may be ``.gz``); ``.json`` is SQuAD 1.1 or
    2.0; ``.csv`` and ``.jsonl`` are docquote's own format; JSON lines with a ``context`` are reading questions,
    whose contexts become the documents.

    Raises:
        DatasetError: the path does not exist, or the first bad row by file, line and field.
    """
    if path.is_dir():
        file, documents = files_of_set(path)
        return QuestionSet(path.resolve().name, _rows(file), read_documents(documents), (file, documents))
    if not path.is_file():
        raise DatasetError(f"{path}: no such file or folder")
    name = _name(path)
    if _is_squad(path) or _has_contexts(path):
        return _as_library(name, path, read_reading_questions(path))
    if path.name.removesuffix(".gz").endswith(".csv"):
        return QuestionSet(name, read_questions(path), (), (path,))
    return QuestionSet(name, _rows(path), (), (path,))


def files_of_set(folder: Path) -> tuple[Path, Path]:
    """The questions and the documents in a folder that holds both as JSON lines.

    Raises:
        DatasetError: one of them is missing.
    """
    questions, documents = _beside(folder, "questions"), _beside(folder, "documents")
    if questions is None or documents is None:
        raise DatasetError(f"{folder}: a folder must hold questions.jsonl and documents.jsonl (or .jsonl.gz)")
    return questions, documents


def read_reading_questions(path: Path) -> tuple[ReadingQuestion, ...]:
    """Reads questions with contexts: SQuAD 1.1 or 2.0 JSON, or JSON lines with a ``context`` each.

    Raises:
        DatasetError: the first bad entry; no question at all; an answer that is not where it is said to be.
    """
    rows = _squad(path) if _is_squad(path) else ((row, _reading_question(row)) for row in read_jsonl(path))
    return unique(path, rows)


def doc2dial_turns(text: str) -> tuple[str, tuple[Turn, ...]]:
    """A Doc2Dial dialogue, newest turn first, as its last question and the turns before it, oldest first.

    What one speaker says in several turns running is put together. A dialogue that the agent opens starts with
    a turn whose question is "".
    """
    turns: list[tuple[str, str]] = []
    for part in reversed(TURN_BREAK.split(text)):
        speaker, _, words = part.partition(":")
        turns.append((speaker, words.strip()))
    merged = [(who, " ".join(words for _, words in said)) for who, said in groupby(turns, key=lambda turn: turn[0])]
    question = merged.pop()[1] if merged and merged[-1][0] == "user" else ""
    pairs: list[Turn] = []
    for speaker, words in merged:
        if speaker == "user":
            pairs.append(Turn(words))
        elif pairs and not pairs[-1].answer:
            pairs[-1] = Turn(pairs[-1].question, words)
        else:
            pairs.append(Turn("", words))
    return question, tuple(pairs)


def _name(path: Path) -> str:
    """What to call a file of questions: its own name, or its folder's where the file is just "questions"."""
    stem = path.name.removesuffix(".gz").rsplit(".", 1)[0]
    return path.resolve().parent.name if stem == "questions" else stem


def _beside(folder: Path, stem: str) -> Path | None:
    return next((path for suffix in (".jsonl", ".jsonl.gz") if (path := folder / f"{stem}{suffix}").is_file()), None)


def _rows(path: Path) -> tuple[Question, ...]:
    return unique(path, ((row, _library_question(row)) for row in read_jsonl(path)))


def _library_question(row: Row) -> Question:
    """Docquote's own rows, and Doc2Dial's, whose question is the newest turn of ``history``."""
    if "question" in row.fields or not isinstance(row.fields.get("history"), str):
        return question_from(row)
    text = row.text("history")
    if not text.startswith(("user:", "agent:")):
        raise row.error("history", "as one text must be turns that start with 'user:' or 'agent:', newest first")
    question, history = doc2dial_turns(text)
    if not question:
        raise row.error("history", "the newest turn must be the user's, with the question")
    return checked(
        row,
        Question(
            row.identity("id"),
            question,
            row.texts("answers"),
            row.texts("document"),
            spans=row.spans("spans"),
            history=history,
        ),
    )


def _is_squad(path: Path) -> bool:
    return path.name.removesuffix(".gz").endswith(".json")


def _has_contexts(path: Path) -> bool:
    if path.name.removesuffix(".gz").endswith(".csv"):
        return False
    first = next(read_jsonl(path), None)
    return first is not None and "context" in first.fields


def _squad(path: Path) -> Iterator[tuple[Row, ReadingQuestion]]:
    """SQuAD's JSON: data > paragraphs > qas > answers (Rajpurkar et al., 2016 and 2018)."""
    content = parse_json(path, "line 1", read_text(path))
    if not isinstance(content, dict):
        raise DatasetError(f"{path}: is not SQuAD: must be an object with the field 'data'")
    for article in Row(path, "the file", content).rows("data"):
        title = article.text("title", default="")
        for paragraph in article.rows("paragraphs"):
            context = paragraph.text("context")
            for entry in paragraph.rows("qas"):
                yield entry, _with_answers(entry, title, context, "answer_start")


def _reading_question(row: Row) -> ReadingQuestion:
    return _with_answers(row, row.text("title", default=""), row.text("context"), "start")


def _with_answers(row: Row, title: str, context: str, start_field: str) -> ReadingQuestion:
    impossible = row.flag("is_impossible")
    answers: dict[tuple[str, int], None] = {}
    for entry in [] if impossible else row.rows("answers"):
        text, start = entry.text("text"), entry.fields.get(start_field)
        if type(start) is not int or not context.startswith(text, max(start, 0)) or start < 0:
            raise entry.error(start_field, f"{start!r} is not where the context has {text[:60]!r}")
        answers[text, start] = None
    return ReadingQuestion(
        id=row.identity("id"),
        question=row.text("question").strip(),
        title=title,
        context=context,
        answers=tuple(text for text, _ in answers),
        starts=tuple(start for _, start in answers),
    )


def _as_library(name: str, path: Path, items: Iterable[ReadingQuestion]) -> QuestionSet:
    """Puts the contexts of each article together as one document, and the answers where they then are."""
    contexts: dict[str, dict[str, int]] = {}
    ends: dict[str, int] = {}
    questions: list[Question] = []
    for item in items:
        article = item.title or f"context {len(contexts) + 1}"
        known = contexts.setdefault(article, {})
        if item.context not in known:
            known[item.context] = ends.get(article, 0)
            ends[article] = known[item.context] + len(item.context) + len(PARAGRAPH_BREAK)
        offset = known[item.context]
        spans: tuple[Span, ...] = tuple(
            (offset + start, offset + start + len(text)) for text, start in zip(item.answers, item.starts, strict=True)
        )
        answers = tuple(dict.fromkeys(item.answers))
        place = (article,) if answers else ()
        questions.append(Question(item.id, item.question, answers, place, spans=spans, unanswerable=not answers))
    documents = tuple(TextDocument(title, PARAGRAPH_BREAK.join(texts), title) for title, texts in contexts.items())
    return QuestionSet(name, tuple(questions), documents, (path,))
