"""What the rules of docquote have to know of a language: one table of words each, such as ``rag.text.english``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Language:
    """The words of one language that rules look for, all in lower case.

    Attributes:
        code: ISO 639-1.
        stop_words: function words, and what an apostrophe leaves behind; they say nothing of what a text is about.
        articles: before a noun.
        auxiliaries: verbs that a yes-or-no question begins with.
        question_words: that a question begins with.
        amount_words: that ask after "how" and name nothing, so that no answer need have them.
        persons, owning_persons: third-person pronouns of a person, and those that own.
        things, owning_things: third-person pronouns of things or of several.
        demonstratives: that point to something.
        months: from the first, each in all its spellings, the longest first.
        weekdays: from Monday.
        seasons: from spring, each in all its names.
        days: of their own name, seen from today.
        units, tens: the number words from nought to nineteen, and from twenty to ninety.
        scales: the number words from a thousand on, and what they stand for.
        list_marker: a regular expression for what begins an item of a list: a bullet, number or letter and a space.
        question_labels, answer_labels: by which a list of questions says which lines ask and which answer.
        never_last: abbreviations with which no sentence ends, without their last point.
        seldom_last: abbreviations with which a sentence may end, but not before a number or a small letter.
        no_abbreviations: words as they are written that look like abbreviations where a sentence ends with them.
    """

    code: str
    stop_words: frozenset[str]
    articles: frozenset[str]
    auxiliaries: frozenset[str]
    question_words: frozenset[str]
    amount_words: frozenset[str]
    persons: tuple[str, ...]
    owning_persons: tuple[str, ...]
    things: tuple[str, ...]
    owning_things: tuple[str, ...]
    demonstratives: tuple[str, ...]
    months: tuple[tuple[str, ...], ...]
    weekdays: tuple[str, ...]
    seasons: tuple[tuple[str, ...], ...]
    days: tuple[str, ...]
    units: tuple[str, ...]
    tens: tuple[str, ...]
    scales: Mapping[str, int]
    list_marker: str
    question_labels: tuple[str, ...]
    answer_labels: tuple[str, ...]
    never_last: frozenset[str]
    seldom_last: frozenset[str]
    no_abbreviations: tuple[str, ...]

    @property
    def pronouns(self) -> tuple[str, ...]:
        """Those of the third person, whatever they do."""
        return (*self.persons, *self.owning_persons, *self.things, *self.owning_things)

    @property
    def month_names(self) -> tuple[str, ...]:
        """Each month in full, from the first."""
        return tuple(spellings[0] for spellings in self.months)

    @property
    def season_names(self) -> tuple[str, ...]:
        """Each season under its first name, from spring."""
        return tuple(names[0] for names in self.seasons)

    @property
    def month(self) -> str:
        """A regular expression for a month in lower case, in full or short, with the point of a short one."""
        return rf"(?:{'|'.join(spelling for spellings in self.months for spelling in spellings)})\.?"

    @property
    def small_numbers(self) -> dict[str, int]:
        """The number words that are one word below a hundred, and what they stand for."""
        ones = {word: number for number, word in enumerate(self.units)}
        return ones | {word: 10 * number for number, word in enumerate(self.tens, start=2)}

    def month_number(self, word: str) -> int | None:
        """1 to 12 for a month, or the beginning of one, of three letters or more in lower case; else None."""
        if len(word) < 3:
            return None
        return next((n for n, name in enumerate(self.month_names, start=1) if name.startswith(word)), None)
