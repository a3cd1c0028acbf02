"""The time that a question names, and the documents that are looked in first for it."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from datetime import date

import pytest
from core_fakes import make_document
from hypothesis import given
from hypothesis import strategies as st

from rag.answer.phrases import narrowing_words
from rag.question.period import Period, documents_of, period_of
from rag.schema import Narrowing

SECOND = make_document("2nd.txt", "x", title="Second plenary session of the committee", day=date(2022, 12, 22)).source
THIRD = make_document("3rd.txt", "x", title="Key words of the third plenary session", day=date(2023, 7, 4)).source
BUDGET = make_document("budget.txt", "x", title="Budget for 2022", day=date(2021, 11, 30)).source
UNDATED = make_document("undated.txt", "x", title="House rules").source
LIBRARY = [SECOND, THIRD, BUDGET, UNDATED]
TODAY = date(2024, 1, 15)


def period(question: str) -> Period | None:
    return period_of(question, LIBRARY, TODAY)


@pytest.mark.parametrize(
    ("question", "start", "end"),
    [
        ("What was decided in 2022?", date(2022, 1, 1), date(2022, 12, 31)),
        ("What does the 2022 report say about roofs?", date(2022, 1, 1), date(2022, 12, 31)),
        ("And what about 2022?", date(2022, 1, 1), date(2022, 12, 31)),
        ("How high were 2022's costs?", date(2022, 1, 1), date(2022, 12, 31)),
        ("Who spoke in February 2024?", date(2024, 2, 1), date(2024, 2, 29)),
        ("What was said on July 4th, 2023?", date(2023, 7, 4), date(2023, 7, 4)),
        ("What was said on 4 July 2023?", date(2023, 7, 4), date(2023, 7, 4)),
        ("What is new since June 2023?", date(2023, 6, 1), None),
        ("What was bought after 2021?", date(2022, 1, 1), None),
        ("What was bought before 2022-12-22?", None, date(2022, 12, 21)),
        ("What had been paid by December 2021?", None, date(2021, 12, 31)),
        ("What was built between 2021 and June 2022?", date(2021, 1, 1), date(2022, 6, 30)),
        ("What was built from 2021 to 2022?", date(2021, 1, 1), date(2022, 12, 31)),
        ("What does last year's report say?", date(2023, 1, 1), date(2023, 12, 31)),
        ("What was spent last month?", date(2023, 12, 1), date(2023, 12, 31)),
        ("What has happened this year?", date(2024, 1, 1), date(2024, 12, 31)),
        ("What was decided in the first half of 2022?", date(2022, 1, 1), date(2022, 6, 30)),
        ("What was decided in the second half of March 2021?", date(2021, 3, 16), date(2021, 3, 31)),
        ("What was sold in Q3 2022?", date(2022, 7, 1), date(2022, 9, 30)),
        ("What was sold in 2022 Q3?", date(2022, 7, 1), date(2022, 9, 30)),
        ("Which costs rose in the fourth quarter of 2022?", date(2022, 10, 1), date(2022, 12, 31)),
        ("What has been built since H1 2023?", date(2023, 1, 1), None),
        ("What do the H1 of 2023 figures say?", date(2023, 1, 1), date(2023, 6, 30)),
        ("Who joined in early 2021?", date(2021, 1, 1), date(2021, 4, 30)),
        ("Who joined early in 2021?", date(2021, 1, 1), date(2021, 4, 30)),
        ("Who joined in mid-2021?", date(2021, 5, 1), date(2021, 8, 31)),
        ("Who left in late 2021?", date(2021, 9, 1), date(2021, 12, 31)),
        ("What had been paid by the end of 2021?", None, date(2021, 12, 31)),
        ("What was paid before the end of 2021?", None, date(2021, 12, 31)),
        ("What grew in the summer of 2022?", date(2022, 6, 1), date(2022, 8, 31)),
        ("What grew in fall 2022?", date(2022, 9, 1), date(2022, 11, 30)),
        ("Who skated in the winter of 2023?", date(2023, 12, 1), date(2024, 2, 29)),
        ("What was sung in the 1990s?", date(1990, 1, 1), date(1999, 12, 31)),
        ("Which songs of the 1990s were sung?", date(1990, 1, 1), date(1999, 12, 31)),
        ("What was sung in the ’90s?", date(1990, 1, 1), date(1999, 12, 31)),
        ("What was sung in the late 1990s?", date(1996, 9, 1), date(1999, 12, 31)),
        ("What was sung in the 1800s?", date(1800, 1, 1), date(1899, 12, 31)),
        ("What was sung in the 2000s?", date(2000, 1, 1), date(2009, 12, 31)),
        ("What was sung prior to 1990?", None, date(1989, 12, 31)),
        ("What was sung before the 1990s?", None, date(1989, 12, 31)),
        ("What did the board say two years ago?", date(2022, 1, 1), date(2022, 12, 31)),
        ("What did the board say three months ago?", date(2023, 10, 1), date(2023, 10, 31)),
        ("What did the board say a week ago?", date(2024, 1, 8), date(2024, 1, 14)),
        ("What did the board say 10 days ago?", date(2024, 1, 5), date(2024, 1, 5)),
        ("What was spent over the past two years?", date(2022, 1, 1), TODAY),
        ("What was said yesterday?", date(2024, 1, 14), date(2024, 1, 14)),
        ("What was said last Friday?", date(2024, 1, 12), date(2024, 1, 12)),
        ("What was said last week?", date(2024, 1, 8), date(2024, 1, 14)),
        ("What was said last quarter?", date(2023, 10, 1), date(2023, 12, 31)),
        ("What is planned for next year?", date(2025, 1, 1), date(2025, 12, 31)),
        ("What has been said since last month?", date(2023, 12, 1), None),
        ("What is new since 2020?", date(2020, 1, 1), None),
        ("What was built between 2019 and 2021?", date(2019, 1, 1), date(2021, 12, 31)),
        ("What was built in 2019–2021?", date(2019, 1, 1), date(2021, 12, 31)),
        ("What was built between March and May 2021?", date(2021, 3, 1), date(2021, 5, 31)),
        ("What was built from November to February 2022?", date(2021, 11, 1), date(2022, 2, 28)),
        ("What was built between 3 and 10 March 2021?", date(2021, 3, 3), date(2021, 3, 10)),
        ("What was built between 28 February and 10 March 2021?", date(2021, 2, 28), date(2021, 3, 10)),
        ("What was built from the summer of 2022 to last month?", date(2022, 6, 1), date(2023, 12, 31)),
        ("Who met before the second plenary session?", None, date(2022, 12, 21)),
        ("Since the third plenary session of the committee, who has spoken?", date(2023, 7, 4), None),
    ],
)
def test_a_time_is_understood(question: str, start: date | None, end: date | None) -> None:
    assert period(question) == Period(start, end)


@pytest.mark.parametrize(
    "question",
    [
        "How many members attended?",
        "Who spoke before the plenary session?",  # of which there are two
        "Who spoke before the session?",
        "What happened on 31 February 2022?",
        "What was built between 2022 and 2021?",
        "Did 2,022 people come?",
        "What was built between 2022 and 31 February 2023?",
        "What was built from 10 to 2022?",
        "Which of the early songs were sung?",
        "What was said in the first half of the meeting?",
        "Who are the last two speakers?",
        "How does one make a roof last 30 years?",
        "How many people are in their 90s?",
        "What happened the next year?",
        "What did they do 5,000 years ago?",
        "How long did the meeting last?",
        "",
    ],
)
def test_no_time_or_an_impossible_one_narrows_nothing(question: str) -> None:
    assert period(question) is None


def test_a_document_is_of_a_year_by_its_date_or_its_title() -> None:
    year = Period(date(2022, 1, 1), date(2022, 12, 31))
    assert documents_of(year, LIBRARY) == [SECOND, BUDGET]
    assert documents_of(Period(date(2022, 3, 1), None), LIBRARY) == [SECOND, THIRD]
    named = replace(UNDATED, name="reports/2022.pdf")
    assert documents_of(year, [named, UNDATED]) == [named]


@pytest.mark.parametrize(
    ("start", "end", "words"),
    [
        (date(2022, 1, 1), date(2022, 12, 31), "of 2022"),
        (date(2021, 1, 1), date(2022, 12, 31), "of 2021 to 2022"),
        (date(2024, 2, 1), date(2024, 2, 29), "of February 2024"),
        (date(2022, 1, 1), date(2022, 6, 30), "of January to June 2022"),
        (date(2023, 12, 1), date(2024, 2, 29), "from 1 December 2023 to 29 February 2024"),
        (date(2023, 7, 4), date(2023, 7, 4), "of 4 July 2023"),
        (date(2023, 6, 1), None, "since 1 June 2023"),
        (None, date(2022, 12, 21), "up to 21 December 2022"),
        (date(2021, 1, 1), date(2022, 6, 30), "from 1 January 2021 to 30 June 2022"),
    ],
)
def test_a_period_is_said_as_people_say_it(start: date | None, end: date | None, words: str) -> None:
    assert str(Period(start, end)) == words


def test_what_was_looked_through_first_is_said() -> None:
    narrowing = Narrowing("of 2022", date(2022, 1, 1), date(2022, 12, 31), 2, answered=True)
    assert narrowing_words(narrowing) == "Looked first in the 2 documents of 2022."
    assert narrowing_words(replace(narrowing, documents=1)) == "Looked first in the only document of 2022."
    assert "then in all" in narrowing_words(replace(narrowing, answered=False))


def test_the_parser_of_dates_is_loaded_for_the_first_question_that_names_one() -> None:
    ask = "period_of({!r}, [], date(2024, 1, 15)); print('dateparser' in sys.modules)"
    code = "import sys; from datetime import date; from rag.question.period import period_of; "
    code += "; ".join(ask.format(question) for question in ("How many members attended?", "And in 2022?"))
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout.split() == ["False", "True"]


TIMES = st.sampled_from(
    "q1/the first half of/late/may/31/2021/1600/2099/the 90s/1990s/and/to/ago/999 years/last/past/two months/the/"
    "winter/end of/-/in/quarter/week".split("/")
)


@given(st.lists(TIMES, max_size=8).map(" ".join), st.sampled_from(["in", "from", "since", "between"]), st.text())
def test_words_of_time_in_any_order_are_a_period_that_ends_after_it_begins_or_none(
    before: str, word: str, after: str
) -> None:
    found = period(f"{word} {before} {after}")
    assert found is None or found.start is None or found.end is None or found.start <= found.end


@given(st.text(max_size=60), st.sampled_from(["in", "since", "before the", "between", ""]), st.text(max_size=30))
def test_any_question_has_a_period_that_ends_after_it_begins_or_none(before: str, word: str, after: str) -> None:
    found = period(f"{before} {word} {after}")
    assert found is None or found.start is None or found.end is None or found.start <= found.end
