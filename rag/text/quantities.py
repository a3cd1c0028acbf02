"""What a few words say: a number with what it counts, a date, or just the words."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from rag.text.english import ENGLISH

_SMALL = ENGLISH.small_numbers
_ABOUT = frozenset("about around nearly almost over under some approximately roughly least most more less than".split())
"""Beside one of these a number is not meant exactly, so that another number is not at odds with it."""

_DIGITS = r"\d+(?:,\d{3})*(?:\.\d+)?"
_TOKEN = re.compile(rf"{_DIGITS}|[^\W\d_]+|[%$€£¥°]")
_NUMBER = re.compile(_DIGITS)
_ONE_HUNDRED = re.compile(r"\ba (?=(?:hundred|thousand|million|billion|trillion)\b)")


def _number_words() -> re.Pattern[str]:
    """Numbers in words, tokens apart by one space: "four thousand eight hundred and six", "4.8 million"."""
    unit, tens, scale = map("|".join, (ENGLISH.units, ENGLISH.tens, ENGLISH.scales))
    below_100 = rf"(?:(?:{tens})(?: (?:{'|'.join(ENGLISH.units[1:10])}))?|(?:{unit}))"
    below_1000 = rf"(?:(?:{unit}) hundred(?: (?:and )?{below_100})?|{below_100})"
    scaled = (
        rf"(?:(?:{_DIGITS}|{below_1000}) (?:{scale})(?: (?:and )?{below_1000} (?:{scale}))*(?: (?:and )?{below_1000})?)"
    )
    return re.compile(rf"(?<!\S)(?:{scaled}|{below_1000})(?!\S)")


_NUMBER_WORDS = _number_words()
_ISO_DATE = re.compile(r"\b(\d{4})-(\d{1,2})-(\d{1,2})\b")
_ORDINAL = re.compile(r"(?<=\d)(?:st|nd|rd|th)\b")

_YEARS = range(1000, 2200)


@dataclass(frozen=True, slots=True)
class Value:
    """What a few words say, in a form that is equal for equal meanings.

    Attributes:
        kind: ``"number"``: one number, maybe with what it counts; ``"date"``: a day, a month or both with a year or
            without; ``"text"``: anything else.
        number: of a number, else None.
        parts: of a date: year, month and day, 0 for what is not said; else empty.
        words: the other words, in lower case and without articles and punctuation.
    """

    kind: Literal["number", "date", "text"]
    number: Decimal | None
    parts: tuple[int, ...]
    words: tuple[str, ...]


def value_of(text: str) -> Value:
    """What a text says. A text with several numbers, or with a date and something else, is just its words."""
    folded = _ORDINAL.sub("", _named_month(text.casefold()))
    spaced = _ONE_HUNDRED.sub("one ", " ".join(_TOKEN.findall(folded)))
    tokens = [token for token in _NUMBER_WORDS.sub(_in_digits, spaced).split() if token not in ENGLISH.articles]
    parts = _date_parts(tokens)
    if parts is not None:
        return Value("date", None, parts, ())
    numbers = [token for token in tokens if _NUMBER.fullmatch(token)]
    if len(numbers) == 1:
        rest = tuple(token for token in tokens if token != numbers[0])
        return Value("number", Decimal(numbers[0].replace(",", "")).normalize(), (), rest)
    return Value("text", None, (), tuple(tokens))


def at_odds(one: Value, other: Value) -> bool:
    """Whether both are numbers of the same thing, or both dates, of which one at most can be right.

    A number without a word may be of anything; where both have words they must be the same. A date that says less
    ("March 2021") is not at odds with one that says more ("2 March 2021").
    """
    if one.kind == other.kind == "date":
        return any(a and b and a != b for a, b in zip(one.parts, other.parts, strict=True))
    if one.kind == other.kind == "number":
        vague = _ABOUT.intersection(one.words) or _ABOUT.intersection(other.words)
        same_thing = not one.words or not other.words or one.words == other.words
        return same_thing and not vague and one.number != other.number
    return False


def _named_month(text: str) -> str:
    """The text with dates like 2021-03-02 written as "2 march 2021"."""

    def named(match: re.Match[str]) -> str:
        year, month, day = match.groups()
        return f"{int(day)} {ENGLISH.month_names[int(month) - 1]} {year}" if 1 <= int(month) <= 12 else match[0]

    return _ISO_DATE.sub(named, text)


def _date_parts(tokens: list[str]) -> tuple[int, int, int] | None:
    """Year, month and day of tokens that are a date with a month and nothing else; 0 for what is missing."""
    words = [token for token in tokens if token not in ("of", "on", "in")]
    months = [ENGLISH.month_number(word) for word in words if word.isalpha()]
    numbers = [int(word) for word in words if word.isdecimal()]
    if len(months) != 1 or months[0] is None or len(months) + len(numbers) != len(words) or len(numbers) > 2:
        return None
    years = [number for number in numbers if number in _YEARS]
    days = [number for number in numbers if 1 <= number <= 31]
    if len(years) > 1 or len(days) > 1 or len(years) + len(days) != len(numbers):
        return None
    return (years or [0])[0], months[0], (days or [0])[0]


def _in_digits(match: re.Match[str]) -> str:
    """A number in words, or in digits with a scale ("4.8 million"), in digits."""
    total = current = Decimal(0)
    for word in match[0].split():
        if word == "hundred":
            current *= 100
        elif word in ENGLISH.scales:
            total, current = total + current * ENGLISH.scales[word], Decimal(0)
        elif word != "and":
            current += _SMALL[word] if word in _SMALL else Decimal(word.replace(",", ""))
    return format((total + current).normalize(), "f")
