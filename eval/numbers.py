"""Numbers for people, the same in the page and on the terminal."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

SMALLEST_P = 0.001


def number(value: float | None, *, percent: bool) -> str:
    """``83.0%`` or ``0.830``; a dash for what is not known."""
    if value is None or math.isnan(value):
        return "–"
    return f"{100 * value:.1f}%" if percent else f"{value:.3f}"


def interval(entry: Mapping[str, Any]) -> str:
    """The 95% interval of a headline entry: ``75.0–90.2`` or ``0.750–0.902``."""
    low, high = entry["low"], entry["high"]
    if low is None or high is None:
        return "–"
    return f"{100 * low:.1f}–{100 * high:.1f}" if entry["percent"] else f"{low:.3f}–{high:.3f}"


def signed(value: float | None, *, percent: bool) -> str:
    """A difference: ``+1.2`` percentage points, or ``+0.012``."""
    if value is None or math.isnan(value):
        return "–"
    rounded = round(100 * value, 1) if percent else round(value, 3)
    return f"{rounded + 0.0:+.1f}" if percent else f"{rounded + 0.0:+.3f}"  # + 0.0 turns -0.0 into 0.0


def p_value(p: float | None) -> str:
    """``0.034``, or ``< 0.001``."""
    if p is None or math.isnan(p):
        return "–"
    return f"< {SMALLEST_P}" if p < SMALLEST_P else f"{p:.3f}"


def size(count: float) -> str:
    """Bytes as ``1.4 MB``."""
    value = float(count)
    for unit in ("B", "kB", "MB"):
        if value < 1000:
            return f"{value:.0f} {unit}" if unit == "B" else f"{value:.1f} {unit}"
        value /= 1000
    return f"{value:.1f} GB"


def duration(seconds: float | None) -> str:
    """``64 ms``, ``3.2 s`` or ``4 min 10 s``."""
    if seconds is None:
        return "–"
    if seconds < 1:
        return f"{1000 * seconds:.0f} ms"
    if seconds < 60:
        return f"{seconds:.1f} s"
    return f"{int(seconds // 60)} min {int(seconds % 60)} s"
