"""Answers as JSON keep their keys, come back as they were, and what was written before can still be read."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from answers import make_answer, refusal

from rag.answer.phrases import place
from rag.answer.serialise import AnswerJson, answer_from_json, answer_to_dict, answer_to_json
from rag.errors import LibraryError
from rag.history import Conversations, Exchange
from rag.history.store import FILE_NAME
from rag.index.base import IndexStatus
from rag.schema import Month
from rag.serving.status import StatusJson, status_json

KEPT = (Path(__file__).parent / "data" / "kept_answer.json").read_text(encoding="utf-8")
"""As docquote wrote it before its JSON had a schema."""
QUESTION = "How many members attended?"
ANSWER = make_answer(QUESTION, "Seventy-six members attended.", highlight=(0, 11), day=date(2021, 3, 2), page=2)


PASSAGE = ANSWER.passages[0]
AUTHORED = replace(ANSWER, passages=(replace(PASSAGE, source=replace(PASSAGE.source, author="Ada Quist")),))


@pytest.mark.parametrize("answer", [ANSWER, AUTHORED, refusal(QUESTION)])
def test_an_answer_becomes_json_and_back(answer: Any) -> None:
    assert answer_from_json(answer_to_json(answer, passages=True)) == answer
    without = answer_from_json(answer_to_json(answer))
    assert (without.citations, without.passages) == (answer.citations, ())
    assert json.loads(answer_to_json(answer)) == answer_to_dict(answer)


def test_a_month_stays_a_month() -> None:
    answer = make_answer(QUESTION, "Seventy-six members attended.", day=Month(2024, 1, 1))
    assert answer_to_dict(answer)["citations"][0]["date"] == "2024-01"
    read = answer_from_json(answer_to_json(answer, passages=True))
    assert [str(read.citations[0].date), str(read.passages[0].source.date)] == ["2024-01", "2024-01"]
    assert place(read.citations[0]) == place(answer.citations[0])
    assert "January 2024" in place(read.citations[0])


def test_what_was_kept_before_is_read_and_written_as_it_was() -> None:
    read = answer_from_json(KEPT)
    assert read.narrowed is not None and read.narrowed.after == date(2021, 1, 1)
    assert [candidate.date for candidate in read.candidates] == [date(2021, 3, 2), None]
    assert read.likeliest is not None and read.likeliest.quote == read.text
    assert read.passages[0].source.date == date(2021, 3, 2)
    kept = json.loads(KEPT)
    passages = kept.pop("passages")
    written = answer_to_dict(read)
    assert written.pop("outcome") == "found"  # was not told from "perhaps" then
    assert written.pop("reply") == ""  # docquote said nothing itself then
    for citation in (*written["citations"], *written["nearest"], *written["also"]):
        later = [citation.pop(key) for key in ("place", "header", "lead", "recognised")]  # were not kept then
        assert later == ["", None, None, None]
    assert json.dumps(written) == json.dumps(kept), "the same keys in the same order"
    passages[0]["source"] |= {"pages": None, "author": ""}  # were not kept then
    assert answer_to_dict(read, passages=True)["passages"] == passages


def test_what_was_kept_in_the_beginning_is_read_too() -> None:
    later = ("groups", "best", "overview", "narrowed", "candidates", "searched", "library", "passages")
    first = {name: value for name, value in json.loads(KEPT).items() if name not in later}
    read = answer_from_json(json.dumps(first))
    assert (read.groups, read.best, read.narrowed, read.library) == ((), 1, None, 0)
    assert read.citations == answer_from_json(KEPT).citations


def test_keys_of_a_newer_docquote_are_passed_over() -> None:
    newer = json.loads(KEPT) | {"mood": "cheerful"}
    newer["citations"][0]["colour"] = "blue"
    assert answer_from_json(json.dumps(newer)) == answer_from_json(KEPT)


@pytest.mark.parametrize(
    ("damage", "where"),
    [
        (lambda kept: kept.pop("question"), "question"),
        (lambda kept: kept["citations"][0].update(start="7"), "citations.0.start"),
        (lambda kept: kept["citations"][0].update(date="yesterday"), "citations.0.date"),
        (lambda kept: kept["passages"][0]["scores"].update(fused=None), "passages.0.scores.fused"),
    ],
)
def test_what_is_damaged_is_named(damage: Any, where: str, tmp_path: Path) -> None:
    kept = json.loads(KEPT)
    damage(kept)
    with pytest.raises(ValueError, match=where):
        answer_from_json(json.dumps(kept))
    conversations = Conversations(tmp_path)
    made = conversations.create("ann", "Spring")
    conversations.append("ann", made.id, Exchange(QUESTION, ANSWER))
    with closing(sqlite3.connect(tmp_path / FILE_NAME)) as db, db:
        db.execute("UPDATE exchanges SET answer = ?", (json.dumps(kept),))
    with pytest.raises(LibraryError, match=f"Spring: an answer in this conversation is damaged .*{where}"):
        conversations.open("ann", made.id)


def test_a_conversation_of_a_former_docquote_is_opened_and_searched(tmp_path: Path) -> None:
    conversations = Conversations(tmp_path)
    made = conversations.create("ann")
    conversations.append("ann", made.id, Exchange(QUESTION, ANSWER))
    with closing(sqlite3.connect(tmp_path / FILE_NAME)) as db, db:
        db.execute("UPDATE exchanges SET answer = ?", (KEPT,))
    assert conversations.open("ann", made.id).exchanges[0].answer == answer_from_json(KEPT)
    assert [one.id for one in conversations.list("ann", "seventy-six MEMBERS")] == [made.id]


def test_the_schema_names_every_key() -> None:
    schema = AnswerJson.model_json_schema(mode="serialization")
    assert list(schema["properties"]) == list(answer_to_dict(ANSWER))
    assert set(schema["required"]) >= {"question", "found", "confidence", "citations"}


def test_a_status_has_a_schema_and_keeps_its_keys(tmp_path: Path) -> None:
    source = ANSWER.passages[0].source
    status = IndexStatus(1, 2, 300, 4096, 7, None, (tmp_path,), (source,), {source.id: ("odd",)}, {source.id: 2})
    written = status_json(status, tmp_path).model_dump(mode="json")
    assert list(written) == list(StatusJson.model_json_schema()["properties"])
    assert written["folders"] == [str(tmp_path)] and written["embedding_model"] is None
    assert written["sources"] == [
        {
            "name": source.name,
            "path": source.path,
            "title": source.title,
            "author": "",
            "date": "2021-03-02",
            "media_type": source.media_type,
            "sha256": source.sha256,
            "pages": None,
            "warnings": ["odd"],
            "chunks": 2,
        }
    ]
    [folder] = written["by_folder"]
    assert (folder["documents"], folder["chunks"], folder["warnings"]) == (1, 2, 1)
