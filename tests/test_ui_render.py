"""The conversation as HTML: what a person reads, and that nothing in it is ever markup."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ui_fake import HOSTILE_DOCUMENT, MEMBERS, MINUTES_DOCUMENT, REPORT_DOCUMENT, SECRET, cite, passage

from rag.answer.phrases import confidence_words, library_name, place, plain_text
from rag.history import Exchange
from rag.schema import Answer, Candidate, Narrowing
from rag.ui.examples import ExampleQuestion, examples_for, sample_examples
from rag.ui.html.conversation import context, header_html, thread_html, welcome_html

FOUND = Answer("How many members?", "How many members?", "found", 0.91, MEMBERS)


def shown(answer: Answer, turn: int) -> str:
    """The answer as the last of a conversation, after others that failed."""
    return thread_html((*[Exchange("", problem="No.")] * turn, Exchange(answer.question, answer)), "")


class Page(HTMLParser):
    """Tags, attributes and text of a piece of HTML, as a browser would read it."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data

    def attributes(self, name: str) -> list[str | None]:
        return [attributes[name] for _, attributes in self.tags if name in attributes]


def test_every_quote_is_shown_word_for_word_with_its_number_and_place() -> None:
    page = Page(shown(FOUND, 3))
    for citation in MEMBERS:
        assert citation.quote in page.text
        assert place(citation) in page.text
    assert page.attributes("data-open") == ["3.cite.1", "3.cite.2"]


def test_the_words_that_answer_are_strong() -> None:
    assert "<strong>Seventy-six</strong> members attended the meeting." in shown(FOUND, 0)


def test_the_interpreted_question_is_shown_only_where_it_differs() -> None:
    follow_up = replace(FOUND, question="And how many?", interpreted_as="How many members?")
    assert "Understood as: How many members?" in Page(shown(follow_up, 0)).text
    assert "Understood as" not in shown(FOUND, 0)


def test_how_a_question_was_taken_can_be_undone_and_a_choice_is_offered() -> None:
    narrowed = Narrowing("of <2021>", None, None, 2, answered=True)
    hostile = Candidate('<img src=x onerror="x">', "a.txt", '"><b>', date(2021, 3, 2))
    answer = replace(FOUND, interpreted_as="How many <members>?", narrowed=narrowed)
    page = Page(shown(answer, 0))
    assert "Looked first in the 2 documents of <2021>." in page.text
    assert page.attributes("data-typed") == page.attributes("data-anydate") == ["1"]
    assert page.attributes("data-ask") == [FOUND.question] * 2
    read_all = replace(answer, narrowed=replace(narrowed, answered=False))
    assert Page(shown(read_all, 0)).attributes("data-anydate") == []
    refused = replace(FOUND, outcome="not found", citations=(), candidates=(hostile,))
    page = Page(shown(refused, 0))
    assert '<img src=x onerror="x"> · 2 March 2021' in page.text
    assert page.attributes("data-document") == ['"><b>']
    assert {tag for tag, _ in page.tags}.isdisjoint({"img", "b"})


@pytest.mark.parametrize(
    ("confidence", "words"),
    [
        (1.0, "Very likely the answer (100%)"),
        (0.7, "Likely the answer (70%)"),
        (0.4, "Possibly the answer (40%)"),
        (0.0, "A weak match: check the source (0%)"),
    ],
)
def test_confidence_is_said_in_words_with_its_number(confidence: float, words: str) -> None:
    assert confidence_words(confidence) == words


def test_not_found_names_the_missing_words_and_offers_the_nearest_passages() -> None:
    answer = Answer("The capital?", "The capital?", "not found", 0.08, (), MEMBERS, ("capital", "<b>"))
    page = Page(shown(answer, 2))
    assert "Not in your documents" in page.text
    assert "These words occur nowhere in the library: capital, <b>." in page.text
    assert page.attributes("data-open") == ["2.near.1", "2.near.2"]
    assert "data-copy" not in shown(answer, 2)
    one = replace(answer, missing_words=("France",))
    assert "This word occurs nowhere in the library: France." in Page(shown(one, 2)).text


def test_not_found_in_an_empty_library_promises_no_passages() -> None:
    page = Page(shown(Answer("Why?", "Why?", "not found", 0.0, ()), 0))
    assert "Not in your documents" in page.text
    assert "passage" not in page.text


def test_a_copied_answer_has_the_quotes_and_where_they_stand() -> None:
    assert plain_text(FOUND) == (
        "How many members?\n\n"
        "“Seventy-six members attended the meeting.” [1]\n\n"
        "“At the end of the year the club had 212 members.” [2]\n\n"
        "[1] Minutes of the spring meeting · Attendance · 2 March 2021 (minutes/2021.md)\n"
        "[2] Annual report of the rowing club · page 2 (report.pdf)"
    )
    assert Page(shown(FOUND, 0)).attributes("data-copy") == [plain_text(FOUND)]


