"""The questions of a run in groups: by whether they have an answer, by what became of them, and by their kind."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from eval.grading import Record
from eval.headlines import ANSWER_METRICS
from eval.summary import Metric

Groups = Iterator[tuple[str, list[Record]]]
LEAST_OF_A_NOTE = 2
"""A note that a single question has says something of that question alone, and is no kind."""


@dataclass(frozen=True, slots=True)
class Grouping:
    """One way of grouping.

    Attributes:
        key: its name in ``report.json``.
        label, note: its name for people, and what they should know of it.
        groups: of the records of a run: the label of each group and its records, at least one.
        metrics: the keys of what is reported of each group.
    """

    key: str
    label: str
    note: str
    groups: Callable[[Sequence[Record]], Groups]
    metrics: tuple[str, ...]

    def metrics_of(self, members: Sequence[Record]) -> list[Metric]:
        """What is reported of a group; of unanswerable questions no answer is right, so that is not among it."""
        without = all(record["grades"]["unanswerable"] for record in members)
        left_out = {"right_when_answered"} if without else set()
        return [metric for metric in ANSWER_METRICS if metric.key in self.metrics and metric.key not in left_out]


def _by_answerability(records: Sequence[Record]) -> Groups:
    kinds: tuple[tuple[str, Callable[[Record], bool]], ...] = (
        ("Answerable", lambda record: not record["grades"]["unanswerable"]),
        ("Unanswerable", lambda record: bool(record["grades"]["unanswerable"])),
        ("First questions", lambda record: not record["grades"]["follow_up"]),
        ("Follow-ups", lambda record: bool(record["grades"]["follow_up"])),
    )
    yield "All questions", list(records)
    for label, belongs in kinds:
        members = [record for record in records if belongs(record)]
        if 0 < len(members) < len(records):
            yield label, members


def _by_outcome(records: Sequence[Record]) -> Groups:
    for outcome in ("found", "perhaps", "not found"):
        members = [record for record in records if outcome_of(record) == outcome]
        if members:
            yield outcome.capitalize(), members


def _by_note(records: Sequence[Record]) -> Groups:
    """By falling number of questions."""
    notes: dict[str, list[Record]] = {}
    for record in records:
        notes.setdefault(record.get("note", ""), []).append(record)
    for note, members in sorted(notes.items(), key=lambda item: -len(item[1])):
        if note and len(members) >= LEAST_OF_A_NOTE:
            yield note, members


def measures(groups: Iterable[Mapping[str, Any]]) -> dict[str, str]:
    """Every measure that a group of a report has, with its name for people, by its key."""
    found: dict[str, str] = {}
    for group in groups:
        found |= {key: entry["label"] for key, entry in group["metrics"].items()}
    return found


def outcome_of(record: Record) -> str:
    """What became of a question; runs of before there was a "perhaps" say only whether it was found."""
    return str(record.get("outcome") or ("found" if record["grades"]["found"] else "not found"))


GROUPINGS = (
    Grouping(
        "groups",
        "Questions",
        "",
        _by_answerability,
        ("right", "answered", "right_when_answered", "evidence_shown", "passages_hold_answer", "f1"),
    ),
    Grouping(
        "outcomes",
        "Outcomes",
        "At perhaps and not found, right are the questions that have no answer. Shown are the quotes of an answer; "
        "at perhaps the nearest sentences and the passages around them.",
        _by_outcome,
        (
            "right",
            "sentence_success_1",
            "evidence_coverage",
            "evidence_precision",
            "evidence_shown",
            "evidence_in_passages",
        ),
    ),
    Grouping(
        "kinds",
        "Kinds of questions",
        "By the note that the question file gives them.",
        _by_note,
        ("right", "answered", "evidence_shown", "sentence_success_1"),
    ),
)
