"""The conversation as HTML, and what is shown before and above it. Pure."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

from rag.answer.agreement import agreement
from rag.answer.lists import has_items
from rag.answer.phrases import (
    PERHAPS,
    agreement_words,
    by_side,
    count,
    framed,
    lead_words,
    library_name,
    not_found_words,
    place,
    place_within,
    plain_text,
    sureness_words,
)
from rag.answer.rows import Cell, quoted_rows
from rag.history import Exchange, Exchanges, Rating, outdated_lines, resting_on
from rag.schema import Answer, Candidate, Citation, Outcome, Passage, Source
from rag.text.tables import CELL
from rag.ui.examples import ExampleQuestion
from rag.ui.html.render import render
from rag.ui.html.understood import Note, notes_on
from rag.ui.html.why import passage_of
from rag.ui.state import Key

CONTEXT_CHARACTERS = 140
"""How much of the passage the card at a citation shows on either side of the quote."""

MAX_CORRECTION_CHARACTERS = 2000
"""Longer right answers are cut."""

TITLES_NAMED = 3
"""How many of the chosen documents are named where they hold no answer."""


@dataclass(frozen=True, slots=True)
class ShownQuote:
    """A quote with its button and the card at it.

    Attributes:
        number, key: of the citation, and what its button opens.
        text: the quote.
        lead: what stands before it in the document and it needs to be understood; "" where it needs nothing.
        columns, rows: of the table that it is quoted from; empty for what is no row.
        before, marked, after: the same, cut around the words that answer; ``marked`` is "" where there are none.
        is_list: whether its lines are kept.
        place: where it stands.
        footer: the line below it that says so; "" where that of the next quote says the same.
        context: what surrounds it in its paragraph, before and after.
    """

    number: int
    key: str
    text: str
    lead: str
    columns: Sequence[str]
    rows: Sequence[Sequence[Cell]]
    before: str
    marked: str
    after: str
    is_list: bool
    place: str
    footer: str
    context: tuple[str, str]


@dataclass(frozen=True, slots=True)
class Part:
    """Quotes under a label, under a line that says where they are from, or under neither ("")."""

    label: str
    frame: str
    quotes: Sequence[ShownQuote]


@dataclass(frozen=True, slots=True)
class Side:
    """The parts of one side of a comparison; of all the answer where the name is ""."""

    name: str
    parts: Sequence[Part]


@dataclass(frozen=True, slots=True)
class ShownAnswer:
    """An answer as ``answer.html`` shows it.

    Attributes:
        turn: its place in the conversation, from 0.
        question, outcome, confidence, missing_words, candidates: of the answer.
        notes: how the question was taken.
        heading: over what is shown where the answer was not found for certain.
        quotes: those of an answer that has no ``sides``; where not found for certain, the nearest passages.
        sides: quotes in parts.
        agreement: how many documents say what, in a sentence; "" where that is not known.
        conflict: whether they are at odds.
        sureness: how sure the reader is, in words; "" where it is not said.
        copied: the answer as plain text.
        searched: which documents were, in words; "" where that is not known.
        was_limited: whether they were chosen.
        outdated: what no longer stands of it, in sentences.
        reply: what docquote says itself, in lines; "" where it looked for an answer.
        rateable: whether people can say what they think of it.
        rating, corrected: what they said.
        max_correction: characters of the right answer that are taken.
    """

    turn: int
    question: str
    outcome: Outcome
    heading: str
    confidence: float
    missing_words: tuple[str, ...]
    candidates: tuple[Candidate, ...]
    notes: Sequence[Note]
    quotes: Sequence[ShownQuote]
    sides: Sequence[Side]
    agreement: str
    conflict: bool
    sureness: str
    copied: str
    searched: str
    was_limited: bool
    outdated: Sequence[str]
    reply: str
    rateable: bool
    rating: Rating | None
    corrected: bool
    max_correction: int = MAX_CORRECTION_CHARACTERS


def thread_html(exchanges: Exchanges, welcome: str, *, rateable: bool = False, at: int | None = None) -> str:
    """The whole conversation, or ``welcome`` (HTML) before the first question.

    Args:
        at: the place of the exchange to scroll to, from 0; None: as page.js thinks right.
        rateable: whether people can say what they think of answers.
    """
    if not exchanges:
        return welcome
    answers = [shown_answer(exchange, turn, rateable=rateable) for turn, exchange in enumerate(exchanges)]
    return render("thread.html", turns=list(zip(exchanges, answers, strict=True)), at=at)


def header_html(sources: Sequence[Source], name: str) -> str:
    """The name of the product, of the library, and how many documents it has."""
    return render("header.html", name=name or library_name(sources), documents=len(sources))


def sides_html(*, history: bool, user: str) -> str:
    """The buttons of the header that open the panels at the side, and the way out for who is logged in."""
    sides = [("library", "Library"), *([("history", "Conversations")] if history else [])]
    return render("sides.html", sides=sides, user=user)


def welcome_html(examples: Sequence[ExampleQuestion], documents: int, *, addable: bool = False) -> str:
    """What the chat shows before the first question.

    Args:
        addable: whether documents can be added from the page.
    """
    return render("welcome.html", examples=examples, documents=documents, addable=addable)


def shown_answer(exchange: Exchange, turn: int, *, rateable: bool = False) -> ShownAnswer | None:
    """An answer in the documents' words, or that there is none and what came nearest; None where it is not answered.

    Args:
        turn: its place in the conversation, from 0; part of each citation's key.
        rateable: whether people can say what they think of it.
    """
    answer = exchange.answer
    if answer is None:
        return None
    quoted = (*answer.citations, *answer.also)
    positions = agreement(quoted) if answer.found and not answer.groups else []
    if answer.groups:
        sides = _sides(answer, turn)
    elif positions:
        placed = {citation.number for position in positions for citation in position.citations}
        labelled = [(f"“{position.answer}”", position.citations) for position in positions]
        labelled.append(("Also said", tuple(one for one in quoted if one.number not in placed)))
        sides = [Side("", [Part(label, "", _cited(said, turn, answer)) for label, said in labelled if said])]
    else:
        sides = []
    return ShownAnswer(
        turn=turn,
        question=answer.question,
        outcome=answer.outcome,
        heading=PERHAPS if answer.outcome == "perhaps" else not_found_words(answer),
        confidence=answer.confidence,
        missing_words=answer.missing_words,
        candidates=answer.candidates,
        notes=notes_on(answer),
        quotes=() if sides else _cited(quoted, turn, answer) if answer.found else _nearest(answer, turn),
        sides=sides,
        agreement=agreement_words(positions),
        conflict=len(positions) > 1,
        sureness=sureness_words(answer),
        copied=plain_text(answer) if answer.found else "",
        searched=_searched(answer),
        was_limited=bool(answer.searched),
        outdated=outdated_lines(exchange.outdated, len(resting_on(answer))),
        reply=answer.reply,
        rateable=rateable and not answer.reply,
        rating=exchange.rating,
        corrected=exchange.corrected,
    )


def _sides(answer: Answer, turn: int) -> list[Side]:
    """Each document's quotes under a line that says where they are from, by side of a comparison."""
    sides: list[Side] = []
    for name, groups in by_side(answer.groups):
        told = [framed(group, answer.citations) for group in groups]
        sides.append(Side(name, [Part("", frame, _cited(said, turn, answer, place_within)) for frame, said in told]))
    return sides


