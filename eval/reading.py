"""``docquote eval reader``: question and context to the words that answer, without retrieval."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from embeddings import open_embedder
from eval.dataset import TextDocument
from eval.grading import Record
from eval.headlines import READER_METRICS
from eval.importers import ReadingQuestion, read_reading_questions
from eval.library import Corpus, build_index, index_folder
from eval.metrics import best_exact_match, best_f1, holds
from eval.outcome import Outcome
from eval.progress import work_through
from eval.provenance import code_sha256, data_files, versions
from eval.runs import RUNS, Run, fingerprint
from eval.summary import headline
from eval.timing import latency
from rag.index import open_index
from rag.reader import Reader, open_reader
from rag.schema import Chunk, Document, Passage, Scores
from rag.settings import Settings
from rag.text.context import reading_context


def evaluate_reader(
    files: Sequence[Path], settings: Settings, *, out: Path | None = None, limit: int | None = None, seed: int = 0
) -> Outcome:
    """Reads every question's context that the run does not have yet, and reports on all it has, file by file.

    Args:
        files: SQuAD JSON, or JSON lines with ``question``, ``context`` and ``answers``.
        settings: which reader.
        out: the run's folder, or None for one under ``runs``.
        limit: the first so many questions of each file; None for all.
        seed: of the intervals.

    Raises:
        DatasetError: a bad row, or the run's folder holds another run.
        ModelError: the reader does not load.
    """
    names = [path.name for path in files]
    sets = {
        path.name if names.count(path.name) == 1 else str(path): read_reading_questions(path)[:limit] for path in files
    }
    configuration = {
        "command": "reader",
        "files": data_files(files),
        "limit": limit,
        "seed": seed,
        "settings": asdict(settings),
        "code_sha256": code_sha256(),
        "versions": versions(),
    }
    run = Run.start(out or RUNS / f"reader-{fingerprint(configuration)[:8]}", configuration)
    asked = [(name, question) for name, questions in sets.items() for question in questions]
    contexts = _contexts(asked)
    corpus = Corpus(tuple(TextDocument(name, *context) for context, name in contexts.items()), None, tuple(files))
    folder = index_folder(corpus, settings, out)
    build_index(corpus, folder, settings)
    embedder = open_embedder(settings.embedding_model)
    index = open_index(folder, embedder, settings)
    try:
        reader = open_reader(settings, embedder, index)
        ids = {source.name: source.id for source in index.sources()}

        def read(item: tuple[str, ReadingQuestion]) -> None:
            name, question = item
            context = index.document(ids[contexts[question.context, question.title]])
            run.append(read_one(reader, name, question, context))

        complete = work_through("Reading", [item for item in asked if _id(*item) not in run.records], read)
    finally:
        index.close()
    records = [run.records[_id(*item)] for item in asked if _id(*item) in run.records]
    report = {
        "command": "reader",
        "name": ", ".join(sets),
        "results": results(records, list(sets), seed),
        "provenance": configuration,
        "timing": latency([record["seconds"] for record in records]),
    }
    return Outcome(run, records, report, complete, len(asked))


def _contexts(asked: Sequence[tuple[str, ReadingQuestion]]) -> dict[tuple[str, str], str]:
    """The contexts with their titles, to their names as documents: a reader asks the index about them."""
    contexts = dict.fromkeys((question.context, question.title) for _, question in asked)
    return {context: f"context {n}" for n, context in enumerate(contexts, start=1)}


def read_one(reader: Reader, name: str, question: ReadingQuestion, context: Document) -> Record:
    """What the reader finds in a question's context, graded; the whole context is one passage."""
    text = context.text
    chunk = Chunk(1, context.source.id, 0, len(text))
    passage = Passage(chunk, context.source, text, 1, Scores(fused=1.0), reading_context(context, 0), context.sections)
    started = time.perf_counter()
    reading = reader.read(question.question, [passage])
    seconds = time.perf_counter() - started
    best = reading.spans[0] if reading.spans else None
    sentence = text[best.start : best.end] if best else ""
    words = text[slice(*best.highlight)] if best and best.highlight else sentence
    answers = question.answers
    return {
        "id": _id(name, question),
        "file": name,
        "question": question.question,
        "answers": list(answers),
        "sentence": sentence,
        "words": words,
        "grades": {
            "confidence": reading.confidence,
            "answerable": bool(answers),
            "exact_match": best_exact_match(words, answers) if answers else None,
            "f1": best_f1(words, answers) if answers else None,
            "answer_in_sentence": float(any(holds(sentence, answer) for answer in answers)) if answers else None,
        },
        "seconds": seconds,
    }


def results(records: Sequence[Record], files: Sequence[str], seed: int) -> dict[str, Any]:
    """The reproducible part of a report: the metrics of each file, and of all together where there are several."""
    groups = [("All files", list(records))] if len(files) > 1 else []
    groups += [(name, [record for record in records if record["file"] == name]) for name in files]
    return {
        "questions": len(records),
        "groups": [
            {"label": label, "questions": len(members), "metrics": headline(READER_METRICS, members, seed)}
            for label, members in groups
            if members
        ],
    }


def _id(name: str, question: ReadingQuestion) -> str:
    return f"{name}:{question.id}"
