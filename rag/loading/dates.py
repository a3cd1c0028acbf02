"""Dates as people and machines write them."""

from __future__ import annotations

import re
from datetime import date

from rag.schema import Month
from rag.text.english import ENGLISH

_MONTH = rf"(?P<month>{'|'.join(name[:3] for name in ENGLISH.month_names)})[a-z]*\.?"
_DATES = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        r"(?P<year>\d{4})([-/.])(?P<month>\d{1,2})\2(?P<day>\d{1,2})(?!\d)",
        r"(?P<year>\d{4})(?P<month>\d\d)(?P<day>\d\d)(?!\d)",
        r"(?P<year>\d{4})\s*年\s*(?P<month>\d{1,2})\s*月\s*(?P<day>\d{1,2})\s*日",
        rf"{_MONTH}\s+(?P<day>\d{{1,2}})(?:st|nd|rd|th)?,?\s+(?P<year>\d{{4}})(?!\d)",
        rf"(?P<day>\d{{1,2}})(?:st|nd|rd|th)?\s+{_MONTH},?\s+(?P<year>\d{{4}})(?!\d)",
    )
)
_WEEKDAY = re.compile(rf"\s*(?:(?:{'|'.join(day[:3] for day in ENGLISH.weekdays)})[a-z]*\.?,?\s+)?", re.IGNORECASE)
_LABEL = re.compile(
    r"\s*(?:date|dated|(?:date )?published|publication date|posted|issued|released?(?: time| date)?"
    r"|日期|发布时间)(?: on)?\s*[:\uff1a]?\s*",
    re.IGNORECASE,
)
_IN_NAME = re.compile(
    r"(?<!\d)(?P<year>(?:1[6-9]|20)\d\d)"
    r"(?:(?P<sep>[-_.]?)(?P<month>0[1-9]|1[0-2])(?P=sep)(?P<day>0[1-9]|[12]\d|3[01])|[-_.](?P<only>0[1-9]|1[0-2]))?"
    r"(?!\d)"
)
_TIME = re.compile(r"[\s,]*(?:T?\d{1,2}:\d\d(?::\d\d)?(?:\s*[AP]M\b)?)?", re.IGNORECASE)
_LINES_SEARCHED = 5


def parse_date(text: str) -> date | None:
    """The date that ``text`` begins with ("2024-04-14T02:41Z", "Sun, 14 April 2024"), or None."""
    found = _date_at(text, 0)
    return found[0] if found else None


def _date_at(text: str, start: int) -> tuple[date, int] | None:
    weekday = _WEEKDAY.match(text, start)
    start = weekday.end() if weekday else start
    for pattern in _DATES:
        if match := pattern.match(text, start):
            month = match["month"].lower()
            number = int(month) if month.isdigit() else ENGLISH.month_number(month)
            try:
                return date(int(match["year"]), number or 0, int(match["day"])), match.end()
            except ValueError:
                continue  # 2023-02-31 is no date
    return None


def labelled_date(line: str) -> tuple[date, int] | None:
    """The date that a line states of its document ("date 2022-10-24 On ...", "Release time:Apr 14, 2024").

    Returns:
        The date and the number of characters of the line that it takes with its label and a time of day;
        None where the line does not begin with a label and a date.
    """
    label = _LABEL.match(line)
    found = _date_at(line, label.end()) if label else None
    if found is None:
        return None
    stated, end = found
    time = _TIME.match(line, end)
    return stated, time.end() if time else end


def date_in_text(text: str) -> date | None:
    """The date that one of the first lines of a document states with a label, or None."""
    lines = (line for line in text[:10_000].split("\n") if line.strip())
    for line, _ in zip(lines, range(_LINES_SEARCHED), strict=False):
        if found := labelled_date(line):
            return found[0]
    return None


def date_of(name: str, text: str) -> date | None:
    """The date of a document without one in its metadata: from its file name, else from its first lines.

    The name goes first, since the date that a web page states is often that of a copy. A name with year and
    month gives that ``Month``, unless the text states a day within it. A year alone gives no date:
    it is as often the subject as the time.
    """
    match = _IN_NAME.search(name)
    stated = date_in_text(text)
    if match is None or not (match["month"] or match["only"]):
        return stated
    try:
        year, month = int(match["year"]), int(match["month"] or match["only"])
        named = date(year, month, int(match["day"])) if match["day"] else Month(year, month, 1)
    except ValueError:
        return stated
    same_month = stated and (stated.year, stated.month) == (named.year, named.month)
    return stated if match["only"] and same_month else named


def without_date(name: str) -> str:
    """A file name's stem without the dates in it ("2023-07_report" -> " _report"); a year alone stays."""
    return _IN_NAME.sub(lambda match: " " if match["month"] or match["only"] else match[0], name)
