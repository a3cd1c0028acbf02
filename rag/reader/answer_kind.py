"""What a question asks for, from its words alone."""

from __future__ import annotations

import re
from typing import Literal

from rag.question.cues import pattern_of
from rag.question.kind import QuestionKind
from rag.text.english import ENGLISH
from rag.text.words import words

Kind = Literal["number", "date", "person", "place", "passage", "other"]
"""The kind of answer wanted; ``"passage"`` where no few words can answer: why, how, list, describe, compare."""

KIND_OF_ANSWER: dict[QuestionKind, Kind] = {
    "person": "person",
    "date": "date",
    "place": "place",
    "number": "number",
    "yes-no": "other",
    "why": "passage",
    "how": "passage",
    "list": "passage",
    "describe": "passage",
    "compare": "passage",
    "about": "passage",
    "other": "other",
}
"""The kind of answer that each kind of question wants."""

_NUMBERS = frozenset(
    (
        *ENGLISH.units[1:],
        *ENGLISH.tens,
        *ENGLISH.scales,
        *"hundred half quarter third dozen once twice none no several percent".split(),
    )
)
_CALENDAR = frozenset((*ENGLISH.month_names, *ENGLISH.weekdays, *ENGLISH.days, *ENGLISH.season_names))
_YEAR = re.compile(r"\b(?:1\d{3}|20\d{2})\b|\b\d{1,2}(?:st|nd|rd|th)\b|\b\d{1,2}:\d{2}\b")
_CAPITALISED = re.compile(r"(?<![.!?:]\s)(?<!^)\b[A-Z][\w'’-]+")
_FIRST_CAPITALISED = re.compile(r"^\W*([A-Z][\w'’-]+)\s+[A-Z]")
_IN_PLACE = re.compile(r"\b(?:in|at|from|to|near|of|on|through|between|outside|inside|into)\s+(?:the\s+)?[A-Z]\w+")


def answer_kind(question: str) -> Kind:
    """What kind of answer a question wants, by patterns alone: what the reader's scoring was fitted with."""
    return pattern_of(question) or "other"


def holds_kind(sentence: str, kind: Kind, question: str) -> bool:
    """Whether a sentence has something of the wanted kind that the question does not already name.

    True for the kinds ``"passage"`` and ``"other"``, which no pattern tells.
    """
    asked = set(words(question))
    if kind == "number":
        return any(word not in asked and (word in _NUMBERS or word[0].isdigit()) for word in words(sentence))
    if kind == "date":
        return bool(
            any(match.lower() not in asked for match in _YEAR.findall(sentence))
            or any(word in _CALENDAR and word not in asked for word in words(sentence))
        )
    if kind == "person":
        names = _CAPITALISED.findall(sentence) + _FIRST_CAPITALISED.findall(sentence)
        return any(name.lower() not in asked for name in names)
    if kind == "place":
        return any(set(words(match)) - asked for match in _IN_PLACE.findall(sentence))
    return True
