"""Documents that say the same are counted together; a conflict is only told where there is one."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from answers import make_citation

from rag.answer.agreement import agreement
from rag.answer.phrases import agreement_words
from rag.schema import Citation
from rag.text.quantities import at_odds, value_of

OLD, MIDDLE, NEW = date(2020, 1, 1), date(2021, 3, 2), date(2022, 5, 5)


def cited(*said: tuple[str, str, date | None]) -> list[Citation]:
    """Citations of (document, words that answer, date)."""
    return [
        make_citation(f"It was {words} then.", number=number, name=name, highlight=(7, 7 + len(words)), day=day)
        for number, (name, words, day) in enumerate(said, start=1)
    ]


@pytest.mark.parametrize(
    "texts",
    [
        ("76 members", "seventy-six members", "Seventy-Six Members.", "the 76 members", "76.0 members"),
        ("4,800 crowns", "4800 crowns", "four thousand eight hundred crowns"),
        ("4.8 million", "4,800,000", "four million and eight hundred thousand"),
        ("100", "a hundred", "one hundred"),
        ("1,206", "one thousand two hundred and six", "one thousand, two hundred six"),
        ("2 March 2021", "March 2, 2021", "2021-03-02", "the 2nd of March 2021", "on 2 Mar 2021"),
        ("Chen Miner", "chen miner", "The Chen Miner,"),
        ("19", "nineteen", "Nineteen"),
    ],
)
def test_the_same_in_other_words(texts: tuple[str, ...]) -> None:
    assert len({value_of(text) for text in texts}) == 1, [value_of(text) for text in texts]


@pytest.mark.parametrize(
    ("text", "kind", "number"),
    [
        ("76", "number", 76),
        ("twenty-one", "number", 21),
        ("three hundred", "number", 300),
        ("$4.50", "number", Decimal("4.5")),
        ("12 %", "number", 12),
        ("2021", "number", 2021),
        ("March 2021", "date", None),
        ("May", "date", None),
        ("2 to 4 members", "text", None),
        ("one two", "text", None),
        ("hundreds of members", "text", None),
        ("2021-99-99", "text", None),
        ("", "text", None),
        ("会议", "text", None),
    ],
)
def test_kinds(text: str, kind: str, number: int | None) -> None:
    value = value_of(text)
    assert (value.kind, value.number) == (kind, number)


def test_raised_digits_are_no_number() -> None:
    assert value_of("2,750⁴ inhabitants").number == 2750
    assert not at_odds(value_of("2,750⁴"), value_of("2,750"))


@pytest.mark.parametrize(
    ("one", "other", "odds"),
    [
        ("76 members", "74 members", True),
        ("76 members", "74", True),
        ("76 members", "seventy-four", True),
        ("76 members", "74 boats", False),
        ("76 members", "74 %", False),
        ("76", "about 74", False),
        ("more than 70 members", "76 members", False),
        ("2 March 2021", "3 March 2021", True),
        ("2 March 2021", "March 2021", False),
        ("2 March 2021", "2 March", False),
        ("March 2021", "April 2021", True),
        ("2 March 2021", "76", False),
        ("Chen Miner", "Li Wei", False),
        ("between 2 and 4", "7", False),
    ],
)
def test_at_odds(one: str, other: str, odds: bool) -> None:
    assert at_odds(value_of(one), value_of(other)) is odds
    assert at_odds(value_of(other), value_of(one)) is odds


def test_agreement_and_conflict_newest_first() -> None:
    positions = agreement(
        cited(
            ("a.txt", "76 members", OLD),
            ("b.txt", "74", MIDDLE),
            ("c.txt", "seventy-six members", NEW),
            ("d.txt", "76 members", None),
        )
    )
    assert [[one.document for one in position.citations] for position in positions] == [
        ["c.txt", "a.txt", "d.txt"],
        ["b.txt"],
    ]
    assert agreement_words(positions) == "3 sources say seventy-six members; 1 says 74, of 2021-03-02."


def test_an_even_conflict_tells_the_newer_first() -> None:
    positions = agreement(cited(("a.txt", "76 members", OLD), ("b.txt", "74 members", NEW)))
    assert agreement_words(positions) == "1 source says 74 members; 1 says 76 members, of 2020-01-01."


def test_agreement_alone_is_told() -> None:
    positions = agreement(cited(("a.txt", "Chen Miner", None), ("b.txt", "Chen Miner", NEW)))
    assert agreement_words(positions) == "2 sources say Chen Miner."


@pytest.mark.parametrize(
    "said",
    [
        [("a.txt", "76 members", OLD)],
        [("a.txt", "76 members", OLD), ("a.txt", "74 members", OLD)],  # one document speaks of two things
        [("a.txt", "76 members", OLD), ("b.txt", "Chen Miner", OLD)],
        [("a.txt", "76 members", OLD), ("b.txt", "74 boats", OLD)],
        [("a.txt", "Chen Miner", OLD), ("b.txt", "Li Wei", OLD)],
        [("a.txt", "76 members", OLD), ("b.txt", "76 members", OLD), ("a.txt", "74", OLD)][::2],
    ],
)
def test_nothing_is_invented(said: list[tuple[str, str, date | None]]) -> None:
    assert agreement(cited(*said)) == ()


def test_without_words_that_answer_there_is_nothing_to_compare() -> None:
    bare = [make_citation("It was 76.", name="a.txt"), make_citation("It was 74.", name="b.txt", number=2)]
    assert agreement(bare) == ()
    assert agreement([]) == ()
    assert agreement_words(()) == ""
    marked = cited(("a.txt", "76", None))
    assert agreement([*marked, bare[1]]) == ()


def test_a_document_that_says_both_is_not_at_odds() -> None:
    said = cited(("a.txt", "76", OLD), ("b.txt", "76", NEW), ("b.txt", "74", NEW))
    assert agreement_words(agreement(said)) == "2 sources say 76."
