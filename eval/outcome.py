"""How a run ended."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from eval.grading import Record
from eval.runs import Run


@dataclass(frozen=True, slots=True)
class Outcome:
    """A run that ended.

    Attributes:
        run: with its folder.
        records: of the questions that this command is about, in their order.
        report: what goes into ``report.json``.
        complete: False where an interrupt ended it before its last question.
        questions: how many it was to ask.
    """

    run: Run
    records: list[Record]
    report: dict[str, Any]
    complete: bool
    questions: int
