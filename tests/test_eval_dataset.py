"""Question sets: what is read, and how a bad row is told."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import pytest

from eval.dataset import Question, read_documents, read_questions
from eval.importers import doc2dial_turns, load_question_set, read_reading_questions
from rag.errors import DatasetError
from rag.schema import Turn

GOOD: dict[str, Any] = {"id": "q1", "question": "Who?", "answers": ["Ann"]}


def write(path: Path, *rows: object) -> Path:
    path.write_text("".join(f"{json.dumps(row)}\n" for row in rows), encoding="utf-8")
    return path


def test_a_full_row(tmp_path: Path) -> None:
    row = {
        "id": 7,
        "question": "And when?",
        "answers": ["1990", "in 1990"],
        "documents": ["a.txt"],
        "evidence": ["It opened in 1990."],
        "spans": [[3, 7]],
        "history": [{"question": "What opened?", "answer": "The bridge."}, "Where?"],
        "unanswerable": False,
        "note": "checked twice",
    }
    assert read_questions(write(tmp_path / "q.jsonl", row)) == (
        Question(
            id="7",
            question="And when?",
            answers=("1990", "in 1990"),
            documents=("a.txt",),
            evidence=("It opened in 1990.",),
            spans=((3, 7),),
            history=(Turn("What opened?", "The bridge."), Turn("Where?")),
            note="checked twice",
        ),
    )


def test_one_text_counts_as_a_list_of_one(tmp_path: Path) -> None:
    row = {"id": "q", "question": "Who?", "answers": "Ann", "document": "a.txt", "evidence": "Ann did."}
    question = read_questions(write(tmp_path / "q.jsonl", row))[0]
    assert (question.answers, question.documents, question.evidence) == (("Ann",), ("a.txt",), ("Ann did.",))


def test_gzip_blank_lines_and_a_byte_order_mark_are_fine(tmp_path: Path) -> None:
    path = tmp_path / "q.jsonl.gz"
    path.write_bytes(gzip.compress(b"\xef\xbb\xbf" + json.dumps(GOOD).encode() + b"\r\n\r\n"))
    assert [question.id for question in read_questions(path)] == ["q1"]


@pytest.mark.parametrize(
    ("change", "field", "says"),
    [
        ({"id": None}, "id", "missing"),
        ({"id": " "}, "id", "empty"),
        ({"id": True}, "id", "must be text"),
        ({"question": None}, "question", "missing"),
        ({"question": ""}, "question", "empty"),
        ({"question": 5}, "question", "must be text, not a number"),
        ({"question": "half \ud800"}, "question", "half a character"),
        ({"answers": []}, "answers", "needs answers"),
        ({"answers": [1]}, "answers", "must be text"),
        ({"answers": ["Ann", ""]}, "answers", "empty text"),
        ({"answers": {"text": "Ann"}}, "answers", "must be a list of texts, not an object"),
        ({"answer": ["Ann"]}, "answer", "did you mean 'answers'"),
        ({"colour": "red"}, "colour", "the fields are"),
        ({"unanswerable": "yes"}, "unanswerable", "must be true or false"),
        ({"unanswerable": True}, "unanswerable", "gives answers"),
        ({"document": "a", "documents": ["a"]}, "document", "either"),
        ({"spans": [[0, 3]]}, "spans", "exactly one document"),
        ({"spans": [[3, 3]], "document": "a"}, "spans", "[3, 3] is not"),
        ({"spans": [[0.5, 3]], "document": "a"}, "spans", "is not"),
        ({"spans": [3], "document": "a"}, "spans", "is not"),
        ({"spans": 3, "document": "a"}, "spans", "must be a list"),
        ({"history": "Who?"}, "history", "as one text must be turns"),
        ({"history": {"question": "Who?"}}, "history", "must be a list"),
        ({"history": [5]}, "history", "item 0"),
        ({"history": [{"question": ""}]}, "question", "empty"),
        ({"history": [{"question": "Who?", "reply": "Ann"}]}, "reply", "not a known field"),
    ],
)
def test_a_bad_field_is_named_with_file_and_line(tmp_path: Path, change: dict[str, Any], field: str, says: str) -> None:
    path = write(tmp_path / "set.jsonl", GOOD, {**GOOD, "id": "q2", **change})
    if isinstance(change.get("history"), str):
        path = write(tmp_path / "set.jsonl", GOOD, {"id": "q2", "answers": ["a"], **change})
    with pytest.raises(DatasetError) as caught:
        load_question_set(path)
    message = str(caught.value)
    assert message.startswith(f"{path}, line 2")
    assert f"field {field!r}" in message
    assert says in message


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"{not json}\n", "line 1: is not JSON"),
        (b"[1, 2]\n", "line 1: must be an object, not a list"),
        (json.dumps(GOOD).encode() + b"\nnull\n", "line 2: must be an object, not null"),
        (json.dumps(GOOD).encode() + b"\n\n" + json.dumps(GOOD).encode(), "already the id of line 1"),
        (b"", "holds no question"),
        (b"\n\n", "holds no question"),
        (json.dumps(GOOD).encode() + b"\n\xff\xfe", "line 2: is not UTF-8"),
        (b"[" * 100_000, "is not JSON"),
    ],
)
def test_a_bad_file_is_told(tmp_path: Path, content: bytes, says: str) -> None:
    path = tmp_path / "set.jsonl"
    path.write_bytes(content)
    with pytest.raises(DatasetError, match=r"set\.jsonl") as caught:
        load_question_set(path)
    assert says in str(caught.value)


@pytest.mark.parametrize("content", [b"plain text", gzip.compress(b"{}" * 1000)[:-20], b""])
def test_a_bad_gzip_file_is_told(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "set.jsonl.gz"
    path.write_bytes(content)
    with pytest.raises(DatasetError, match=r"set\.jsonl\.gz"):
        load_question_set(path)


def test_a_missing_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match="no such file"):
        load_question_set(tmp_path / "absent.jsonl")


def test_csv_has_the_same_columns(tmp_path: Path) -> None:
    path = tmp_path / "set.csv"
    path.write_text(
        "id,question,answers,document,history,unanswerable\n"
        "q1,Who?,Ann | Anna,a.txt,,\n"
        'q2,"And, when?","[""1990"", ""a | b""]",,"[{""question"": ""Who?"", ""answer"": ""Ann""}]",no\n'
        "q3,Why?,,,,TRUE\n",
        encoding="utf-8-sig",
    )
    first, second, third = load_question_set(path).questions
    assert (first.answers, first.documents) == (("Ann", "Anna"), ("a.txt",))
    assert second.question == "And, when?"
    assert second.answers == ("1990", "a | b")
    assert second.history == (Turn("Who?", "Ann"),)
    assert third.unanswerable


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("id,question,answers\nq1,Who?\n", "line 2, field 'answers'"),
        ("id,question,answers\nq1,Who?,Ann,more\n", "line 2, field 'columns'"),
        ("id,question,answers,unanswerable\nq1,Who?,,perhaps\n", "'perhaps' is neither true nor false"),
        ("id,question,answers\nq1,Who?,|\n", "line 2, field 'answers': holds an empty text"),
        ('id,question,answers\nq1,Who?,"[""Ann"""\n', "line 2, field 'answers': is not JSON"),
        ('id,question,answers\nq1,"Who?,Ann\n', "is not CSV"),
        ("name,question,answers\nq1,Who?,Ann\n", "field 'name': not a known field"),
        ("id,question,answers\n", "holds no question"),
    ],
)
def test_a_bad_csv_row_is_told(tmp_path: Path, content: str, says: str) -> None:
    path = tmp_path / "set.csv"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(DatasetError) as caught:
        load_question_set(path)
    assert says in str(caught.value)


