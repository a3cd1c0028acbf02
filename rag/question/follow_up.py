"""A follow-up question and the conversation before it -> a question that stands alone."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

from rag.question.leaning import bare_nouns, leaning, points_back
from rag.question.referents import asked_again, names, with_person, years
from rag.schema import Answer, Turn
from rag.text.words import HOW, STOP_WORDS, content_stems, content_words, content_words_as_written, stem, words

STANDS_ALONE = 0.1
"""A question that leans on the conversation with less than this probability is taken as it was typed."""
LEANS = 0.9
"""From this probability on it is taken as it goes on from the conversation; between the two, both are tried."""
GOES_BACK = 0.5
"""From this probability on a turn leans on the one before it, which a follow-up then goes back to as well."""
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

    def size(self) -> int:
        """How many chunks there are."""


_REPLY = re.compile(
    r"^\W*(?:yes|yeah|yep|no|nope|not (?:yet|now|really)|ok|okay|sure|right|correct|exactly|"
    r"i (?:do|did|am|have|don[’']t))\b",
    re.IGNORECASE,
)
_WORD = re.compile(r"[\w’'-]+")


@dataclass(frozen=True, slots=True)
class Standalone:
    """A question as it is understood after what was said before it.

    Attributes:
        question: as asked, or with what its pronoun stands for, or what was asked before with another year or name.
        topic: content words of the questions that it goes on from.
        answered: words of the last answer.
        is_vague: whether the question says too little without its topic.
    """

    question: str
    topic: tuple[str, ...] = ()
    answered: tuple[str, ...] = ()
    is_vague: bool = False

    @property
    def query(self) -> str:
        """What to search for: the question, and in brackets all words of the conversation."""
        return _with_words(self.question, (*self.topic, *self.answered))

    @property
    def reading(self) -> str:
        """What to read for: with words of the conversation only if the question is vague.

        More of them would make a passage that merely has them look like an answer.
        """
        if is_reply(self.question):
            return self.query
        return _with_words(self.question, self.topic) if self.is_vague else self.question


def forms(question: str, history: Sequence[Turn], corpus: Corpus | None = None) -> tuple[Standalone, ...]:
    """What a question may ask: as typed, and as it goes on from the conversation; both, in this order, where in doubt.

    Args:
        question: as asked.
        history: the conversation so far, oldest first.
        corpus: tells what is rare; None: every word is.

    Raises:
        ModelError: the weights of ``leaning`` are missing or damaged.
    """
    typed = Standalone(question)
    if not history or not question.strip():
        return (typed,)
    within = standalone(question, history, corpus)
    if within.question != question or is_reply(question):
        return (within,)
    likely = leaning(question, history[-1])
    if within == typed or likely < STANDS_ALONE:
        return (typed,)
    return (within,) if likely >= LEANS else (typed, within)


def standalone(question: str, history: Sequence[Turn], corpus: Corpus | None = None) -> Standalone:
    """A question that goes on from the conversation as one that stands alone.

    It gets the content words of the question before it (and of the one before that, while those lean too), and of the
    last answer the name that answered, or else its rarest names; what replies to the last answer ("Yes, I do") gets its
    rarest words. A question that puts another year or name into the one before gets nothing.

    Args:
        question: as asked.
        history: the conversation so far, oldest first.
        corpus: tells what is rare; None: every word is.
    """
    if not history:
        return Standalone(question)
    asked_before = " ".join(turn.question for turn in leant_on(history))
    again = asked_again(question, history)
    if again and not _says_too_little(again):
        return Standalone(again)
    asked = again or with_person(question, history)
    topic = _new_words(_WORD.findall(asked_before), asked)
    answered = _new_words(_of_last_answer(asked, history[-1], corpus), " ".join([asked, *topic]))
    if years(question):  # "And in 2023?" is no more about 2022
        topic = [word for word in topic if not years(word)]
    named_before = not content_stems(asked_before).isdisjoint(map(stem, bare_nouns(question)))
    is_vague = named_before or _says_too_little(asked) or _names_nothing(asked)
    return Standalone(asked, tuple(topic), tuple(answered), is_vague=is_vague)


def turn_of(answer: Answer) -> Turn:
    """What a conversation keeps of an answer; several quotes have no words that answer."""
    quote = None if answer.groups else answer.likeliest
    return Turn(answer.question, answer.text, quote.marked if quote else "")


def leant_on(history: Sequence[Turn]) -> list[Turn]:
    """The turns that a follow-up goes back to: the last one, and those before it while that leans too; oldest first."""
    first = len(history) - 1
    while first > 0 and leaning(history[first].question, history[first - 1]) >= GOES_BACK:
        first -= 1
    return list(history[max(first, 0) :])


def _says_too_little(question: str) -> bool:
    """Whether a question points to something named before, or has hardly a word of its own."""
    return len(content_words(question)) < FEW_WORDS or points_back(question)


def _names_nothing(question: str) -> bool:
    """Whether a question says so little that what it is about may have been said before it: "Who took part?"."""
    said = [word for word in content_words(question) if word not in HOW]
    return len(said) <= FEW_WORDS and not names(question) and not re.search(r"\d", question)


def is_reply(turn: str) -> bool:
    """Whether a turn replies to the last answer rather than asks: "Yes, I do."."""
    return bool(_REPLY.match(turn))


def _of_last_answer(question: str, last: Turn, corpus: Corpus | None) -> list[str]:
    """What a follow-up gets of the last answer, in the order of the answer."""
    reply = is_reply(question) and len(content_words(_REPLY.sub(" ", question))) < FEW_WORDS
    named = names(last.highlight)
    if named and not reply:
        return [word for name in named for word in name.split()]
    written = content_words_as_written(last.answer)
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


def _with_words(question: str, added: Sequence[str]) -> str:
    return f"{question} ({' '.join(added)})" if added else question
