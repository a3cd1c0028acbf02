"""Dates on the command line: a day, or a month or a year alone, which is its first day or its last."""

from __future__ import annotations

from calendar import monthrange
from datetime import date, datetime

import typer


def first_day(text: str) -> date:
    """The first day of a year, month or day: 2024-01-01 for "2024".

    Raises:
        BadParameter: it is none of these.
    """
    return _days(text)[0]


def last_day(text: str) -> date:
    """The last day of a year, month or day: 2024-05-31 for "2024-05".

    Raises:
        BadParameter: it is none of these.
    """
    return _days(text)[1]


def _days(text: str) -> tuple[date, date]:
    for form in ("%Y-%m-%d", "%Y-%m", "%Y"):
        try:
            first = datetime.strptime(text.strip(), form).date()
        except ValueError:
            continue
        if form == "%Y":
            return first, first.replace(month=12, day=31)
        return first, first if form == "%Y-%m-%d" else first.replace(day=monthrange(first.year, first.month)[1])
    raise typer.BadParameter(f"{text!r} is no date: write a day, a month or a year, as 2024-05-17, 2024-05 or 2024")
