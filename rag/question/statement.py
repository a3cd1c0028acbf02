"""What somebody says about something: "What does Shanghai say about epidemic prevention?" wants sentences on that."""

from __future__ import annotations

import re
from dataclasses import dataclass

from rag.text.words import content_stems

LONGEST = 300
"""Characters of such a question; what is longer is asked in another way, and takes time that grows with its square."""

_ASKED = re.compile(
    r"\W*(?:and\s+)?what\s+(?:else\s+)?(?:do|does|did|has|have|had|is|are|was|were)\s+(?P<speaker>.+?)\s+"
    r"(?:say|said|saying|state|stated|report|reported|write|written|think|demand|demanded|decide|decided|propose|"
    r"proposed|plan|planned|planning|do|doing|done)\s+(?:about|on|regarding|concerning)\s+(?P<topic>.+?)\W*",
    re.IGNORECASE | re.DOTALL,
)


@dataclass(frozen=True, slots=True)
class Statement:
    """Who is asked about, and what they are to have said something about, both as in the question."""

    speaker: str
    topic: str


def statement_asked_for(question: str) -> Statement | None:
    """Who said what about what, where a question asks for that and names both; else None."""
    asked = _ASKED.fullmatch(question) if len(question) <= LONGEST else None
    if asked is None or not content_stems(asked["speaker"]) or not content_stems(asked["topic"]):
        return None
    return Statement(asked["speaker"], asked["topic"])
