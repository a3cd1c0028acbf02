"""Which document a question means as a whole, and which fact of it is asked for."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from core_fakes import make_document
from test_conversation import FakeCorpus

from rag.question.document import asks_for_a_whole, document_meant, fact_asked, names_no_document
from rag.question.kind import QuestionKind
from rag.question.understanding import Said, said_to_docquote
from rag.schema import Source, Turn
from rag.text.rarity import inverse_frequencies

GUIDE = replace(
    make_document("guide.pdf", "x", title="Guide to the walled garden").source, pages=12, author="Ada Quist"
)
MEMO = make_document("memo.txt", "x", title="Memo on the quay", day=date(2022, 3, 4)).source


def rarity(question: str) -> dict[str, float]:
    return inverse_frequencies(question, lambda word: 1, 100)


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("How many pages does the guide have?", ("pages", GUIDE)),
        ("how many pages are in guide.pdf", ("pages", GUIDE)),
        ("What is the number of pages of the guide to the walled garden?", ("pages", GUIDE)),
        ("What is the title of the memo?", ("title", MEMO)),
        ("What is the date of the memo on the quay?", ("date", MEMO)),
        ("How many pages does the memo have?", None),  # not known
        ("What is the date of the guide?", None),
        ("What is the title of the document?", None),  # which one?
        ("What is the title of the song?", None),
        ("What is the date of the garden fair?", None),
        ("How many pages does the annual report have?", None),
        ("Who is the author of the guide?", ("author", GUIDE)),
        ("Who wrote the guide to the walled garden?", ("author", GUIDE)),
        ("Who is the author of the memo?", None),
        ("Who wrote the song of the walled garden?", None),
        ("Who wrote it?", None),
        ("When was the memo on the quay published?", ("date", MEMO)),
        ("And when was the memo on the quay written?", ("date", MEMO)),
        ("When was the wall built?", None),
        ("How many pages of the guide are on roses?", None),
        ("What is the date of " + "the memo of " * 40, None),
    ],
)
def test_a_fact_is_asked_of_one_document_that_is_named(question: str, expected: object) -> None:
    assert fact_asked(question, (GUIDE, MEMO)) == expected


def test_the_only_document_need_not_be_named_for_its_facts() -> None:
    assert fact_asked("What is the title of this document?", (MEMO,)) == ("title", MEMO)
    assert fact_asked("Who wrote it?", (GUIDE,)) == ("author", GUIDE)
    assert fact_asked("And what is its title?", (MEMO,)) == ("title", MEMO)
    assert fact_asked("How many pages does the report have?", (GUIDE,)) is None  # another one may be meant


@pytest.mark.parametrize(
    ("question", "kind", "is_whole"),
    [
        ("What is this document about?", "about", True),
        ("Summarise it.", "about", True),
        ("summarise", "other", True),
        ("What is the subject of the memo?", "other", True),
        ("the guide in brief", "about", True),
        ("What is the price?", "about", False),
        ("What is the wall made of?", "about", False),
        ("Summarise the wall.", "other", False),
        ("How many points are there?", "number", False),
    ],
)
def test_a_whole_is_asked_for_by_certain_words(question: str, kind: QuestionKind, is_whole: bool) -> None:
    assert asks_for_a_whole(question, kind) == is_whole


def meant(question: str, *sources: Source, before: str = "") -> tuple[Source, float] | None:
    return document_meant(question, sources, rarity(f"{question} {before}"))


def test_the_only_document_is_meant_if_none_or_it_is_named() -> None:
    assert meant("Summarise the document", GUIDE) == (GUIDE, 1.0)
    assert meant("Summarise the document", GUIDE, before="How old is the wall?") == (GUIDE, 1.0)
    assert meant("Summarise the garden guide", GUIDE) == (GUIDE, 1.0)
    assert meant("What is the opinion of the guide about parking?", GUIDE) is None


def test_of_several_documents_the_one_is_meant_that_is_named_now_or_before() -> None:
    assert meant("Summarise the document", GUIDE, MEMO) is None
    assert meant("What is the memo about?", GUIDE, MEMO) == (MEMO, 1.0)
    assert meant("Summarise it", GUIDE, MEMO, before="the memo on the quay") == (MEMO, 1.0)
    assert names_no_document("Summarise the document") and not names_no_document("the memo in brief")


def said(question: str, *before: str, sources: tuple[Source, ...] = (GUIDE, MEMO)) -> Said | None:
    return said_to_docquote(question, [Turn(asked, "It is.") for asked in before], FakeCorpus({}), sources)


@pytest.mark.parametrize(
    ("question", "before", "expected"),
    [
        ("Who wrote it?", ["What is the guide to the walled garden about?"], Said("author", GUIDE)),
        ("And how many pages does it have?", ["Summarise the guide."], Said("pages", GUIDE)),
        ("When was it published?", ["What is the memo on the quay about?"], Said("date", MEMO)),
        ("What is its date?", ["Tell me about the memo", "What is its title?"], Said("date", MEMO)),
        ("Who is the author of that document?", ["How many pages does the guide have?"], Said("author", GUIDE)),
        ("Who wrote it?", ["Summarise the guide.", "Thanks", "How many pages does it have?"], Said("author", GUIDE)),
        ("Who wrote it?", ["Summarise the memo."], None),  # not known
        ("Who wrote it?", ["Which song was sung at the quay?"], None),
        ("Who wrote it?", ["Summarise the guide.", "Which song was sung at the quay in 1990?"], None),
        ("Who wrote it?", [], None),
        ("Who wrote the letter?", ["Summarise the guide."], None),
        ("When was it built?", ["What is the guide about?"], None),
    ],
)
def test_a_fact_is_asked_of_the_document_that_the_conversation_was_about(
    question: str, before: list[str], expected: Said | None
) -> None:
    assert said(question, *before) == expected
