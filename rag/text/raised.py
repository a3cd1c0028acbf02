"""What stands above or below its line, in characters of its own, so that a mark never joins the number before it.

"5,400¹" is a number with a note, "10⁶" a power and "CO2" a formula, in every format that knows what is raised.
"""

from __future__ import annotations

_PLAIN = "0123456789+-\u2212=()n"
_RAISED = str.maketrans(_PLAIN, "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻⁼⁽⁾ⁿ")
_LOWERED = str.maketrans(_PLAIN, "₀₁₂₃₄₅₆₇₈₉₊₋₋₌₍₎ₙ")
_DIGITS = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")
_PLAIN_DIGITS = {raised: plain for plain, raised in _DIGITS.items()}
_NUMERIC = frozenset(f"{_PLAIN},; ")


def raised(text: str) -> str:
    """How text above its line is written: "2" as "²", "-6" as "⁻⁶", "1,2" as "¹,²"; "st", "[2]" and "*" as they are."""
    if text.lstrip().startswith("["):
        return text
    numeric = _NUMERIC.issuperset(text) and not text.isspace() and any(c.isdigit() or c == "n" for c in text)
    return text.translate(_RAISED if numeric else _DIGITS)


def plain_digits(text: str) -> str:
    """The text with raised digits as they stand on the line."""
    return text.translate(_PLAIN_DIGITS)


def lowered(text: str, before: str, after: str) -> str:
    """How text below its line is written: as it is ("CO2"), but where a digit would join another ("log₂8").

    Args:
        text: that stands below the line.
        before, after: what stands beside it.
    """
    numeric = _NUMERIC.issuperset(text) and any(map(str.isdigit, text))
    joins = before[-1:].isdigit() or before.endswith(("/", "\u2044")) or after[:1].isdigit()
    return text.translate(_LOWERED) if numeric and joins else text
