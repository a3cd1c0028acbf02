"""Sentences with exact offsets."""

from __future__ import annotations

import pytest
from core_texts import texts
from hypothesis import example, given
from hypothesis import strategies as st

from rag.text.sentences import WINDOW, lines_are_blocks, sentence_spans


def sentences(text: str, *, every_line: bool = False) -> list[str]:
    return [text[start:end] for start, end in sentence_spans(text, lines_are_blocks=every_line)]


@given(texts, st.booleans())
@example("date: 2022-12-22 ", False)
@example("\x85\u2028\n", False)
@example("<|endoftext|>" * 40, True)
def test_every_visible_character_is_in_exactly_one_sentence(text: str, every_line: bool) -> None:
    spans = sentence_spans(text, lines_are_blocks=every_line)
    covered = 0
    for start, end in spans:
        assert covered <= start < end <= len(text)
        assert not text[covered:start].strip()
        assert text[start:end] == text[start:end].strip()
        covered = end
    assert not text[covered:].strip()


def test_abbreviations_and_numbers_do_not_end_sentences() -> None:
    first, second = "Dr. Smith paid $4,800.50 for it on 2 March, i.e. a Tuesday.", "The roof is safe."
    assert sentences(f"{first} {second}") == [first, second]


@pytest.mark.parametrize(
    "sentence",
    [
        "It takes approx. 20 minutes to load.",
        "We open Mon. to Fri. 9 to 5.",
        "The shop is shut on Sun. and on holidays.",
        "We use .NET 8 and C#.",
        "See e.g. The Gazette of 1927.",
        "Tents sleep max. Three persons.",
        "Tel. 555-0199 is answered by nobody.",
        "2. Send the form to the warden.",
        "4.2. Boats are hired by the hour.",
    ],
)
def test_a_full_stop_inside_a_sentence_does_not_end_it(sentence: str) -> None:
    assert sentences(f"{sentence} Then all is well.") == [sentence, "Then all is well."]


def test_a_short_word_may_end_a_sentence() -> None:
    assert sentences("Is it free? No. We sell tea, cake etc. The shop shuts in Feb. We rest.") == [
        "Is it free?", "No.", "We sell tea, cake etc.", "The shop shuts in Feb.", "We rest.",
    ]  # fmt: skip


@pytest.mark.parametrize("first", ["The roof was mended in May.", "She came with me.", "They teach art."])
def test_an_ordinary_word_that_looks_like_an_abbreviation_ends_a_sentence(first: str) -> None:
    assert sentences(f"{first} Then it rained.") == [first, "Then it rained."]
    assert sentences("Art. 5 and No. 7 hold. May. 5 was wet.") == ["Art. 5 and No. 7 hold.", "May. 5 was wet."]


def test_chinese_sentences() -> None:
    assert sentences("会议在上海举行。出席的有七十六人。") == ["会议在上海举行。", "出席的有七十六人。"]


def test_a_wrapped_sentence_is_one() -> None:
    text = "The committee of the rowing club met on Tuesday\nin the reading room and voted on the roof."
    assert sentences(text) == [text]
    assert sentences(text, every_line=True) == text.split("\n")


def test_a_short_line_before_a_capital_ends_a_sentence() -> None:
    title, body = "Minutes of the meeting", "Seventy-six members came to the reading room of the rowing club."
    assert sentences(f"{title}\n{body}") == [title, body]


def test_pages_blank_lines_and_list_items_end_sentences() -> None:
    text = "the first page\fthe second page\n\na paragraph\n - an item\n - another\n2) a third\n(b) a fourth"
    assert sentences(text) == (
        ["the first page", "the second page", "a paragraph", "- an item", "- another", "2) a third", "(b) a fourth"]
    )


def test_a_date_glued_to_the_first_sentence_is_not_part_of_it() -> None:
    assert sentences("date: 2022-12-22 The session was held.") == ["date: 2022-12-22", "The session was held."]


def test_lines_wrap_in_plain_text_and_pdf_only() -> None:
    assert not lines_are_blocks("text/plain")
    assert not lines_are_blocks("application/pdf")
    assert lines_are_blocks("text/html")


@pytest.mark.parametrize("text", ["", " \n\t\f ", "\u3000\u2028"])
def test_blank_text_has_no_sentences(text: str) -> None:
    assert sentences(text) == []


@pytest.mark.parametrize("character", ["x", "。", "\n", ".", "- ", "👍", "\n- "])
def test_a_long_monotonous_text_is_no_trouble(character: str) -> None:
    text = character * (100_000 // len(character))
    assert "".join("".join(sentences(text)).split()) == "".join(text.split())


def test_a_block_longer_than_a_window_is_cut_where_its_sentences_end() -> None:
    sentences = [f"Sentence number {n} of this long line tells of the roof." for n in range(1000)]
    text = " ".join(sentences)
    assert [text[start:end] for start, end in sentence_spans(text)] == sentences


@pytest.mark.parametrize("piece", ["«", '"“', "x"])
def test_a_sentence_longer_than_a_window_is_cut(piece: str) -> None:
    text = piece * (3 * WINDOW)
    spans = sentence_spans(text)
    assert "".join(text[start:end] for start, end in spans) == text
    assert max(end - start for start, end in spans) <= WINDOW


@pytest.mark.parametrize(
    "text",
    [
        "See GOVUK.Modules for it.",
        "Use cache.ObjectName now.",
        "It is pods.Get(name) here.",
        "Set _acme.$DOMAIN first.",
    ],
)
def test_names_with_dots_are_not_cut(text: str) -> None:
    assert sentences(text) == [text]


def test_a_missing_space_between_sentences_does_not_glue_them() -> None:
    assert sentences("It ended.The next began.") == ["It ended.", "The next began."]


def test_rows_of_one_length_are_not_glued() -> None:
    log = "2024-05-01 10:00:01 INFO engine warm\n2024-05-01 10:03:09 WARN engine cold"
    assert sentences(log) == log.split("\n")


def test_a_word_hyphenated_at_a_line_end_is_not_cut() -> None:
    text = "The commit-\ntee of the club has voted."
    assert sentences(text) == [text]


@pytest.mark.parametrize(
    "stamp",
    [
        "2024-05-01 10:00:01,250",
        "2024-05-01T10:00",
        "[10:00:01]",
        "May  1 10:00:01",
        "1.5.2024, 10:00",
        "[1/May/2024:10:00:01",
    ],
)
def test_an_entry_of_a_log_is_one_sentence_with_its_time(stamp: str) -> None:
    log = f"{stamp} pump: Pressure fell. The valve was shut and\n{stamp} pump: Pressure rose. The valve was opened and"
    assert sentences(log) == log.split("\n")


def test_a_sentence_may_begin_with_a_time() -> None:
    assert sentences("10:30 is too late. It closes at ten.") == ["10:30 is too late.", "It closes at ten."]
