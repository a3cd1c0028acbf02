"""What is said to docquote itself: told from questions, and answered without looking anything up."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest
from core_fakes import FAKE_SETTINGS, FakeEmbedder, make_document, memory_index

from rag.answer.serialise import answer_from_json, answer_to_json
from rag.assistant import Assistant
from rag.cli.answers import print_answer
from rag.history.exchange import Exchange
from rag.question.talk import CLASSES, talk_of
from rag.reader import open_reader
from rag.schema import Answer, Scope
from rag.settings import Settings
from rag.ui.html.conversation import thread_html
from training.talk.fit import fit, read_examples, read_questions

HELD_OUT = read_examples(Path(__file__).parent / "data" / "talk.txt")
AT_LEAST = 0.8
"""Of what is said to docquote in other words than it was fitted on."""


@pytest.fixture(scope="module")
def papers(tmp_path_factory: pytest.TempPathFactory) -> Assistant:
    index = memory_index(
        tmp_path_factory.mktemp("papers"),
        make_document("boats.txt", "Three boats were painted.", title="Boats <of> the club"),
        make_document("bees.txt", "The bees swarmed in May.", title="Bees", day=date(2023, 5, 9)),
    )
    return Assistant(index, FakeEmbedder(), open_reader(Settings(), FakeEmbedder(), index), FAKE_SETTINGS)


def test_the_held_out_examples_are_none_of_the_fit() -> None:
    assert not {said.casefold() for _, said in HELD_OUT} & {said.casefold() for _, said in read_examples()}
    assert {name for name, _ in HELD_OUT} == set(CLASSES)


@pytest.mark.parametrize("question", [said for name, said in HELD_OUT if name == "question"])
def test_a_question_is_never_taken_for_talk(question: str) -> None:
    assert talk_of(question) is None


def test_most_of_what_is_said_to_docquote_is_told() -> None:
    talk = [(name, said) for name, said in HELD_OUT if name != "question"]
    right = sum(talk_of(said) == name for name, said in talk)
    assert right >= AT_LEAST * len(talk)


@pytest.mark.parametrize("text", ["", "???", "\ud83d", "a" * 5000, "thanks " * 500, "你好"])
def test_any_text_can_be_said(text: str) -> None:
    assert talk_of(text) in (None, "thanks")


def test_the_reply_counts_and_names_the_documents_and_cites_nothing(papers: Assistant) -> None:
    counted = papers.ask("How many documents do you have?")
    assert counted.reply == "The library has 2 documents."
    assert (counted.outcome, counted.citations, counted.nearest, counted.passages) == ("not found", (), (), ())
    listed = papers.ask("Which documents are there?").reply
    assert "Boats <of> the club (boats.txt)" in listed and "Bees (bees.txt)" in listed
    chosen = papers.ask("Which documents are there?", scope=Scope(documents=("bees.txt",)))
    assert "You chose 1 of them." in chosen.reply and "boats.txt" not in chosen.reply
    assert "docquote" in papers.ask("Who are you?").reply
    assert papers.ask("Hello!").reply and papers.ask("thanks").reply


def test_it_is_the_document_that_the_conversation_was_about(papers: Assistant) -> None:
    before = [{"question": "What is Bees about?", "answer": "The bees swarmed in May."}]
    assert papers.ask("When was it published?", before).reply == "“Bees” is dated 9 May 2023."
    assert papers.ask("When was it published?").reply == ""


def test_what_was_said_can_be_searched_for_all_the_same(papers: Assistant) -> None:
    assert papers.ask("How many documents do you have?", as_typed=True).reply == ""


def test_a_follow_up_goes_on_from_before_the_thanks(papers: Assistant) -> None:
    before = [{"question": "Which boats were painted in the harbour?", "answer": "Three boats were painted."}]
    asked = papers.ask("And why?", [*before, {"question": "Thanks!", "answer": ""}]).interpreted_as
    assert "boats" in asked and "Thanks" not in asked


def test_a_reply_is_printed_shown_and_kept(papers: Assistant, capsys: pytest.CaptureFixture[str]) -> None:
    answer = papers.ask("List all documents")
    print_answer(answer)
    printed = capsys.readouterr().out
    assert "- Boats <of> the club (boats.txt)" in printed and "Not in your documents" not in printed
    page = thread_html([Exchange(answer.question, answer)], "", rateable=True)
    assert "Boats &lt;of&gt; the club" in page and "Boats <of>" not in page
    assert "Not in your documents" not in page and "Search the documents for it" in page
    assert "Is this answer right?" not in page
    assert answer_from_json(answer_to_json(answer)) == answer
    assert json.loads(answer_to_json(answer))["reply"] == answer.reply


def test_what_asks_of_one_of_several_documents_without_saying_which_is_asked_back(papers: Assistant) -> None:
    answer: Answer = papers.ask(
        "What is this document about?", [{"question": "How many boats were painted?", "answer": "Three boats."}]
    )
    assert (answer.outcome, answer.citations, answer.nearest, answer.missing_words) == ("not found", (), (), ())
    assert {candidate.document for candidate in answer.candidates} == {"boats.txt", "bees.txt"}
    assert "2 documents" in answer.reply
    assert 'data-ask="What is this document about?"' in thread_html([Exchange(answer.question, answer)], "")


def test_fitting_is_repeatable(tmp_path: Path) -> None:
    path = tmp_path / "asked.jsonl"
    path.write_text(json.dumps({"question": "Who mended the quay?"}), encoding="utf-8")
    few = read_examples()[::5]
    assert fit(few, read_questions(path)) == fit(few, read_questions(path))
