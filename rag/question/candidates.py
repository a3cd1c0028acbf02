"""Which documents or persons a question may mean that names none of them ("What awards has the actor received?")."""

from __future__ import annotations

import re
from collections.abc import Sequence

from rag.question.leaning import bare_nouns
from rag.question.referents import asks_of_someone, names, naming
from rag.schema import AnswerSpan, Candidate, Passage, Source
from rag.text.english import ENGLISH

NEAR = 0.8
"""A document may be meant if its best passage has at least this share of the best fused score of all.

See "Questions without an answer" in docs/evaluation.md."""
OFFERED = 4
"""More are no help in choosing."""

_DEFINITE = re.compile(rf"\b(?:the|which|{'|'.join((*ENGLISH.demonstratives, *ENGLISH.pronouns))})\b", re.IGNORECASE)
_DOER = re.compile(
    r"^.*?\b(?:(?:did|does|do|is|was|has|had|will|would|can|could)\s+)?(?:he|she)\b", re.IGNORECASE | re.DOTALL
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


def asking_who(question: str, missing: Sequence[str] = ()) -> str:
    """What to read for to learn which persons a question may mean; "" where it points to none.

    Args:
        question: as it is understood; "When did she sign it?" ("Who sign it?"), "What did the mayor say?" ("Who is the
            mayor?").
        missing: words of it that no document has; nobody did then what "he" or "she" is asked about.
    """
    if asks_of_someone(question):
        return _DOER.sub("Who", question, count=1) if _DOER.match(question) and not missing else ""
    nouns = bare_nouns(question)
    return f"Who is the {nouns[0]}?" if nouns else ""


def persons(question: str, spans: Sequence[AnswerSpan]) -> tuple[Candidate, ...]:
    """The persons that a question may mean, the likeliest first, each with the question that names them.

    Args:
        question: for which ``asking_who`` has something to read for.
        spans: what was read for that.

    Returns:
        Nothing where fewer than two names answer, or too many; for "the mayor", names at which the word stands.
    """
    noun = "" if asks_of_someone(question) else bare_nouns(question)[0]
    found: list[str] = []
    for span in spans:
        name = _named(span, noun)
        if name and not any(name in other or other in name for other in found):
            found.append(name)
    if not 1 < len(found) <= OFFERED:
        return ()
    the = re.compile(rf"\bthe {re.escape(noun)}\b", re.IGNORECASE)
    asked = [the.sub(name, question, count=1) if noun else naming(question, name) for name in found]
    return tuple(Candidate(name, "", "", None, text) for name, text in zip(found, asked, strict=True))


def _named(span: AnswerSpan, noun: str) -> str:
    """The name of several words that the words which answer are or begin with; "" unless it stands at the noun."""
    answer = re.sub(rf"^{re.escape(noun)}\s+", "", span.marked, flags=re.IGNORECASE)
    name = next(iter(names(answer)), "")
    if " " not in name or not answer.startswith(name) or f"{name} of " in span.passage.text:  # "Deputy Secretary of"
        return ""
    at = rf"\b{re.escape(noun)}\W{{1,2}}{re.escape(name)}|{re.escape(name)},[^.;]{{0,80}}\b{re.escape(noun)}\b"
    return name if not noun or re.search(at, span.text, re.IGNORECASE) else ""
