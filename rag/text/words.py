"""Words of questions and passages: which of them carry meaning, and which forms belong together."""

from __future__ import annotations

import re
from functools import cache, lru_cache

import Stemmer

STOP_WORDS = frozenset(
    """
    a about above after again against all also am an and any are aren as at be because been before being below
    between both but by can cannot could couldn did didn do does doesn doing don down during each few for from
    further had hadn has hasn have haven having he her here hers herself him himself his how i if in into is isn it
    its itself just ll me more most mustn my myself no nor not of off on once only or other our ours ourselves out
    over own please re s same shall shan she should shouldn so some such t tell than that the their theirs them
    themselves then there these they this those through to too under until up us ve very was wasn we were weren what
    when where which while who whom whose why will with won would wouldn you your yours yourself yourselves
    """.split()
)
"""Function words of English, and what an apostrophe leaves behind; they say nothing of what a text is about."""

HOW = frozenset(("many", "much", "often", "long"))
"""Words that ask ("how many") and name nothing, so that no answer need have them."""

_WORD = re.compile(r"(?:[^\W_][\u0300-\u036f]*)+")


def words(text: str) -> list[str]:
    """All words of a text in order, in lower case; a word is a run of letters and digits with their accents."""
    return _WORD.findall(text.lower())


def content_words(text: str) -> list[str]:
    """The words of a text that are not stop words, each once, in order of first appearance, in lower case."""
    return list(content_words_as_written(text))


def content_words_as_written(text: str) -> dict[str, str]:
    """The same words in lower case, each with the way it was first written."""
    written: dict[str, str] = {}
    for match in _WORD.finditer(text):
        word = match.group().lower()
        if word not in STOP_WORDS:
            written.setdefault(word, match.group())
    return written


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
