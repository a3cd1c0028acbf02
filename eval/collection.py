"""Retrieval collections: a corpus, queries, and which documents answer them (BEIR, TREC, and plain folders)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from eval.dataset import TextDocument, read_documents
from eval.rows import Row, read_jsonl, read_text
from rag.errors import DatasetError
from rag.schema import Turn

Qrels = dict[str, dict[str, int]]
"""Query id to document id to relevance; 0 is judged and not relevant."""

Ranking = dict[str, float]
"""Document id to score, higher is better."""

QRELS_FILES = ("qrels/test.tsv", "qrels.tsv", "qrels.txt", "qrels.trec")
QRELS_HEADING = ("query-id", "corpus-id", "score")
RUN_COLUMNS = 6


@dataclass(frozen=True, slots=True)
class Query:
    """A query.

    Attributes:
        id, text: of the query.
        history: the conversation before it, the oldest turn first.
        answerability: what people said of it, such as MTRAG's ``"UNANSWERABLE"``; "" where nothing is said.
    """

    id: str
    text: str
    history: tuple[Turn, ...] = ()
    answerability: str = ""


@dataclass(frozen=True, slots=True)
class Collection:
    """What a retrieval test needs.

    Attributes:
        name: of the folder.
        documents: ids are unique.
        queries: in the order of the file; those without a relevant document are left out.
        queries_without_judgements: how many were left out.
        qrels: of the queries that are in.
        files: what was read, for the record.
    """

    name: str
    documents: tuple[TextDocument, ...]
    queries: tuple[Query, ...]
    queries_without_judgements: int
    qrels: Qrels
    files: tuple[Path, ...]


def load_collection(folder: Path) -> Collection:
    """Reads ``corpus.jsonl``, ``queries.jsonl`` (each may be ``.gz``; queries may be ``.tsv``) and the qrels.

    Ids are ``id`` or ``_id``. Qrels are ``qrels/test.tsv``, ``qrels.tsv``, ``qrels.txt`` or ``qrels.trec``: three
    columns (query, document, relevance) divided by tabs, with or without a heading, or TREC's four.

    Raises:
        DatasetError: a file is missing; the first bad row by file, line and field; no relevant document at all.
    """
    if not folder.is_dir():
        raise DatasetError(f"{folder}: no such folder")
    corpus = _first(folder, ("corpus.jsonl", "corpus.jsonl.gz"))
    queries = _first(folder, ("queries.jsonl", "queries.jsonl.gz", "queries.tsv"))
    judgements = _first(folder, QRELS_FILES)
    documents = read_documents(corpus)
    asked = read_queries(queries)
    qrels = read_qrels(judgements, {query.id for query in asked}, {document.id for document in documents})
    judged = {query for query, relevance in qrels.items() if max(relevance.values()) > 0}
    if not judged:
        raise DatasetError(f"{judgements}: no query has a relevant document")
    return Collection(
        name=folder.resolve().name,
        documents=documents,
        queries=tuple(query for query in asked if query.id in judged),
        queries_without_judgements=sum(query.id not in judged for query in asked),
        qrels={query: relevance for query, relevance in qrels.items() if query in judged},
        files=(corpus, queries, judgements),
    )


def read_qrels(path: Path, queries: set[str], documents: set[str]) -> Qrels:
    """Reads relevance judgements, BEIR's three columns or TREC's four.

    Raises:
        DatasetError: a line with other columns, a relevance that is not a whole number, an unknown query or
            document, or a pair that is there twice with different relevance.
    """
    qrels: Qrels = {}
    for number, line in enumerate(read_text(path).split("\n"), start=1):
        row = Row(path, f"line {number}", {})
        cells = _cells(line)
        if not cells or (number == 1 and tuple(cell.casefold() for cell in cells) == QRELS_HEADING):
            continue
        if len(cells) not in (3, 4):
            raise row.error("columns", f"there are {len(cells)}; must be query, document, relevance (or TREC's four)")
        query, document, relevance = cells[0], cells[-2], cells[-1]
        if query not in queries:
            raise row.error("query-id", f"{query!r} is not among the queries")
        if document not in documents:
            raise row.error("corpus-id", f"{document!r} is not in the corpus")
        try:
            value = int(relevance)
        except ValueError as error:
            raise row.error("score", f"{relevance!r} is not a whole number") from error
        if qrels.setdefault(query, {}).setdefault(document, value) != value:
            raise row.error("score", f"{query!r} and {document!r} are there twice, with different relevance")
    return qrels


def read_run(path: Path) -> dict[str, Ranking]:
    """Reads a TREC run file: query, Q0, document, rank, score, tag.

    Raises:
        DatasetError: a line with other columns, or a score that is not a number.
    """
    run: dict[str, Ranking] = {}
    for number, line in enumerate(read_text(path).split("\n"), start=1):
        row = Row(path, f"line {number}", {})
        cells = _cells(line)
        if not cells:
            continue
        if len(cells) != RUN_COLUMNS:
            raise row.error("columns", f"there are {len(cells)}; must be query, Q0, document, rank, score, tag")
        try:
            run.setdefault(cells[0], {})[cells[2]] = float(cells[4])
        except ValueError as error:
            raise row.error("score", f"{cells[4]!r} is not a number") from error
    if not run:
        raise DatasetError(f"{path}: holds no ranking")
    return run


def write_run(path: Path, tag: str, rankings: Mapping[str, Sequence[str]]) -> None:
    """Writes a TREC run file, divided by tabs (ids may hold spaces); scores fall from the number of documents."""
    lines = [
        f"{query}\tQ0\t{document}\t{rank}\t{len(documents) - rank + 1}\t{tag}\n"
        for query, documents in rankings.items()
        for rank, document in enumerate(documents, start=1)
    ]
    path.write_text("".join(lines), encoding="utf-8")


def _first(folder: Path, names: Sequence[str]) -> Path:
    for name in names:
        if (folder / name).is_file():
            return folder / name
    raise DatasetError(f"{folder}: holds none of {', '.join(names)}")


def _cells(line: str) -> list[str]:
    return line.strip("\r").split("\t") if "\t" in line else line.split()


def read_queries(path: Path) -> tuple[Query, ...]:
    """Reads queries, whether they are judged or not.

    Raises:
        DatasetError: the first bad row; no row at all.
    """
    found: dict[str, Query] = {}
    for row, query in _query_rows(path):
        if query.id in found:
            raise row.error("id", f"{query.id!r} is there twice")
        found[query.id] = query
    if not found:
        raise DatasetError(f"{path}: holds no query")
    return tuple(found.values())


def _query_rows(path: Path) -> list[tuple[Row, Query]]:
    if path.suffix != ".tsv":
        return [(row, _query(row)) for row in read_jsonl(path)]
    pairs: list[tuple[Row, Query]] = []
    for number, line in enumerate(read_text(path).split("\n"), start=1):
        name, _, text = line.partition("\t")
        row = Row(path, f"line {number}", {"id": name or None, "text": text})
        if line.strip():
            pairs.append((row, Query(row.identity("id"), row.text("text"))))
    return pairs


def _query(row: Row) -> Query:
    answerability = ", ".join(row.texts("answerability"))  # MTRAG has a list of one
    return Query(row.identity("id", "_id"), row.text("text"), _turns(row), answerability)


def _turns(row: Row) -> tuple[Turn, ...]:
    """``history`` as ``{"speaker": "user" or "agent", "text"}``, the oldest first, as question and answer pairs."""
    turns: list[Turn] = []
    for entry in row.rows("history") if row.fields.get("history") is not None else []:
        speaker, text = entry.text("speaker"), entry.text("text", default="")
        if speaker == "user":
            turns.append(Turn(text))
        elif speaker == "agent" and turns and not turns[-1].answer:
            turns[-1] = Turn(turns[-1].question, text)
        else:
            raise entry.error("speaker", f"{speaker!r} is out of turn; turns go user, agent, user, agent")
    return tuple(turns)