def _searched(answer: Answer) -> str:
    if answer.searched:
        more = len(answer.searched) - TITLES_NAMED
        others = f" and {count(more, 'other')}" if more > 0 else ""
        return f"only {', '.join(answer.searched[:TITLES_NAMED])}{others} (of {count(answer.library, 'document')})"
    if answer.library > 1:
        return f"all {answer.library:,} documents"
    return "the only document" if answer.library else ""


def _cited(
    citations: Sequence[Citation], turn: int, answer: Answer, where: Callable[[Citation], str] = place
) -> list[ShownQuote]:
    return _quotes(citations, turn, "cite", answer.passages, where)


def _nearest(answer: Answer, turn: int) -> list[ShownQuote]:
    return _quotes(answer.nearest, turn, "near", answer.passages, place)


def _quotes(
    citations: Sequence[Citation],
    turn: int,
    kind: Literal["cite", "near"],
    passages: Sequence[Passage],
    where: Callable[[Citation], str],
) -> list[ShownQuote]:
    """Quotes, of which those that follow each other from one place share the line that says where."""
    footers = [where(citation) for citation in citations]
    shown: list[ShownQuote] = []
    for number, citation in enumerate(citations):
        quote, goes_on = citation.quote, footers[number : number + 1] == footers[number + 1 : number + 2]
        before, marked, after = citation.around_marked
        rows = quoted_rows(citation)
        shown.append(
            ShownQuote(
                number=citation.number,
                key=str(Key(turn, kind, citation.number)),
                text=quote,
                lead=lead_words(citation, with_header=not rows),
                columns=[cell.column for cell in rows[0]] if rows else [],
                rows=rows,
                before=before,
                marked=marked,
                after=after,
                is_list=has_items(quote) or CELL in quote,
                place=place(citation),
                footer="" if goes_on else footers[number],
                context=context(citation, passages),
            )
        )
    return shown


def context(citation: Citation, passages: Sequence[Passage]) -> tuple[str, str]:
    """What surrounds a quote in its paragraph, cut at spaces; ("", "") where its passage is not given."""
    passage = passage_of(citation, passages)
    if passage is None:
        return "", ""
    before = passage.text[: citation.start - passage.chunk.start].rpartition("\n\n")[2]
    after = passage.text[citation.end - passage.chunk.start :].partition("\n\n")[0]
    if len(before) > CONTEXT_CHARACTERS:
        before = "… " + before[-CONTEXT_CHARACTERS:].partition(" ")[2]
    if len(after) > CONTEXT_CHARACTERS:
        after = after[:CONTEXT_CHARACTERS].rpartition(" ")[0] + " …"
    return before, after
