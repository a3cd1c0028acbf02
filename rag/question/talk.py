"""What is said to docquote itself, which no document answers: "Hello", "Thanks", "How many documents do you have?".

A multinomial logistic regression over the words, in which all words that nobody says to docquote are the same, so that
"How many documents do I need for a visa?" is a question. The weights are in ``talk_weights.json`` beside this file;
``python -m training.talk.fit`` makes them, and "What is said to docquote itself" in docs/evaluation.md says how often
they are right.
"""

from __future__ import annotations

from collections.abc import Container
from itertools import pairwise
from pathlib import Path
from typing import Literal, cast, get_args

from rag.question.classifier import probabilities, weights_of
from rag.text.words import words

Talk = Literal["greeting", "thanks", "self", "count", "titles"]
"""Hello; thanks, assent and goodbye; who docquote is and what it can do; how many documents there are; and which."""
CLASSES = ("question", *get_args(Talk))
WEIGHTS_PATH = Path(__file__).with_name("talk_weights.json")
CERTAIN = 0.8
"""From this probability on it is no question: to search for "Hello" is a smaller fault than not to search for one."""
MOST_WORDS = 8
"""What has more words is as long as what has so many."""
OTHER = "~"
"""Stands for any word that nobody says to docquote."""


def talk_of(question: str) -> Talk | None:
    """What is said to docquote itself; None for a question to be searched for.

    Raises:
        ModelError: the weights are missing or damaged.
    """
    present = talk_features(question, weights_of(WEIGHTS_PATH, CLASSES))
    if not present:
        return None
    likely = probabilities(WEIGHTS_PATH, CLASSES, present)
    best = max(range(len(CLASSES)), key=likely.__getitem__)
    return cast("Talk", CLASSES[best]) if best and likely[best] >= CERTAIN else None


def talk_features(question: str, known: Container[str]) -> list[str]:
    """What the regression sees: the names of the features that are present, each once; none where there is no word.

    Single words and pairs, the first one, two and three words, the last word, and how many words there are, of them
    how many that are not ``known``.
    """
    tokens = [token if token in known else OTHER for token in words(question)]
    if not tokens:
        return []
    found = [*tokens, *(f"{a} {b}" for a, b in pairwise(tokens)), f"{tokens[-1]} $"]
    found += [f"^ {' '.join(tokens[:n])}" for n in (1, 2, 3) if len(tokens) >= n]
    found += [f"words: {min(len(tokens), MOST_WORDS)}", f"others: {min(tokens.count(OTHER), 3)}"]
    return list(dict.fromkeys(found))
