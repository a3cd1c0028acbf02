"""How many tokens texts have, for tokenizers that cut a text at white space before anything else."""

from __future__ import annotations

import re
from collections.abc import Sequence

from tokenizers import Tokenizer

MAX_WORDS = 200_000
"""Words whose counts are remembered; some 30 MB."""
MAX_LETTERS = 50
"""Longer words are counted anew each time: few are words."""

_SPACE = re.compile(r"[ \t\n\r]+")  # not all that Python calls white space: to BERT some of the rest are not


class WordCounter:
    """Counts the tokens of each word once: a text has as many as its words have together.

    Most words of a text have been seen before, so this is several times as fast as tokenising it. Safe to share by
    threads.
    """

    def __init__(self, tokenizer: Tokenizer) -> None:
        """``tokenizer`` must not look across white space (BERT's does not), nor truncate or pad."""
        self._tokenizer = tokenizer
        self._known: dict[str, int] = {}

    def __call__(self, texts: Sequence[str]) -> list[int]:
        """The number of tokens in each text, without special tokens."""
        if len(self._known) > MAX_WORDS:
            self._known = {}
        known = self._known  # another thread may put a new one in its place meanwhile
        words = [_SPACE.split(text) for text in texts]
        new = list({word for text in words for word in text if word not in known})
        found = self._tokenizer.encode_batch_fast(new, add_special_tokens=False)
        counts = {word: len(encoding.ids) for word, encoding in zip(new, found, strict=True)}
        known.update((word, count) for word, count in counts.items() if len(word) <= MAX_LETTERS)
        return [sum(counts[word] if word in counts else known[word] for word in text) for text in words]
