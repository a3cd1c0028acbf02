"""Why a passage was read for a question, in plain language."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from rag.answer.phrases import percent
from rag.schema import Answer, Citation, Passage
from rag.text.words import content_words_as_written, stem, words

LISTS_SEARCHED = 100
"""Each of the two searches hands over its best 100 passages (``rag.retrieval.CANDIDATES``)."""


def passage_of(citation: Citation, passages: Sequence[Passage]) -> Passage | None:
    """The best-ranked passage in which a quote begins; a list that is quoted whole may end after it."""
    for passage in passages:
        chunk = passage.chunk
        if chunk.document_id == citation.document_id and chunk.start <= citation.start < chunk.end:
            return passage
    return None


def matched_words(question: str, text: str) -> tuple[list[str], list[str]]:
    """The words of a question that carry meaning, as asked: those that ``text`` holds in some form, and the others."""
    held = {stem(word) for word in words(text)}
    asked = content_words_as_written(question)
    found = [written for word, written in asked.items() if stem(word) in held]
    return found, [written for word, written in asked.items() if stem(word) not in held]


def why_html(answer: Answer, citation: Citation) -> str:
    """The reasons, folded; "" where the passage of the citation was not kept with the answer."""
    passage = passage_of(citation, answer.passages)
    if passage is None:
        return ""
    lines = "".join(f"<li>{line}</li>" for line in _reasons(answer, citation, passage))
    return f'<details class="dq-why"><summary>Why this passage?</summary><ul>{lines}</ul></details>'


def _reasons(answer: Answer, citation: Citation, passage: Passage) -> list[str]:
    scores = passage.scores
    found, others = matched_words(answer.interpreted_as, passage.text)
    reasons = [
        f"<b>By meaning</b> {_rank(scores.dense_rank, scores.dense and f'similarity {scores.dense:.2f} of 1')}",
        f"<b>By words</b> {_rank(scores.lexical_rank, None)}" + _matching(found, others),
        f"<b>Together</b> it came {_ordinal(passage.rank)} of the {len(answer.passages)} passages that were read",
    ]
    if citation.number == answer.best:
        verdict = "answers" if answer.found else "would answer"
        reasons.append(
            f"<b>The reader</b> chose this sentence before all others; it {verdict} the question with an "
            f"estimated probability of {percent(answer.confidence)}"
        )
    elif not answer.groups:
        reasons.append(f"<b>The reader</b> put this sentence {_ordinal(citation.number)} of those shown")
    return reasons


def _rank(rank: int | None, detail: str | float | None) -> str:
    place = f"not among the first {LISTS_SEARCHED}" if rank is None else f"{_ordinal(rank)} of all passages searched"
    return f"{place} ({detail})" if detail else place


def _matching(found: Sequence[str], others: Sequence[str]) -> str:
    held = f"; it holds {_listed(found)}" if found else "; it holds no word of the question"
    return held + (f", but not {_listed(others)}" if others and found else "")


def _listed(names: Sequence[str]) -> str:
    return ", ".join(f"<q>{escape(name)}</q>" for name in names)


def _ordinal(number: int) -> str:
    ending = "th" if 10 <= number % 100 <= 20 else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{ending}"
