"""The names, numbers, years and months of a question, and whether a text has them.

A passage that looks right and names another year or another town answers another question. What that is worth is
learned: these are only measured here.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from rag.text.english import ENGLISH
from rag.text.words import STOP_WORDS, stem, words

_NAME = re.compile(r"[A-Z][\w'’-]*")
_NUMBER = re.compile(r"\d[\d,.]*")
_YEAR = re.compile(r"(?:19|20)\d\d")
_MONTHS = frozenset(ENGLISH.month_names) - {"may"}
"""Without "may", which is a verb more often."""


@dataclass(frozen=True, slots=True)
class Details:
    """What a question names, in lower case.

    Attributes:
        names: capitalised words other than the first one, as stems.
        numbers: numerals, years among them, without commas.
        months: names of months.
    """

    names: frozenset[str]
    numbers: frozenset[str]
    months: frozenset[str]

    @classmethod
    def of(cls, question: str) -> Details:
        """The details of a question."""
        written = [match for match in _NAME.finditer(question) if question[: match.start()].strip()]
        lower = {word for match in written for word in words(match.group())} - STOP_WORDS - _MONTHS
        return cls(frozenset(map(stem, lower)), _numbers(question), frozenset(words(question)) & _MONTHS)

    def lacking(self, text: str, stems: frozenset[str]) -> dict[str, float]:
        """The share, 0 to 1, of names and of numbers and months that a text lacks, and whether it has other ones.

        Args:
            text: what is quoted, with what it stands under.
            stems: of its words.

        Returns:
            names_lacking, numbers_lacking: shares; 0 where the question names none. contradicted: 1 where a year or
            month is lacking and the text has another.
        """
        numbers, months = _numbers(text), frozenset(words(text)) & _MONTHS
        lacking = (self.numbers - numbers) | (self.months - months)
        other_year = any(map(_YEAR.fullmatch, self.numbers - numbers)) and any(map(_YEAR.fullmatch, numbers))
        return {
            "names_lacking": _share(self.names - stems, self.names),
            "numbers_lacking": _share(lacking, self.numbers | self.months),
            "contradicted": float(other_year or bool(months and self.months and not months & self.months)),
        }


def rarest_lacking(rarity: Mapping[str, float], stems: frozenset[str]) -> float:
    """How rare the rarest word of the question is that a text lacks, over the rarest of all; 0 where it lacks none."""
    most = max(rarity.values(), default=0.0)
    return max((value for word, value in rarity.items() if word not in stems), default=0.0) / most if most else 0.0


def _numbers(text: str) -> frozenset[str]:
    return frozenset(found.replace(",", "").rstrip(".") for found in _NUMBER.findall(text))


def _share(part: frozenset[str], whole: frozenset[str]) -> float:
    return len(part) / len(whole) if whole else 0.0
