"""Over the sample library: whatever is asked, quotes are slices of the documents, and answers fit their questions."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rag import Assistant
from rag.answer.phrases import by_side, framed
from rag.answer.serialise import answer_from_json, answer_to_json
from rag.cli.answers import print_answer
from rag.schema import Answer
from rag.text.chunking import count_tokens

ASKED = (
    "Why {}?", "How does {} work?", "List {}.", "Describe {}.", "Compare {} and {}.", "Summarise {}.",
    "What is {} about?", "What do {} and {} say about safety?", "What are the steps of {}?", "How many {}?",
)  # fmt: skip
TOPICS = (
    "Shanghai", "Chongqing", "giving up a plot", "the index folder", "PDF files", "the water pump",
    "the executive meeting", "the moon", "", "<b>", "the key words of the third plenary session", "good results",
)  # fmt: skip


def check(answer: Answer, assistant: Assistant) -> None:
    """Every quoted character is at its cited place, none is quoted twice, and each quote is in one group."""
    seen: set[tuple[str, int]] = set()
    for citation in answer.citations:
        text = assistant.document(citation.document_id).text
        assert citation.quote == text[citation.start : citation.end] != ""
        places = {(citation.document_id, i) for i in range(citation.start, citation.end)}
        assert not places & seen
        seen |= places
    assert [citation.number for citation in answer.citations] == list(range(1, len(answer.citations) + 1))
    assert len({citation.quote for citation in answer.citations}) == len(answer.citations)
    if answer.groups:
        assert [number for group in answer.groups for number in group.numbers] == [c.number for c in answer.citations]
        frames = [framed(group, answer.citations)[0] for group in answer.groups]
        assert not any(frame in answer.text for frame in frames)
    assert answer.found == bool(answer.citations) == (answer.likeliest is not None)


@settings(max_examples=12)
@given(st.sampled_from(ASKED), st.sampled_from(TOPICS), st.sampled_from(TOPICS))
def test_whatever_is_asked_every_quote_is_at_its_place_and_shown_once(
    sample_assistant: Assistant, asked: str, one: str, other: str
) -> None:
    answer = sample_assistant.ask(asked.format(one, other))
    check(answer, sample_assistant)
    kept = answer_from_json(answer_to_json(answer, passages=True))
    assert (kept.groups, kept.best, kept.overview) == (answer.groups, answer.best, answer.overview)


def test_the_sides_of_a_comparison_stand_apart_and_one_without_quotes_says_so(sample_assistant: Assistant) -> None:
    answer = sample_assistant.ask("What do Shanghai and Chongqing say about the epidemic?")
    check(answer, sample_assistant)
    quoted = {side: {number for group in groups for number in group.numbers} for side, groups in by_side(answer.groups)}
    assert list(quoted) == ["Shanghai", "Chongqing"]
    for citation in answer.citations:
        assert citation.number in quoted["Shanghai" if "shanghai" in citation.document else "Chongqing"]
    assert all(
        "epidemic" in " ".join(c.quote for c in answer.citations if c.number in part) for part in quoted.values()
    )
    half = sample_assistant.ask("What do Shanghai and Paris say about the epidemic?")
    assert [framed(group, half.citations)[0] for group in half.groups][-1] == "Nothing found about Paris."
    neither = sample_assistant.ask("What is the difference between a cat and a dog?")
    assert (neither.found, neither.groups) == (False, ())


def test_a_list_is_quoted_whole_whatever_asks_for_it(sample_assistant: Assistant) -> None:
    answer = sample_assistant.ask("Which lines of work must not pause according to the second plenary session?")
    check(answer, sample_assistant)
    assert answer.likeliest is not None
    assert answer.likeliest.quote.startswith("The resolution lists eight lines of work")
    assert answer.likeliest.quote.endswith("- more efficient government services.")


def test_an_overview_is_of_the_document_that_is_named(sample_assistant: Assistant) -> None:
    answer = sample_assistant.ask("Summarise the key words of Shanghai's third plenary session.")
    check(answer, sample_assistant)
    assert answer.overview
    assert {citation.document for citation in answer.citations} == {"shanghai-third-plenary-key-words-2023.md"}
    assert sum(count_tokens(citation.quote) for citation in answer.citations) <= sample_assistant.settings.answer_tokens
    assert not sample_assistant.ask("Summarise the report on penguins.").overview


def test_a_yes_no_question_shows_the_sentence_and_says_neither(sample_assistant: Assistant) -> None:
    answer = sample_assistant.ask("Can watering cans be used at any time?")
    check(answer, sample_assistant)
    assert answer.text.startswith("Watering cans may be used at any time.")


def test_the_command_line_prints_the_frames_over_the_quotes(
    sample_assistant: Assistant, capsys: pytest.CaptureFixture[str]
) -> None:
    print_answer(sample_assistant.ask("What do Shanghai and Paris say about the epidemic?"))
    said = capsys.readouterr().out
    assert said.index("Shanghai\nFrom ") < said.index("[1]") < said.index("Paris\nNothing found about Paris.")
