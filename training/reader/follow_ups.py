"""Training questions asked as follow-ups: what an earlier question has named becomes a pronoun or is left out.

The sets hold questions that stand alone. Where two of them share words, as questions on one passage do, the second can
be asked after the first in fewer words, and docquote's own reading of it (``rag.question.follow_up``) is then what the
reader is given: "Who runs it? (depot Leeds)". Conversational sets have such turns (QuAC, Choi et al. 2018; CoQA, Reddy
et al. 2019).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from rag.question.follow_up import Standalone, standalone
from rag.schema import Turn
from rag.text.words import STOP_WORDS, content_stems, content_words, stem

if TYPE_CHECKING:
    from training.reader.data import Example

SAME_PASSAGE_RATE = 0.7
"""Share of the earlier questions that are asked of the same passage; the others are of the same title."""
CANDIDATES = 4
"""Earlier questions drawn, of which the one with most words in common is taken: people stay with their topic."""
TWO_TURNS_RATE = 0.25
"""Share of follow-ups before which another follow-up came."""
LEFT_OUT_RATE = 0.5
"""Share of the phrases after a preposition that are left out with it, rather than made a pronoun."""
DEFINITE_RATE = 0.2
"""Share of longer phrases that become "the session" instead of "it"."""
PERSON_RATE = 0.4
"""Share of the phrases of capitalised words that become "he" or "she": most names are not those of people."""

_WORD = re.compile(r"[^\W_]+(?:[-.][^\W_]+)*(?P<owns>[’']s?(?!\w))?")
_ARTICLES = frozenset("the a an this that these those my your our his her its their".split())
_PREPOSITIONS = frozenset("of in on at for to from by with about during under after before into".split())
_AUXILIARIES = frozenset("do does did has have had can could will would".split())
_COPULAS = frozenset("is are was were".split())
_ASKING = frozenset("what which whose how when where who why many much".split())


class FollowUps:
    """Makes follow-ups of the questions of one set."""

    def __init__(self, examples: Sequence[Example]) -> None:
        self._by_passage = _grouped([(one.context, one) for one in examples])
        self._by_title = _grouped([(one.title, one) for one in examples if one.title])

    def follow_up(self, one: Example, rng: np.random.Generator) -> Standalone | None:
        """A question as it is understood, asked in fewer words after another of its passage or title.

        None where no earlier question names anything that it names.
        """
        earlier = self._earlier(one, rng)
        if earlier is None:
            return None
        history = [Turn(earlier.question, *_answer(earlier))]
        if rng.random() < TWO_TURNS_RATE:
            between = self._earlier(one, rng)
            shortened = between and shortened_after(between.question, earlier.question, rng)
            if between and shortened and between.question != earlier.question:
                history.append(Turn(shortened, *_answer(between)))
        asked = shortened_after(one.question, " ".join(turn.question for turn in history), rng)
        if asked is None:
            return None
        taken = standalone(asked, history)
        return taken if taken.reading != one.question else None

    def _earlier(self, one: Example, rng: np.random.Generator) -> Example | None:
        same = self._by_passage[one.context]
        if rng.random() >= SAME_PASSAGE_RATE or len(same) == 1:
            same = self._by_title.get(one.title, same)
        drawn = [same[int(rng.integers(len(same)))] for _ in range(CANDIDATES)]
        named = content_stems(one.question)
        shared = [(len(named & content_stems(other.question)), other) for other in drawn]
        best = max(
            (pair for pair in shared if pair[1].question != one.question), key=lambda pair: pair[0], default=(0, one)
        )
        return best[1] if best[0] else None


@dataclass(frozen=True, slots=True)
class Phrase:
    """Words of a question that were named before: characters ``start:end``, with an article before them.

    ``last`` is the last word, in lower case; ``owns``: it is a possessive; ``is_subject``: an auxiliary stands before
    it; ``preposition``: where the preposition before it begins, or None.
    """

    start: int
    end: int
    last: str
    owns: bool
    is_subject: bool
    preposition: int | None


def shortened_after(question: str, before: str, rng: np.random.Generator) -> str | None:
    """The question with the first phrase that ``before`` names too made a pronoun, "the ..." or left out.

    Another such phrase at the end, after a preposition, is left out too. None where nothing is shared, or hardly a word
    would be left.
    """
    phrases = list(_phrases(question, content_stems(before)))
    asked = question
    for phrase in reversed(phrases):
        ends = not re.search(r"\w", asked[phrase.end :])
        if phrase.preposition is not None and ends and rng.random() < LEFT_OUT_RATE:
            asked = asked[: phrase.preposition].rstrip() + asked[phrase.end :]
        elif phrase is phrases[0]:
            asked = asked[: phrase.start] + _stand_in(question, phrase, rng) + asked[phrase.end :]
    return asked if asked != question and content_words(asked) else None


def _stand_in(question: str, phrase: Phrase, rng: np.random.Generator) -> str:
    text = question[phrase.start : phrase.end]
    if len(content_words(text)) > 1 and not phrase.owns and rng.random() < DEFINITE_RATE:
        return f"the {phrase.last}"
    if re.fullmatch(r"(?:[A-Z][\w.-]*['’s]*\s*)+", text) and rng.random() < PERSON_RATE:
        number = int(rng.integers(2))
        return (("his", "her") if phrase.owns else ("he", "she") if phrase.is_subject else ("him", "her"))[number]
    if phrase.last.endswith("s"):
        return "their" if phrase.owns else "they" if phrase.is_subject else "them"
    return "its" if phrase.owns else "it"


def _phrases(question: str, known: frozenset[str]) -> Iterator[Phrase]:
    """The noun phrases of known words, as far as function words tell where one begins and ends.

    One begins with an article or a capital, or after a preposition or an auxiliary, and ends before a function word, at
    the end of the question, or, as a subject, before its verb.
    """
    found = list(_WORD.finditer(question))
    plain = [word.group().removesuffix(word["owns"] or "").lower() for word in found]
    first = 1
    while first < len(found):
        end = first
        while end < len(found) and plain[end] not in STOP_WORDS and stem(plain[end]) in known:
            end += 1
            if found[end - 1]["owns"]:
                break
        if end == first:
            first += 1
            continue
        begin = first - 1 if plain[first - 1] in _ARTICLES else first
        before = plain[begin - 1] if begin else ""
        is_marked = begin < first or found[first].group()[0].isupper()
        is_subject = before in _AUXILIARIES or (is_marked and before in _COPULAS)
        begins = is_marked or is_subject or before in _PREPOSITIONS - {"to"}
        owns = bool(found[end - 1]["owns"])
        after = plain[end] if end < len(found) else ""
        ends = owns or not after or (after != "of" and (after in STOP_WORDS or (is_subject and is_marked)))
        if begins and ends and before not in _ASKING:
            start = found[begin].start()
            preposition = found[begin - 1].start() if before in _PREPOSITIONS else None
            yield Phrase(start, found[end - 1].end(), plain[end - 1], owns, is_subject, preposition)
        first = end


def _answer(one: Example) -> tuple[str, str]:
    """An earlier question's answer, as a quote and as the words that answer."""
    words = one.texts[0] if one.answers else ""
    return words, words


def _grouped(pairs: Sequence[tuple[str, Example]]) -> Mapping[str, list[Example]]:
    groups: dict[str, list[Example]] = {}
    for key, one in pairs:
        groups.setdefault(key, []).append(one)
    return groups
