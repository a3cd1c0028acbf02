"""An answer in Markdown: what a document says stays text, and what docquote wrote is read back."""

from __future__ import annotations

import re
from dataclasses import replace
from html import unescape

import pytest
from answers import make_answer, refusal
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from ui_fake import CANDIDATES, MEMBERS, FakeAssistant

from rag.answer.markdown import MAYBE, answer_markdown, linkless
from rag.question.follow_up import turn_of
from rag.schema import Answer, Turn, Words
from rag.serving.turns import answered, turns_of

QUESTION = "How many members attended?"
HOSTILE_TEXT = (
    "![pixel](http://evil.example/pixel.png) <img src=http://evil.example/x.png> [click](http://evil.example) "
    "[ref]: http://evil.example/ref\n\n![ref][ref] <http://evil.example> www.evil.example mail@evil.example\n"
    '<script src="http://evil.example/x.js"></script>\n```html\n<iframe>\n# Heading\n- item\n| a | b |\n|---|---|\n'
    "1. one &lt;img&gt; $$x$$ \\[y\\] \\(z\\) ~~gone~~ **bold** <!-- -->"
)
ODD = st.text(st.sampled_from("ab 12\\`*_[]()<>#+-=.!|~&$:/@\n\t'\""), min_size=1, max_size=40).filter(str.strip)


def html_of(markdown: str) -> str:
    return MarkdownIt("gfm-like", {"linkify": False}).render(markdown)


def shown(html: str) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", html)).split())


def test_quotes_are_numbered_and_their_places_listed() -> None:
    written = answer_markdown(FakeAssistant().ask(QUESTION))
    assert written.text == (
        "> **Seventy-six** members attended the meeting. [1]\n\n"
        "> At the end of the year the club had **212** members. [2]\n\n"
        "1 source says Seventy-six; 1 says 212.\n\n"
        "[1] Minutes of the spring meeting · Attendance · 2 March 2021 (minutes/2021.md)  \n"
        "[2] Annual report of the rowing club · page 2 (report.pdf)"
    )
    assert [written.text[one.start : one.end] for one in written.placed] == [
        "**Seventy-six** members attended the meeting.",
        "At the end of the year the club had **212** members.",
    ]


def test_what_may_answer_and_what_came_nearest_are_told_apart() -> None:
    perhaps = answer_markdown(replace(refusal(QUESTION), outcome="perhaps")).text
    assert perhaps.startswith("**This may answer it:**\n\n> The roof leaks. [1]\n\n[1] ")
    nothing = answer_markdown(refusal(QUESTION))
    assert nothing.text == (
        "**Not in your documents.**\n\nNo document has the words: zebra\n\n"
        "The nearest passages:\n\n- Roof (roof.txt) [1]"
    )
    (named,) = nothing.placed
    assert nothing.text[named.start : named.end] == "Roof (roof.txt)"
    among = answer_markdown(replace(refusal(QUESTION), searched=("Roof", "Minutes"))).text
    assert among.startswith("**Not in the 2 documents you chose.**")


def test_sides_documents_and_choices_are_shown() -> None:
    compared = answer_markdown(FakeAssistant().ask("Compare the minutes and the report"))
    assert (
        "**the minutes**\n\nFrom Minutes of the spring meeting, 2021-03-02:\n\n> Seventy-six members" in compared.text
    )
    assert "Nothing found about \\<b\\>the moon\\</b\\>." in compared.text
    assert [one.citation.number for one in compared.placed] == [1, 2, 3]
    choice = answer_markdown(FakeAssistant().ask("which club?"))
    assert f"- {CANDIDATES[0].title} ({CANDIDATES[0].document}, 2 March 2021)\n- " in choice.text
    assert "- How many members has Ada Brook?" in answer_markdown(FakeAssistant().ask("the mayor?")).text
    assert answer_markdown(FakeAssistant().ask("Hello")).text == "Hello.  \n\\- \\<b\\>Minutes\\</b\\>"
    undated = answer_markdown(FakeAssistant().ask("Who came in 2021?")).text
    assert undated.startswith("Looked first in the only document of 2021.")
    assert answer_markdown(FakeAssistant().ask("Who of them?")).text.startswith(
        "Understood as: How many members sent apologies?"
    )


def test_what_is_quoted_beside_the_answer_is_a_list() -> None:
    written = answer_markdown(replace(FakeAssistant().ask(QUESTION), citations=MEMBERS[:1], also=MEMBERS[1:]))
    assert "\n\n- At the end of the year the club had 212 members. [2]\n\n" in written.text
    assert [written.text[one.start : one.end] for one in written.placed] == [
        "**Seventy-six** members attended the meeting.",
        "At the end of the year the club had 212 members.",
    ]


