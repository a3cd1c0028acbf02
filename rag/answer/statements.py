"""What somebody says about something, among the candidate sentences."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from rag.answer.sides import NAMED_BONUS, surroundings
from rag.question.statement import Statement
from rag.schema import AnswerSpan, DocumentOf
from rag.text.words import content_stems, content_words, stem, stems_of, words

SHORTEST_STEM = 5
"""A stem that is the beginning of another counts as the same from this length on: "econom" and "economi"."""
OTHER_ENDING = 2
"""Letters at the end of the topic's word that another form may lack: "economic" is on the economy, "public" not on
publicity, though their stems are the same."""


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
