"""Numbers and dates as a spreadsheet shows them, by the number format of their cell (ECMA-376 Part 1, 18.8.31).

A format that depends on the reader's country (decimal signs, the order of a short date) is shown as the codes have it:
12,500.50 and 2024-03-05. What cannot be told from the code (fractions, conditions) is shown as a plain number.
"""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache

from rag.text.english import ENGLISH

Value = float | int | date | time | timedelta
"""What a cell with a number format holds; a ``datetime`` is a ``date``."""

BUILT_IN = {
    1: "0", 2: "0.00", 3: "#,##0", 4: "#,##0.00", 9: "0%", 10: "0.00%", 11: "0.00E+00", 15: "d-mmm-yy", 16: "d-mmm",
    17: "mmm-yy", 18: "h:mm AM/PM", 19: "h:mm:ss AM/PM", 20: "h:mm", 21: "h:mm:ss", 37: "#,##0;-#,##0",
    38: "#,##0;-#,##0", 39: "#,##0.00;-#,##0.00", 40: "#,##0.00;-#,##0.00", 45: "mm:ss", 46: "[h]:mm:ss", 47: "mm:ss",
    48: "0.0E+0",
}  # fmt: skip
"""The codes of the formats that a file names by number alone; 14 and 22, the short date of the reader's country, and
the general format have none."""

_TOKEN = re.compile(
    r'"(?P<quoted>[^"]*)"|\\(?P<escaped>.)|[_*].|\[\$(?P<currency>[^\]-]*)[^\]]*\]|\[(?P<elapsed>h+|m+|s+)\]'
    r"|(?P<condition>\[[<>=][^\]]*\])|\[[^\]]*\]|(?P<half>AM/PM|A/P)|(?P<scientific>E[+-]0+)"
    r"|(?P<number>[0#?][0#?,]*(?:\.[0#?]*)?|\.[0#?]+)|(?P<date>y+|m+|d+|h+|s+)|(?P<other>.)",
    re.IGNORECASE | re.DOTALL,
)
_UNTELLABLE = re.compile(r"/|general", re.IGNORECASE)
_MAX_CODE = 255  # characters, as in the applications
_MAX_DECIMALS = 10
_LARGEST = 1e15  # with more digits than that, an application no longer knows all of them


def shown(value: Value, code: str) -> str:
    """A value as its cell shows it.

    Args:
        value: of the cell; a number, or the date, time or duration that a date format makes of it.
        code: the format's code ("#,##0.00", "dd/mm/yyyy"); "" where the cell has none that is known.
    """
    sections = _sections(code) if len(code) <= _MAX_CODE else []
    if isinstance(value, date | time | timedelta):
        return _date(value, sections[0]) if sections else plain(value)
    section = _section_for(value, sections)
    if section is None:
        return plain(value)
    negated = value < 0 and len(sections) == 1
    words = _number(Decimal(repr(value)).copy_abs(), section)
    return f"-{words}" if negated and any(map(str.isdigit, words.replace("0", ""))) else words


def plain(value: Value) -> str:
    """A value without a format: a number with the 15 digits that applications keep, an ISO date, hours and minutes."""
    if isinstance(value, timedelta):
        return _elapsed(value)
    if isinstance(value, datetime):
        return value.isoformat(" ", "seconds").removesuffix(" 00:00:00").removesuffix(":00")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, time):
        return value.isoformat("seconds").removesuffix(":00")
    words = f"{value:.15g}"
    return str(int(value)) if "e+" in words and abs(value) < 1e21 else words


@lru_cache(maxsize=500)
def _sections(code: str) -> list[list[re.Match[str]]]:
    """The tokens of a code's sections: for positive and negative numbers, zero, and text."""
    sections: list[list[re.Match[str]]] = [[]]
    for token in _TOKEN.finditer(code):
        if token["other"] == ";":
            sections.append([])
        else:
            sections[-1].append(token)
    return sections if any(sections) else []


def _section_for(value: float, sections: list[list[re.Match[str]]]) -> list[re.Match[str]] | None:
    """The tokens that show a number, None where the code does not tell how."""
    if not sections or not abs(value) < _LARGEST:
        return None
    wanted = 1 if value < 0 and len(sections) > 1 else 2 if value == 0 and len(sections) > 2 else 0
    section = sections[wanted]
    text = "".join(token["other"] or "" for token in section)
    if _UNTELLABLE.search(text) or text == "@" or any(token["condition"] for one in sections for token in one):
        return None
    return None if any(token["date"] or token["elapsed"] for token in section) else section


