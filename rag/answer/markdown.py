"""An answer as Markdown, in which nothing that a document or a question says is taken for markup."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from rag.answer.agreement import agreement
from rag.answer.phrases import (
    PERHAPS,
    agreement_words,
    by_side,
    day,
    framed,
    lead_words,
    narrowing_words,
    not_found_words,
    place,
)
from rag.schema import Answer, Candidate, Citation

MAYBE = f"**{PERHAPS}:**"
"""Stands over passages that may hold an answer."""

_SPECIAL = re.compile(r"[\\`*_\[<>|~&$]|:(?=//)|(?<=www)\.|@", re.IGNORECASE)
"""Not the closing bracket, which is nothing alone: many chats take ``\\[`` and ``\\]`` for the ends of a formula."""
_LINKING = re.compile(r"[\\\[<]|:(?=//)|(?<=www)\.|@", re.IGNORECASE)
_LEADING = re.compile(r"^(?:([-+#=>])|(\d{1,9})([.)]))")
_BLANK_LINES = re.compile(r"\n\s*\n")
_BREAK = "  \n"
_BREAK_IN_QUOTE = "  \n> "


@dataclass(frozen=True, slots=True)
class Placed:
    """Where in a Markdown text a citation stands: its quote, or its name where it is not quoted; no number.

    Attributes:
        start, end: characters of the Markdown, half-open.
    """

    citation: Citation
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class MarkdownAnswer:
    """An answer as Markdown.

    Attributes:
        blocks: paragraphs, quotes and lists.
        placed: the citations, by their numbers.
    """

    blocks: tuple[str, ...]
    placed: tuple[Placed, ...]

    @property
    def text(self) -> str:
        """The blocks with an empty line between each two."""
        return "\n\n".join(self.blocks)


def answer_markdown(answer: Answer) -> MarkdownAnswer:
    """An answer for a client that shows Markdown.

    Quotes are block quotes, each with its number at the end, and what they need to be understood in italics before
    it; the words that answer are in bold where there is one answer. Where each stands is listed at the end. What is
    quoted beside the answer, because it agrees or is at odds with it, is a list; what came nearest to one is named.
    """
    writing = _Writing()
    if answer.reply:
        writing.add(_BREAK.join(map(escaped, answer.reply.splitlines())))
    else:
        _write_answer(writing, answer)
    if answer.candidates:
        writing.add("Is one of these meant?")
        writing.add("\n".join(f"- {_candidate(one)}" for one in answer.candidates))
    if writing.sources:
        writing.add(_BREAK.join(f"[{one.number}] {named(one)}" for one in writing.sources))
    return MarkdownAnswer(tuple(writing.blocks), tuple(sorted(writing.placed, key=lambda one: one.citation.number)))


def escaped(text: str) -> str:
    """A text on one line that Markdown shows as it is, at the start of a line or in it."""
    line = _SPECIAL.sub(lambda match: f"\\{match[0]}", " ".join(text.split()))
    return _LEADING.sub(lambda match: f"\\{match[1]}" if match[1] else f"{match[2]}\\{match[3]}", line)


def linkless(text: str) -> str:
    """A text on one line that makes no link, no image and no HTML, be it shown as it is or as Markdown.

    Programs do either with titles; hence nothing else is escaped, which would show where it is no Markdown.
    """
    return _LINKING.sub(lambda match: f"\\{match[0]}", " ".join(text.split()))


def quoted(citation: Citation, *, marked: bool = True) -> str:
    """A quote to stand in a block quote, line by line, in bold the words that answer, if they can be ``marked``.

    They can where they stand apart by white space or punctuation; elsewhere Markdown takes no stars for marks.
    """
    before, words, after = (_BLANK_LINES.sub("\n", part) for part in citation.around_marked)
    if not marked or not words.strip() or not words[0].isalnum() or not words[-1].isalnum():
        return _quote_lines("".join((before, words, after)))
    return f"{_quote_lines(before)}{_gap(before[-1:])}**{_quote_lines(words)}**{_gap(after[:1])}{_quote_lines(after)}"


def block_quote(citation: Citation, *, marked: bool = True) -> str:
    """A quote as a block, with its number, below what it needs to be understood."""
    return f"{_lead(citation)}{quoted(citation, marked=marked)} [{citation.number}]"


def named(citation: Citation) -> str:
    """Where a quote stands, and the name of its document."""
    return f"{escaped(place(citation))} ({escaped(citation.document)})"


class _Writing:
    """Blocks as they are added, and the citations in them."""

    def __init__(self) -> None:
        self.blocks: list[str] = []
        self.placed: list[Placed] = []
        self.sources: list[Citation] = []

    def add(self, block: str) -> int:
        """Adds a block; returns where it starts."""
        start = sum(len(one) + len("\n\n") for one in self.blocks)
        self.blocks.append(block)
        return start

    def add_quotes(self, citations: Sequence[Citation], *, marked: bool = True) -> None:
        for citation in citations:
            start = self.add(block_quote(citation, marked=marked)) + len(_lead(citation))
            self._place(citation, start, quoted(citation, marked=marked))
        self.sources += citations

    def add_items(self, citations: Sequence[Citation], shown: Sequence[str]) -> None:
        """Adds a list of citations, each as it is ``shown``."""
        start = self.add("\n".join(f"- {words} [{one.number}]" for one, words in zip(citations, shown, strict=True)))
        for citation, words in zip(citations, shown, strict=True):
            self._place(citation, start + len("- "), words)
            start += len(f"- {words} [{citation.number}]\n")

    def _place(self, citation: Citation, start: int, shown: str) -> None:
        self.placed.append(Placed(citation, start, start + len(shown)))


def _write_answer(writing: _Writing, answer: Answer) -> None:
    if answer.interpreted_as != answer.question:
        writing.add(f"Understood as: {escaped(answer.interpreted_as)}")
    if answer.narrowed:
        writing.add(escaped(narrowing_words(answer.narrowed)))
    if answer.outcome == "not found":
        writing.add(f"**{escaped(not_found_words(answer))}.**")
        if answer.missing_words:
            writing.add(f"No document has the words: {escaped(', '.join(answer.missing_words))}")
        if answer.nearest:
            writing.add("The nearest passages:")
            writing.add_items(answer.nearest, [named(one) for one in answer.nearest])
    elif answer.outcome == "perhaps":
        writing.add(MAYBE)
        writing.add_quotes(answer.nearest)
    elif answer.groups:
        for side, groups in by_side(answer.groups):
            if side:
                writing.add(f"**{escaped(side)}**")
            for group in groups:
                frame, citations = framed(group, answer.citations)
                writing.add(escaped(frame))
                writing.add_quotes(citations, marked=False)
    else:
        writing.add_quotes(answer.citations)
        said = agreement_words(agreement((*answer.citations, *answer.also)))
        if said:
            writing.add(escaped(said))
        if answer.also:
            writing.add_items(answer.also, [escaped(one.quote) for one in answer.also])
            writing.sources += answer.also


def _lead(citation: Citation) -> str:
    lines = [line for line in lead_words(citation).splitlines() if line.strip()]
    return "> " + "".join(f"*{escaped(line)}*{_BREAK_IN_QUOTE}" for line in lines)


def _quote_lines(text: str) -> str:
    return _BREAK_IN_QUOTE.join(map(escaped, text.split("\n")))


def _gap(neighbour: str) -> str:
    """What stands between the words that answer and the character beside them."""
    return " " if neighbour.isspace() and neighbour != "\n" else ""


def _candidate(candidate: Candidate) -> str:
    if candidate.question:
        return escaped(candidate.question)
    dated = f", {day(candidate.date)}" if candidate.date else ""
    return escaped(f"{candidate.title} ({candidate.document}{dated})")
