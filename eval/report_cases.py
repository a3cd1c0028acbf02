"""The part of the page that shows single questions: what was asked, what is right, what was said, what was read."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from eval.grading import Record

BLANK_LINES = re.compile(r"\n\s*\n")
CASES_SHOWN = 40
"""Questions shown of each kind; all of them are in ``run.jsonl``."""

EXPLAINED = {
    "not retrieved": "no passage that was read holds the answer: look at retrieval",
    "retrieved but not read": "a passage holds the answer, another was quoted: look at the reader's choice of passage",
    "read but the wrong span": "the right passage was quoted, but not the sentence that answers: look at the reader",
    "only perhaps": "a passage holds the answer, and docquote was not sure enough: look at the threshold",
    "refused wrongly": "a passage holds the answer, and docquote said not found: look at the threshold",
    "answered what it should have refused": "the documents do not answer, and docquote did: look at the threshold",
}

SAID = {"found": "Answered", "perhaps": "Perhaps", "not found": "Not found; nearest"}


@dataclass(frozen=True, slots=True)
class ShownQuote:
    """A quote, cut around the words that answer ("" where none are marked), and where it stands."""

    before: str
    marked: str
    after: str
    where: str


@dataclass(frozen=True, slots=True)
class ShownPassage:
    """A passage that was read: where it stands, and its text in pieces, each with whether it is marked."""

    where: str
    holds_answer: bool
    pieces: Sequence[tuple[str, bool]]


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing said of a question: as text, or as quotes, passages or names in a list."""

    name: str
    text: str = ""
    quotes: Sequence[ShownQuote] = ()
    passages: Sequence[ShownPassage] = ()
    names: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Case:
    """A question and what is said of it."""

    question: str
    facts: Sequence[Fact]


@dataclass(frozen=True, slots=True)
class Box:
    """Questions of one kind: what they have in common, what that means, how many there are, and those shown."""

    heading: str
    explained: str
    total: int
    cases: Sequence[Case]


def answer_cases(errors: Mapping[str, Sequence[str]], records: Sequence[Record]) -> list[Box]:
    """One box per kind of error, in the order of the kinds; the most confident mistakes first."""
    found = {record["id"]: record for record in records}
    boxes: list[Box] = []
    for kind, names in errors.items():
        wrong = sorted((found[name] for name in names), key=lambda record: -record["grades"]["confidence"])
        shown = [_answer_case(record) for record in wrong[:CASES_SHOWN]]
        boxes.append(Box(f"{kind[0].upper()}{kind[1:]}", EXPLAINED[kind], len(names), shown))
    return boxes


def retrieval_cases(records: Sequence[Record]) -> list[Box]:
    """Queries for which the full retriever ranks no relevant document among the first ten."""
    missed = [record for record in records if record["grades"]["full/Success@10"] == 0]
    shown = [
        Case(
            record["question"],
            _told(Fact("Searched", record["interpreted_as"]), Fact("Found", names=record["rankings"]["full"][:5])),
        )
        for record in missed[:CASES_SHOWN]
    ]
    return [Box("Nothing relevant in the first ten", "full retriever", len(missed), shown)]


def reader_cases(records: Sequence[Record]) -> list[Box]:
    """Answerable questions for which the quoted sentence does not hold the answer, the most confident first."""
    wrong = [record for record in records if record["grades"]["answer_in_sentence"] == 0]
    wrong.sort(key=lambda record: -record["grades"]["confidence"])
    shown = [
        Case(
            record["question"],
            _told(
                Fact("Right", " / ".join(record["answers"])), Fact("Quoted", record["sentence"]), _confidence(record)
            ),
        )
        for record in wrong[:CASES_SHOWN]
    ]
    return [Box("The wrong sentence", "the right one was in the text", len(wrong), shown)]


def marked(content: str, words: Iterable[str]) -> list[tuple[str, bool]]:
    """A text in pieces, of which those are marked that are one of these words in whatever case."""
    wanted = sorted({word.strip() for word in words if word.strip()}, key=len, reverse=True)
    if not wanted:
        return [(content, False)]
    either = "|".join(re.escape(word) for word in wanted)
    pieces = re.split(rf"(?<!\w)({either})(?!\w)", content, flags=re.IGNORECASE)
    return [(piece, bool(number % 2)) for number, piece in enumerate(pieces)]


def _answer_case(record: Record) -> Case:
    gold = " / ".join(record["answers"]) or " / ".join(record["evidence"])
    said = record["nearest"][:1] if record["outcome"] == "not found" else record["citations"] or record["nearest"]
    follow_up = record["interpreted_as"] != record["question"]
    facts = _told(
        Fact("Searched", record["interpreted_as"] if follow_up else ""),
        Fact("Right", "To refuse: the documents do not answer." if record["grades"]["unanswerable"] else gold),
        Fact("In", ", ".join(record["documents"])),
        Fact(SAID[record["outcome"]], quotes=[_quote(quote) for quote in said]),
        _confidence(record),
        Fact("Passages", passages=[_passage(one, record["answers"]) for one in record["passages"] if "text" in one]),
    )
    return Case(record["question"], facts)


def _told(*facts: Fact) -> list[Fact]:
    """The facts that say something."""
    return [fact for fact in facts if fact.text or fact.quotes or fact.passages or fact.names]


def _confidence(record: Record) -> Fact:
    return Fact("Confidence", f"{record['grades']['confidence']:.2f}")


def _quote(quote: Mapping[str, Any]) -> ShownQuote:
    text: str = quote["quote"]
    start, end = (offset - quote["start"] for offset in quote["highlight"] or (quote["end"], quote["end"]))
    where = f"{quote['document']}{', page ' + str(quote['page']) if quote['page'] else ''}"
    return ShownQuote(text[:start], text[start:end], text[end:], where)


def _passage(passage: Mapping[str, Any], answers: Sequence[str]) -> ShownPassage:
    holds = bool(passage["holds_answer"])
    text = BLANK_LINES.sub("\n", passage["text"]).strip()
    where = f"{passage['document']}, {passage['start']}–{passage['end']}"
    return ShownPassage(where, holds, marked(text, answers if holds else ()))
