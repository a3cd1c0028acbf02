"""How the numbers of lists are written: 3, C, iii."""

from __future__ import annotations

from typing import Literal

NumeralStyle = Literal["decimal", "lower letter", "upper letter", "lower roman", "upper roman"]
_ROMAN = (
    (1000, "m"), (900, "cm"), (500, "d"), (400, "cd"), (100, "c"), (90, "xc"), (50, "l"), (40, "xl"), (10, "x"),
    (9, "ix"), (5, "v"), (4, "iv"), (1, "i"),
)  # fmt: skip
_LONGEST_ROMAN = 5000
_LETTERS = 26
_MOST_LETTERS = 30


def numeral(number: int, style: NumeralStyle) -> str:
    """A number as it stands before an item; what a style has no numeral for is in digits.

    After z come aa, bb and so on, as word processors have it.
    """
    text = ""
    if style.endswith("letter") and 0 < number <= _LETTERS * _MOST_LETTERS:
        text = chr(ord("a") + (number - 1) % _LETTERS) * ((number - 1) // _LETTERS + 1)
    elif style.endswith("roman") and 0 < number < _LONGEST_ROMAN:
        for value, letters in _ROMAN:
            text += letters * (number // value)
            number %= value
    else:
        return str(number)
    return text.upper() if style.startswith("upper") else text
