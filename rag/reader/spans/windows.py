"""Token windows: how a question and a passage become what the encoder reads.

A window is ``[CLS] question [SEP] context [SEP] passage-slice [SEP]``; without a context (title and heading), it and
its ``[SEP]`` are left out. A passage too long for one window is cut into overlapping slices (Devlin et al. 2019,
section 4.2 of the BERT code's SQuAD recipe). Training and inference both use this module, so that what the reader is
trained on is what it later reads.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from tokenizers import Encoding, Tokenizer

from rag.text.normalise import without_line_end_hyphens

IntArray = npt.NDArray[np.int32]

MAX_TOKENS = 320
"""Longest window in tokens: a 200-token chunk, its context and a question, with room to spare."""
STRIDE_TOKENS = 96
"""Tokens that two neighbouring windows of a passage share: three times the longest answer."""
MAX_QUESTION_TOKENS = 64
"""Longer questions keep their first 64 tokens; 99.9% of the training questions are shorter than 40."""
MAX_CONTEXT_TOKENS = 48
"""Longer contexts keep their first 48 tokens."""


@dataclass(frozen=True, slots=True)
class Tokens:
    """A text's tokens without special ones: ``ids``, ``starts``, ``ends`` are ``(n,) int32``.

    Token ``i`` is the characters ``text[starts[i]:ends[i]]``.
    """

    ids: IntArray
    starts: IntArray
    ends: IntArray

    def __len__(self) -> int:
        return len(self.ids)

    def cut(self, first: int, last: int) -> Tokens:
        """Tokens ``first`` to ``last`` (half-open); the offsets stay those of the whole text."""
        return Tokens(self.ids[first:last], self.starts[first:last], self.ends[first:last])

    def span(self, start: int, end: int) -> tuple[int, int] | None:
        """The first and last token (inclusive) that the characters ``start:end`` touch, or None if none does."""
        first = int(np.searchsorted(self.ends, start, side="right"))
        last = int(np.searchsorted(self.starts, end, side="left")) - 1
        return (first, last) if first <= last else None


@dataclass(frozen=True, slots=True)
class Window:
    """What the encoder reads at once: ``ids[begin:begin+len(passage)]`` are the passage's tokens."""

    ids: IntArray
    type_ids: IntArray
    begin: int
    passage: Tokens

    def __len__(self) -> int:
        return len(self.ids)


@dataclass(frozen=True, slots=True)
class Template:
    """The special tokens around a pair of texts, and the segment number of each part.

    ``further``: how much further on than in the tokenizer the other tokens' numbers are.
    """

    before: tuple[int, ...]
    between: tuple[int, ...]
    after: tuple[int, ...]
    second_type: int
    further: int = 0

    @property
    def special(self) -> int:
        """Number of special tokens in a window."""
        return len(self.before) + len(self.between) + len(self.after)


MPNET = Template(before=(0,), between=(2, 2), after=(2,), second_type=0, further=4)
"""MPNet reads BERT's vocabulary behind four special tokens of its own, ``<s>``, ``<pad>``, ``</s>`` and ``<unk>``."""


class WindowBuilder:
    """Builds windows with one tokenizer; any fast tokenizer that knows how to join a pair will do."""

    def __init__(
        self,
        tokenizer: Tokenizer,
        max_tokens: int = MAX_TOKENS,
        stride_tokens: int = STRIDE_TOKENS,
        template: Template | None = None,
    ) -> None:
        """``template``: of the network that is to read, where it is not the tokenizer's own."""
        self.tokenizer = tokenizer
        self.tokenizer.no_truncation()
        self.tokenizer.no_padding()
        self.max_tokens = max_tokens
        self.stride_tokens = stride_tokens
        self.template = template or _template(tokenizer)

    def tokens(self, texts: Sequence[str]) -> list[Tokens]:
        """The tokens of each text, without special ones; a word that is hyphenated at a line's end is read as one."""
        read, places = zip(*map(without_line_end_hyphens, texts), strict=True) if texts else ((), ())
        encodings = self.tokenizer.encode_batch(list(read), add_special_tokens=False)
        further = self.template.further
        return [_tokens(encoding, there, further) for encoding, there in zip(encodings, places, strict=True)]

    def room(self, question: Tokens, context: Tokens | None = None) -> int:
        """How many passage tokens fit in one window beside this question and context."""
        beside = 0
        if context:
            beside = min(len(context), MAX_CONTEXT_TOKENS) + len(self.template.between)
        return self.max_tokens - min(len(question), MAX_QUESTION_TOKENS) - beside - self.template.special

    def slices(self, length: int, room: int) -> list[tuple[int, int]]:
        """Overlapping half-open token ranges that cover a passage of ``length`` tokens, ``room`` at a time."""
        if length <= room:
            return [(0, length)]
        step = max(1, room - self.stride_tokens)
        firsts = range(0, length - room + step, step)
        return [(min(first, length - room), min(first, length - room) + room) for first in firsts]

    def window(self, question: Tokens, passage: Tokens, context: Tokens | None = None) -> Window:
        """One window; ``passage`` must fit in ``room(question, context)``."""
        form = self.template
        asked = [*form.before, *question.ids[:MAX_QUESTION_TOKENS], *form.between]
        head = [*asked, *context.ids[:MAX_CONTEXT_TOKENS], *form.between] if context else asked
        ids = np.array([*head, *passage.ids, *form.after], dtype=np.int32)
        type_ids = np.zeros(len(ids), dtype=np.int32)
        type_ids[len(asked) :] = form.second_type
        return Window(ids, type_ids, len(head), passage)

    def windows(self, question: Tokens, passage: Tokens, context: Tokens | None = None) -> list[Window]:
        """All windows of a passage, in order; together they cover each of its tokens."""
        ranges = self.slices(len(passage), self.room(question, context))
        return [self.window(question, passage.cut(first, last), context) for first, last in ranges]


def _tokens(encoding: Encoding, places: list[int] | None, further: int) -> Tokens:
    """The tokens of a text, of whose characters ``places`` says where they stand in the text that is stored."""
    starts, ends = np.array(encoding.offsets, dtype=np.int32).reshape(-1, 2).T
    if places is not None and len(starts):
        there = np.array(places, dtype=np.int32)
        starts, ends = there[starts], there[np.maximum(ends, 1) - 1] + 1
    return Tokens(np.array(encoding.ids, dtype=np.int32) + further, starts.copy(), ends.copy())


def _template(tokenizer: Tokenizer) -> Template:
    """Read the special tokens off an encoded pair of one-word texts."""
    pair = tokenizer.encode("a", "b")
    texts = [index for index, sequence in enumerate(pair.sequence_ids) if sequence is not None]
    switch = next(index for index in texts if pair.sequence_ids[index] == 1)
    first_end = max(index for index in texts if pair.sequence_ids[index] == 0) + 1
    return Template(
        before=tuple(pair.ids[: texts[0]]),
        between=tuple(pair.ids[first_end:switch]),
        after=tuple(pair.ids[texts[-1] + 1 :]),
        second_type=pair.type_ids[switch],
    )
