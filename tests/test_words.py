"""Words of questions and passages, and their agreement with the full-text index."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import pytest
from core_fakes import make_document, make_index
from hypothesis import given
from hypothesis import strategies as st

from rag.text.words import STOP_WORDS, content_words, content_words_as_written, stem, whole_words, words

LETTERS = st.characters(categories=["Ll", "Lu", "Lo", "Nd"], max_codepoint=0x2FFF)


def test_words_are_runs_of_letters_and_digits_in_lower_case() -> None:
    assert words("The U.S. paid $1,240 to snake_case, didn't it?") == (
        ["the", "u", "s", "paid", "1", "240", "to", "snake", "case", "didn", "t", "it"]
    )
    assert words("") == words("?! … —") == []


@pytest.mark.parametrize(
    ("text", "marked", "whole"),
    [
        ("maker: Fuess", "Fu", "Fuess"),
        ("in Düsseldorf, since", "sel", "Düsseldorf"),
        ("1,840 euros", "1,84", "1,840"),
        ("on Monday.", "Monday", "Monday"),
        ("a-b", "a", "a"),
        ("上海市委员会", "海市", "海市"),
        ("the end", " ", " "),
    ],
)
def test_words_are_marked_whole_where_spaces_part_them(text: str, marked: str, whole: str) -> None:
    start = text.index(marked)
    assert text[slice(*whole_words(text, (start, start + len(marked))))] == whole


def test_content_words_are_taken_once_without_stop_words_as_first_written() -> None:
    assert content_words("Who was the Mayor of the mayor's MAYOR?") == ["mayor"]
    assert content_words_as_written("Is Paris the capital? PARIS!") == {"paris": "Paris", "capital": "capital"}
    assert content_words("What is it that you didn't do?") == []


def test_stop_words_are_words_of_this_module() -> None:
    assert all(words(word) == [word] for word in STOP_WORDS)


@pytest.mark.parametrize(("one", "other"), [("meetings", "meeting"), ("attended", "attend"), ("members", "member")])
def test_forms_of_a_word_have_one_stem(one: str, other: str) -> None:
    assert stem(one) == stem(other)


@pytest.mark.parametrize(
    "text", ["Straße", "ΟΔΟΣ οδός", "İstanbul", "naïve café", "Ⅷ x² ½", "中文字", "ﬁrst", "nai\u0308ve"]
)
def test_the_full_text_index_finds_every_word_of_a_passage(tmp_path: Path, text: str) -> None:
    index = make_index(tmp_path, make_document("a.txt", f"{text} stands here.", title="t"))
    for asked in (text, text.lower()):
        assert [word for word in words(asked) if index.chunk_frequency(word) != 1] == []
    index.close()


@pytest.mark.parametrize(
    ("text", "asked", "not_asked"),
    [
        ("The commit-\ntee met.", ["committee", "commit"], []),
        ("A long-\nterm plan, and a Franco-\nGerman one.", ["long", "term", "franco", "german"], ["francogerman"]),
        ("It has 5,400¹ people on 12 km².", ["400", "km"], ["4001", "km2"]),
        ("The ﬁrst ｎａｍｅ of the Acme™ works.", ["first", "name", "acme"], ["acmetm"]),
    ],
)
def test_words_are_found_as_they_are_read(tmp_path: Path, text: str, asked: list[str], not_asked: list[str]) -> None:
    with closing(make_index(tmp_path, make_document("a.txt", text, title="t"))) as index:
        for word in asked:
            assert word in words(text) and index.chunk_frequency(word) == 1
        for word in not_asked:
            assert word not in words(text) and index.chunk_frequency(word) == 0


def test_the_full_text_index_finds_words_of_any_script(tmp_path_factory: pytest.TempPathFactory) -> None:
    @given(st.lists(st.text(LETTERS, min_size=1, max_size=8), min_size=1, max_size=10))
    def check(tokens: list[str]) -> None:
        text = " ".join(tokens)
        index = make_index(tmp_path_factory.mktemp("words"), make_document("a.txt", text, title="t"))
        missing = [word for word in words(text) if not index.chunk_frequency(word)]
        index.close()
        assert missing == []

    check()
