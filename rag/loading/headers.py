"""Whether the first row of a table names its columns, where the format does not say."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import groupby

_MAX_NAME = 80  # characters; what is longer is no name of a column
_FIGURES = 0.6  # of the cells below that are not empty, in a column of figures
_DATE = re.compile(r"\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}\b.*|\d{1,2}[-/ ]?[^\W\d_]{3,9}\.?[-/ ]?\d{2,4}", re.DOTALL)
_YEAR = re.compile(r"(?:FY ?|Q[1-4] ?|H[12] ?)?(?:1[89]|20)\d\d(?:[/–-]\d{2,4})?|Q[1-4]|H[12]", re.IGNORECASE)
_AMOUNT = re.compile(r"[^\w\s]*\s?(?:[A-Z]{3}\s)?[-+(]?[^\w\s]?\d[\d.,'\s]*[)%]?\s?(?:[^\w\s]|[A-Z]{3})?")
_FIGURE = re.compile(
    r"[^\w\s]{0,2}\s?\d[\d.,’'\s]*(?:\s?[%‰°]|\s?[^\W\d_]{1,4}\.?)?[)*⁰¹²³⁴-⁹]*|[–—-]+|n/?a", re.IGNORECASE
)
_LOGICAL = frozenset({"true", "false", "yes", "no", "x"})


def names_columns(rows: Sequence[Sequence[str]], *, of_two: bool = False, stands_out: bool = False) -> bool:
    """Whether the first of several rows names the columns: no two alike, and unlike what is below.

    Args:
        rows: merged cells are repeated; some may end before others.
        of_two: whether it may be so of two columns, which are otherwise taken for names and values ("Warden | Ada").
        stands_out: whether the first row alone is set as names are, in bold; then they may be like what is below.
    """
    first, below = rows[0], rows[1:]
    names = [name for name, _ in groupby(filter(None, first))]
    if not below or len(first) < 2 or len(set(names)) < len(names):
        return False
    if stands_out:
        return _are_labels(first)
    return (of_two or len(first) > 2) and are_names(first, below)


def are_names(row: Sequence[str], below: Sequence[Sequence[str]]) -> bool:
    """Whether most cells of a row hold labels, and each of these is unlike what is in its column below."""
    return _are_labels(row) and all(
        _names(cell, [one[at] for one in below if at < len(one)]) for at, cell in enumerate(row) if cell
    )


def _are_labels(row: Sequence[str]) -> bool:
    filled = [cell for cell in row if cell]
    return 2 * len(filled) >= len(row) and not filled[0].endswith(":") and max(map(len, filled)) <= _MAX_NAME


def are_figures(cells: Sequence[str]) -> bool:
    """Whether most of the cells that are not empty are numbers, with or without a unit."""
    filled = [cell for cell in cells if cell]
    return bool(filled) and sum(bool(_FIGURE.fullmatch(cell)) for cell in filled) >= _FIGURES * len(filled)


def _names(cell: str, column: Sequence[str]) -> bool:
    """Whether a cell may name the column below it: "Tier 1" above "4.50", but not "Room 1" above "Room 2"."""
    if _is_time(cell):
        return not any(map(_is_time, column))
    if _AMOUNT.fullmatch(cell) or cell.casefold() in _LOGICAL:
        return False
    shape = _shape(cell)
    return "0" not in shape or not any(_shape(below) == shape for below in column if not _AMOUNT.fullmatch(below))


def _is_time(cell: str) -> bool:
    return bool(_YEAR.fullmatch(cell) or _DATE.fullmatch(cell))


def _shape(cell: str) -> str:
    """Where letters and figures take turns: "a0a" of "Flat 3, Mill Road"."""
    return "".join(kind for kind, _ in groupby("0" if c.isdigit() else "a" for c in cell if c.isalnum()))
