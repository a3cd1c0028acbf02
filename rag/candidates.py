"""Which documents a question may mean that names none of them ("What awards has the actor received?")."""

from __future__ import annotations

import re
from collections.abc import Sequence

from rag.schema import Candidate, Passage

NEAR = 0.8
"""A document may be meant if its best passage has at least this share of the best fused score of all.

On 120 questions of MTRAG-UN: see "Questions without an answer" in docs/evaluation.md."""
OFFERED = 4
"""More are no help in choosing."""

_DEFINITE = re.compile(
    r"\b(?:the|this|that|these|those|which|he|she|it|they|him|her|his|its|them|their)\b", re.IGNORECASE
)


def meant(question: str, passages: Sequence[Passage]) -> tuple[Candidate, ...]:
    """The documents that a question may mean, the likeliest first; none where it points to nothing, or to one only.

    Args:
        question: as it was searched for.
        passages: that were read for it, the best first.
    """
    if not _DEFINITE.search(question):
        return ()
    found: dict[str, Candidate] = {}
    for passage in passages:
        source = passage.source
        if passage.scores.fused >= NEAR * passages[0].scores.fused:
            found.setdefault(source.id, Candidate(source.title, source.name, source.id, source.date))
    return tuple(found.values())[:OFFERED] if len(found) > 1 else ()
