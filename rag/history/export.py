"""A kept conversation as Markdown for people and as JSON for programs, with all that is needed to audit an answer."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any, Literal

from rag.answer.agreement import agreement
from rag.answer.markdown import block_quote, escaped
from rag.answer.phrases import agreement_words, by_side, framed, place_name
from rag.answer.serialise import AnswerJson, JsonModel
from rag.history.conversations import now_utc
from rag.history.exchange import Conversation, Exchange
from rag.history.standing import OutdatedQuote, outdated_lines, resting_on
from rag.schema import Answer, Citation, Source


class DocumentJson(JsonModel):
    """A document that an answer cites or shows as nearest, as it was when the answer was given."""

    id: str
    name: str
    path: str
    sha256: str


class ExchangeJson(JsonModel):
    """A question, what came of it, what no longer stands of that, and what it was made with."""

    question: str
    asked: str
    answer: AnswerJson | None
    problem: str
    documents: tuple[DocumentJson, ...]
    outdated: tuple[OutdatedQuote, ...]
    made_with: Mapping[str, Any]


class ConversationJson(JsonModel):
    """An exported conversation; not whose it is, which may be a secret."""

    format: Literal["docquote conversation"] = "docquote conversation"
    version: Literal[1] = 1
    exported: str
    title: str
    created: str
    updated: str
    exchanges: tuple[ExchangeJson, ...]


def conversation_json(conversation: Conversation) -> ConversationJson:
    """The conversation with the SHA-256 that each file had and what each answer was made with."""
    return ConversationJson(
        exported=now_utc(),
        title=conversation.title,
        created=conversation.created,
        updated=conversation.updated,
        exchanges=tuple(_exchange_json(exchange) for exchange in conversation.exchanges),
    )


def export_json(conversation: Conversation) -> str:
    """The same as text."""
    return conversation_json(conversation).model_dump_json(indent=2) + "\n"


def export_markdown(conversation: Conversation) -> str:
    """The conversation as Markdown; nothing in a question or a document is taken for markup.

    White space within a line of a quote becomes single spaces; the JSON has quotes to the letter.
    """
    parts = [f"# {escaped(conversation.title)}", f"docquote conversation, {_minute(conversation.created)}"]
    for number, exchange in enumerate(conversation.exchanges, start=1):
        parts += [f"## {number}. {escaped(exchange.question)}", f"Asked {_minute(exchange.asked)}"]
        if exchange.answer is None:
            parts.append(escaped(exchange.problem))
        else:
            parts += _answer_parts(exchange.answer)
            parts += map(escaped, outdated_lines(exchange.outdated, len(resting_on(exchange.answer))))
    made = [json.dumps(one, sort_keys=True) for one in (each.made_with for each in conversation.exchanges) if one]
    for content in dict.fromkeys(made):
        parts.append(f"---\n\n{_made_with(json.loads(content))}")
    return "\n\n".join(parts) + "\n"


def cited_sources(answer: Answer) -> dict[str, Source]:
    """The documents that an answer cites or shows as nearest, by id, as they were when it was given."""
    cited = {citation.document_id for citation in (*answer.citations, *answer.also, *answer.nearest)}
    return {passage.source.id: passage.source for passage in answer.passages if passage.source.id in cited}


def _exchange_json(exchange: Exchange) -> ExchangeJson:
    answer = exchange.answer
    return ExchangeJson(
        question=exchange.question,
        asked=exchange.asked,
        answer=AnswerJson.model_validate(answer) if answer is not None else None,
        problem=exchange.problem,
        documents=tuple(map(DocumentJson.model_validate, cited_sources(answer).values() if answer is not None else ())),
        outdated=exchange.outdated,
        made_with=exchange.made_with,
    )


def _answer_parts(answer: Answer) -> list[str]:
    if answer.reply:
        return [escaped(line.removeprefix("- ")) for line in answer.reply.splitlines()]
    parts: list[str] = []
    if answer.interpreted_as != answer.question:
        parts.append(f"Understood as: {escaped(answer.interpreted_as)}")
    if answer.found:
        for side, groups in by_side(answer.groups):
            parts += [f"### {escaped(side)}"] if side else []
            for group in groups:
                frame, quoted = framed(group, answer.citations)
                parts += [f"*{escaped(frame)}*", *map(block_quote, quoted)]
        parts += map(block_quote, () if answer.groups else answer.citations)
        parts.append(f"Confidence: {answer.confidence:.0%}")
        said = "" if answer.groups else agreement_words(agreement((*answer.citations, *answer.also)))
        if said:
            parts.append(escaped(said))
        parts += map(block_quote, answer.also)
    else:
        parts.append("**That is not in your documents.**")
        if answer.missing_words:
            parts.append(f"No document has the words: {escaped(', '.join(answer.missing_words))}")
        if answer.nearest:
            parts.append("The nearest passages:")
            parts += map(block_quote, answer.nearest)
    parts.append(_sources((*answer.citations, *answer.also) or answer.nearest, cited_sources(answer)))
    return [part for part in parts if part]


def _sources(citations: Iterable[Citation], sources: dict[str, Source]) -> str:
    lines: list[str] = []
    for citation in citations:
        source = sources.get(citation.document_id)
        place = [
            escaped(citation.document),
            citation.date.isoformat() if citation.date else "",
            escaped(place_name(citation)),
            f"characters {citation.start}-{citation.end}",
            f"SHA-256 `{source.sha256}`" if source else "",
        ]
        lines.append(f"{citation.number}. {escaped(citation.title)}: {', '.join(filter(None, place))}")
    return "\n".join(lines)


def _made_with(fields: dict[str, Any]) -> str:
    versions = ", ".join(f"{name} {number}" for name, number in fields.get("versions", {}).items())
    said = {
        "Embedding model": f"{escaped(str(fields.get('embedding_model')))} (`{fields.get('embedding_fingerprint')}`)",
        "Reader": escaped(str(fields.get("reader"))),
        "Chunks": f"at most {fields.get('chunk_tokens')} tokens, overlapping by {fields.get('overlap_tokens')}",
        "Versions": escaped(versions),
    }
    return "Made with:\n\n" + "\n".join(f"- {name}: {value}" for name, value in said.items())


def _minute(moment: str) -> str:
    """An ISO time to the minute, for people: "2026-03-02 14:05 UTC"."""
    return f"{moment[:16].replace('T', ' ')} UTC"
