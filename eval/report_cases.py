"""The part of the page that shows single questions: what was asked, what is right, what was said, what was read."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from eval.grading import Record
from eval.html import Html, join, marked, tag

BLANK_LINES = re.compile(r"\n\s*\n")
CASES_SHOWN = 40
"""Questions shown of each kind; all of them are in ``run.jsonl``."""

EXPLAINED = {
    "not retrieved": "no passage that was read holds the answer: look at retrieval",
    "retrieved but not read": "a passage holds the answer, another was quoted: look at the reader's choice of passage",
    "read but the wrong span": "the right passage was quoted, but not the sentence that answers: look at the reader",
    "refused wrongly": "a passage holds the answer, and docquote refused: look at the threshold",
    "answered what it should have refused": "the documents do not answer, and docquote did: look at the threshold",
}


def answer_cases(errors: Mapping[str, Sequence[str]], records: Sequence[Record]) -> list[Html]:
    """One box per kind of error, in the order of the kinds; the most confident mistakes first."""
    found = {record["id"]: record for record in records}
    boxes = []
    for kind, names in errors.items():
        cases = sorted((found[name] for name in names), key=lambda record: -record["grades"]["confidence"])
        boxes.append(_box(kind, EXPLAINED[kind], [_answer_case(record) for record in cases[:CASES_SHOWN]], len(names)))
    return boxes


def retrieval_cases(records: Sequence[Record]) -> list[Html]:
    """Queries for which the full retriever ranks no relevant document among the first ten."""
    missed = [record for record in records if record["grades"]["full/Success@10"] == 0]
    shown = [
        _case(
            record["question"],
            [
                ("Searched", record["interpreted_as"]),
                ("Found", tag("ol", *(tag("li", name) for name in record["rankings"]["full"][:5]), class_="passages")),
            ],
        )
        for record in missed[:CASES_SHOWN]
    ]
    return [_box("Nothing relevant in the first ten", "full retriever", shown, len(missed))]


def reader_cases(records: Sequence[Record]) -> list[Html]:
    """Answerable questions for which the quoted sentence does not hold the answer, the most confident first."""
    wrong = [record for record in records if record["grades"]["answer_in_sentence"] == 0]
    wrong.sort(key=lambda record: -record["grades"]["confidence"])
    shown = [
        _case(
            record["question"],
            [
                ("Right", " / ".join(record["answers"])),
                ("Quoted", record["sentence"]),
                ("Confidence", f"{record['grades']['confidence']:.2f}"),
            ],
        )
        for record in wrong[:CASES_SHOWN]
    ]
    return [_box("The wrong sentence", "the right one was in the text", shown, len(wrong))]


def _box(kind: str, explained: str, cases: Sequence[Html], total: int) -> Html:
    summary = tag("summary", f"{kind[0].upper()}{kind[1:]}: {total:,} ", tag("span", f"· {explained}", class_="muted"))
    if not total:
        return tag("details", summary, tag("p", "None.", class_="muted"), class_="kind")
    more = [tag("p", f"{total - len(cases):,} more are in run.jsonl.", class_="muted")] if total > len(cases) else []
    return tag("details", summary, *cases, *more, class_="kind")


def _case(question: str, facts: Sequence[tuple[str, object]]) -> Html:
    listed = join(join([tag("dt", name), tag("dd", value)]) for name, value in facts if value)
    return tag("details", tag("summary", question), tag("div", tag("dl", listed), class_="case"))


def _answer_case(record: Record) -> Html:
    facts: list[tuple[str, object]] = []
    if record["interpreted_as"] != record["question"]:
        facts.append(("Searched", record["interpreted_as"]))
    gold = " / ".join(record["answers"]) or " / ".join(record["evidence"])
    facts.append(("Right", "To refuse: the documents do not answer." if record["grades"]["unanswerable"] else gold))
    if record["documents"]:
        facts.append(("In", ", ".join(record["documents"])))
    said = record["citations"] or record["nearest"][:1]
    label = "Answered" if record["citations"] else "Refused; nearest"
    facts.append((label, join(tag("div", _quote(quote)) for quote in said)))
    facts.append(("Confidence", f"{record['grades']['confidence']:.2f}"))
    passages = [_passage(passage, record["answers"]) for passage in record["passages"] if "text" in passage]
    if passages:
        facts.append(("Passages", tag("ol", *passages, class_="passages")))
    return _case(record["question"], facts)


def _quote(quote: Mapping[str, Any]) -> Html:
    where = f"{quote['document']}{', page ' + str(quote['page']) if quote['page'] else ''}"
    if quote["highlight"] is None:
        said: object = quote["quote"]
    else:
        start, end = (offset - quote["start"] for offset in quote["highlight"])
        said = join([quote["quote"][:start], tag("strong", quote["quote"][start:end]), quote["quote"][end:]])
    return join([said, " ", tag("span", f"({where})", class_="muted")])


def _passage(passage: Mapping[str, Any], answers: Sequence[str]) -> Html:
    badge = tag("span", "holds the answer", class_="tag") if passage["holds_answer"] else ""
    where = tag("span", f"{passage['document']}, {passage['start']}–{passage['end']}", class_="muted")
    words = marked(BLANK_LINES.sub("\n", passage["text"]).strip(), answers if passage["holds_answer"] else ())
    return tag("li", where, badge, tag("br"), words)
