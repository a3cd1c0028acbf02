"""Words of questions and passages: which of them carry meaning, and which forms belong together."""

from __future__ import annotations

import re
from functools import cache, lru_cache

import Stemmer

from rag.schema import Span
from rag.text.english import ENGLISH
from rag.text.normalise import searchable

STOP_WORDS = ENGLISH.stop_words
"""Words that say nothing of what a text is about."""

HOW = ENGLISH.amount_words
"""Words that ask ("how many") and name nothing, so that no answer need have them."""

_WORD = re.compile(r"(?:[^\W_][\u0300-\u036f]*)+")


def words(text: str) -> list[str]:
    """All words of a text in order, in lower case; a word is a run of letters and digits with their accents.

    They are those of ``searchable(text)``, as in the full-text index.
    """
    return _WORD.findall(searchable(text).lower())


def content_words(text: str) -> list[str]:
    """The words of a text that are not stop words, each once, in order of first appearance, in lower case."""
    return list(content_words_as_written(text))


def content_words_as_written(text: str) -> dict[str, str]:
    """The same words in lower case, each with the way it was first written."""
    written: dict[str, str] = {}
    for match in _WORD.finditer(searchable(text)):
        word = match.group().lower()
        if word not in STOP_WORDS:
            written.setdefault(word, match.group())
    return written


def whole_words(text: str, span: Span) -> Span:
    """The span with the whole of the words that it begins or ends within; only in scripts that part words by spaces.

    Args:
        text: that the span is of, in its characters; not empty.
    """
    start, end = span
    while start > 0 and _is_of_word(text[start - 1]) and _is_of_word(text[start]):
        start -= 1
    while end < len(text) and _is_of_word(text[end - 1]) and _is_of_word(text[end]):
        end += 1
    return start, end


def _is_of_word(character: str) -> bool:
    """Whether it is a digit, or a letter of Latin, Greek, Cyrillic or another script that has capitals."""
    return character.isdecimal() or character.lower() != character.upper()


@cache
def _stemmer() -> Stemmer.Stemmer:
    return Stemmer.Stemmer("porter")


@lru_cache(maxsize=65_536)
def stem(word: str) -> str:
    """The Porter stem of a lower-case word, as in the full-text index (Porter, 1980)."""
    return str(_stemmer().stemWord(word))


def stems_of(text: str) -> frozenset[str]:
    """The stems of all words of a text."""
    return frozenset(map(stem, words(text)))


def content_stems(text: str) -> frozenset[str]:
    """The stems of the words of a text that are not stop words."""
    return frozenset(map(stem, content_words(text)))
