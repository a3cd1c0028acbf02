"""Questions made unanswerable by rule: the adversarial half of SQuAD 2.0, imitated.

Rajpurkar et al. (2018, section 4 and table 3) sort unanswerable questions by how they differ from answerable
ones: a negation put in or taken out, an antonym, an entity or number swapped, an impossible condition. The first
three can be made from an answerable question by rule; the passage stays the same and still looks right, which is
what makes them worth learning from.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from training.reader.data import Example


def _opposites(pairs: str) -> dict[str, list[str]]:
    """From "one other|one other" either word's opposites."""
    found: dict[str, list[str]] = {}
    for pair in pairs.replace("\n", "").split("|"):
        one, other = pair.split()
        found.setdefault(one, []).append(other)
        found.setdefault(other, []).append(one)
    return found


_EXTREMES = """
first last|largest smallest|biggest smallest|highest lowest|oldest youngest|oldest newest|most least|best worst|
longest shortest|minimum maximum|earliest latest|cheapest dearest|nearest farthest|strongest weakest|fastest slowest|
opens closes|open close|opening closing|arrive leave|arrives leaves|arrival departure|began ended|begin end|begins ends|
start end|starts ends|started ended|before after|north south|northern southern|east west|eastern western|above below|
inside outside|upper lower|upstairs downstairs|morning evening|summer winter|spring autumn|men women|mother father|
son daughter|brother sister|husband wife|buy sell|bought sold|lend borrow|won lost|joined left|hired dismissed|
import export|income expenses|profit loss|indoor outdoor|former current|senior junior|left right|front back
"""
_POLAR = """
more fewer|more less|increase decrease|increased decreased|rise fall|early late|earlier later|good bad|better worse|
long short|strong weak|high low|higher lower|greater smaller|major minor|male female|man woman|positive negative|
hot cold|warm cool|win lose|gained lost|allowed forbidden|legal illegal|rich poor|public private|accepted rejected|
support oppose|supported opposed|always never|built destroyed|created destroyed|same different|common rare|
popular unpopular|successful unsuccessful|possible impossible|include exclude|included excluded|easy difficult|
ancient modern|internal external|heavy light|fast slow|like dislike|liked disliked|love hate|loves hates|
cheap expensive|old new|under over|with without
"""
EXTREMES = _opposites(_EXTREMES)
"""Words that name another thing than their opposite does: who opens the hall says nothing of who closes it."""
ANTONYMS = _opposites(f"{_EXTREMES}|{_POLAR}")
"""All of them, also those where one text may answer both: whether it is allowed says whether it is forbidden."""

_AUXILIARY = re.compile(r"\b(did|does|do|is|are|was|were|can|could|has|have|had|will|would|should)\b", re.IGNORECASE)
_WORD = re.compile(r"[A-Za-z]+")
_NUMBER = re.compile(r"\b\d[\d,.]*\b")
_NAME = re.compile(r"\b[A-Z][\w'-]+(?: [A-Z][\w'-]+)*")
_YEAR = re.compile(r"\b(?:19|20)\d\d\b")
MONTHS = "January February March April May June July August September October November December".split()
_MONTH = re.compile(rf"\b(?:{'|'.join(MONTHS)})\b")
_EXTREME = re.compile(rf"\b(?:{'|'.join(EXTREMES)})\b", re.IGNORECASE)
_DETAILS = (("year", _YEAR), ("month", _MONTH), ("number", _NUMBER), ("name", _NAME), ("extreme", _EXTREME))
NAMES_BESIDE = 0.5
YEARS_AWAY = 6
"""A year is exchanged for one at most so far from it."""


