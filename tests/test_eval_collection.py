"""Retrieval collections: BEIR's layout, TREC's files, and what is wrong with a bad one."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from eval.collection import load_collection, read_run, write_run
from rag.errors import DatasetError
from rag.schema import Turn


def make(folder: Path, qrels: str = "q1\td 1\t2\nq1\td2\t0\n", queries: str = "", where: str = "qrels.tsv") -> Path:
    (folder / where).parent.mkdir(parents=True, exist_ok=True)
    (folder / "corpus.jsonl").write_text(
        '{"_id": "d 1", "title": "One", "text": "first"}\n{"_id": "d2", "text": "second"}\n', encoding="utf-8"
    )
    queries = queries or '{"_id": "q1", "text": "which?"}\n{"_id": "q2", "text": "what?"}\n'
    (folder / "queries.jsonl").write_text(queries, encoding="utf-8")
    (folder / where).write_text(qrels, encoding="utf-8")
    return folder


@pytest.mark.parametrize(
    ("qrels", "where"),
    [
        ("q1\td 1\t2\nq1\td2\t0\n", "qrels.tsv"),
        ("query-id\tcorpus-id\tscore\nq1\td 1\t2\nq1\td2\t0\n", "qrels/test.tsv"),
        ("q1\t0\td 1\t2\nq1\t0\td2\t0\n", "qrels.txt"),
    ],
)
def test_a_collection_in_each_layout(tmp_path: Path, qrels: str, where: str) -> None:
    found = load_collection(make(tmp_path, qrels, where=where))
    assert [document.id for document in found.documents] == ["d 1", "d2"]
    assert found.documents[0].title == "One"
    assert found.qrels == {"q1": {"d 1": 2, "d2": 0}}
    assert [query.id for query in found.queries] == ["q1"]
    assert found.queries_without_judgements == 1


def test_trec_columns_divided_by_spaces(tmp_path: Path) -> None:
    assert load_collection(make(tmp_path, "q1 0 d2 1\n")).qrels == {"q1": {"d2": 1}}


def test_queries_in_a_table_and_in_conversations(tmp_path: Path) -> None:
    folder = make(tmp_path)
    (folder / "queries.jsonl").unlink()
    (folder / "queries.tsv").write_text("q1\twhich?\n", encoding="utf-8")
    assert load_collection(folder).queries[0].text == "which?"
    history = [{"speaker": "user", "text": "who?"}, {"speaker": "agent", "text": "Ann"}]
    make(tmp_path, queries=json.dumps({"id": "q1", "text": "which?", "history": history}))
    assert load_collection(folder).queries[0].history == (Turn("who?", "Ann"),)


@pytest.mark.parametrize(
    ("qrels", "says"),
    [
        ("q1\td2\n", "line 1, field 'columns': there are 2"),
        ("q1\td2\t1\nq1\td2\tmuch\n", "line 2, field 'score': 'much' is not a whole number"),
        ("q9\td2\t1\n", "line 1, field 'query-id': 'q9' is not among the queries"),
        ("q1\td9\t1\n", "line 1, field 'corpus-id': 'd9' is not in the corpus"),
        ("q1\td2\t1\nq1\td2\t0\n", "line 2, field 'score': 'q1' and 'd2' are there twice"),
        ("q1\td2\t0\n", "no query has a relevant document"),
        ("", "no query has a relevant document"),
    ],
)
def test_bad_judgements_are_told(tmp_path: Path, qrels: str, says: str) -> None:
    with pytest.raises(DatasetError) as caught:
        load_collection(make(tmp_path, qrels))
    assert says in str(caught.value)


@pytest.mark.parametrize(
    ("queries", "says"),
    [
        ('{"_id": "q1"}', "field 'text': is missing"),
        ('{"_id": "q1", "text": "a"}\n{"_id": "q1", "text": "b"}', "line 2, field 'id': 'q1' is there twice"),
        ('{"_id": "q1", "text": "a", "history": [{"speaker": "agent", "text": "b"}]}', "out of turn"),
        ('{"_id": "q1", "text": "a", "history": ["b"]}', "must hold objects"),
    ],
)
def test_bad_queries_are_told(tmp_path: Path, queries: str, says: str) -> None:
    with pytest.raises(DatasetError) as caught:
        load_collection(make(tmp_path, queries=queries))
    assert says in str(caught.value)


def test_a_missing_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match="no such folder"):
        load_collection(tmp_path / "absent")
    with pytest.raises(DatasetError, match=r"corpus\.jsonl"):
        load_collection(tmp_path)


def test_a_run_file_keeps_ids_with_spaces(tmp_path: Path) -> None:
    path = tmp_path / "fused.trec"
    write_run(path, "fused", {"q1": ["d 1", "d2"]})
    assert path.read_text(encoding="utf-8").splitlines()[0] == "q1\tQ0\td 1\t1\t2\tfused"
    assert read_run(path) == {"q1": {"d 1": 2.0, "d2": 1.0}}


@pytest.mark.parametrize("line", ["q1 Q0 d1 1 0.5", "q1 Q0 d1 1 high tag", ""])
def test_a_bad_run_file_is_told(tmp_path: Path, line: str) -> None:
    path = tmp_path / "other.trec"
    path.write_text(line, encoding="utf-8")
    with pytest.raises(DatasetError, match=r"other\.trec"):
        read_run(path)
