"""The questions that one consists of, and that each is answered or named as missing."""

from __future__ import annotations

import pytest
from core_fakes import write_files
from test_assistant import assert_verbatim

from embeddings import open_embedder
from rag.answer.phrases import framed
from rag.assistant import Assistant
from rag.cli.answers import print_answer
from rag.index import open_index
from rag.index.ingest.update import update_index
from rag.question.parts import parts
from rag.settings import Settings

HALL = (
    "Memo on the new sports hall\n\n"
    "The town council wants to build a sports hall on Ferry Road. The old gym is too small.\n\n"
    "The engineer is Petra Lindqvist. The hall costs 3.1 million crowns. Work starts in April 2026.\n"
)


@pytest.fixture(scope="module")
def hall(tmp_path_factory: pytest.TempPathFactory) -> Assistant:
    folder = write_files(tmp_path_factory.mktemp("hall"), {"docs/hall.txt": HALL})
    settings = Settings()
    embedder = open_embedder(settings.embedding_model)
    index = open_index(folder / "index", embedder, settings, create=True)
    update_index(index, embedder, [folder / "docs"], settings)
    index.close()
    return Assistant.open(folder / "index", settings)


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("Who is the engineer and what does the hall cost?", ("Who is the engineer", "what does the hall cost")),
        ("When does the fair begin, and who opens it?", ("When does the fair begin", "who opens it")),
        ("Who is the mayor? How old is she?", ("Who is the mayor", "How old is she")),
        (
            "What is the fee, when is it due and who collects it?",
            ("What is the fee", "when is it due", "who collects it"),
        ),
        ("How long is the lease and can it be renewed?", ("How long is the lease", "can it be renewed")),
        ("and which bus goes there and in which street does it stop", (
            "which bus goes there", "in which street does it stop")),
    ],
)  # fmt: skip
def test_a_question_is_cut_where_another_one_begins(question: str, expected: tuple[str, ...]) -> None:
    assert parts(question) == expected


@pytest.mark.parametrize(
    "question",
    [
        "Is the badge black and white?",
        "How and when was the quay built?",
        "Who founded the choir and when?",
        "Can I log in and do the training?",
        "Do you know who is in charge and what they do?",
        "Who is rung first when the alarm goes off, and the gate is shut?",
        "What should I say, when the guests are there?",
        "What do Porto and Genoa say about fishing?",
        "How do I find out what to do and who to call?",
        "I lost my key and my card. Who helps?",
        "",
        "and",
        "Who is it and " * 40,
    ],
)
def test_a_single_question_is_not_cut(question: str) -> None:
    assert parts(question) == ()


def test_each_part_is_answered_under_its_words_or_named_as_missing(
    hall: Assistant, capsys: pytest.CaptureFixture[str]
) -> None:
    both = hall.ask("Who is the engineer and how much does the hall cost?")
    assert_verbatim(hall, both)
    assert both.found
    assert [group.side for group in both.groups] == ["Who is the engineer?", "How much does the hall cost?"]
    said = [framed(group, both.citations)[1][0].quote for group in both.groups]
    assert "Petra Lindqvist" in said[0] and "3.1 million" in said[1]
    assert [citation.number for citation in both.citations] == list(range(1, len(both.citations) + 1))
    half = hall.ask("When does work start and who is the chess champion?")
    assert half.found and "April 2026" in half.text
    assert half.groups[-1].numbers == ()
    print_answer(half)
    printed = capsys.readouterr().out
    assert printed.index("When does work start?") < printed.index("April 2026") < printed.index("Who is the chess")
    assert "Nothing certain found for this." in printed


def test_where_no_part_is_answered_the_question_is_not(hall: Assistant) -> None:
    answer = hall.ask("Who is the chess champion and when does the comet return?")
    assert not answer.found and answer.groups == ()


def test_a_part_goes_on_from_the_one_before(hall: Assistant) -> None:
    answer = hall.ask("How much does the sports hall cost and when does work on it start?")
    assert "3.1 million" in answer.text and "April 2026" in answer.text


def test_a_property_of_the_only_document_is_no_overview(hall: Assistant) -> None:
    assert not hall.ask("What is the price?").overview
    assert not hall.ask("What is the colour of the door?").found
    assert hall.ask("What is this document about?").overview
    assert hall.ask("summarise").overview
    assert hall.ask("What is the title of the memo?").reply == "The title of hall.txt is “Memo on the new sports hall”."
