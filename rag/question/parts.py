"""The questions that one consists of: "Who is the architect and how much does it cost?" asks two things."""

from __future__ import annotations

import re

from rag.text.english import ENGLISH
from rag.text.words import content_words, words

LONGEST = 300
"""Characters of a question that is looked at; what is longer tells a story."""
MOST_PARTS = 3

_SUBJECTS = frozenset((*ENGLISH.pronouns, "i", "you", "we", "there"))
_DETERMINERS = frozenset(
    (*ENGLISH.articles, *ENGLISH.demonstratives, *ENGLISH.owning_things, "my", "your", "our", "his")
)
_GOES_ON = frozenset("do have".split())
"""After "and" these begin another deed of the same person as often as a question: "log in and do the training"."""
_CLAUSES = frozenset("when where why how".split())
"""These begin a clause ("when the alarm rings") unless an auxiliary follows."""
_PREPOSITIONS = frozenset("in on at to from by with for of since until".split())
_BETWEEN = re.compile(r"\s*(?:[,;]\s*(?:and\s+)?|\s+and\s+|\?\s+(?:and\s+)?)(?:also\s+|then\s+)?", re.IGNORECASE)
_LEADING = re.compile(r"^\W*(?:(?:and|but|so|also|then|please|hello|hi)\b\W*)*", re.IGNORECASE)


def parts(question: str) -> tuple[str, ...]:
    """The questions that a question consists of, in order, as they stand in it; none where it is a single one.

    It is cut where a question begins on either side: "black and white" is one thing, and "how and when" too.
    """
    if len(question) > LONGEST:
        return ()
    found: list[str] = []
    start = 0
    for between in _BETWEEN.finditer(question):
        first = _LEADING.sub("", question[start : between.start()])
        if _asks(first, is_first=not found) and _asks(question[between.end() :], is_first=False):
            found.append(first)
            start = between.end()
    if not found:
        return ()
    found.append(question[start:].strip().rstrip("?.! "))
    return tuple(found) if len(found) <= MOST_PARTS else ()


def _asks(text: str, *, is_first: bool) -> bool:
    """Whether a text begins as a question does, and says what it asks about.

    A clause that depends on another ("how it works", "who is in charge" after "Do you know") is none.
    """
    tokens = words(text)
    while len(tokens) > 1 and tokens[0] in _PREPOSITIONS and tokens[1] in ENGLISH.question_words:
        tokens = tokens[1:]
    if len(tokens) < 2 or not content_words(text):
        return False
    first, second = tokens[:2]
    if first in ENGLISH.question_words:
        following = tokens[2] if second in ENGLISH.amount_words and len(tokens) > 2 else second
        begins = following not in {"to"} | _SUBJECTS | _DETERMINERS | _PREPOSITIONS
        if first in _CLAUSES and second not in ENGLISH.amount_words:
            begins = any(
                token in ENGLISH.auxiliaries for token in tokens[1 : 3 if first == "how" else 2]
            )  # "how old is"
    elif first in _GOES_ON:
        begins = second in _SUBJECTS
    else:
        begins = first in ENGLISH.auxiliaries and second in _SUBJECTS | _DETERMINERS
    return begins and not (is_first and any(token in ENGLISH.question_words for token in tokens[2:]))
