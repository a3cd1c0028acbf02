"""A chat as other programs keep it, messages of Markdown, as the history that ``Assistant.ask`` wants."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from markdown_it import MarkdownIt
from markdown_it.token import Token

from rag.answer.markdown import MAYBE
from rag.schema import Turn

_NUMBERED = re.compile(r"(.*)\s\[\d+\]$", re.DOTALL)
_MARKDOWN = MarkdownIt("commonmark")


def turns_of(messages: Iterable[tuple[str, str]]) -> list[Turn]:
    """The turns of a chat, oldest first.

    Args:
        messages: the role of each, and its text. Those of other roles than "user" and "assistant" are passed over, and
            so is what an assistant said before the first question.
    """
    turns: list[Turn] = []
    for role, text in messages:
        if role == "user":
            turns.append(Turn(text))
        elif role == "assistant" and turns:
            turns[-1] = answered(turns[-1].question, text)
    return turns


def answered(question: str, message: str) -> Turn:
    """The turn of a question and the message that ``rag.answer.markdown.answer_markdown`` made of its answer.

    Only the quotes count, as in ``rag.question.follow_up.turn_of``: the answer is "" where there are none, as in a
    message that docquote did not write, or where they only may answer.
    """
    paragraphs = _MARKDOWN.parse(message)
    if any(paragraph.content == MAYBE for paragraph in paragraphs):
        return Turn(question)
    quotes = [quote for paragraph in _in_block_quotes(paragraphs) if (quote := _quote(paragraph.children or ()))]
    return Turn(question, " ".join(text for text, _ in quotes), next((marked for _, marked in quotes), ""))


def _in_block_quotes(tokens: Iterable[Token]) -> Iterator[Token]:
    """The paragraphs that stand in block quotes."""
    depth = 0
    for token in tokens:
        depth += token.nesting * (token.tag == "blockquote")
        if depth and token.type == "inline":
            yield token


def _quote(tokens: Iterable[Token]) -> tuple[str, str] | None:
    """A quote without what leads to it and its number, and its words that are marked; None where it has no number."""
    texts: list[str] = []
    marked: list[str] = []
    tags: list[str] = []
    for token in tokens:
        if token.nesting:
            tags = [*tags, token.tag] if token.nesting > 0 else tags[:-1]
        elif "em" not in tags:
            texts.append(token.content or "\n")  # the end of a line has no content
            marked += texts[-1:] if "strong" in tags else []
    numbered = _NUMBERED.match("".join(texts))
    return (numbered[1].strip(), "".join(marked)) if numbered else None