CONTEXT = "Ann built the mill in 1802. Bob sold it."


def squad(**entry: Any) -> dict[str, Any]:
    question = {"id": "s1", "question": "Who built it?", "answers": [{"text": "Ann", "answer_start": 0}], **entry}
    return {"version": "v2.0", "data": [{"title": "Mill", "paragraphs": [{"context": CONTEXT, "qas": [question]}]}]}


def test_squad_1_1_and_2_0(tmp_path: Path) -> None:
    path = tmp_path / "squad.json"
    path.write_text(json.dumps(squad()), encoding="utf-8")
    found = load_question_set(path)
    assert found.documents[0].text == CONTEXT
    assert found.questions[0] == Question("s1", "Who built it?", ("Ann",), ("Mill",), spans=((0, 3),))
    impossible = squad(answers=[], is_impossible=True, plausible_answers=[{"text": "Bob", "answer_start": 28}])
    path.write_text(json.dumps(impossible), encoding="utf-8")
    assert load_question_set(path).questions[0] == Question("s1", "Who built it?", unanswerable=True)


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ([], "must be an object"),
        ({"data": {}}, "field 'data': must be a list"),
        ({}, "field 'data': is missing"),
        ({"data": [{"paragraphs": [{"qas": []}]}]}, "data[0], paragraphs[0], field 'context': is missing"),
        (squad(answers=[{"text": "Ann", "answer_start": 5}]), "5 is not where the context has 'Ann'"),
        (squad(answers=[{"text": "Ann"}]), "None is not where"),
        (squad(question=None), "qas[0], field 'question': is missing"),
        ({"data": []}, "holds no question"),
    ],
)
def test_bad_squad_is_told(tmp_path: Path, content: object, says: str) -> None:
    path = tmp_path / "squad.json"
    path.write_text(json.dumps(content), encoding="utf-8")
    with pytest.raises(DatasetError) as caught:
        load_question_set(path)
    assert says in str(caught.value)