def _number(value: Decimal, section: list[re.Match[str]]) -> str:
    numbers = [token["number"] for token in section if token["number"]]
    scientific = next((token["scientific"] for token in section if token["scientific"]), "")
    value *= 100 ** sum(token["other"] == "%" for token in section)
    pattern = "".join(numbers)
    exponent = ""
    if scientific:
        power = value.adjusted() if value else 0
        value = value.scaleb(-power)
        sign = "-" if power < 0 else "+" if scientific[1] == "+" else ""
        exponent = f"E{sign}{abs(power):0{len(scientific) - 2}d}"
    digits = _digits(value, pattern) if pattern else ""
    words = ""
    for token in section:
        if token["number"]:
            words, digits = words + digits, ""
        elif token["scientific"]:
            words += exponent
        else:
            words += _literal(token)
    return words.strip()


def _digits(value: Decimal, pattern: str) -> str:
    whole, _, fraction = pattern.partition(".")
    scaled = len(whole) - len(whole.rstrip(","))
    value = value.scaleb(-3 * scaled)
    grouped = "," in whole.rstrip(",")
    most = min(sum(character in "0#?" for character in fraction), _MAX_DECIMALS)
    least = min(fraction.count("0"), most)
    rounded = f"{value.quantize(Decimal(1).scaleb(-most), ROUND_HALF_UP):f}"
    before, _, after = rounded.partition(".")
    before = before.lstrip("0").rjust(whole.count("0"), "0")
    if grouped:
        before = re.sub(r"(?<=\d)(?=(?:\d{3})+$)", ",", before)
    after = after[:least] + after[least:].rstrip("0")
    return f"{before}.{after}" if after or pattern.endswith(".") else before


def _literal(token: re.Match[str]) -> str:
    return token["quoted"] or token["escaped"] or token["currency"] or token["other"] or ""


def _date(value: date | time | timedelta, section: list[re.Match[str]]) -> str:
    if not any(token["date"] or token["elapsed"] for token in section):
        return plain(value)
    moment = _moment(value)
    half = any(token["half"] for token in section)
    words = ""
    for at, token in enumerate(section):
        if token["date"]:
            code = token["date"].lower()
            words += _part(moment, code, code[0] == "m" and _means_minutes(section, at), half)
        elif token["elapsed"]:
            words += _elapsed_part(value, token["elapsed"].lower())
        elif token["half"]:
            words += "AM" if moment.hour < 12 else "PM"
        elif not (token["number"] or token["other"] == "@"):  # fractions of a second are not shown
            words += _literal(token)
    return words.strip(" .")


def _moment(value: date | time | timedelta) -> datetime:
    if isinstance(value, datetime):
        return value
    if isinstance(value, date):
        return datetime.combine(value, time())
    if isinstance(value, time):
        return datetime.combine(date(1900, 1, 1), value)
    return datetime(1900, 1, 1) + value % timedelta(days=1)


def _means_minutes(section: list[re.Match[str]], at: int) -> bool:
    """Whether an "m" after hours or before seconds."""

    def letter(tokens: list[re.Match[str]]) -> str:
        return next(((t["date"] or t["elapsed"]).lower()[0] for t in tokens if t["date"] or t["elapsed"]), "")

    return letter(section[:at][::-1]) == "h" or letter(section[at + 1 :]) == "s"


def _part(moment: datetime, code: str, minutes: bool, half: bool) -> str:
    letter, length = code[0], len(code)
    if letter == "y":
        return f"{moment.year:04d}" if length > 2 else f"{moment.year % 100:02d}"
    if letter == "m" and not minutes and length > 2:
        name = ENGLISH.month_names[moment.month - 1].capitalize()
        return name[:3] if length == 3 else name[:1] if length == 5 else name
    if letter == "d" and length > 2:
        name = ENGLISH.weekdays[moment.weekday()].capitalize()
        return name[:3] if length == 3 else name
    hour = (moment.hour % 12 or 12) if half else moment.hour
    number = {"m": moment.minute if minutes else moment.month, "d": moment.day, "h": hour, "s": moment.second}[letter]
    return f"{number:0{min(length, 2)}d}"


def _elapsed_part(value: date | time | timedelta, code: str) -> str:
    span = value if isinstance(value, timedelta) else _moment(value) - datetime(1899, 12, 30)
    if isinstance(value, time):
        span = _moment(value) - datetime(1900, 1, 1)
    unit = {"h": 3600, "m": 60, "s": 1}[code[0]]
    return f"{int(span.total_seconds()) // unit:0{len(code)}d}"


def _elapsed(span: timedelta) -> str:
    minutes, seconds = divmod(int(abs(span).total_seconds()), 60)
    words = f"{minutes // 60}:{minutes % 60:02d}" + (f":{seconds:02d}" if seconds else "")
    return f"-{words}" if span < timedelta() else words
