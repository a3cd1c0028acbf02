"""What composing an answer of several quotes is worth: ``python -m eval.composed QUESTIONS [--documents PATH]``.

Only the questions count that the router calls why, how, list, describe, compare or about, and whose evidence is known.
Coverage is the share of the gold evidence's characters that are quoted, precision the share of the quoted characters
that are gold evidence, both without white space; F1 is of the two, question by question.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields, replace
from functools import lru_cache
from pathlib import Path

import numpy as np

from eval.answers import Options, open_assistant, sample
from eval.dataset import Question
from eval.gold import locate
from eval.importers import load_question_set
from eval.library import StoredTexts
from eval.metrics import Place, character_overlap
from rag.answer.build import chosen_spans
from rag.answer.quotes import ALL_STEPS, COMPOSED, Steps, composed_spans
from rag.assistant import Assistant
from rag.question.follow_up import forms
from rag.question.kind import QuestionKind, question_kind
from rag.schema import Answer, AnswerSpan, Reading
from rag.settings import Settings
from rag.text.chunking import count_tokens


@dataclass(frozen=True, slots=True)
class Case:
    """A question that was asked, what was read, and its gold evidence."""

    question: Question
    kind: QuestionKind
    reading: Reading
    answer: Answer
    gold: tuple[Place, ...]


Quoted = Callable[[Case], Sequence[AnswerSpan]]


def cases_of(assistant: Assistant, questions: Sequence[Question], texts: StoredTexts) -> list[Case]:
    """Asks the questions that want several quotes."""
    cases: list[Case] = []
    for question in questions:
        asked = forms(question.question, question.history, assistant.retriever)[-1]
        kind = question_kind(asked.question)
        located = locate(question, texts).needed
        gold = tuple(place for piece in located for place in (piece if question.spans else piece[:1]))
        if kind in COMPOSED and gold:
            passages = assistant.retriever.retrieve(asked.query, k=assistant.settings.passages)
            reading = assistant.reader.read(asked.reading, passages)
            cases.append(Case(question, kind, reading, assistant.ask(question.question, question.history), gold))
    return cases


def row(name: str, cases: Sequence[Case], quotes: Callable[[Case], Sequence[Place]], texts: StoredTexts) -> str:
    """One line of the table: means over the cases."""
    said = [quotes(case) for case in cases]
    values = np.array(
        [
            character_overlap(places, [[place] for place in case.gold], texts)
            for places, case in zip(said, cases, strict=True)
        ]
    )
    total = values.sum(axis=1)
    f1 = np.divide(2 * values.prod(axis=1), total, out=np.zeros(len(cases)), where=total > 0)
    tokens = [sum(count_tokens(texts[place.document][place.start : place.end]) for place in places) for places in said]
    return (
        f"{name:<28}{values[:, 0].mean():>9.3f}{values[:, 1].mean():>10.3f}{f1.mean():>7.3f}"
        f"{np.mean([len(places) for places in said]):>8.2f}{np.mean(tokens):>8.0f}"
    )


def report(assistant: Assistant, cases: Sequence[Case], texts: StoredTexts) -> str:
    """The table: as for facts, composed, without each step, and as docquote answers."""
    document_of = lru_cache(assistant.index.document)
    budget, most = assistant.settings.answer_tokens, assistant.settings.quotes

    def composed(steps: Steps) -> Quoted:
        return lambda case: composed_spans(case.kind, case.reading.spans, document_of, budget, steps)

    rows: list[tuple[str, Quoted]] = [
        ("as for facts", lambda case: chosen_spans(case.reading.spans, most)),
        ("composed of what was read", composed(ALL_STEPS)),
        *((f"- without {step.name}", composed(replace(ALL_STEPS, **{step.name: False}))) for step in fields(Steps)),
    ]
    header = f"{len(cases)} questions{'':<16}{'coverage':>9}{'precision':>10}{'F1':>7}{'quotes':>8}{'tokens':>8}"
    lines = [header]
    for name, spans_of in rows:
        lines.append(row(name, cases, lambda case, of=spans_of: _places(of(case)), texts))  # type: ignore[misc]
    lines.append(
        row(
            "as answered, refusals too",
            cases,
            lambda case: [Place(c.document, c.start, c.end) for c in case.answer.citations],
            texts,
        )
    )
    lines.append(f"answered: {sum(case.answer.found for case in cases)}")
    return "\n".join(lines)


def _places(spans: Sequence[AnswerSpan]) -> list[Place]:
    return [Place(span.passage.source.name, span.start, span.end) for span in spans]


def main() -> None:
    """Prints the table."""
    parser = argparse.ArgumentParser(prog="python -m eval.composed", description=__doc__)
    parser.add_argument("questions", type=Path)
    parser.add_argument("--documents", type=Path)
    parser.add_argument("--index", type=Path)
    parser.add_argument("--limit", type=int)
    parser.add_argument(
        "--half", choices=("tuning", "reporting"), help="every other question, from the first or second"
    )
    arguments = parser.parse_args()
    questions = load_question_set(arguments.questions)
    options = Options(index=arguments.index, documents=arguments.documents)
    assistant, _ = open_assistant(questions, Settings.load(), options)
    chosen = sample(questions.questions, arguments.limit, options.seed)
    if arguments.half:
        chosen = chosen[0 if arguments.half == "tuning" else 1 :: 2]
    texts = StoredTexts(assistant.index)
    with assistant:
        cases = cases_of(assistant, chosen, texts)
        print(report(assistant, cases, texts))


if __name__ == "__main__":
    main()
