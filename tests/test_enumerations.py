"""Lists in a text, found from any of their sentences and quoted whole."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.answer.lists import after_colon, counted_sentences, has_items, under_heading, whole_list
from rag.schema import Span
from rag.text.sentences import sentence_spans

BULLETS = "Bring these:\n\n- a cup;\n- a spoon\n  of steel;\n- a plate.\n\nThe bus leaves at nine."
NUMBERED = (
    "It rained. Leave like this:\n\n1. Close the door.\n2. Hand in the key. It is red.\n\nThe deposit is paid back."
)
ALONE = "1. THE TREASURER'S REPORT\n\nIncome was low.\n\n2. RENT\n\nIt rises."


def span_of(text: str, words: str) -> Span:
    return text.index(words), text.index(words) + len(words)


def cut(text: str, span: Span | None) -> str | None:
    return None if span is None else text[slice(*span)]


@pytest.mark.parametrize("words", ["Bring these:", "- a cup;", "- a spoon\n  of steel;", "- a plate."])
def test_a_list_is_found_from_its_announcement_and_from_each_item(words: str) -> None:
    assert cut(BULLETS, whole_list(BULLETS, span_of(BULLETS, words))) == BULLETS[: BULLETS.index("\n\nThe bus")]


@pytest.mark.parametrize("words", ["Leave like this:", "1. Close the door.", "2. Hand in the key.", "It is red."])
def test_the_announcement_is_its_sentence_and_not_its_paragraph(words: str) -> None:
    found = cut(NUMBERED, whole_list(NUMBERED, span_of(NUMBERED, words)))
    assert found == NUMBERED[NUMBERED.index("Leave") : NUMBERED.index("\n\nThe deposit")]


@pytest.mark.parametrize("words", ["The bus leaves at nine."])
def test_other_sentences_are_in_no_list(words: str) -> None:
    assert whole_list(BULLETS, span_of(BULLETS, words)) is None


def test_a_text_with_items_is_known() -> None:
    assert has_items(BULLETS) and has_items("a:\n(a) one") and not has_items("- one line\nand its rest")


def test_numbered_headings_are_no_list() -> None:
    assert whole_list(ALONE, span_of(ALONE, "Income was low.")) is None


def test_what_follows_a_colon_belongs_to_it() -> None:
    text = "Run this:\n\n    docquote index\n\nThen wait. It is done."
    assert cut(text, after_colon(text, span_of(text, "Run this:"))) == "Run this:\n\n    docquote index"
    assert after_colon(text, span_of(text, "Then wait.")) is None
    assert after_colon("It ends:", (0, 8)) is None


def test_a_count_announces_as_many_sentences_of_its_paragraph() -> None:
    text = "There are two reasons. It rained. It snowed. We left.\n\nThree days passed."
    assert cut(text, counted_sentences(text, span_of(text, "There are two reasons."))) == text[: text.index(" We left")]
    assert counted_sentences(text, span_of(text, "Three days passed.")) is None
    assert counted_sentences(text, span_of(text, "We left.")) is None
    other = "Two things are wanted. He asked for more:\n\n- rain"
    assert counted_sentences(other, span_of(other, "Two things are wanted.")) is None
    assert counted_sentences("Seventy-six members came. It rained.", (0, 25)) is None


@given(st.text(alphabet="ab.: \n-1)two", max_size=80))
def test_whatever_the_text_an_extension_holds_its_sentence_and_is_trimmed(text: str) -> None:
    for span in sentence_spans(text):
        for extend in (whole_list, after_colon, counted_sentences, under_heading):
            wider = extend(text, span)
            if wider is not None:
                assert extend is under_heading or (wider[0] <= span[0] and span[1] <= wider[1])
                assert 0 <= wider[0] < wider[1] <= len(text)
                assert text[slice(*wider)] == text[slice(*wider)].strip()


def test_a_heading_stands_for_the_paragraph_or_list_under_it() -> None:
    text = "6. BEES\n\nThey fly. They sting.\n\nWhat now?\n\nBring these:\n\n- a cup\n- a hat\n\nIt rained.\n\nThe end"
    for words in ("6.", "BEES", "6. BEES"):
        assert cut(text, under_heading(text, span_of(text, words))) == "They fly. They sting."
    assert cut(text, under_heading(text, span_of(text, "What now?"))) == "Bring these:\n\n- a cup\n- a hat"
    for words in ("They fly.", "It rained.", "The end"):
        assert under_heading(text, span_of(text, words)) is None
