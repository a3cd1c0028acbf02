"""The conversation as HTML: pure functions that escape every string they are given."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import Literal

from rag.schema import Answer, Citation, Passage, Source
from rag.ui.examples import Example
from rag.ui.state import Conversation, Exchange, Key
from rag.ui.words import confidence_words, count, library_name, percent, place, plain_text

CONTEXT_CHARACTERS = 140
"""How much of the passage the card at a citation shows on either side of the quote."""


def thread_html(conversation: Conversation, welcome: str) -> str:
    """The whole conversation, or ``welcome`` (HTML) before the first question."""
    if not conversation:
        return welcome
    turns = "".join(_exchange(exchange, turn) for turn, exchange in enumerate(conversation))
    return f'<div class="dq-log" role="log" aria-label="Conversation">{turns}</div>'


def header_html(sources: Sequence[Source], name: str) -> str:
    """The name of the product, of the library, and how many documents it has."""
    return (
        '<div class="dq-brand"><h1>doc<span>quote</span></h1>'
        f'<p><span class="dq-library">{escape(name or library_name(sources))}</span> '
        f'<span class="dq-count">{count(len(sources), "document")}</span></p></div>'
    )


def welcome_html(examples: Sequence[Example], documents: int) -> str:
    """What the chat shows before the first question."""
    if documents == 0:
        return (
            '<div class="dq-welcome"><h2>This library is empty</h2>'
            "<p>Add a folder of text, Markdown, HTML, PDF or Word files, then ask here:</p>"
            "<pre><code>docquote index FOLDER</code></pre></div>"
        )
    buttons = "".join(f"<li>{_example(example)}</li>" for example in examples)
    listing = f'<ul class="dq-examples" aria-label="Example questions">{buttons}</ul>' if buttons else ""
    return (
        '<div class="dq-welcome"><h2>Ask your documents</h2>'
        "<p>Every answer is a quote, word for word, with its source beside it. "
        f"If your documents do not say, you are told so.</p>{listing}</div>"
    )


def _example(example: Example) -> str:
    purpose = "ask" if example.complete else "fill"
    shown = example.text if example.complete else example.text.rstrip() + " …"
    return f'<button type="button" data-{purpose}="{escape(example.text)}">{escape(shown)}</button>'


def _exchange(exchange: Exchange, turn: int) -> str:
    if exchange.answer is not None:
        body = answer_html(exchange.answer, turn)
    elif exchange.problem:
        body = f'<div class="dq-problem" role="alert">{escape(exchange.problem)}</div>'
    else:
        body = '<div class="dq-pending"><span></span>Reading your documents…</div>'
    question = f'<h2 class="dq-question">{escape(exchange.question)}</h2>'
    return f'<article class="dq-turn" data-turn="{turn}">{question}{body}</article>'


def answer_html(answer: Answer, turn: int) -> str:
    """An answer in the documents' words, or that there is none and what came nearest.

    Args:
        turn: the place of the answer in the conversation, from 0; part of each citation's key.
    """
    understood = ""
    if answer.interpreted_as != answer.question:
        understood = f'<p class="dq-understood">Understood as: {escape(answer.interpreted_as)}</p>'
    return understood + (_found(answer, turn) if answer.found else _not_found(answer, turn))


def _found(answer: Answer, turn: int) -> str:
    return (
        f'<div class="dq-answer">{_quotes(answer.citations, turn, "cite", answer.passages)}</div><div class="dq-foot">'
        f'<span class="dq-confidence">{escape(confidence_words(answer.confidence))}</span>'
        f'<button type="button" class="dq-quiet" data-copy="{escape(plain_text(answer))}">Copy</button></div>'
    )


def _not_found(answer: Answer, turn: int) -> str:
    explanation = "No sentence in this library answers that."
    if answer.nearest:
        explanation += f" The closest passage is {percent(answer.confidence)} likely to."
    if answer.missing_words:
        words = ", ".join(f"<strong>{escape(word)}</strong>" for word in answer.missing_words)
        occur = "This word occurs" if len(answer.missing_words) == 1 else "These words occur"
        explanation += f"</p><p>{occur} nowhere in it: {words}."
    nearest = _quotes(answer.nearest, turn, "near", answer.passages)
    if nearest:
        nearest = f'<h3 class="dq-label">The nearest passages</h3><div class="dq-answer dq-nearest">{nearest}</div>'
    return f'<div class="dq-notfound"><h3>Not in your documents</h3><p>{explanation}</p></div>{nearest}'


def _quotes(
    citations: Sequence[Citation], turn: int, kind: Literal["cite", "near"], passages: Sequence[Passage]
) -> str:
    """Quotes, each with its button; quotes that follow each other from one place share its line."""
    parts: list[str] = []
    for number, citation in enumerate(citations, 1):
        goes_on = number < len(citations) and place(citations[number]) == place(citation)
        footer = "" if goes_on else f"<footer>{escape(place(citation))}</footer>"
        button = _button(citation, Key(turn, kind, number), passages)
        words = f'<q class="dq-words">{_highlighted(citation)}</q>'
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
    for passage in passages:
        chunk = passage.chunk
        if chunk.document_id == citation.document_id and chunk.start <= citation.start < citation.end <= chunk.end:
            before = passage.text[: citation.start - chunk.start].rpartition("\n\n")[2]
            after = passage.text[citation.end - chunk.start :].partition("\n\n")[0]
            if len(before) > CONTEXT_CHARACTERS:
                before = "… " + before[-CONTEXT_CHARACTERS:].partition(" ")[2]
            if len(after) > CONTEXT_CHARACTERS:
                after = after[:CONTEXT_CHARACTERS].rpartition(" ")[0] + " …"
            return before, after
    return "", ""
