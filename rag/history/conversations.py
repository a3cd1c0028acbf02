"""Conversations kept on disk beside the index, each seen by its owner only.

An answer is kept whole, with the passages that were read, so that it is shown again as it was given and not asked
anew. Every query names the owner: another's conversation is as one that does not exist.
"""

from __future__ import annotations

import json
import sqlite3
import uuid
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from itertools import groupby
from pathlib import Path
from typing import Any

from rag.answer.serialise import answer_from_json, answer_to_json
from rag.errors import ConversationError, LibraryError
from rag.history.exchange import Conversation, Exchange
from rag.history.quotes import Unchecked, keep_quotes, keep_state, outdated_quotes, unchecked_quotes
from rag.history.standing import Library, OutdatedAnswer, State, state_of
from rag.history.store import FILE_NAME, HistoryFile
from rag.index import Index
from rag.schema import DocumentOf, Source
from rag.text.normalise import single_spaced

MAX_TITLE_CHARACTERS = 80
UNTITLED = "New conversation"

_COLUMNS = "id, owner, title, created, updated"


class Conversations:
    """Create, append to, list, open, rename and delete conversations. Safe to share by threads."""

    def __init__(self, folder: Path, made_with: Mapping[str, Any] | None = None) -> None:
        """Opens the conversations beside the index in ``folder``.

        Args:
            folder: of the index.
            made_with: kept with every exchange that comes from now on, unless it has its own.

        Raises:
            LibraryError: the file cannot be opened, and says what to do.
        """
        self._file = HistoryFile(folder)
        self._made_with = dict(made_with or {})

    def create(self, owner: str, title: str = "") -> Conversation:
        """A new conversation; without a title it is called by its first question."""
        now = now_utc()
        made = Conversation(uuid.uuid4().hex, owner, short_title(title) if title.strip() else UNTITLED, now, now)
        with self._file.transaction() as db:
            db.execute(
                "INSERT INTO conversations VALUES (?, ?, ?, ?, ?)",
                (made.id, made.owner, made.title, made.created, made.updated),
            )
        return made

    def append(self, owner: str, conversation_id: str, exchange: Exchange) -> int:
        """Keeps an exchange at the end of a conversation; returns its position, from 0.

        Raises:
            ConversationError: the owner has no such conversation.
        """
        now = now_utc()
        stored = None if exchange.answer is None else answer_to_json(exchange.answer, passages=True)
        with self._file.transaction() as db:
            found = _required(db, owner, conversation_id)
            position = int(
                db.execute("SELECT count(*) FROM exchanges WHERE conversation_id = ?", (conversation_id,)).fetchone()[0]
            )
            db.execute(
                "INSERT INTO exchanges VALUES (?, ?, ?, ?, ?, ?, ?)",
                (
                    conversation_id,
                    position,
                    exchange.asked or now,
                    exchange.question,
                    stored,
                    exchange.problem,
                    json.dumps(exchange.made_with or self._made_with),
                ),
            )
            if exchange.answer is not None:
                keep_quotes(db, conversation_id, position, exchange.answer)
            untitled = position == 0 and found.title == UNTITLED
            db.execute(
                "UPDATE conversations SET title = ?, updated = ? WHERE id = ?",
                (short_title(exchange.question) if untitled else found.title, now, conversation_id),
            )
        return position

    def list(self, owner: str, search: str = "") -> tuple[Conversation, ...]:
        """The owner's conversations without their exchanges, the last used first.

        Args:
            owner: whose.
            search: only those with this text, in any case, in their title, a question or an answer.
        """
        wanted = " ".join(search.casefold().split())
        with self._file.transaction() as db:
            rows = db.execute(
                f"SELECT {_COLUMNS} FROM conversations WHERE owner = ?1 AND (?2 = '' OR instr(folded(title), ?2) OR "
                "EXISTS (SELECT 1 FROM exchanges WHERE conversation_id = conversations.id AND (instr(folded(question), "
                "?2) OR instr(folded(coalesce(json_extract(answer, '$.text'), '')), ?2)))) "
                "ORDER BY updated DESC, conversations.rowid DESC",
                (owner, wanted),
            ).fetchall()
        return tuple(Conversation(*row) for row in rows)

    def owners(self) -> tuple[str, ...]:
        """Everybody who has conversations here, the last who used one first."""
        with self._file.transaction() as db:
            rows = db.execute("SELECT owner FROM conversations GROUP BY owner ORDER BY max(updated) DESC").fetchall()
        return tuple(str(owner) for (owner,) in rows)

    def open(self, owner: str, conversation_id: str) -> Conversation:
        """One conversation with its exchanges.

        Raises:
            ConversationError: the owner has no such conversation.
            LibraryError: what is kept of it cannot be read.
        """
        with self._file.transaction() as db:
            found = _required(db, owner, conversation_id)
            rows = db.execute(
                "SELECT question, answer, problem, asked, made_with FROM exchanges WHERE conversation_id = ? "
                "ORDER BY position",
                (conversation_id,),
            ).fetchall()
            outdated = {one.position: one.quotes for one in outdated_quotes(db, conversation_id=conversation_id)}
        try:
            exchanges = tuple(
                replace(_exchange(*row), outdated=outdated.get(position, ())) for position, row in enumerate(rows)
            )
        except ValueError as error:
            raise LibraryError(f"{found.title}: an answer in this conversation is damaged ({error})") from error
        return Conversation(found.id, found.owner, found.title, found.created, found.updated, exchanges)

    def rename(self, owner: str, conversation_id: str, title: str) -> Conversation:
        """Gives a conversation another title; an empty one leaves it as it is.

        Raises:
            ConversationError: the owner has no such conversation.
        """
        with self._file.transaction() as db:
            found = _required(db, owner, conversation_id)
            renamed = short_title(title) if title.strip() else found.title
            db.execute("UPDATE conversations SET title = ? WHERE id = ?", (renamed, conversation_id))
        return Conversation(found.id, found.owner, renamed, found.created, found.updated)

    def delete(self, owner: str, conversation_id: str) -> bool:
        """Deletes a conversation and its exchanges; False where the owner has no such conversation."""
        with self._file.transaction() as db:
            deleted = db.execute(
                "DELETE FROM conversations WHERE id = ? AND owner = ?", (conversation_id, owner)
            ).rowcount
        return deleted > 0

    def recheck(self, sources: Sequence[Source], document: DocumentOf) -> None:
        """Looks which quotes of everybody's kept answers still stand, where a document changed since the last look.

        Args:
            sources: all documents of the index.
            document: one of them with its text.

        Raises:
            LibraryError: what is kept cannot be read or written.
        """
        with self._file.transaction() as db:
            unchecked = unchecked_quotes(db, Library(sources))
        now = now_utc()
        checked: list[tuple[Unchecked, State]] = []
        for source, quotes in groupby(unchecked, key=lambda quote: quote.document):
            try:
                text = single_spaced(document(source.id).text) if source is not None else None
            except LibraryError:  # removed just now, or damaged: looked at again next time
                continue
            checked += [(quote, state_of(quote.words, text)) for quote in quotes]
        if checked:
            with self._file.transaction() as db:
                for quote, state in checked:
                    keep_state(db, quote, state, now)

    def outdated(self, owner: str | None = None, *, since: str = "") -> tuple[OutdatedAnswer, ...]:
        """Answers that rest on quotes which no longer stood when it was last looked, the oldest first.

        Args:
            owner: whose; None: everybody's.
            since: only what was noticed then or later; UTC in ISO form.
        """
        with self._file.transaction() as db:
            return outdated_quotes(db, owner=owner, since=since)

    def close(self) -> None:
        """Closes the file."""
        self._file.close()