@pytest.mark.parametrize("outcome", ["found", "perhaps", "not found"])
def test_a_document_becomes_no_link_no_image_and_no_html(outcome: str) -> None:
    answer = hostile_answer(HOSTILE_TEXT, outcome)
    html = html_of(answer_markdown(answer).text)
    assert set(re.findall(r"<(\w+)", html)) <= {"p", "blockquote", "em", "strong", "ul", "li", "br"}
    assert shown(html).count(" ".join(HOSTILE_TEXT.split())) >= 6


def hostile_answer(text: str, outcome: str) -> Answer:
    """An answer whose quote, title, name, lead and every other string is the text."""
    (citation,) = make_answer(text, text, name=text, highlight=(2, 7)).citations
    citation = replace(citation, title=text, heading=f"{text}!", place=text, lead=Words(0, 1, text))
    cited = (citation,)
    return Answer(
        question=text,
        interpreted_as=f"{text}?",
        outcome=outcome,  # type: ignore[arg-type]
        confidence=0.5,
        citations=cited if outcome == "found" else (),
        nearest=() if outcome == "found" else cited,
        also=(replace(citation, number=2),) if outcome == "found" else (),
        missing_words=(text,),
        candidates=(replace(CANDIDATES[0], title=text, document=text), replace(CANDIDATES[0], question=text)),
    )


@given(ODD, ODD, st.integers(0, 40), st.integers(0, 40))
def test_a_quote_is_shown_as_it_is_and_found_at_its_place(text: str, lead: str, start: int, end: int) -> None:
    text = text.strip()
    (citation,) = make_answer("Q?", text, highlight=(start, end) if start < end <= len(text) else None).citations
    written = answer_markdown(make_found(replace(citation, lead=Words(0, 1, lead))))
    (placed,) = written.placed
    assert shown(html_of(written.text[placed.start : placed.end].replace("\n> ", "\n"))) == " ".join(text.split())
    assert not set(re.findall(r"<(\w+)", html_of(written.text))) - {"p", "blockquote", "em", "strong", "br"}


def make_found(*citations: object) -> Answer:
    return Answer("Q?", "Q?", "found", 0.9, tuple(citations))  # type: ignore[arg-type]


@given(ODD, ODD, st.integers(0, 40), st.integers(0, 40))
def test_a_turn_is_read_back_from_its_message(text: str, lead: str, start: int, end: int) -> None:
    (citation,) = make_answer("Q?", text, highlight=(start, end) if start < end <= len(text) else None).citations
    answer = make_found(replace(citation, lead=Words(0, 1, lead)), replace(citation, number=2, highlight=None))
    wanted, found = turn_of(answer), answered("Q?", answer_markdown(answer).text)
    assert found.answer.split() == wanted.answer.split()
    marked = wanted.highlight.split()
    assert found.highlight.split() in ([], marked)
    if marked and marked[0][0].isalnum() and wanted.highlight[0].isalnum() and wanted.highlight[-1].isalnum():
        assert found.highlight.split() == marked


@given(ODD)
def test_a_title_links_to_nothing_even_as_markdown(title: str) -> None:
    assert not re.search(r"<(a|img|script|b|i)\b", html_of(linkless(f"{HOSTILE_TEXT} {title}")))
    assert not re.search(r"<(a|img|script|b|i)\b", html_of(linkless(title)))


def test_a_title_is_hardly_changed() -> None:
    for title in ("R&D: plan_2 *final* | 5$", "Minutes of the spring meeting · page 3 · 2 March 2021"):
        assert linkless(title) == title


def test_only_quotes_of_docquote_that_answer_are_read_back() -> None:
    fake = FakeAssistant()
    assert answered("Q?", answer_markdown(fake.ask("Compare them")).text) == turn_of(
        replace(fake.ask("Compare them"), question="Q?")
    )
    assert answered("Q?", answer_markdown(replace(refusal(QUESTION), outcome="perhaps")).text) == Turn("Q?")
    assert answered("Q?", answer_markdown(refusal(QUESTION)).text) == Turn("Q?")
    assert answered("Q?", "Paris is its capital.\n\n> Said somebody else") == Turn("Q?")
    assert MAYBE in answer_markdown(replace(refusal(QUESTION), outcome="perhaps")).blocks


def test_messages_become_turns() -> None:
    said = answer_markdown(FakeAssistant().ask(QUESTION)).text
    messages = [
        ("system", "Be brief."),
        ("assistant", "Welcome!"),
        ("user", "Hello"),
        ("user", QUESTION),
        ("assistant", said),
        ("tool", "42"),
    ]
    assert turns_of(messages) == [Turn("Hello"), turn_of(FakeAssistant().ask(QUESTION))]