def test_contexts_of_one_article_become_one_document(tmp_path: Path) -> None:
    ann, bob = {"title": "Mill", "context": "Ann built it."}, {"title": "Mill", "context": "Bob sold it."}
    rows = [
        {"id": "r1", **ann, "question": "Who?", "answers": [{"text": "Ann", "start": 0}]},
        {"id": "r2", **bob, "question": "Who?", "answers": [{"text": "Bob", "start": 0}]},
        {"id": "r3", **ann, "question": "When?", "answers": []},
    ]
    found = load_question_set(write(tmp_path / "read.jsonl", *rows))
    assert [document.text for document in found.documents] == ["Ann built it.\n\nBob sold it."]
    start, end = found.questions[1].spans[0]
    assert found.documents[0].text[start:end] == "Bob"
    assert [question.unanswerable for question in found.questions] == [False, False, True]
    assert len(read_reading_questions(tmp_path / "read.jsonl")) == 3


def test_a_dialogue_is_turned_round(tmp_path: Path) -> None:
    text = "user:How long? \tagent:No. \tagent:Is it old? \tuser:Can I fish?\nHere \tagent:Good day"
    question, history = doc2dial_turns(text)
    assert question == "How long?"
    assert history == (Turn("", "Good day"), Turn("Can I fish?\nHere", "Is it old? No."))
    row = {"id": "d1", "document": "Rules", "history": text, "answers": ["Ten days"], "spans": [[4, 12]]}
    loaded = load_question_set(write(tmp_path / "dial.jsonl", row)).questions[0]
    assert (loaded.question, loaded.history, loaded.documents) == (question, history, ("Rules",))


def test_a_dialogue_has_to_end_with_the_user(tmp_path: Path) -> None:
    row = {"id": "d1", "document": "Rules", "history": "agent:Hello", "answers": ["Ten days"]}
    with pytest.raises(DatasetError, match="newest turn must be the user's"):
        load_question_set(write(tmp_path / "dial.jsonl", row))


def test_a_folder_brings_its_documents(tmp_path: Path) -> None:
    write(tmp_path / "questions.jsonl", GOOD)
    with pytest.raises(DatasetError, match=r"documents\.jsonl"):
        load_question_set(tmp_path)
    write(tmp_path / "documents.jsonl", {"id": "a", "text": "Ann."}, {"_id": "b", "text": "", "title": "B"})
    found = load_question_set(tmp_path)
    assert (found.name, len(found.questions), len(found.documents)) == (tmp_path.name, 1, 2)


@pytest.mark.parametrize(
    ("rows", "says"),
    [
        ([{"id": "a"}], "line 1, field 'text': is missing"),
        ([{"text": "a"}], "line 1, field 'id': is missing"),
        ([{"id": "a", "text": 5}], "line 1, field 'text': must be text"),
        ([{"id": "a", "text": "x"}, {"id": "a", "text": "y"}], "line 2, field 'id': 'a' is there twice"),
        ([], "holds no document"),
    ],
)
def test_bad_documents_are_told(tmp_path: Path, rows: list[object], says: str) -> None:
    with pytest.raises(DatasetError) as caught:
        read_documents(write(tmp_path / "documents.jsonl", *rows))
    assert says in str(caught.value)
