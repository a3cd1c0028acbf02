"""The conversation as HTML: pure functions that escape every string they are given."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from html import escape
from typing import Literal

from rag.answer.agreement import agreement
from rag.answer.lists import has_items
from rag.answer.phrases import (
    agreement_words,
    by_side,
    confidence_words,
    count,
    framed,
    library_name,
    percent,
    place,
    place_within,
    plain_text,
)
from rag.history.exchange import Exchange, Exchanges
from rag.schema import Answer, Citation, Passage, Source
from rag.ui.examples import ExampleQuestion
from rag.ui.html.rating import correction_html, rating_html
from rag.ui.html.understood import choice_html, understood_html
from rag.ui.html.why import passage_of
from rag.ui.state import Key

CONTEXT_CHARACTERS = 140
"""How much of the passage the card at a citation shows on either side of the quote."""


TITLES_NAMED = 3
"""How many of the chosen documents are named where they hold no answer."""


def thread_html(exchanges: Exchanges, welcome: str, *, rateable: bool = False) -> str:
    """The whole conversation, or ``welcome`` (HTML) before the first question."""
    if not exchanges:
        return welcome
    turns = "".join(_exchange(exchange, turn, rateable) for turn, exchange in enumerate(exchanges))
    return f'<div class="dq-log" role="log" aria-label="Conversation">{turns}</div>'


def header_html(sources: Sequence[Source], name: str) -> str:
    """The name of the product, of the library, and how many documents it has."""
    return (
        '<div class="dq-brand"><h1>doc<span>quote</span></h1>'
        f'<p><span class="dq-library">{escape(name or library_name(sources))}</span> '
        f'<span class="dq-count">{count(len(sources), "document")}</span></p></div>'
    )


def sides_html(*, history: bool, user: str) -> str:
    """The buttons of the header that open the panels at the side, and the way out for who is logged in."""
    sides = [("library", "Library"), *([("history", "Conversations")] if history else [])]
    buttons = "".join(
        f'<button type="button" class="dq-quiet" data-side="{side}" aria-expanded="false" aria-controls="dq-side">'
        f"{label}</button>"
        for side, label in sides
    )
    leave = f'<a class="dq-quiet" href="logout" title="Logged in as {escape(user)}">Log out</a>' if user else ""
    return f'<div class="dq-sides">{buttons}{leave}</div>'


def welcome_html(examples: Sequence[ExampleQuestion], documents: int, *, addable: bool = False) -> str:
    """What the chat shows before the first question.

    Args:
        addable: whether documents can be added from the page.
    """
    if documents == 0:
        step = (
            "<p>Add text, Markdown, HTML, PDF or Word files: drop them anywhere on this page, or</p>"
            '<p><button type="button" class="dq-quiet dq-first" data-side="library">Open the library</button></p>'
            if addable
            else "<p>Add a folder of text, Markdown, HTML, PDF or Word files, then ask here:</p>"
            "<pre><code>docquote index FOLDER</code></pre>"
        )
        return f'<div class="dq-welcome"><h2>This library is empty</h2>{step}</div>'
    buttons = "".join(f"<li>{_example(example)}</li>" for example in examples)
    listing = f'<ul class="dq-examples" aria-label="Example questions">{buttons}</ul>' if buttons else ""
    return (
        '<div class="dq-welcome"><h2>Ask your documents</h2>'
        "<p>Every answer is a quote, word for word, with its source beside it. "
        f"If your documents do not say, you are told so.</p>{listing}</div>"
    )


def _example(example: ExampleQuestion) -> str:
    purpose = "ask" if example.complete else "fill"
    shown = example.text if example.complete else example.text.rstrip() + " …"
    return f'<button type="button" data-{purpose}="{escape(example.text)}">{escape(shown)}</button>'


def _exchange(exchange: Exchange, turn: int, rateable: bool) -> str:
    if exchange.answer is not None:
        body = answer_html(exchange, exchange.answer, turn, rateable=rateable)
    elif exchange.problem:
        body = f'<div class="dq-problem" role="alert">{escape(exchange.problem)}</div>'
    else:
        body = '<div class="dq-pending"><span></span>Reading your documents…</div>'
    question = f'<h2 class="dq-question">{escape(exchange.question)}</h2>'
    return f'<article class="dq-turn" data-turn="{turn}">{question}{body}</article>'


def answer_html(exchange: Exchange, answer: Answer, turn: int, *, rateable: bool = False) -> str:
    """An answer in the documents' words, or that there is none and what came nearest.

    Args:
        exchange: that the answer belongs to.
        turn: its place in the conversation, from 0; part of each citation's key.
        rateable: whether people can say what they think of it.
    """
    understood = understood_html(answer)
    body = _found(answer, turn) if answer.found else _not_found(answer, turn)
    # how sure the reader is was fitted on questions with one answer; here titles and names of sides tell instead
    whole = answer.overview or any(group.side for group in answer.groups)
    said = confidence_words(answer.confidence) if answer.found and not whole else ""
    copy = f'<button type="button" class="dq-quiet" data-copy="{escape(plain_text(answer))}">Copy</button>'
    foot = (
        f'<div class="dq-foot"><span class="dq-confidence">{escape(said)}</span>'
        f"{rating_html(exchange, turn) if rateable else ''}{copy if answer.found else ''}</div>"
    )
    form = correction_html(exchange, turn) if rateable else ""
    return understood + body + (foot + form if answer.found or rateable else "")


def _found(answer: Answer, turn: int) -> str:
    if answer.groups:
        return grouped_html(answer, turn)
    quoted = (*answer.citations, *answer.also)
    positions = agreement(quoted)
    if not positions:
        return f'<div class="dq-answer">{_quotes(quoted, turn, "cite", answer.passages)}</div>'
    placed = {citation.number for position in positions for citation in position.citations}
    groups = [(f"“{position.answer}”", position.citations) for position in positions]
    groups.append(("Also said", tuple(one for one in quoted if one.number not in placed)))
    shown = "".join(
        f'<section><h3 class="dq-label">{escape(label)}</h3>{_quotes(said, turn, "cite", answer.passages)}</section>'
        for label, said in groups
        if said
    )
    conflict = " dq-conflict" if len(positions) > 1 else ""
    return (
        f'<p class="dq-agreement{conflict}" role="note">{escape(agreement_words(positions))}</p>'
        f'<div class="dq-answer dq-grouped">{shown}</div>'
    )


def grouped_html(answer: Answer, turn: int) -> str:
    """An answer of several quotes: each document's under a line that says where they are from, sides beside each other.

    Args:
        answer: with groups.
        turn: its place in the conversation, from 0.
    """
    sides = by_side(answer.groups)
    shown = ""
    for side, groups in sides:
        parts: list[str] = [f'<h3 class="dq-label">{escape(side)}</h3>'] if side else []
        for group in groups:
            frame, quoted = framed(group, answer.citations)
            quotes = _quotes(quoted, turn, "cite", answer.passages, place_within)
            parts.append(f'<section><p class="dq-frame">{escape(frame)}</p>{quotes}</section>')
        shown += f'<section class="dq-told">{"".join(parts)}</section>' if side else "".join(parts)
    compared = " dq-compared" if len(sides) > 1 else ""
    return f'<div class="dq-answer dq-grouped{compared}">{shown}</div>'


def _not_found(answer: Answer, turn: int) -> str:
    explanation = "No sentence in what was searched answers that."
    if answer.nearest:
        explanation += f" The closest passage is {percent(answer.confidence)} likely to."
    if answer.missing_words:
        words = ", ".join(f"<strong>{escape(word)}</strong>" for word in answer.missing_words)
        occur = "This word occurs" if len(answer.missing_words) == 1 else "These words occur"
        explanation += f"</p><p>{occur} nowhere in the library: {words}."
    nearest = _quotes(answer.nearest, turn, "near", answer.passages)
    if nearest:
        nearest = f'<h3 class="dq-label">The nearest passages</h3><div class="dq-answer dq-nearest">{nearest}</div>'
    words = f"<h3>Not in your documents</h3><p>{explanation}</p>{_searched(answer)}"
    return f'<div class="dq-notfound">{words}</div>{choice_html(answer)}{nearest}'


def _searched(answer: Answer) -> str:
    """What was searched, and a button that asks the whole library where that was not it."""
    if answer.searched:
        titles = ", ".join(escape(title) for title in answer.searched[:TITLES_NAMED])
        more = len(answer.searched) - TITLES_NAMED
        others = f" and {count(more, 'other')}" if more > 0 else ""
        return (
            f"<p>Searched: only {titles}{others} (of {count(answer.library, 'document')}).</p>"
            f'<p><button type="button" class="dq-quiet dq-first" data-ask="{escape(answer.question)}"'
            ' data-everywhere="1">Ask the whole library</button></p>'
        )
    return f"<p>Searched: {_whole(answer.library)}.</p>" if answer.library else ""


def _whole(documents: int) -> str:
    return f"all {documents:,} documents" if documents > 1 else "the only document"


def _quotes(
    citations: Sequence[Citation],
    turn: int,
    kind: Literal["cite", "near"],
    passages: Sequence[Passage],
    where: Callable[[Citation], str] = place,
) -> str:
    """Quotes, each with its button; quotes that follow each other from one place share the line that says where."""
    parts: list[str] = []
    for following, citation in enumerate(citations, 1):
        said = where(citation)
        goes_on = following < len(citations) and where(citations[following]) == said
        footer = "" if goes_on or not said else f"<footer>{escape(said)}</footer>"
        button = _button(citation, Key(turn, kind, citation.number), passages)
        lines = " dq-lines" if has_items(citation.quote) else ""
        words = f'<q class="dq-words{lines}">{_highlighted(citation)}</q>'
        parts.append(f"<blockquote><p>{words}&#8288;{button}</p>{footer}</blockquote>")
    return "".join(parts)


def _button(citation: Citation, key: Key, passages: Sequence[Passage]) -> str:
    """The numbered button that opens the source, and the card that shows the quote among its neighbours."""
    where = place(citation)
    before, after = context(citation, passages)
    return (
        f'<button type="button" class="dq-cite" data-open="{key}" aria-describedby="dq-card-{key}"'
        f' aria-label="{key.number}: open {escape(where)}">{key.number}</button>'
        f'<span class="dq-card" role="tooltip" id="dq-card-{key}"><span class="dq-context">'
        f"{escape(before)}<b>{escape(citation.quote)}</b>{escape(after)}</span>"
        f'<span class="dq-where">{escape(where)}</span></span>'
    )


def _highlighted(citation: Citation) -> str:
    """The quote with the words that answer in ``<strong>``; its text is the quote, character for character."""
    if citation.highlight is None:
        return escape(citation.quote)
    start, end = (offset - citation.start for offset in citation.highlight)
    quote = citation.quote
    return f"{escape(quote[:start])}<strong>{escape(quote[start:end])}</strong>{escape(quote[end:])}"


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
