"""A text as it is searched and read by the models, beside the text that is stored and quoted."""

from __future__ import annotations

import re
import unicodedata

_HYPHENATED = re.compile(r"([^\W\d_]+)-\n[^\S\n]*((?![A-Z])[^\W\d_]+)")
_BREAK = re.compile(r"(?<=[^\W\d_])-\n[^\S\n]*(?=(?![A-Z])[^\W\d_])")
_RAISED = re.compile("[⁰¹²³⁴-⁹™®℠]+")  # NFKC would glue them to what they stand behind: "5,400¹" is not 5,4001


def searchable(text: str) -> str:
    """A text for search by words: in Unicode's compatibility form (NFKC), so that "ﬁrst" is found as "first".

    A word that was hyphenated at a line's end is there as one word and, as nobody knows whether the hyphen is its own,
    in its two parts; raised digits part words.
    """
    if text.isascii() and "-\n" not in text:
        return text
    return unicodedata.normalize("NFKC", _RAISED.sub(" ", _HYPHENATED.sub(r"\1\2 \1-\n\2", text)))


def without_line_end_hyphens(text: str) -> tuple[str, list[int] | None]:
    """A text with each word that was hyphenated at a line's end as one word, for models that read.

    Returns:
        The text, and for each of its characters the place in the text given; None where nothing changed.
    """
    if "-\n" not in text:
        return text, None
    kept: list[str] = []
    places: list[int] = []
    start = 0
    for found in _BREAK.finditer(text):
        kept.append(text[start : found.start()])
        places += range(start, found.start())
        start = found.end()
    kept.append(text[start:])
    places += range(start, len(text))
    return "".join(kept), places


def single_spaced(text: str) -> str:
    """A text with single spaces for all white space, to be compared but for that."""
    return " ".join(text.split())
