"""What a pronoun or a fragment stands for in a follow-up: "What did he say?", "And in 2023?", "What about Oslo?"."""

from __future__ import annotations

import re
from collections.abc import Sequence

from rag.question.kind import question_kind
from rag.schema import Turn
from rag.text.english import ENGLISH
from rag.text.words import STOP_WORDS

_WORD = r"[^\W\d_][\w’'-]*"
_RUN = re.compile(rf"(?<!\w){_WORD}(?: {_WORD})*")
_PERSON = re.compile(rf"\b(?:({'|'.join(ENGLISH.persons)})|({'|'.join(ENGLISH.owning_persons)}))\b", re.IGNORECASE)
_YEAR = re.compile(r"\b(?:1\d|20)\d\d\b")
_DAY = re.compile(rf"\b(?:{ENGLISH.month} \d{{1,2}}|\d{{1,2}} {ENGLISH.month})\b", re.IGNORECASE)
_FRAGMENT = re.compile(
    r"\W*(?:(?:and|but|or|so|then)\b,?\s*)?(?P<about>(?:(?:what|how) )?about\s+)?"
    r"(?:(?:in|for|from|of|at|on|to|with|by)\s+)?(?:the year\s+)?(?P<said>.+?)\W*",
    re.IGNORECASE | re.DOTALL,
)
_THE_ONE = re.compile(r"the [\w-]+ (?P<noun>[\w-]+)", re.IGNORECASE)
_ABOUT = re.compile(r"(.+ about ).+", re.IGNORECASE | re.DOTALL)
LONGEST = 100
"""Characters of a fragment; what is longer is a question, and takes time that grows with its square."""
LOOKED_BACK = 6
"""Turns among which the question is looked for that a fragment changes."""


def asked_again(question: str, history: Sequence[Turn]) -> str:
    """A question from before, with its only year, day or name exchanged for the one that a fragment consists of; or "".

    "What about the trams?" takes the place of what a question that ends in "about" something was about, "And the market
    logic?" that of "the governance logic".

    Args:
        question: as asked; "And in 2023?", "2023?", "What about Oslo?" are fragments.
        history: the conversation so far, oldest first.
    """
    before: list[str] = []
    recent = history[-LOOKED_BACK:]
    for number, turn in enumerate(recent):
        before.append(_exchanged(turn.question, before) or with_person(turn.question, recent[:number]))
    return _exchanged(question, before)


def _exchanged(question: str, before: Sequence[str]) -> str:
    fragment = _FRAGMENT.fullmatch(question) if len(question) <= LONGEST else None
    if fragment is None or not before:
        return ""
    said = fragment["said"]
    begins = not re.search(r"\w", question[: fragment.start("said")])  # with a capital that need not be a name's
    kinds = (years, days) if begins else (years, days, names)
    find = next((find for find in kinds if find(said) == [said]), None)
    if find is not None:
        changed = next(filter(find, reversed(before)), "")
        return changed.replace(find(changed)[0], said) if len(find(changed)) == 1 else ""
    one = _THE_ONE.fullmatch(said)
    others = re.findall(rf"\bthe [\w-]+ {re.escape(one['noun'])}\b", before[-1], re.IGNORECASE) if one else []
    if len(others) == 1:
        return before[-1].replace(others[0], said)
    told = _ABOUT.fullmatch(before[-1]) if fragment["about"] else None
    return f"{told[1]}{said}?" if told else ""


def with_person(question: str, history: Sequence[Turn]) -> str:
    """The question with the person that the conversation was about last in place of "he" or "her".

    As it is where it has no such pronoun, names somebody before it, or no person is certain.

    Args:
        question: as asked.
        history: the conversation so far, oldest first.
    """
    if not asks_of_someone(question):
        return question
    name = next(filter(None, map(_person_of, reversed(history))), "")
    return naming(question, name) if name else question


def asks_of_someone(question: str) -> bool:
    """Whether a question has "he", "her" or the like, and nobody is named before it."""
    pronoun = _PERSON.search(question)
    return pronoun is not None and not names(question[: pronoun.start()])


def naming(question: str, name: str) -> str:
    """A question that ``asks_of_someone`` with a name in place of the pronoun."""
    pronoun = _PERSON.search(question)
    if pronoun is None:
        return question
    rest = question[pronoun.end() :]
    following = re.match(r"\s+(\w+)", rest)
    owns = pronoun[2] and (pronoun[2].lower() != "her" or (following and following[1].lower() not in STOP_WORDS))
    return f"{question[: pronoun.start()]}{name}{'’s' if owns else ''}{rest}"


def _person_of(turn: Turn) -> str:
    """The person that a turn was about: who answers it, or else the only one that it names; "" if that is unclear.

    Where no words of an answer are marked, it has to begin with a name of several words.
    """
    first = next(iter(names(turn.highlight or turn.answer)), "")
    begins = (turn.highlight or turn.answer).startswith(first) and (turn.highlight or " " in first)
    if first and begins and question_kind(turn.question) == "person":
        return first
    asked = [name for name in names(turn.question) if " " in name]
    return asked[0] if len(asked) == 1 else ""


def years(text: str) -> list[str]:
    """The years that a text names, each once, in order."""
    return list(dict.fromkeys(_YEAR.findall(text)))


def days(text: str) -> list[str]:
    """The days of a year that a text names ("March 3"), each once, in order."""
    return list(dict.fromkeys(_DAY.findall(text)))


def names(text: str) -> list[str]:
    """The runs of capitalised words of a text, without a possessive's ending, each once, in order.

    A capitalised function word ("Who", "The") is in none.
    """
    found: list[str] = []
    for run in _RUN.finditer(text):
        name: list[str] = []
        for word in (*run.group().split(), ""):
            if word[:1].isupper() and re.split("[’']", word)[0].lower() not in STOP_WORDS:
                name.append(word)
            elif name:
                found.append(re.sub("[’']s$", "", " ".join(name)))
                name = []
    return list(dict.fromkeys(found))
