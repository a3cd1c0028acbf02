"""Why a passage was read for a question, in plain language."""

from __future__ import annotations

from collections.abc import Sequence

from rag.schema import Answer, Citation, Passage
from rag.text.words import content_words_as_written, stem, words
from rag.ui.html.render import render

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
    found, others = matched_words(answer.interpreted_as, passage.text)
    return render(
        "why.html",
        scores=passage.scores,
        searched=LISTS_SEARCHED,
        found=found,
        others=others,
        place=passage.rank,
        passages=len(answer.passages),
        chosen=citation.number == answer.best,
        answered=answer.found,
        confidence=answer.confidence,
        number=0 if answer.groups else citation.number,
    )
