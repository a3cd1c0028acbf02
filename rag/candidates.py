"""Which documents a question may mean that names none of them ("What awards has the actor received?")."""

from __future__ import annotations

import re
from collections.abc import Sequence

from rag.conversation import bare_nouns
from rag.schema import Candidate, Passage, Source

NEAR = 0.8
"""A document may be meant if its best passage has at least this share of the best fused score of all.

See "Questions without an answer" in docs/evaluation.md."""
OFFERED = 4
"""More are no help in choosing."""

_DEFINITE = re.compile(
    r"\b(?:the|this|that|these|those|which|he|she|it|they|him|her|his|its|them|their)\b", re.IGNORECASE
)


def meant(question: str, passages: Sequence[Passage], missing: Sequence[str] = ()) -> tuple[Candidate, ...]:
    """The documents that a question may mean, the likeliest first; none where it points to nothing, or to one only.

    Args:
        question: as it was searched for.
        passages: that were read for it, the best first.
        missing: words of it that no document has. What it asks is then in none of them, unless it points to something
            that they do have: "What did the meeting decide?".
    """
    if not _DEFINITE.search(question) or (
        missing and not set(bare_nouns(question)) - {word.lower() for word in missing}
    ):
        return ()
    near = {
        passage.source.id: passage.source
        for passage in passages
        if passage.scores.fused >= NEAR * passages[0].scores.fused
    }
    return offered(list(near.values())[:OFFERED])


def offered(sources: Sequence[Source]) -> tuple[Candidate, ...]:
    """Documents to choose from; none where there is no choice, or too much of it."""
    if not 1 < len(sources) <= OFFERED:
        return ()
    return tuple(Candidate(source.title, source.name, source.id, source.date) for source in sources)
