"""Questions that a text asks and answers itself, as lists of frequently asked ones do."""

from __future__ import annotations

from collections.abc import Sequence

from rag.text.units import Unit

LONGEST_QUESTION = 200
"""Characters."""
ANSWER = 200
"""Characters; an answer goes on to the end of its paragraph, but not beyond this after its first sentence."""

ASKS = ("?", "\uff1f")
"""How a question ends."""


def answered(text: str, units: Sequence[Unit]) -> dict[int, range]:
    """The units of a text that ask, each with the units after it that answer.

    What asks is a heading, or the first sentence of a line, that ends in a question mark; what answers is what follows
    it in its paragraph, or the beginning of the next one. A list is no answer by itself, and neither is another
    question.

    Returns:
        By the number of the unit that asks, the numbers of those that answer; at least one.
    """
    asking = [_asks(text, unit) for unit in units]
    found: dict[int, range] = {}
    for number in (number for number, asks in enumerate(asking) if asks):
        first = last = number + 1
        while last < len(units) and not asking[last] and units[last].kind == "sentence":
            if last > first and (
                units[last].end - units[first].start > ANSWER or "\n\n" in text[units[last - 1].end : units[last].start]
            ):
                break
            last += 1
        if last > first:
            found[number] = range(first, last)
    return found


def _asks(text: str, unit: Unit) -> bool:
    if not text.endswith(ASKS, unit.start, unit.end) or unit.end - unit.start > LONGEST_QUESTION:
        return False
    if unit.kind == "heading":
        return True
    before = text[text.rfind("\n", 0, unit.start) + 1 : unit.start]
    return unit.kind == "sentence" and not before.strip()
