"""A follow-up question and the conversation before it -> a question that stands alone."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Protocol

from rag.schema import Turn
from rag.words import STOP_WORDS, content_words, content_words_as_written, words

OPENERS = ("and", "but", "so", "also", "then", "what about", "how about", "or")
"""A question that begins with one of these goes on from the one before."""
REFERRING = frozenset(
    "he she they him her his hers them their theirs it its this that these those there then same latter former".split()
)
"""Words that point to something named before."""
FEW_WORDS = 2
"""A question of fewer content words names too little to be searched for alone."""
NAMES = 3
"""So many names of the last answer go along with a question that leans on it, the rarest ones."""
REPLY_WORDS = 6
"""A reply that says no more than "Yes, I do" gets so many words of the last answer, the rarest ones.

See "Follow-up questions" in docs/evaluation.md for what other numbers and other words are worth.
"""


class Corpus(Protocol):
    """What the library knows about words and questions; ``rag.retrieval.Retriever``."""

    def frequency(self, word: str) -> int:
        """How many chunks hold a word: what is rare tells documents apart."""

    def same_topic(self, one: str, other: str) -> bool:
        """Whether two texts lead to passages in common."""


_EXPLETIVE = re.compile(r"\b(?:is|was|it's|will|does|has)\s+(?:it|there)\s+(?:\w+\s+)?(?:to|that|any|a|an)\b|"
                        r"\b(?:is|are|was|were)\s+there\b|\bthat\s+(?:is|are|was|were|the|have|has|had)\b")  # fmt: skip
_REPLY = re.compile(
    r"^\W*(?:yes|yeah|yep|no|nope|not (?:yet|now|really)|ok|okay|sure|right|correct|exactly|"
    r"i (?:do|did|am|have|don[’']t))\b",
    re.IGNORECASE,
)
_WORD = re.compile(r"[\w’'-]+")
_YEAR = re.compile(r"\b(?:1\d|20)\d\d\b")


def standalone(question: str, history: Sequence[Turn], corpus: Corpus | None = None) -> str:
    """The question to search for.

    A question that leans on the conversation, or goes on with its topic, gets in brackets the content words of the
    question before it (and of the one before that, while those lean too), and the rarest names of the last answer;
    what replies to the last answer ("Yes, I do") gets its rarest words. Any other question is returned as it is.

    Args:
        question: as asked.
        history: the conversation so far, oldest first.
        corpus: tells what is rare, and whether a topic goes on; None: every word is rare, and no topic is told.
    """
    if not history:
        return question
    last = f"{history[-1].question} {history[-1].answer}"
    if not leans_on_history(question) and (corpus is None or not corpus.same_topic(question, last)):
        return question
    carried: list[str] = []
    for turn in reversed(history):
        carried = [turn.question, *carried]
        if not leans_on_history(turn.question):
            break
    topic = _new_words(_WORD.findall(" ".join(carried)), question)
    answered = _of_last_answer(question, history[-1].answer, corpus)
    topic += _new_words(answered, " ".join([question, *topic]))
    if _YEAR.search(question):  # "And in 2023?" is no more about 2022
        topic = [word for word in topic if not _YEAR.search(word)]
    return f"{question} ({' '.join(topic)})" if topic else question


def leans_on_history(question: str) -> bool:
    """Whether a question cannot be understood without what was said before it."""
    lowered = _EXPLETIVE.sub(" ", question.casefold()).strip()
    if any(re.match(rf"\W*{opener}\b", lowered) for opener in OPENERS):
        return True
    if is_reply(question) or len(content_words(question)) < FEW_WORDS:
        return True
    return any(word in REFERRING for word in words(lowered))


def is_reply(turn: str) -> bool:
    """Whether a turn replies to the last answer rather than asks: "Yes, I do."."""
    return bool(_REPLY.match(turn))


def _of_last_answer(question: str, answer: str, corpus: Corpus | None) -> list[str]:
    """What a follow-up gets of the last answer, in the order of the answer."""
    written = content_words_as_written(answer)
    reply = is_reply(question) and len(content_words(_REPLY.sub(" ", question))) < FEW_WORDS
    wanted = [word for word in written if reply or written[word][0].isupper()]
    known = set(words(question))
    rarest = sorted((word for word in wanted if word not in known), key=corpus.frequency if corpus else lambda word: 0)
    return [written[word] for word in wanted if word in rarest[: REPLY_WORDS if reply else NAMES]]


def _new_words(candidates: Iterable[str], known_text: str) -> list[str]:
    """Those words that carry meaning and are not in a text yet, each once."""
    known = set(words(known_text))
    new: list[str] = []
    for word in candidates:
        if word.lower() not in known and not set(words(word)) <= STOP_WORDS:
            known.add(word.lower())
            new.append(word)
    return new