def test_the_card_at_a_citation_shows_the_paragraph_around_the_quote() -> None:
    read = (passage(REPORT_DOCUMENT), passage(MINUTES_DOCUMENT))
    quote = "Four sent their apologies"
    assert context(cite(1, MINUTES_DOCUMENT, quote), read) == (
        "Seventy-six members attended the meeting. ",
        ",\none of them by carrier pigeon.",
    )
    assert context(cite(1, HOSTILE_DOCUMENT, "secret"), read) == ("", "")


def test_quotes_from_one_place_share_its_line() -> None:
    two = (cite(1, MINUTES_DOCUMENT, "Seventy-six members"), cite(2, MINUTES_DOCUMENT, "Four sent their apologies"))
    assert shown(replace(FOUND, citations=two), 0).count("<footer>") == 1
    assert shown(FOUND, 0).count("<footer>") == 2


def test_pending_and_failed_questions_say_so() -> None:
    html = thread_html((Exchange("One?", problem="no <index>"), Exchange("Two?")), "welcome")
    page = Page(html)
    assert "no <index>" in page.text and "Reading your documents" in page.text
    assert ("div", {"class": "dq-problem", "role": "alert"}) in page.tags


def test_the_welcome_stands_until_the_first_question() -> None:
    assert thread_html((), "<p>hello</p>") == "<p>hello</p>"


def test_what_may_answer_is_not_below_a_heading_that_says_it_is_not_there() -> None:
    answer = Answer("How many?", "How many?", "perhaps", 0.3, (), MEMBERS)
    page = Page(shown(answer, 0))
    assert "This may answer it" in page.text and "Not in your documents" not in page.text
    assert "the answer, but one of these passages may hold it." in page.text
    assert page.attributes("data-open")[0] == "0.near.1"
    alone = Page(shown(replace(answer, nearest=MEMBERS[:1]), 0))
    assert "the answer, but this passage may hold it." in alone.text


def test_hostile_strings_stay_text() -> None:
    answer = Answer(
        '<img onerror="x">', "$x^2$ <script>", "found", 0.5, (SECRET,), passages=(passage(HOSTILE_DOCUMENT),)
    )
    page = Page(thread_html((Exchange('"><script>', answer),), ""))
    assert {tag for tag, _ in page.tags}.isdisjoint({"script", "img", "a", "iframe"})
    assert SECRET.quote in page.text
    assert "$x^2$ <script>" in page.text
    assert not [name for _, attributes in page.tags for name in attributes if name.startswith("on")]


@given(st.text(alphabet=st.characters(exclude_characters="\x00\r", exclude_categories=["Cs"])))
def test_any_question_is_shown_as_it_was_asked(question: str) -> None:
    assert question in Page(thread_html((Exchange(question, problem="x"),), "")).text


def test_the_header_counts_documents_and_names_the_library_after_its_folder() -> None:
    one, two = MINUTES_DOCUMENT.source, REPORT_DOCUMENT.source
    assert library_name([one, two]) == "club"
    assert library_name([one, replace(two, path="/elsewhere/report.pdf")]) == "Library"
    assert library_name([]) == "Library"
    assert "1 document" in Page(header_html([one], "A <name>")).text
    assert "A <name>" in Page(header_html([one, two], "A <name>")).text
    assert "2 documents" in Page(header_html([one, two], "")).text


def test_an_empty_library_explains_the_first_step() -> None:
    assert "docquote index FOLDER" in welcome_html((), 0)


def test_examples_are_asked_or_begun() -> None:
    page = Page(
        welcome_html([ExampleQuestion("Who <came>?"), ExampleQuestion("What does it say about ", complete=False)], 1)
    )
    assert page.attributes("data-ask") == ["Who <came>?"]
    assert page.attributes("data-fill") == ["What does it say about "]


def test_a_library_of_ones_own_gets_beginnings_from_its_titles_newest_first() -> None:
    old = replace(REPORT_DOCUMENT.source, title="Old  news", date=date(1999, 1, 1))
    endless = replace(REPORT_DOCUMENT.source, title="word " * 40)
    examples = examples_for([old, MINUTES_DOCUMENT.source, endless, REPORT_DOCUMENT.source, old])
    assert [example.text for example in examples] == [
        "What does Minutes of the spring meeting say about ",
        "What does Old news say about ",
        "What does Annual report of the rowing club say about ",
    ]
    assert not any(example.complete for example in examples)
    assert examples_for([]) == ()


def test_the_sample_offers_its_own_questions() -> None:
    examples = sample_examples()
    assert len(examples) == 4
    assert all(example.complete and example.text.endswith("?") for example in examples)
