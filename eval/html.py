"""The templates of the report, and how they say numbers."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from itertools import groupby
from typing import Any

from markupsafe import Markup

from eval.groups import measures
from eval.numbers import interval, number, p_value, signed
from eval.plots import Drawing, difference_mark, interval_mark
from rag.markup import templates_of

_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


def render(template: str, **shown: object) -> str:
    """A template of the report with what it shows, of which every string is escaped that is not ``Markup``."""
    return TEMPLATES.get_template(template).render(shown)


def readable(value: object) -> object:
    """A value with U+FFFD for the characters that HTML forbids."""
    return _CONTROL.sub("\ufffd", value) if isinstance(value, str) and not isinstance(value, Markup) else value


def by_part(entries: Iterable[Mapping[str, Any]]) -> list[tuple[str, list[Mapping[str, Any]]]]:
    """Numbers that follow each other under the part that they belong to."""
    return [(part, list(rows)) for part, rows in groupby(entries, lambda entry: str(entry["part"]))]


def interval_drawn(entry: Mapping[str, Any]) -> Drawing:
    """The interval of a number as a drawing."""
    return interval_mark(entry["value"], entry["low"] or 0.0, entry["high"] or 0.0)


def difference_drawn(test: Mapping[str, Any], reach: float) -> Drawing:
    """The interval of a difference as a drawing; ``reach`` is where its scale ends."""
    return difference_mark(test["difference"], test["low"], test["high"], reach)


TEMPLATES = templates_of("eval", readable)
TEMPLATES.filters |= {
    "by_part": by_part,
    "difference_drawn": difference_drawn,
    "interval": interval,
    "interval_drawn": interval_drawn,
    "measures": measures,
    "number": number,
    "p_value": p_value,
    "signed": signed,
}
