"""How a question is taken: conversations, times and unclear questions, asked of the sample library and small ones."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from core_fakes import FAKE_SETTINGS, FakeEmbedder, make_document, memory_index
from hypothesis import given, settings
from hypothesis import strategies as st
from test_assistant import assert_verbatim

from rag import Assistant
from rag.answer.serialise import answer_from_json, answer_to_dict, answer_to_json
from rag.cli.answers import print_answer
from rag.errors import ScopeError
from rag.reader import Reader, open_reader
from rag.sample import questions_file
from rag.schema import Narrowing, Passage, Reading, Scope, Turn
from rag.settings import Settings

YEARBOOKS = (
    make_document("2022.txt", "The chess club has 74 members.", title="Yearbook of the club", day=date(2022, 12, 31)),
    make_document("2023.txt", "The chess club has 76 members.", title="Yearbook of the club", day=date(2023, 12, 31)),
    make_document("harbour.txt", "Three divers worked in the harbour.", title="Survey", day=date(2023, 5, 4)),
)


ANSWERED = Narrowing("of 2022", date(2022, 1, 1), date(2022, 12, 31), 1, answered=True)


class Refusing:
    """A reader that finds no answer anywhere."""

    name = "refusing"

    def __init__(self, reader: Reader) -> None:
        self.calibration = reader.calibration

    def read(self, question: str, passages: list[Passage]) -> Reading:
        return Reading((), 0.0)


@pytest.fixture(scope="module")
def yearbooks(tmp_path_factory: pytest.TempPathFactory) -> Assistant:
    index = memory_index(tmp_path_factory.mktemp("yearbooks"), *YEARBOOKS)
    return Assistant(index, FakeEmbedder(), open_reader(Settings(), FakeEmbedder(), index), FAKE_SETTINGS)


@pytest.mark.parametrize(("year", "members"), [(2022, "74"), (2023, "76")])
def test_the_documents_of_the_year_answer_first(yearbooks: Assistant, year: int, members: str) -> None:
    question = f"How many members has the chess club in {year}?"
    answer = yearbooks.ask(question)
    assert_verbatim(yearbooks, answer)
    assert answer.narrowed is not None and answer.narrowed.period == f"of {year}"
    if answer.found:
        assert members in answer.text and answer.narrowed.answered
    assert yearbooks.ask(question, any_date=True).narrowed is None


def test_where_the_documents_of_the_time_say_nothing_all_are_read(yearbooks: Assistant) -> None:
    refusing = Assistant(yearbooks.index, yearbooks.embedder, Refusing(yearbooks.reader), FAKE_SETTINGS)  # type: ignore[arg-type]
    answer = refusing.ask("Who worked in the harbour before 2023?")
    assert answer.narrowed is not None and not answer.narrowed.answered
    assert (answer.narrowed.after, answer.narrowed.before, answer.narrowed.documents) == (None, date(2022, 12, 31), 1)
    assert {passage.source.name for passage in answer.passages} == {source.name for source in yearbooks.sources()}


def test_a_time_narrows_within_the_scope_and_never_beyond_it(yearbooks: Assistant) -> None:
    scope = Scope(documents=("2023.txt", "harbour.txt"))
    answer = yearbooks.ask("How many divers worked in May 2023?", scope=scope)
    assert answer.narrowed is not None and answer.narrowed.documents == 1
    assert {passage.source.name for passage in answer.passages} <= set(scope.documents)
    assert set(answer.searched) == {"Survey", "Yearbook of the club"} and answer.library == 3
    assert yearbooks.ask("How many divers worked in 2022?", scope=scope).narrowed is None
    with pytest.raises(ScopeError):
        yearbooks.ask("How many divers worked in 2023?", scope=Scope(documents=("no.txt", "harbour.txt")))


def test_a_follow_up_keeps_the_time_of_the_question_before(yearbooks: Assistant) -> None:
    before = [Turn("How many members has the chess club in 2022?", "The chess club has 74 members.")]
    answer = yearbooks.ask("And how many has it?", before)
    assert answer.narrowed is not None and answer.narrowed.period == "of 2022"
    third = yearbooks.ask("And has it any more?", [*before, Turn("And how many has it?", "")])
    assert third.narrowed is not None and third.narrowed.period == "of 2022"
    later = yearbooks.ask("And what about 2023?", before).narrowed
    assert later is not None and later.period == "of 2023"


def test_as_typed_nothing_of_the_conversation_is_added(yearbooks: Assistant) -> None:
    before = [Turn("How many members has the chess club?", "The chess club has 76 members.")]
    assert "chess" in yearbooks.ask("And how many has it?", before).interpreted_as
    assert yearbooks.ask("And how many has it?", before, as_typed=True).interpreted_as == "And how many has it?"


def test_an_unclear_question_is_asked_back(yearbooks: Assistant) -> None:
    refusing = Assistant(yearbooks.index, yearbooks.embedder, Refusing(yearbooks.reader), FAKE_SETTINGS)  # type: ignore[arg-type]
    offered = refusing.ask("How many members has the chess club?").candidates
    assert {(one.document, one.date) for one in offered} == {
        ("2022.txt", date(2022, 12, 31)),
        ("2023.txt", date(2023, 12, 31)),
    }
    assert refusing.ask("What of the dragons?").candidates == ()  # a word that no document has
    again = refusing.ask("How many members has the chess club?", scope=Scope(documents=(offered[0].document,)))
    assert again.candidates == ()


def test_a_question_of_one_of_several_persons_is_asked_back_with_their_names(tmp_path: Path) -> None:
    towns = (
        make_document("hill.txt", "The mayor Ada Brook opened the fair of Hilltown on Monday."),
        make_document("dale.txt", "The mayor Tom Reyes opened the market of Daleford on Friday."),
    )
    index = memory_index(tmp_path, *towns)
    reader = open_reader(Settings(), FakeEmbedder(), index)
    answer = Assistant(index, FakeEmbedder(), reader, FAKE_SETTINGS).ask("How old is the mayor?")
    assert not answer.found
    assert {one.question for one in answer.candidates} == {"How old is Ada Brook?", "How old is Tom Reyes?"}
    assert answer_from_json(answer_to_json(answer)).candidates == answer.candidates


def test_all_of_it_is_kept(yearbooks: Assistant) -> None:
    answer = yearbooks.ask("How many members has the chess club in 2022?", scope=Scope(after=date(2022, 1, 1)))
    kept = answer_from_json(answer_to_json(answer, passages=True))
    assert (kept.narrowed, kept.candidates) == (answer.narrowed, answer.candidates)
    assert (kept.searched, kept.library) == (answer.searched, answer.library)
    old = {name: value for name, value in answer_to_dict(answer).items() if name not in ("narrowed", "searched")}
    assert answer_from_json(json.dumps(old)).narrowed is None


def test_the_command_line_says_how_to_ask_otherwise(yearbooks: Assistant, capsys: pytest.CaptureFixture[str]) -> None:
    refusing = Assistant(yearbooks.index, yearbooks.embedder, Refusing(yearbooks.reader), FAKE_SETTINGS)  # type: ignore[arg-type]
    print_answer(refusing.ask("How many members has it in 2022?", [Turn("Where is the chess club?", "")]))
    shown = capsys.readouterr().out
    assert "--as-typed" in shown and "Looked first in the only document of 2022, then in all" in shown
    assert "--any-date" not in shown  # all was read anyway
    assert "--document 2022.txt" in shown and "--document 2023.txt" in shown
    yes = replace(yearbooks.ask("How many members has the chess club in 2022?"), narrowed=ANSWERED)
    print_answer(yes)
    assert "--any-date" in capsys.readouterr().out


def sample_questions() -> list[str]:
    with questions_file() as path:
        return [json.loads(line)["question"] for line in path.read_text(encoding="utf-8").splitlines()]


QUESTIONS = sample_questions()
ASKED = st.sampled_from(QUESTIONS) | st.sampled_from(
    ["Yes.", "And in 2023?", "Why?", "Who presided before the second plenary session?", "What about the other one?"]
)
SAID = st.builds(Turn, ASKED | st.text(max_size=40), st.text(max_size=60) | st.sampled_from(QUESTIONS))


@settings(max_examples=12)
@given(question=ASKED | st.text(max_size=40), history=st.lists(SAID, max_size=3), typed=st.booleans())
def test_whatever_is_asked_every_quoted_character_stands_where_it_is_cited(
    sample_assistant: Assistant, question: str, history: list[Turn], typed: bool
) -> None:
    answer = sample_assistant.ask(question, history, as_typed=typed)
    assert_verbatim(sample_assistant, answer)
    for citation in answer.also:
        text = sample_assistant.document(citation.document_id).text
        assert citation.quote == text[citation.start : citation.end]