def outdated_answers(index: Index, *, since: str = "") -> tuple[OutdatedAnswer, ...]:
    """Everybody's kept answers that rest on quotes which no longer stand in an index; none where nothing is kept.

    Args:
        since: only what was noticed then or later; UTC in ISO form.

    Raises:
        LibraryError: what is kept, or the index, cannot be read.
    """
    if not (index.folder / FILE_NAME).exists():
        return ()
    with closing(Conversations(index.folder)) as kept:
        kept.recheck(index.sources(), index.document)
        return kept.outdated(since=since)


def now_utc() -> str:
    """The time in UTC, in ISO form to the microsecond, so that order by text is order in time."""
    return datetime.now(UTC).isoformat(timespec="microseconds")


def short_title(text: str) -> str:
    """A text on one line of at most ``MAX_TITLE_CHARACTERS`` characters."""
    line = " ".join(text.split())
    return line if len(line) <= MAX_TITLE_CHARACTERS else f"{line[: MAX_TITLE_CHARACTERS - 1].rstrip()}…"


def _required(db: sqlite3.Connection, owner: str, conversation_id: str) -> Conversation:
    row: Any = db.execute(
        f"SELECT {_COLUMNS} FROM conversations WHERE id = ? AND owner = ?", (conversation_id, owner)
    ).fetchone()
    if row is None:
        raise ConversationError("There is no such conversation (any more).")
    return Conversation(*row)


def _exchange(question: str, answer: str | None, problem: str, asked: str, made_with: str) -> Exchange:
    read = answer_from_json(answer) if answer else None
    return Exchange(question, read, problem, asked, json.loads(made_with))
