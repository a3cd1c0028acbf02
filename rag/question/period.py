"""The time that a question names ("in 2022", "before the plenary session") -> the documents to look in first.

Dates of the calendar and those that count from today ("two years ago") are read by dateparser; what it does not know,
ranges, parts of a year, seasons and decades, is made of them here.
"""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING

from rag.schema import Source
from rag.text.english import ENGLISH
from rag.text.words import content_words, stem, words

if TYPE_CHECKING:
    from dateparser.date import DateDataParser

EVENT_WORDS = 2
"""An event has to be named by so many content words of a document's title, lest "the meeting" be taken for any."""

_PARTS = {
    "early": (1, 3), "mid": (2, 3), "late": (3, 3),
    "beginning of": (1, 3), "start of": (1, 3), "middle of": (2, 3), "end of": (3, 3),
    "h1": (1, 2), "first half": (1, 2), "1st half": (1, 2),
    "h2": (2, 2), "second half": (2, 2), "2nd half": (2, 2), "last half": (2, 2), "latter half": (2, 2),
    "q1": (1, 4), "first quarter": (1, 4), "1st quarter": (1, 4),
    "q2": (2, 4), "second quarter": (2, 4), "2nd quarter": (2, 4),
    "q3": (3, 4), "third quarter": (3, 4), "3rd quarter": (3, 4),
    "q4": (4, 4), "fourth quarter": (4, 4), "4th quarter": (4, 4), "last quarter": (4, 4),
}  # fmt: skip
"""Which of how many equal parts of a year, month or decade is meant."""
_SEASON_MONTHS = (3, 6, 9, 12)
"""The first of the three months of each season, as in the northern hemisphere; winter ends in the year after."""

_MONTH = ENGLISH.month
_FOUR_DIGITS = r"(?:1[6-9]|20)\d\d"
_YEAR = rf"{_FOUR_DIGITS}(?![\d-]|s\b)"
_DAY = r"\d{1,2}(?:st|nd|rd|th)?"
_DATE = rf"(?:\d{{4}}-\d\d-\d\d|(?:{_DAY} (?:of )?{_MONTH},? |{_MONTH} (?:{_DAY},? )?)?{_YEAR})"
_DECADE = r"(?:(?:1[6-9]|20)\d0['’]?s|the ['’]?[3-9]0s)\b"
_YEARS = rf"{_FOUR_DIGITS} ?[-–—] ?{_FOUR_DIGITS}(?!\d)"
_WHOLE = rf"(?:{_DECADE}|(?:{_MONTH} )?{_YEAR})"
_PART_NAME = "|".join(_PARTS)
_PART_OF = r"[ -](?:(?:of|in) )?(?:the (?!['’]?\d0s))?"
_PART = rf"(?:(?:{_PART_NAME}){_PART_OF}{_WHOLE}|{_YEAR} (?:h[12]|q[1-4])\b)"
_NAMED_PART = re.compile(rf"({_PART_NAME}){_PART_OF}({_WHOLE})|({_YEAR}) (h[12]|q[1-4])")
_SEASON = rf"(?:{'|'.join(name for names in ENGLISH.seasons for name in names)}) (?:of )?{_YEAR}"
_COUNT = rf"(?:an?|(?<![\d,.])\d{{1,3}}|{'|'.join((*ENGLISH.units[1:], *ENGLISH.tens))})"
_AGO = rf"{_COUNT} (?:day|week|month|year)s? ago\b"
_FEW = rf"{_COUNT} (?:day|week|month|year)s"
_LAST_FEW = rf"(?:(?<=the )|(?<=in )|(?<=over )|(?<=during )|(?<=within ))(?:last|past) {_FEW}\b"
_NEAR = (
    r"(?:(?:this|last|(?<!the )next|the (?:previous|past|current)) (?:year|quarter|month|week)"
    rf"|last (?:{'|'.join(ENGLISH.weekdays)})|yesterday)\b"
)
_PLAIN = f"(?:{'|'.join((_YEARS, _PART, _SEASON, _DECADE, _AGO, _LAST_FEW, _NEAR))})"
"""What names a time wherever it stands; a date has to stand after a word such as "in", since a number may be any."""
_ANY = f"(?:{_PLAIN}|{_DATE})"
_FIRST = rf"(?:{_ANY}|{_DAY} (?:of )?{_MONTH}|{_MONTH}(?: {_DAY})?|{_DAY})"
"""Where a range begins; its year, or month and year, may be said at its end alone."""
_RANGE = re.compile(
    rf"\b(?:between (?:the )?({_FIRST}) and|from (?:the )?({_FIRST}) (?:to|until|till?|through)) (?:the )?({_ANY})"
)
_ONE = re.compile(
    r"\b(in|during|of|about|for|from|on|since|after|before|prior to|until|till?|up to|by|throughout|within) "
    rf"(?:(?:the )?({_PLAIN})|(?:the year )?({_DATE}))"
)
_OWNING = re.compile(rf"\b({_DATE})['’]s\b|\b(?:the|our|its|their) ({_YEAR}) (?!and\b|or\b|to\b)[a-z]")
_ALONE = re.compile(rf"(?<!\w)({_PLAIN})")
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
        """For people, to go on from "documents": "of 2022", "of January to June 2022", "since 1 June 2023"."""
        start, end = self.start, self.end
        if start is None or end is None:
            return f"up to {_day(end)}" if end else f"since {_day(start)}" if start else ""
        if self.years:
            return f"of {start.year}" if len(self.years) == 1 else f"of {start.year} to {end.year}"
        if start.year == end.year and start.day == 1 and end == _month_end(end):
            return f"of {start:%B} {end.year}" if start.month == end.month else f"of {start:%B} to {end:%B} {end.year}"
        return f"of {_day(start)}" if start == end else f"from {_day(start)} to {_day(end)}"


