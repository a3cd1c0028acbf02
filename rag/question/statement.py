"""What somebody says about something: "What does Shanghai say about epidemic prevention?" wants sentences on that."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from rag.question.comparison import NAMED_BONUS, surroundings
from rag.schema import AnswerSpan, DocumentOf
from rag.text.words import content_stems, content_words, stem, stems_of, words

LONGEST = 300
"""Characters of such a question; what is longer is asked in another way, and takes time that grows with its square."""
SHORTEST_STEM = 5
"""A stem that is the beginning of another counts as the same from this length on: "econom" and "economi"."""
OTHER_ENDING = 2
"""Letters at the end of the topic's word that another form may lack: "economic" is on the economy, "public" not on
publicity, though their stems are the same."""

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


def spans_stating(asked: Statement, spans: Sequence[AnswerSpan], document_of: DocumentOf) -> list[AnswerSpan]:
    """Those of the candidate sentences that speak of the topic where the speaker is named, the best first.

    The words of the topic stand in the sentence itself; those of the speaker in its paragraph, heading or title, and
    count more in the sentence. Words are marked only where they name the topic.
    """
    speaker, topic = content_stems(asked.speaker), content_words(asked.topic)
    found: list[AnswerSpan] = []
    for span in spans:
        document = document_of(span.passage.source.id)
        said = document.text[span.start : span.end]
        if all(_has(said, word) for word in topic) and speaker <= stems_of(surroundings(document, span)):
            highlight = span.highlight if any(_has(span.marked, word) for word in topic) else None
            bonus = NAMED_BONUS if speaker <= stems_of(said) else 0.0
            found.append(replace(span, score=span.score + bonus, highlight=highlight))
    return sorted(found, key=lambda span: -span.score)


def _has(text: str, wanted: str) -> bool:
    """Whether a text has a word or another form of it."""
    return any(_is_form(word, wanted) for word in words(text))


def _is_form(word: str, wanted: str) -> bool:
    if not word.startswith(wanted[: max(len(wanted) - OTHER_ENDING, 1)]):
        return False
    one, other = sorted((stem(word), stem(wanted)), key=len)
    return one == other or (len(one) >= SHORTEST_STEM and other.startswith(one))
