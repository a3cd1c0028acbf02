"""The time that a question names ("in 2022", "before the plenary session") -> the documents to look in first."""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from rag.schema import Source
from rag.text.words import content_words, stem, words

EVENT_WORDS = 2
"""An event has to be named by so many content words of a document's title, lest "the meeting" be taken for any."""

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
MONTH = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|"
    r"nov(?:ember)?|dec(?:ember)?)\.?"
)
_YEAR = r"(?:1[6-9]|20)\d\d(?![\d-])"
_DAY = r"\d{1,2}(?:st|nd|rd|th)?"
_DATE = rf"(?:\d{{4}}-\d\d-\d\d|(?:{_DAY} (?:of )?{MONTH},? |{MONTH} (?:{_DAY},? )?)?{_YEAR})"
_RANGE = re.compile(rf"\b(?:between ({_DATE}) and|from ({_DATE}) (?:to|until|till|through)) ({_DATE})")
_ONE = re.compile(rf"\b(in|during|of|about|for|from|on|since|after|before|until|till|up to|by) (?:the year )?({_DATE})")
_OWNING = re.compile(rf"\b({_DATE})['’]s\b|\b(?:the|our|its|their) ({_YEAR}) (?!and\b|or\b|to\b)[a-z]")
_RELATIVE = re.compile(r"\b(this|last|the (?:previous|past)) (year|month)\b")
_EVENT = re.compile(r"\b(before|after|since|until) (?:the |this )?((?:[\w’'-]+ ?){1,8})")
_NUMBERS = re.compile(r"\d+")


@dataclass(frozen=True, slots=True)
class Period:
    """Days from ``start`` to ``end``, both of them in; None is open. At least one is given."""

    start: date | None
    end: date | None

    def __contains__(self, day: date) -> bool:
        return (self.start is None or day >= self.start) and (self.end is None or day <= self.end)

    @property
    def years(self) -> range:
        """The years that it consists of; empty where it is open, or does not begin and end with a year."""
        if self.start is None or self.end is None:
            return range(0)
        whole = (self.start.month, self.start.day, self.end.month, self.end.day) == (1, 1, 12, 31)
        return range(self.start.year, self.end.year + 1) if whole else range(0)

    def __str__(self) -> str:
        """For people, to go on from "documents": "of 2022", "of June 2023", "since 1 June 2023"."""
        start, end = self.start, self.end
        if start is None or end is None:
            return f"up to {_day(end)}" if end else f"since {_day(start)}" if start else ""
        if self.years:
            return f"of {start.year}" if len(self.years) == 1 else f"of {start.year} to {end.year}"
        if (start.year, start.month) == (end.year, end.month) and start.day == 1 and end == _month_end(end):
            return f"of {start:%B} {start.year}"
        return f"of {_day(start)}" if start == end else f"from {_day(start)} to {_day(end)}"


def period_of(question: str, sources: Sequence[Source], today: date) -> Period | None:
    """The time that a question names; None where it names none, or an impossible one.

    Args:
        question: as asked.
        sources: an event ("before the plenary session") has the date of the one document whose title names it.
        today: what "last year" counts from.
    """
    text = " ".join(question.casefold().split())
    if match := _RANGE.search(text):
        first, last = _span(match[1] or match[2]), _span(match[3])
        return Period(first.start, last.end) if first and last and _ordered(first.start, last.end) else None
    if match := _ONE.search(text):
        named = _span(match[2])
        return _relation(match[1], named) if named else None
    if match := _OWNING.search(text):
        return _span(match[1] or match[2])
    if match := _RELATIVE.search(text):
        return _relative(match[1], match[2], today)
    for match in _EVENT.finditer(text):
        if day := _event(match[2], sources):
            return _relation(match[1], Period(day, day))
    return None


def documents_of(period: Period, sources: Sequence[Source]) -> list[Source]:
    """The documents dated in a period; of whole years also those whose title or name has one of the years."""
    years = {str(year) for year in period.years}
    return [
        source
        for source in sources
        if (source.date is not None and source.date in period)
        or years & {number for text in (source.title, source.name) for number in _NUMBERS.findall(text)}
    ]


def _span(text: str) -> Period | None:
    """The days that "2022", "June 2023", "4 July 2023" or "2023-07-04" names; None if there is no such day."""
    numbers = [int(number) for number in _NUMBERS.findall(text)]
    month = next((n for n, name in enumerate(_MONTHS, 1) if re.search(rf"\b{name}", text)), None)
    try:
        if month is None and len(numbers) == 3:
            day = date(*numbers)
            return Period(day, day)
        year = next(number for number in numbers if number > 31)
        if month is None:
            return Period(date(year, 1, 1), date(year, 12, 31))
        if len(numbers) == 1:
            return Period(date(year, month, 1), _month_end(date(year, month, 1)))
        day = date(year, month, numbers[0])
        return Period(day, day)
    except (ValueError, StopIteration):
        return None


def _relation(word: str, named: Period) -> Period | None:
    one = timedelta(days=1)
    if named.start is None or named.end is None:
        return None
    if word == "since":
        return Period(named.start, None)
    if word == "after":
        return Period(named.end + one, None)
    if word == "before":
        return Period(None, named.start - one)
    return Period(None, named.end) if word in ("until", "till", "up to", "by") else named


def _relative(which: str, unit: str, today: date) -> Period:
    if unit == "year":
        year = today.year - (which != "this")
        return Period(date(year, 1, 1), date(year, 12, 31))
    first = today.replace(day=1)
    if which != "this":
        first = (first - timedelta(days=1)).replace(day=1)
    return Period(first, _month_end(first))


def _event(phrase: str, sources: Sequence[Source]) -> date | None:
    """The date of the one dated document whose title has the longest beginning of a phrase."""
    named = phrase.split()
    titles = [({stem(word) for word in words(source.title)}, source.date) for source in sources]
    for length in range(len(named), 0, -1):
        asked = {stem(word) for word in content_words(" ".join(named[:length]))}
        days = {day for title, day in titles if day is not None and asked <= title}
        if len(asked) >= EVENT_WORDS and days:
            return days.pop() if len(days) == 1 else None
    return None


def _month_end(day: date) -> date:
    return day.replace(day=monthrange(day.year, day.month)[1])


def _ordered(start: date | None, end: date | None) -> bool:
    return start is not None and end is not None and start <= end


def _day(day: date) -> str:
    return f"{day.day} {day:%B} {day.year}"
