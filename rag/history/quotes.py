"""The quotes that kept answers rest on, each with what became of it: the table ``quotes`` of the kept conversations.

Every function works inside a transaction of its caller.
"""

from __future__ import annotations

import json
import sqlite3
from collections import defaultdict
from dataclasses import dataclass

from rag.answer.serialise import answer_from_json
from rag.history.standing import Library, OutdatedAnswer, OutdatedQuote, State, resting_on, sha256_of, words_of
from rag.schema import Answer, Source


@dataclass(frozen=True, slots=True)
class Unchecked:
    """A quote whose document is other than when it was last looked at.

    Attributes:
        row: of the table.
        words: that have to stand in the document.
        document: as it is now; None where the index does not hold it.
    """

    row: int
    words: tuple[str, ...]
    document: Source | None


def keep_quotes(db: sqlite3.Connection, conversation_id: str, position: int, answer: Answer) -> None:
    """Keeps the quotes of an answer that is kept at a position of a conversation."""
    for citation in resting_on(answer):
        db.execute(
            "INSERT OR IGNORE INTO quotes VALUES (?, ?, ?, ?, ?, ?, ?, 'stands', '')",
            (
                conversation_id,
                position,
                citation.number,
                citation.document_id,
                citation.document,
                sha256_of(answer, citation),
                json.dumps(words_of(citation)),
            ),
        )


def keep_quotes_of_all(db: sqlite3.Connection) -> None:
    """The same for all answers that were kept before quotes were; those that are damaged are passed over."""
    rows = db.execute("SELECT conversation_id, position, answer FROM exchanges WHERE answer IS NOT NULL")
    for conversation_id, position, answer in rows:
        try:
            read = answer_from_json(answer)
        except ValueError:
            continue
        keep_quotes(db, conversation_id, position, read)


def unchecked_quotes(db: sqlite3.Connection, library: Library) -> list[Unchecked]:
    """The quotes whose document is another than when they were last looked at, lies elsewhere, or is gone since."""
    found: list[Unchecked] = []
    groups = db.execute("SELECT DISTINCT document_id, name, sha256 FROM quotes").fetchall()
    for document_id, name, sha256 in groups:
        document = library.now(document_id, name, sha256)
        if (document_id, sha256) == (document.id if document else document_id, _version(document)):
            continue
        rows = db.execute(
            "SELECT rowid, words FROM quotes WHERE document_id = ? AND name = ? AND sha256 = ?",
            (document_id, name, sha256),
        ).fetchall()
        found += [Unchecked(row, tuple(json.loads(words)), document) for row, words in rows]
    return found


def keep_state(db: sqlite3.Connection, quote: Unchecked, state: State, now: str) -> None:
    """Keeps what became of a quote."""
    document = quote.document
    db.execute(
        "UPDATE quotes SET document_id = coalesce(?1, document_id), sha256 = ?2, state = ?3, "
        "noticed = CASE WHEN state = ?3 THEN noticed ELSE ?4 END WHERE rowid = ?5",
        (document.id if document else None, _version(document), state, now, quote.row),
    )


def outdated_quotes(
    db: sqlite3.Connection, *, owner: str | None = None, conversation_id: str | None = None, since: str = ""
) -> tuple[OutdatedAnswer, ...]:
    """Answers with the quotes in them that no longer stand, the oldest first.

    Args:
        owner, conversation_id: only theirs, only in that conversation; None: of all.
        since: only quotes of which that was noticed then or later; UTC in ISO form.
    """
    rows = db.execute(
        "SELECT conversation_id, position, question, asked, number, name, words, state, noticed FROM quotes "
        "JOIN exchanges USING (conversation_id, position) JOIN conversations ON id = conversation_id "
        "WHERE state <> 'stands' AND noticed >= ?1 AND owner = coalesce(?2, owner) AND id = coalesce(?3, id) "
        "ORDER BY asked, conversation_id, position, number",
        (since, owner, conversation_id),
    )
    answers: dict[tuple[str, int, str, str], list[OutdatedQuote]] = defaultdict(list)
    for *answer, number, name, words, state, noticed in rows:
        answers[tuple(answer)].append(OutdatedQuote(number, name, json.loads(words)[0], state, noticed))
    return tuple(OutdatedAnswer(*answer, tuple(quotes)) for answer, quotes in answers.items())


def _version(document: Source | None) -> str:
    """What the table has under ``sha256``."""
    return document.sha256 if document else "gone"
