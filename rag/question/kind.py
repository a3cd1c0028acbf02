"""What kind of question it is: a multinomial logistic regression over its words and a few cues.

The weights are in ``kind_weights.json`` beside this file; ``python -m training.kind.fit`` makes them, and "Kinds of
questions" in docs/evaluation.md says how often they are right.
"""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path
from typing import Literal, get_args

from rag.question.classifier import scores
from rag.question.cues import LEADING, cues
from rag.text.english import ENGLISH
from rag.text.words import words

QuestionKind = Literal[
    "person",
    "date",
    "place",
    "number",
    "yes-no",
    "why",
    "how",
    "list",
    "describe",
    "compare",
    "about",
    "other",
]
"""Who, when, where, how many; yes or no; why, how, lists, descriptions, comparisons; what a document is about."""
KINDS: tuple[QuestionKind, ...] = get_args(QuestionKind)
WEIGHTS_PATH = Path(__file__).with_name("kind_weights.json")

COUNTED = frozenset((*ENGLISH.units[2:11], "several", "all", "every"))
SHORT_WORDS = 3


def question_kind(question: str) -> QuestionKind:
    """The likeliest kind of a question; ``"other"`` for one without words.

    Raises:
        ModelError: the weights are missing or damaged.
    """
    present = features(question)
    if not present:
        return "other"
    likely = scores(WEIGHTS_PATH, KINDS, present)
    return KINDS[max(range(len(KINDS)), key=likely.__getitem__)]


def features(question: str) -> list[str]:
    """What the regression sees of a question: the names of the features that are present, each once.

    Single words and pairs; the first one, two and three words; the last word; the first question word with the word
    after it, and whether a plural or a count follows it; and ``cues``.
    """
    tokens = ["0" if token.isdigit() else token for token in words(question)]
    while len(tokens) > 1 and tokens[0] in LEADING:
        tokens = tokens[1:]
    if not tokens:
        return []
    found = [*tokens, *(f"{a} {b}" for a, b in pairwise(tokens)), f"{tokens[-1]} $"]
    found += [f"^ {' '.join(tokens[:n])}" for n in (1, 2, 3) if len(tokens) >= n]
    asking = next((i for i, token in enumerate(tokens) if token in ENGLISH.question_words), None)
    if asking is None:
        found.append("?: no" if "?" in question else "?: no, no mark")
    else:
        following = tokens[asking + 1 : asking + 4]
        found += [f"?: {tokens[asking]}", f"?: {tokens[asking]} {' '.join(following[:1])}"]
        if COUNTED & set(following) or any(_plural(token) for token in following):
            found.append(f"?: {tokens[asking]}, plural")
    if len(tokens) <= SHORT_WORDS:
        found.append("short")
    return list(dict.fromkeys(found + cues(question, tokens)))


def _plural(token: str) -> bool:
    return len(token) > 3 and token.endswith("s") and not token.endswith(("ss", "us", "is"))
