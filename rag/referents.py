"""What a pronoun or a fragment stands for in a follow-up: "What did he say?", "And in 2023?", "What about Oslo?"."""

from __future__ import annotations

import re
from collections.abc import Sequence

from rag.router import question_kind
from rag.schema import Turn
from rag.words import STOP_WORDS

_WORD = r"[^\W\d_][\w’'-]*"
_RUN = re.compile(rf"{_WORD}(?: {_WORD})*")
_PERSON = re.compile(r"\b(?:(he|she|him)|(his|hers|her))\b", re.IGNORECASE)
_YEAR = re.compile(r"\b(?:1\d|20)\d\d\b")
_FRAGMENT = re.compile(
    r"\W*(?:(?:and|but|or|so|then)\b,?\s*)?(?:(?:what|how) about\s+)?(?:(?:in|for|from|of|at|on|to|with|by)\s+)?"
    r"(?:the year\s+)?(.+?)\W*",
    re.IGNORECASE | re.DOTALL,
)


def asked_again(question: str, history: Sequence[Turn]) -> str:
    """The question before, with its only year or name exchanged for the one that a fragment consists of; or "".

    Args:
        question: as asked; "And in 2023?", "What about Oslo?", "Oslo?" are fragments.
        history: the conversation so far, oldest first.
    """
    fragment = _FRAGMENT.fullmatch(question)
    if fragment is None or not history:
        return ""
    said = fragment[1]
    find = years if _YEAR.fullmatch(said) else names if names(said) == [said] else None
    if find is None:
        return ""
    *earlier, last = history
    before = asked_again(last.question, earlier) or with_person(last.question, earlier)
    exchanged = find(before)
    return before.replace(exchanged[0], said) if len(exchanged) == 1 else ""


def with_person(question: str, history: Sequence[Turn]) -> str:
    """The question with the person that the conversation was about last in place of "he" or "her".

    As it is where it has no such pronoun, names somebody before it, or no person is certain.

    Args:
        question: as asked.
        history: the conversation so far, oldest first.
    """
    pronoun = _PERSON.search(question)
    if pronoun is None or names(question[: pronoun.start()]):
        return question
    name = next(filter(None, map(_person_of, reversed(history))), "")
    if not name:
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
