"""FullText: the best chunks for some words by BM25, computed by the server from the table ``postings``."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from psycopg import Connection

from rag.index.bm25 import K1, B, by_rarity, inverse_frequency
from rag.index.server.changes import Changes
from rag.index.server.terms import counted_terms, terms_of
from rag.text.normalise import searchable

Counted = list[dict[str, int]]
"""How often each of some chunks has each term."""

_SCORED = f"""
    SELECT chunk_id, sum(weight * times * {K1 + 1} / (times + {K1} * ({1 - B} + {B} * length / %(average)s))) AS score
    FROM unnest(%(terms)s::text[], %(weights)s::float8[]) AS asked (term, weight) JOIN postings USING (term)
    {{where}} GROUP BY chunk_id ORDER BY score DESC, chunk_id LIMIT %(k)s
"""
_EVERYWHERE = _SCORED.format(where="")
_WITH_RARE = _SCORED.format(where="WHERE chunk_id IN (SELECT chunk_id FROM postings WHERE term = ANY(%(rare)s))")
_IN_SCOPE = _SCORED.format(
    where="WHERE chunk_id IN (SELECT chunks.id FROM chunks JOIN documents ON key = document_key "
    "WHERE documents.id = ANY(%(scope)s))"
)


def counted(texts: Sequence[tuple[str, str]]) -> Counted:
    """The terms of some chunks, of their contexts and texts."""
    return counted_terms([f"{searchable(context)}\n{searchable(text)}" for context, text in texts])


def insert(db: Connection, ids: Sequence[int], terms: Counted) -> None:
    """Adds the terms of chunks, inside a transaction."""
    with db.cursor().copy("COPY postings (term, chunk_id, times, length) FROM STDIN (FORMAT BINARY)") as copy:
        copy.set_types(["text", "int8", "int4", "int4"])
        for chunk_id, of_chunk in zip(ids, terms, strict=True):
            length = sum(of_chunk.values())
            for term, times in of_chunk.items():
                copy.write_row((term, chunk_id, times, length))


def stored(db: Connection, document_id: str) -> Counted:
    """The terms of the chunks of a document as they are stored, in the order of the chunks."""
    ids = "SELECT chunks.id FROM chunks JOIN documents ON key = document_key WHERE documents.id = %s"
    found: dict[int, dict[str, int]] = {row[0]: {} for row in db.execute(f"{ids} ORDER BY chunks.id", (document_id,))}
    rows = db.execute(f"SELECT chunk_id, term, times FROM postings WHERE chunk_id IN ({ids})", (document_id,))
    for chunk_id, term, times in rows:
        found[chunk_id][term] = times
    return list(found.values())


class FullText:
    """Searches the table ``postings``; how many chunks hold a word is counted once for each generation."""

    def __init__(self, changes: Changes) -> None:
        """Of one library."""
        self._changes = changes

    def search(
        self, db: Connection, words: Sequence[str], k: int, document_ids: Sequence[str] | None = None
    ) -> list[tuple[int, float]]:
        """The chunks that best match any of the words, the best first; in a large library, as the index on disk does,
        only chunks that hold one of the rarest of the words; among some documents, all.

        A word that is several terms is searched as these.
        """
        times = Counter(term for word in words for term in terms_of(word))
        documents, chunks, _, length = self._changes.totals(db)
        if k < 1 or not documents:
            return []
        frequency = {term: self.frequency(db, (term,)) for term in times}
        rare, common = by_rarity(list(times), frequency)
        if not rare:
            return []
        query = _EVERYWHERE
        if document_ids is not None:
            query = _IN_SCOPE
        elif common:
            query = _WITH_RARE
        terms = rare + common
        rows = db.execute(
            query,
            {
                "average": length / chunks,
                "terms": terms,
                "weights": [times[term] * inverse_frequency(chunks, frequency[term]) for term in terms],
                "rare": rare,
                "scope": None if document_ids is None else list(document_ids),
                "k": k,
            },
        )
        return [(int(chunk_id), float(score)) for chunk_id, score in rows]

    def frequency(self, db: Connection, terms: Sequence[str]) -> int:
        """How many chunks hold all of these terms; none holds none."""
        if not terms:
            return 0
        return self._changes.remembered(db, ("frequency", *terms), lambda: _frequency(db, terms))


def _frequency(db: Connection, terms: Sequence[str]) -> int:
    if len(terms) == 1:
        row = db.execute("SELECT count(*) FROM postings WHERE term = %s", (terms[0],)).fetchone()
    else:
        query = (
            "SELECT count(*) FROM (SELECT chunk_id FROM postings WHERE term = ANY(%s) "
            "GROUP BY chunk_id HAVING count(*) = %s) AS holding"
        )
        row = db.execute(query, (list(terms), len(terms))).fetchone()
    return int(row[0]) if row else 0
