"""A follow-up question and the conversation before it -> a question that stands alone."""

from __future__ import annotations

import re
from collections.abc import Sequence

from rag.schema import Turn
from rag.words import STOP_WORDS, content_words, words

OPENERS = ("and", "but", "so", "also", "then", "what about", "how about", "or")
"""A question that begins with one of these goes on from the one before."""
REFERRING = frozenset(
    "he she they him her his hers them their theirs it its this that these those there then same latter former".split()
)
"""Words that point to something named before."""
FEW_WORDS = 2
"""A question of fewer content words names too little to be searched for alone."""

_EXPLETIVE = re.compile(r"\b(?:is|was|it's|will|does|has)\s+(?:it|there)\s+(?:\w+\s+)?(?:to|that|any|a|an)\b|"
                        r"\b(?:is|are|was|were)\s+there\b|\bthat\s+(?:is|are|was|were|the|have|has|had)\b")  # fmt: skip
_WORD = re.compile(r"[\w’'-]+")


def standalone(question: str, history: Sequence[Turn]) -> str:
    """The question to search for.

    A question that leans on the conversation gets, in brackets, the content words of the question before it (and of
    the one before that, while those lean too); any other question is returned as it is.

    Args:
        question: as asked.
        history: the conversation so far, oldest first.
    """
    if not history or not leans_on_history(question):
        return question
    carried: list[str] = []
    for turn in reversed(history):
        carried = [turn.question, *carried]
        if not leans_on_history(turn.question):
            break
    known = set(words(question))
    topic: list[str] = []
    for match in _WORD.finditer(" ".join(carried)):
        word = match.group()
        if word.lower() not in known and not set(words(word)) <= STOP_WORDS:
            known.add(word.lower())
            topic.append(word)
    return f"{question} ({' '.join(topic)})" if topic else question


def leans_on_history(question: str) -> bool:
    """Whether a question cannot be understood without what was said before it."""
    lowered = _EXPLETIVE.sub(" ", question.casefold()).strip()
    if any(re.match(rf"\W*{opener}\b", lowered) for opener in OPENERS):
        return True
    if len(content_words(question)) < FEW_WORDS:
        return True
    return any(word in REFERRING for word in words(lowered))