def period_of(question: str, sources: Sequence[Source], today: date) -> Period | None:
    """The time that a question names; None where it names none, or an impossible one.

    Args:
        question: as asked.
        sources: an event ("before the plenary session") has the date of the one document whose title names it.
        today: what "last year" counts from.
    """
    text = " ".join(question.casefold().split()).replace("before the end of", "until the end of")
    if match := _RANGE.search(text):
        return _range(match[1] or match[2], match[3], today)
    alone = _ALONE.search(text)
    match = _ONE.search(text)
    if match and not (alone and alone.start() < match.start() < alone.end()):  # as "in 2021" of "early in 2021" does
        return _relation(match[1], _named(match[2] or match[3], today))
    if match := _OWNING.search(text):
        return _named(match[1] or match[2], today)
    if alone:
        return _named(alone[1], today)
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


def is_of_a_time(word: str) -> bool:
    """Whether a word is a number or name of a time alone, which a document of that time need not have: "2022", "Q3"."""
    return bool(re.fullmatch(r"\d+s?|[hq]\d", word.casefold()))


def _range(first: str, last: str, today: date) -> Period | None:
    """From the beginning of one time to the end of another, which alone may say the year, or its month too, of both."""
    to = _named(last, today)
    if to is None or to.start is None:
        return None
    if re.fullmatch(_ANY, first):
        begins = [_named(first, today)]
    elif re.fullmatch(_DAY, first):
        begins = [_named(f"{first} {to.start:%B %Y}", today)] if to.start == to.end else []
    else:  # of the same year, or of the one before: "November to February 2022"
        begins = [_named(f"{first} {year}", today) for year in (to.start.year, to.start.year - 1)]
    start = next((one.start for one in begins if one and _ordered(one.start, to.end)), None)
    return Period(start, to.end) if start else None


def _named(text: str, today: date) -> Period | None:
    """The days that a time of ``_ANY`` form stands for; None if there are no such days."""
    numbers = [int(number) for number in _NUMBERS.findall(text)]
    if re.fullmatch(_YEARS, text):
        return _years(*numbers) if numbers[0] <= numbers[1] else None
    if part := _NAMED_PART.fullmatch(text):
        return _part(_named(part[2] or part[3], today), *_PARTS[part[1] or part[4]])
    if re.fullmatch(_SEASON, text):
        season = next(n for n, names in enumerate(ENGLISH.seasons) if text.startswith(names))
        first = date(numbers[0], _SEASON_MONTHS[season], 1)
        return Period(first, _month_end(_months_later(first, 2)))
    if re.fullmatch(_DECADE, text):
        first_year = numbers[0] if numbers[0] > 99 else 1900 + numbers[0]
        is_century = first_year % 100 == 0 and first_year < 2000  # "the 1800s", but not yet "the 2000s"
        return _years(first_year, first_year + (99 if is_century else 9))
    if few := re.fullmatch(f"(?:last|past) ({_FEW})", text):
        since = _dated(f"{few[1]} ago", today)
        return Period(since.start, today) if since else None
    near = re.sub("^the (?:previous|past)", "last", text).replace("the current", "this")
    if near.endswith("quarter"):
        first = date(today.year, (today.month - 1) // 3 * 3 + 1, 1)
        first = _months_later(first, {"this": 0, "last": -3, "next": 3}[near.split()[0]])
        return Period(first, _month_end(_months_later(first, 2)))
    return _dated(near, today)


def _dated(text: str, today: date) -> Period | None:
    """The day, week, month or year that a date names, in the calendar or counted from today; None if there is none."""
    found = _parser(today).get_date_data(text)
    if found.date_obj is None:
        return None
    day = found.date_obj.date()
    if found.period == "year":
        return _years(day.year, day.year)
    if found.period == "month":
        return Period(day.replace(day=1), _month_end(day))
    if found.period == "week":
        monday = day - timedelta(days=day.weekday())
        return Period(monday, monday + timedelta(days=6))
    return Period(day, day)


@lru_cache(maxsize=1)
def _parser(today: date) -> DateDataParser:
    from dateparser.date import DateDataParser  # takes a tenth of a second, for which only such questions need wait

    now = {"RELATIVE_BASE": datetime.combine(today, time()), "TIMEZONE": "UTC"}
    return DateDataParser([ENGLISH.code], settings={**now, "PREFER_DAY_OF_MONTH": "first"})


def _years(first: int, last: int) -> Period:
    return Period(date(first, 1, 1), date(last, 12, 31))


def _part(whole: Period | None, number: int, of: int) -> Period | None:
    """One of so many equal parts, numbered from 1: in days of a month, in months of what is longer."""
    if whole is None or whole.start is None or whole.end is None:
        return None
    start, end = whole.start, whole.end
    months = 12 * (end.year - start.year) + end.month - start.month + 1
    if months == 1:
        first, last = end.day * (number - 1) // of + 1, end.day * number // of
        return Period(start.replace(day=first), start.replace(day=last))
    last_month = _months_later(start, months * number // of - 1)
    return Period(_months_later(start, months * (number - 1) // of), _month_end(last_month))


def _months_later(first: date, months: int) -> date:
    """The first of a month, so many months after that of another."""
    years, month = divmod(first.month - 1 + months, 12)
    return date(first.year + years, month + 1, 1)


def _relation(word: str, named: Period | None) -> Period | None:
    if named is None or named.start is None or named.end is None:
        return None
    one = timedelta(days=1)
    if word == "since":
        return Period(named.start, None)
    if word == "after":
        return Period(named.end + one, None)
    if word in ("before", "prior to"):
        return Period(None, named.start - one)
    return Period(None, named.end) if word in ("until", "till", "til", "up to", "by") else named


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
