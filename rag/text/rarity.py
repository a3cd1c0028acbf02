"""How rare the words of a question are, and how much of them a text holds."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping

from rag.text.words import content_words, stem

Frequency = Callable[[str], int]
"""How many chunks of the index hold a word."""


def inverse_frequencies(question: str, frequency: Frequency, chunks: int) -> dict[str, float]:
    """The stems of a question's content words with how rare each is: ``log(1 + chunks / (1 + frequency))``."""
    return {stem(word): math.log(1 + chunks / (1 + frequency(word))) for word in content_words(question)}


def coverage(text_stems: frozenset[str], rarity: Mapping[str, float]) -> float:
    """The share, 0 to 1, of the question's words that a text holds, each weighted by how rare it is."""
    total = sum(rarity.values())
    return sum(value for word, value in rarity.items() if word in text_stems) / total if total else 0.0
