"""Kept answers whose quotes no longer stand, after documents changed, went, moved and came back."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from answers import make_answer
from core_fakes import FAKE_SETTINGS, FakeEmbedder, make_index, write_files

from rag.history import (
    Conversations,
    Exchange,
    OutdatedAnswer,
    OutdatedQuote,
    found_again,
    outdated_answers,
    outdated_lines,
    outdated_words,
)
from rag.history.export import export_json, export_markdown
from rag.history.store import FILE_NAME
from rag.index import Index
from rag.index.ingest import remove_documents, update_index
from rag.schema import Answer, Citation, Words

MASTER = "The harbour master is Inge Dahl."
FERRY = "The ferry leaves at seven."
FILES = {"harbour.txt": f"Harbour\n\n{MASTER} She has a dog.\n", "boats/ferry.md": f"# Ferry\n\n{FERRY}\n"}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write_files(tmp_path / "port", FILES)


@pytest.fixture
def index(folder: Path, tmp_path: Path) -> Iterator[Index]:
    opened = make_index(tmp_path / "index")
    update(opened, folder)
    yield opened
    opened.close()


def update(index: Index, *paths: Path) -> None:
    report = update_index(index, FakeEmbedder(), paths, FAKE_SETTINGS)
    assert not report.failed


def answer_of(index: Index, *quoted: tuple[str, str]) -> Answer:
    """An answer that quotes documents of the index, given by name and quote."""
    citations: list[Citation] = []
    made = make_answer("Who is it?", "")
    passages = []
    for number, (name, quote) in enumerate(quoted, start=1):
        source = next(source for source in index.sources() if source.name == name)
        document = index.document(source.id)
        start = document.text.index(quote)
        citations.append(
            replace(
                made.citations[0],
                number=number,
                document=name,
                path=source.path,
                start=start,
                end=start + len(quote),
                quote=quote,
                highlight=(start + 4, start + 8),
                document_id=source.id,
            )
        )
        chunk = replace(made.passages[0].chunk, document_id=source.id, end=len(document.text))
        passages.append(replace(made.passages[0], chunk=chunk, source=source, text=document.text))
    return replace(made, citations=tuple(citations), passages=tuple(passages))


def keep(index: Index, answer: Answer, owner: str = "ada") -> str:
    kept = Conversations(index.folder)
    conversation = kept.create(owner)
    kept.append(owner, conversation.id, Exchange("Who is it?", answer))
    kept.close()
    return conversation.id


def outdated(index: Index) -> list[list[tuple[str, str, str]]]:
    """The quotes that no longer stand, by answer: document, words, and what became of it."""
    return [[(one.document, one.quote, one.state) for one in answer.quotes] for answer in outdated_answers(index)]


def test_a_quote_that_was_changed_no_longer_stands_and_one_that_moved_does(index: Index, folder: Path) -> None:
    keep(index, answer_of(index, ("harbour.txt", MASTER), ("boats/ferry.md", FERRY)))
    assert outdated(index) == []
    write_files(
        folder, {"boats/ferry.md": f"# Ferry\n\nA new pier is built.\n\n{FERRY.replace('leaves ', 'leaves' + chr(10))}"}
    )
    update(index)
    assert outdated(index) == []
    write_files(folder, {"harbour.txt": "Harbour\n\nThe harbour master is Olaf Lund.\n"})
    update(index)
    assert outdated(index) == [[("harbour.txt", MASTER, "changed")]]
    write_files(folder, {"harbour.txt": FILES["harbour.txt"]})
    update(index)
    assert outdated(index) == []


def test_a_document_that_went_takes_its_quotes_along_until_it_is_back(index: Index, folder: Path) -> None:
    keep(index, answer_of(index, ("harbour.txt", MASTER)))
    remove_documents(index, ["harbour.txt"])
    assert outdated(index) == [[("harbour.txt", MASTER, "gone")]]
    update(index, folder / "harbour.txt")
    assert outdated(index) == []


def test_a_document_that_moved_is_followed(index: Index, folder: Path, tmp_path: Path) -> None:
    keep(index, answer_of(index, ("boats/ferry.md", FERRY)))
    (folder / "boats").rename(folder / "ships")
    update(index)
    assert outdated(index) == []
    write_files(folder, {"ships/ferry.md": "# Ferry\n\nThe ferry leaves at nine.\n"})
    update(index)
    assert outdated(index) == [[("boats/ferry.md", FERRY, "changed")]]


def test_a_row_no_longer_stands_under_another_header(index: Index, folder: Path) -> None:
    write_files(folder, {"fees.txt": "Year 2024\nBerth: 40 crowns\n"})
    update(index)
    answer = answer_of(index, ("fees.txt", "Berth: 40 crowns"))
    keep(index, replace(answer, citations=(replace(answer.citations[0], header=Words(0, 9, "Year 2024")),)))
    write_files(folder, {"fees.txt": "Year 2025\nBerth: 40 crowns\n"})
    update(index)
    assert outdated(index) == [[("fees.txt", "Berth: 40 crowns", "changed")]]


def test_a_passage_that_might_answer_is_looked_after_and_a_refusal_rests_on_nothing(index: Index, folder: Path) -> None:
    answer = answer_of(index, ("harbour.txt", MASTER))
    nearest = replace(answer, citations=(), nearest=answer.citations)
    keep(index, replace(nearest, outcome="perhaps"))
    keep(index, replace(nearest, outcome="not found"))
    (folder / "harbour.txt").unlink()
    update(index)
    assert outdated(index) == [[("harbour.txt", MASTER, "gone")]]


def test_only_documents_that_changed_are_read(index: Index, folder: Path) -> None:
    for _ in range(3):
        keep(index, answer_of(index, ("harbour.txt", MASTER), ("boats/ferry.md", FERRY)))
    write_files(folder, {"harbour.txt": "Harbour\n\nClosed.\n"})
    update(index)
    kept, read = Conversations(index.folder), []
    for _ in range(2):
        kept.recheck(index.sources(), lambda key: read.append(key) or index.document(key))
    assert [index.document(key).source.name for key in read] == ["harbour.txt"]
    assert len(kept.outdated()) == 3
    kept.close()


def test_everybody_sees_their_own_and_only_what_is_new_is_new(index: Index, folder: Path) -> None:
    hers, his = (keep(index, answer_of(index, ("harbour.txt", MASTER)), owner) for owner in ("ada", "bob"))
    (folder / "harbour.txt").unlink()
    update(index)
    found = outdated_answers(index)
    assert {answer.conversation_id for answer in found} == {hers, his}
    kept = Conversations(index.folder)
    assert [answer.conversation_id for answer in kept.outdated("bob")] == [his]
    assert kept.open("ada", hers).exchanges[0].outdated == found[0].quotes
    (folder / "boats" / "ferry.md").unlink()
    update(index)
    assert outdated_answers(index, since=f"{found[0].quotes[0].noticed}x") == ()
    kept.delete("ada", hers)
    assert [answer.conversation_id for answer in outdated_answers(index)] == [his]
    kept.close()


def test_answers_kept_by_an_older_docquote_are_looked_after_too(index: Index, folder: Path) -> None:
    keep(index, answer_of(index, ("harbour.txt", MASTER)))
    damaged = keep(index, answer_of(index, ("boats/ferry.md", FERRY)))
    with sqlite3.connect(index.folder / FILE_NAME) as db:
        db.execute("DROP TABLE quotes")
        db.execute("UPDATE exchanges SET answer = '{}' WHERE conversation_id = ?", (damaged,))
        db.execute("PRAGMA user_version = 1")
    db.close()
    write_files(folder, {"harbour.txt": "Closed.", "boats/ferry.md": "Closed."})
    update(index)
    assert outdated(index) == [[("harbour.txt", MASTER, "changed")]]


def test_nothing_is_kept_where_nothing_was(index: Index) -> None:
    assert outdated_answers(index) == ()
    assert not (index.folder / FILE_NAME).exists()


def test_an_export_says_what_no_longer_stands(index: Index, folder: Path) -> None:
    conversation = keep(index, answer_of(index, ("harbour.txt", MASTER)))
    (folder / "harbour.txt").unlink()
    update(index)
    outdated_answers(index)
    kept = Conversations(index.folder)
    opened = kept.open("ada", conversation)
    kept.close()
    assert "This no longer stands in harbour.txt: the document was removed on" in export_markdown(opened)
    assert json.loads(export_json(opened))["exchanges"][0]["outdated"][0]["state"] == "gone"


def test_a_quote_is_found_where_it_stands_now(index: Index, folder: Path) -> None:
    citation = answer_of(index, ("harbour.txt", MASTER)).citations[0]
    write_files(folder, {"harbour.txt": f"{MASTER}\n\nA new page.\n\nHarbour\n\n{MASTER}\n"})
    update(index)
    document = index.document(citation.document_id)
    found = found_again(citation, document)
    assert found.start == 0  # the nearer one
    assert document.text[found.start : found.end] == found.quote == MASTER
    assert found.marked == citation.marked
    write_files(folder, {"harbour.txt": "Closed."})
    update(index)
    assert found_again(citation, index.document(citation.document_id)) == citation


def test_it_is_said_in_words() -> None:
    def quote(number: int, document: str = "minutes.txt", state: str = "changed") -> OutdatedQuote:
        return OutdatedQuote(number, document, "The roof leaks.", state, "2026-05-04T09:00:00.000000+00:00")  # type: ignore[arg-type]

    def answer(asked: str) -> OutdatedAnswer:
        return OutdatedAnswer("0" * 32, 0, "Who?", f"{asked}T09:00:00.000000+00:00", (quote(1),))

    assert outdated_words([]) == ""
    assert outdated_words([answer("2026-03-02")]) == "1 answer given in March 2026 no longer stands"
    dates = ("2026-06-01", "2026-05-31", "2026-06-02")
    assert outdated_words([answer(date) for date in dates]) == "3 answers given since May 2026 no longer stand"
    assert outdated_lines([quote(1)], 1) == [
        "This no longer stands in minutes.txt: the document was changed on 4 May 2026."
    ]
    assert outdated_lines([quote(1), quote(3), quote(4), quote(2, "roof.md", "gone")], 5) == [
        "Quotes 1, 3 and 4 no longer stand in minutes.txt: the document was changed on 4 May 2026.",
        "Quote 2 no longer stands in roof.md: the document was removed on 4 May 2026.",
    ]
