"""Conversations outlive the page: kept whole, found again, and seen by their owner only."""

from __future__ import annotations

import stat
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from answers import make_answer, refusal

from rag.errors import ConversationError, LibraryError
from rag.history import Exchange, history_of
from rag.history.conversations import MAX_TITLE_CHARACTERS, UNTITLED, Conversations
from rag.history.store import FILE_NAME
from rag.schema import Turn

QUESTION = "How many members attended?"
ANSWER = make_answer(QUESTION, "Seventy-six members attended.", highlight=(0, 11), day=date(2021, 3, 2), page=2)


@pytest.fixture
def kept(tmp_path: Path) -> Conversations:
    return Conversations(tmp_path)


def test_an_answer_comes_back_as_it_was_given(kept: Conversations, tmp_path: Path) -> None:
    made = kept.create("ada")
    assert made.title == UNTITLED
    for exchange in (
        Exchange(QUESTION, ANSWER),
        Exchange("And who?", refusal("And who?")),
        Exchange("?", problem="No."),
    ):
        kept.append("ada", made.id, exchange)
    kept.close()
    opened = Conversations(tmp_path).open("ada", made.id)
    assert opened.title == QUESTION
    assert [one.answer for one in opened.exchanges] == [ANSWER, refusal("And who?"), None]
    assert opened.exchanges[2].problem == "No."
    assert history_of(opened.exchanges) == [Turn(QUESTION, ANSWER.text, "Seventy-six"), Turn("And who?", "")]
    assert made.created <= opened.exchanges[0].asked <= opened.updated
    assert datetime.fromisoformat(opened.updated).tzinfo == UTC


def test_nobody_sees_the_conversations_of_another(kept: Conversations) -> None:
    hers = kept.create("ada", "Secret plans")
    assert kept.list("bob") == kept.list("") == ()
    for act in (
        lambda: kept.open("bob", hers.id),
        lambda: kept.append("bob", hers.id, Exchange("?")),
        lambda: kept.rename("bob", hers.id, "Mine"),
    ):
        with pytest.raises(ConversationError, match="no such conversation"):
            act()
    assert kept.delete("bob", hers.id) is False
    assert kept.open("ada", hers.id).title == "Secret plans"
    assert kept.open("ada", hers.id).exchanges == ()


def test_the_last_used_is_listed_first(kept: Conversations) -> None:
    first, second = kept.create("ada", "first"), kept.create("ada", "second")
    assert [one.title for one in kept.list("ada")] == ["second", "first"]
    kept.append("ada", first.id, Exchange(QUESTION, ANSWER))
    assert [one.id for one in kept.list("ada")] == [first.id, second.id]


@pytest.mark.parametrize("search", ["MEMBERS  att", "seventy-SIX", "Minutes of"])
def test_search_looks_at_titles_questions_and_answers(kept: Conversations, search: str) -> None:
    made = kept.create("ada", "Minutes of 2021")
    kept.append("ada", made.id, Exchange(QUESTION, ANSWER))
    kept.create("ada", "Tulips")
    assert [one.id for one in kept.list("ada", search)] == [made.id]


@pytest.mark.parametrize("search", ["%", "_", "'", "zebra", '"text"'])
def test_search_takes_every_character_as_it_is(kept: Conversations, search: str) -> None:
    kept.append("ada", kept.create("ada").id, Exchange(QUESTION, ANSWER))
    assert kept.list("ada", search) == ()


def test_rename_and_delete(kept: Conversations) -> None:
    made = kept.create("ada")
    kept.append("ada", made.id, Exchange(QUESTION, ANSWER))
    assert kept.rename("ada", made.id, "  The\nspring  meeting ").title == "The spring meeting"
    assert kept.rename("ada", made.id, "  ").title == "The spring meeting"
    assert len(kept.rename("ada", made.id, "x" * 500).title) == MAX_TITLE_CHARACTERS
    assert kept.delete("ada", made.id) is True
    assert kept.list("ada") == ()
    with pytest.raises(ConversationError):
        kept.open("ada", made.id)


def test_threads_lose_nothing(kept: Conversations) -> None:
    made = kept.create("ada")
    with ThreadPoolExecutor(8) as pool:
        positions = list(
            pool.map(lambda number: kept.append("ada", made.id, Exchange(f"Question {number}", ANSWER)), range(40))
        )
    assert sorted(positions) == list(range(40))
    assert len({one.question for one in kept.open("ada", made.id).exchanges}) == 40


def test_two_processes_may_use_the_file(kept: Conversations, tmp_path: Path) -> None:
    other = Conversations(tmp_path)
    made = other.create("ada", "From the other")
    assert kept.open("ada", made.id).title == "From the other"


def test_only_the_owner_of_the_index_may_read_the_file(kept: Conversations, tmp_path: Path) -> None:
    assert stat.S_IMODE((tmp_path / FILE_NAME).stat().st_mode) == 0o600


def test_a_damaged_file_is_named(tmp_path: Path) -> None:
    (tmp_path / FILE_NAME).write_bytes(b"not a database" * 500)
    with pytest.raises(LibraryError, match=FILE_NAME):
        Conversations(tmp_path)