class Perturber:
    """Contradicts questions of one set, with names and numbers taken from the set's other questions."""

    def __init__(self, examples: Sequence[Example]) -> None:
        questions: dict[str, list[str]] = {}
        for one in examples:
            questions.setdefault(one.title, []).append(one.question)
        self._names = {title: _all(_NAME, texts) for title, texts in questions.items()}
        self._numbers = {title: _all(_NUMBER, texts) for title, texts in questions.items()}

    def contradict(self, one: Example, rng: np.random.Generator) -> str | None:
        """The question with a name, number or word exchanged or negated, or None where no rule applies."""
        rules: list[Callable[[Example, np.random.Generator], str | None]] = [
            self._swap_name,
            self._swap_number,
            self._antonym,
            self._negate,
        ]
        for index in rng.permutation(len(rules)):
            changed = rules[int(index)](one, rng)
            if changed is not None and changed.lower() != one.question.lower():
                return changed
        return None

    def _swap_name(self, one: Example, rng: np.random.Generator) -> str | None:
        """Exchange a name for one of the same article's that the question and, if possible, context lack."""
        names = [found for found in _NAME.finditer(one.question) if found.start() > 0]
        return _exchange(one, names, self._names[one.title], rng)

    def _swap_number(self, one: Example, rng: np.random.Generator) -> str | None:
        return _exchange(one, list(_NUMBER.finditer(one.question)), self._numbers[one.title], rng)

    def _antonym(self, one: Example, rng: np.random.Generator) -> str | None:
        found = [word for word in _WORD.finditer(one.question) if word.group().lower() in ANTONYMS]
        if not found:
            return None
        word = found[int(rng.integers(len(found)))]
        others = ANTONYMS[word.group().lower()]
        return _put(one.question, word, others[int(rng.integers(len(others)))])

    def _negate(self, one: Example, rng: np.random.Generator) -> str | None:
        """Put "not" after a form of be, or behind the subject's first word after do, have or can."""
        if " not " in one.question or "n't" in one.question:
            return one.question.replace(" not ", " ", 1) if " not " in one.question else None
        found = _AUXILIARY.search(one.question, 1)
        if found is None:
            return None
        negated = f"{found.group()}n't" if rng.random() < 0.5 and found.group() not in ("will", "can") else ""
        return _put(one.question, found, negated or f"{found.group()} not")


class DetailSwapper:
    """Exchanges a name, number, year, month or word with an opposite for one that the passages answering lack."""

    def __init__(self, questions: Sequence[str]) -> None:
        """Names come from ``questions``."""
        self._names = _all(_NAME, questions)

    def swapped(self, question: str, texts: str, rng: np.random.Generator, beside: str = "") -> str | None:
        """The question with one detail that stands in ``texts`` exchanged for one that does not; None without any.

        Args:
            question: that ``texts`` answer.
            texts: the passages with an answer, and what they are read under.
            rng: chooses.
            beside: of the same library, not among what is read: half of the names come from here if it has any.
        """
        known = texts.casefold()
        found = [
            (kind, match)
            for kind, pattern in _DETAILS
            for match in pattern.finditer(question)
            if (kind != "name" or match.start() > 0) and match.group().casefold() in known
        ]
        if not found:
            return None
        kind, match = found[int(rng.integers(len(found)))]
        near = _all(_NAME, [beside]) if kind == "name" and rng.random() < NAMES_BESIDE else []
        others = [other for other in near or self._others(kind, match.group(), rng) if other.casefold() not in known]
        if not others:
            return None
        return _put(question, match, others[int(rng.integers(len(others)))])

    def _others(self, kind: str, old: str, rng: np.random.Generator) -> Sequence[str]:
        if kind == "year":
            return [str(int(old) + away) for away in range(-YEARS_AWAY, YEARS_AWAY + 1) if away]
        if kind == "month":
            return MONTHS
        if kind == "extreme":
            return EXTREMES[old.lower()]
        if kind == "number":
            value = int(re.sub(r"\D", "", old) or 1)
            return [str(value + 1), str(value * 2), str(value * 10), str(max(1, value // 2)), str(value + 3)]
        return [self._names[int(rng.integers(len(self._names)))] for _ in range(8)]


def _all(pattern: re.Pattern[str], texts: Sequence[str]) -> list[str]:
    return sorted({found.group() for text in texts for found in pattern.finditer(text, 1) if found.start() > 0})


def _put(text: str, found: re.Match[str], new: str) -> str:
    return text[: found.start()] + new + text[found.end() :]


def _exchange(
    one: Example, found: Sequence[re.Match[str]], others: Sequence[str], rng: np.random.Generator
) -> str | None:
    """Replace one of ``found`` by one of ``others`` that the question lacks."""
    others = [other for other in others if other not in one.question]
    if not found or not others:
        return None
    old = found[int(rng.integers(len(found)))]
    return _put(one.question, old, others[int(rng.integers(len(others)))])
