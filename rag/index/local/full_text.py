"""FullText: the best chunks for some words by BM25, from SQLite's FTS5."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Sequence

from rag.index.bm25 import by_rarity
from rag.index.local.generation import Generation
from rag.sqlite import Database


class FullText:
    """The table ``chunk_text``, by the ids of the chunks."""

    def __init__(self, database: Database, generation: Generation) -> None:
        """Of one index."""
        self._database = database
        self._generation = generation

    def insert(self, db: sqlite3.Connection, texts: Iterable[tuple[int, str, str]]) -> None:
        """Adds chunks (id, context, text), inside a transaction."""
        db.executemany("INSERT INTO chunk_text (rowid, context, text) VALUES (?, ?, ?)", texts)

    def delete(self, db: sqlite3.Connection, texts: Iterable[tuple[int, str, str]]) -> None:
        """Removes chunks, given just as they were added, inside a transaction."""
        db.executemany("INSERT INTO chunk_text (chunk_text, rowid, context, text) VALUES ('delete', ?, ?, ?)", texts)

    def search(
        self, words: Sequence[str], k: int, document_ids: Sequence[str] | None = None
    ) -> list[tuple[int, float]]:
        """The chunks that best match any of the words by BM25, the best first.

        In a large library, only chunks that hold one of the rarest of the words; among some documents, all.

        Args:
            words: words without white space; stemmed by the index; the caller has dropped stop words.
            k: at most so many.
            document_ids: only chunks of these documents.

        Returns:
            Pairs of chunk id and BM25 score (higher is better, above 0).
        """
        rare, common = (list(words), []) if document_ids is not None else self._by_rarity(words)
        if not rare:
            return []
        found = self._best(_any(rare), k, document_ids)
        if common:  # a chunk with common words too scores more than was counted so far
            found |= self._best(f"{_any(rare)} AND {_any(common)}", k)
        return sorted(found.items(), key=lambda item: (-item[1], item[0]))[:k]

    def _by_rarity(self, words: Sequence[str]) -> tuple[list[str], list[str]]:
        """The words that any chunk holds: the rarest, at least one, and the rest."""
        return by_rarity(words, {word: self.chunk_frequency(word) for word in words})

    def _best(self, query: str, k: int, document_ids: Sequence[str] | None = None) -> dict[int, float]:
        where = ""
        arguments: list[object] = [query]
        if document_ids is not None:
            where = "AND rowid IN (SELECT id FROM chunks WHERE document_id IN (SELECT value FROM json_each(?))) "
            arguments.append(json.dumps(list(document_ids)))
        with self._database.connection() as db:
            rows = db.execute(  # a third faster than FTS5's own ORDER BY rank
                f"SELECT rowid, bm25(chunk_text) AS badness FROM chunk_text WHERE chunk_text MATCH ? {where}"
                "ORDER BY badness LIMIT ?",
                (*arguments, k),
            )
            return {int(row[0]): -float(row[1]) for row in rows}

    def chunk_frequency(self, word: str) -> int:
        """How many chunks hold a word or another form of it (same stem)."""
        query = "SELECT count(*) FROM chunk_text WHERE chunk_text MATCH ?"
        return self._generation.remembered(("frequency", word), lambda: self._database.number(query, _any([word])))


def _any(words: Sequence[str]) -> str:
    """An FTS5 query for any of the words, each a quoted string so that none is taken for syntax."""
    quoted = ('"' + word.replace('"', '""').replace("\0", "") + '"' for word in words)
    return f"({' OR '.join(quoted)})"
