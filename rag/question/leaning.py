"""Whether a question leans on the turn before it: a logistic regression over its words and what it shares with that.

The weights are in ``leaning_weights.json`` beside this file; ``python -m training.leaning.fit`` makes them, and
"Follow-up questions" in docs/evaluation.md says what they are worth.
"""

from __future__ import annotations

import re
from pathlib import Path

from rag.question.classifier import probabilities
from rag.question.referents import names
from rag.schema import Turn
from rag.text.english import ENGLISH
from rag.text.words import STOP_WORDS, content_stems, content_words, stem, words

CLASSES = ("stands alone", "leans")
WEIGHTS_PATH = Path(__file__).with_name("leaning_weights.json")

POINTING = frozenset((*ENGLISH.pronouns, *ENGLISH.demonstratives, "there", "then", "same", "latter", "former"))
"""Words that point to something named before."""
CLOSED = STOP_WORDS | POINTING | frozenset(
    "one ones else instead either another yet still though otherwise also ok okay yes yeah sure maybe really actually "
    "first next later before after anyone anything something someone everyone many much long often besides".split()
)  # fmt: skip
"""Words that say little by themselves; the regression sees these, so that it cannot learn what people talk about."""
MOST_WORDS = 7
"""Questions of more content words are as one of so many."""

_EXPLETIVE = re.compile(r"\b(?:is|was|it's|will|does|has)\s+(?:it|there)\s+(?:\w+\s+)?(?:to|that|any|a|an)\b|"
                        r"\b(?:is|are|was|were)\s+there\b|\bthat\s+(?:is|are|was|were|the|have|has|had)\b")  # fmt: skip
_DEFINITE = re.compile(
    r"\bthe (\w+)(?=\W*$|\s+\w+\W*$|\s+(?:is|are|was|were|do|does|did|has|have|had|will|can|must)\b)"
)


def leaning(question: str, last: Turn) -> float:
    """The probability, 0 to 1, that a question cannot be understood without the turn before it.

    Raises:
        ModelError: the weights are missing or damaged.
    """
    return probabilities(WEIGHTS_PATH, CLASSES, leaning_features(question, last))[1]


def leaning_features(question: str, last: Turn) -> list[str]:
    """What the regression sees: the names of the features that are present, each once.

    The closed-class words of the question, and of them the first one, two and three words; pronouns that are no
    expletives ("is there a", "it is to"); how many words carry meaning, and whether the question names anybody or a
    number; and how many of its words, and which bare noun ("the meeting"), the turn before has.
    """
    tokens = words(question)
    closed = [token if token in CLOSED else "~" for token in tokens]
    found = [f"^ {' '.join(closed[:n])}" for n in (1, 2, 3) if len(closed) >= n]
    found += [token for token in closed if token != "~"]
    found += [f"{closed[-1]} $"] if closed else []
    found.append("points back" if points_back(question) else "points to nothing")
    said = content_words(question)
    few = min(len(said), MOST_WORDS)
    found += [f"content words: {few}", *(f"content words: < {n}" for n in range(few + 1, MOST_WORDS + 1))]
    found += ["names" if names(question[1:]) else "no names", "digits" if re.search(r"\d", question) else "no digits"]
    stems = content_stems(question)
    for text, which in ((last.question, "question"), (last.answer, "answer")):
        shared = len(stems & content_stems(text))
        found.append(f"shared with the {which}: {min(shared, 3)}")
        if any(stem(noun) in content_stems(text) for noun in bare_nouns(question)):
            found.append(f"bare noun of the {which}")
        if stems and shared == len(stems):
            found.append(f"all shared with the {which}")
    return list(dict.fromkeys(found))


def points_back(question: str) -> bool:
    """Whether a question points to something that it does not name: "it", "there", "the same"."""
    return any(word in POINTING for word in words(_EXPLETIVE.sub(" ", question.casefold())))


def bare_nouns(question: str) -> list[str]:
    """The nouns of "the meeting", "the session" and the like, where a question does not say which; in lower case."""
    return [noun.lower() for noun in _DEFINITE.findall(question)]
