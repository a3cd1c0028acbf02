"""What is read off a question before anything is looked up for it, and that nothing is looked up twice after."""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from core_fakes import FAKE_SETTINGS, FakeEmbedder, make_document, make_index

from rag import Assistant
from rag.question.period import Period
from rag.question.statement import Statement
from rag.question.understanding import Understanding, understand
from rag.reader import Reader, open_reader
from rag.schema import Passage, Reading, Scope, Turn
from rag.settings import Settings

YEARBOOK = make_document("2022.txt", "x", title="Yearbook of the chess club", day=date(2022, 12, 31)).source
SURVEY = make_document("survey.txt", "x", title="Survey of the harbour", day=date(2023, 5, 4)).source
SOURCES = (YEARBOOK, SURVEY)
TODAY = date(2024, 1, 15)
KNOWN = frozenset("chess club yearbook harbour survey members divers porto genoa say fishing join boats".split())


class Words:
    """A corpus of which only the words are known."""

    def frequency(self, word: str) -> int:
        return int(word in KNOWN)

    def size(self) -> int:
        return 10


def understanding(question: str, *history: Turn, today: date | None = TODAY) -> Understanding:
    """The question as it goes on from the conversation, where it may."""
    return understand(question, history, Words(), Scope(), SOURCES, today).ways[-1]


def test_a_plain_question_is_about_all_documents() -> None:
    asked = understanding("How many members has the chess club?")
    assert (asked.question, asked.standalone.query, asked.standalone.reading) == (asked.question,) * 3
    assert (asked.kind, asked.sides, asked.statement, asked.period, asked.dated) == ("number", None, None, None, None)
    assert (asked.documents.sources, asked.documents.meant, asked.missing_words) == (SOURCES, None, ())


def test_what_the_conversation_adds_is_searched_for_and_the_time_goes_on() -> None:
    asked = understanding("And how many has it?", Turn("How many members has the chess club in 2022?", "74."))
    assert asked.question == "And how many has it?"
    assert "chess" in asked.standalone.topic and "chess" in asked.standalone.query
    assert asked.period == Period(date(2022, 1, 1), date(2022, 12, 31))
    assert asked.dated is not None and asked.dated.sources == (YEARBOOK,)
    assert asked.dated.scope == Scope(documents=(YEARBOOK.path,))


def test_a_time_of_no_document_or_of_all_or_that_is_not_looked_for_narrows_nothing() -> None:
    assert understanding("Who joined in 1950?").dated is None
    assert understanding("Who joined since 1950?").dated is None
    assert understanding("Who joined in 2022?", today=None).period is None


def test_the_sides_of_a_comparison_and_who_says_what_are_told() -> None:
    sides = understanding("What do Porto and Genoa say about fishing?").sides
    assert sides is not None and [side.name for side in sides] == ["Porto", "Genoa"]
    asked = understanding("What does Porto say about fishing?")
    assert (asked.statement, asked.sides) == (Statement("Porto", "fishing"), None)


def test_the_document_that_is_meant_is_told_among_all_and_among_those_of_the_time() -> None:
    asked = understanding("Summarise the survey of the harbour.")
    assert asked.kind == "about"
    assert asked.documents.meant is not None and asked.documents.meant[0] == SURVEY
    dated = understanding("Summarise the yearbook of 2022.").dated
    assert dated is not None and dated.meant is not None and dated.meant[0] == YEARBOOK


def test_words_that_no_document_has_are_told_as_typed() -> None:
    assert understanding("How many Zebras join the club?").missing_words == ("Zebras",)


def test_an_understanding_cannot_be_changed() -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        understanding("Why?").kind = "why"  # type: ignore[misc]


class Watched:
    """A reader that notes what it reads."""

    name = "watched"

    def __init__(self, reader: Reader) -> None:
        self._reader = reader
        self.calibration = reader.calibration
        self.read_for: Counter[Any] = Counter()

    def read(self, question: str, passages: Sequence[Passage]) -> Reading:
        self.read_for[question, tuple(passages)] += 1
        return self._reader.read(question, passages)


@pytest.mark.parametrize(
    "question",
    [
        "How many boats did Porto repair?",
        "What does Porto say about fishing?",
        "What do Porto and Genoa say about fishing?",
        "Compare the moon and the sun.",
        "Which boats were repaired in the first half of 2022?",
        "What is the report of Porto about?",
        "Who is the mayor?",
    ],
)
def test_no_text_is_searched_for_or_read_twice(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, question: str) -> None:
    towns = [
        make_document(f"{town}-{n}.txt", f"{town} says fishing is good in village {n}.", day=date(2020 + n % 5, 3, 1))
        for town in ("Porto", "Genoa")
        for n in range(60)
    ]
    index = make_index(tmp_path, *towns)
    searched: Counter[Any] = Counter()
    search = index.search_lexical

    def noted(words: Sequence[str], count: int, documents: Sequence[str] | None = None) -> list[tuple[int, float]]:
        searched[tuple(words), tuple(documents or ())] += 1
        return search(words, count, documents)

    monkeypatch.setattr(index, "search_lexical", noted)
    reader = Watched(open_reader(Settings(), FakeEmbedder(), index))
    assistant = Assistant(index, FakeEmbedder(), reader, FAKE_SETTINGS)
    assistant.ask(question, [Turn("Where was the chess played?", "In the hall.")])
    assert searched and set(searched.values()) == {1}, searched
    assert set(reader.read_for.values()) <= {1}
    index.close()
