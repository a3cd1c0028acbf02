"""Assistant: the sample library asked end to end with the real model, and the forms of question and history."""

from __future__ import annotations

import json
import threading
from pathlib import Path

import pytest
from core_fakes import FAKE_SETTINGS, FakeEmbedder, make_document, memory_index

import rag.assistant
from rag import Answer, Assistant, DocquoteError, LibraryError, ScopeError
from rag.reader import open_reader
from rag.reader.calibration import Calibration
from rag.sample import questions_file
from rag.schema import Citation, Scope, Turn
from rag.settings import Settings

MEMBERS = "How many members of the municipal committee attended the plenary session?"
HIT_RATE = 0.6
REFUSAL_RATE = 0.6


def assert_verbatim(assistant: Assistant, answer: Answer) -> None:
    """Every quote and highlight is the slice of the stored document that it names."""
    assert answer.found is bool(answer.citations)
    assert not (answer.found and answer.nearest)
    assert answer.text == " ".join(citation.quote for citation in answer.citations)
    for cited in (answer.citations, answer.nearest):
        assert [citation.number for citation in cited] == list(range(1, len(cited) + 1))
        for citation in cited:
            assert_slice(assistant, citation)
    for passage in answer.passages:
        text = assistant.document(passage.source.id).text
        assert passage.text == text[passage.chunk.start : passage.chunk.end]


def assert_slice(assistant: Assistant, citation: Citation) -> None:
    document = assistant.document(citation.document_id)
    assert citation.quote == document.text[citation.start : citation.end] == citation.quote.strip() != ""
    assert (citation.document, citation.path) == (document.source.name, document.source.path)
    assert (citation.title, citation.date) == (document.source.title, document.source.date)
    if citation.highlight is not None:
        start, end = citation.highlight
        assert citation.start <= start < end <= citation.end


def test_the_sample_library_is_answered_verbatim_and_mostly_right(sample_assistant: Assistant) -> None:
    with questions_file() as path:
        rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    hits = refusals = answerable = 0
    for row in rows:
        answer = sample_assistant.ask(row["question"], row["history"])
        assert_verbatim(sample_assistant, answer)
        if row["unanswerable"]:
            refusals += not answer.found
        else:
            answerable += 1
            hits += any(text in answer.text for text in row["answers"])
    print(f"sample: hit rate {hits}/{answerable}, refusals {refusals}/{len(rows) - answerable}")
    assert hits / answerable >= HIT_RATE
    assert refusals / (len(rows) - answerable) >= REFUSAL_RATE


def test_what_no_document_knows_is_not_found(sample_assistant: Assistant) -> None:
    answer = sample_assistant.ask("What is the boiling point of tungsten?")
    assert_verbatim(sample_assistant, answer)
    assert not answer.found
    assert len(answer.nearest) == 3
    assert "tungsten" in answer.missing_words


@pytest.mark.parametrize("question", ["", "???", "\0", "\ud800", "x" * 100_000, "roof " * 20_000, "<|endoftext|>"])
def test_a_question_of_nothing_is_not_found(sample_assistant: Assistant, question: str) -> None:
    answer = sample_assistant.ask(question)
    assert_verbatim(sample_assistant, answer)
    assert not answer.found


def test_both_forms_of_history_are_one(sample_assistant: Assistant) -> None:
    history = [{"question": MEMBERS, "answer": "76"}]
    answers = [
        sample_assistant.ask("When was it held?", form)
        for form in (history, [Turn(MEMBERS, "76")], [{"question": MEMBERS}])
    ]
    assert answers[0] == answers[1] == answers[2]
    assert answers[0].question == "When was it held?"
    assert "plenary" in answers[0].interpreted_as


@pytest.mark.parametrize(
    "item", [5, None, "text", {}, {"answer": "x"}, {"question": None}, {"question": "x", "answer": 1}]
)
def test_a_history_of_another_form_is_an_error_that_names_the_item(sample_assistant: Assistant, item: object) -> None:
    with pytest.raises(DocquoteError, match="history, item 2"):
        sample_assistant.ask("Why?", [Turn("x"), item])  # type: ignore[list-item]


def test_the_same_question_has_the_same_answer(sample_assistant: Assistant) -> None:
    assert sample_assistant.ask(MEMBERS) == sample_assistant.ask(MEMBERS)


def test_a_scope_limits_what_answers(sample_assistant: Assistant) -> None:
    answer = sample_assistant.ask(MEMBERS)
    assert answer.found
    others = [source.name for source in sample_assistant.sources() if source.name != answer.citations[0].document]
    elsewhere = sample_assistant.ask(MEMBERS, scope=Scope(documents=tuple(others)))
    assert {passage.source.name for passage in elsewhere.passages} <= set(others)
    with pytest.raises(ScopeError, match=r"no such.txt"):
        sample_assistant.ask(MEMBERS, scope=Scope(documents=("no such.txt",)))


def test_threads_may_ask_at_once(sample_assistant: Assistant) -> None:
    expected = sample_assistant.ask(MEMBERS).text
    found: list[str] = []
    threads = [threading.Thread(target=lambda: found.append(sample_assistant.ask(MEMBERS).text)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [expected] * 4


def test_the_threshold_of_the_index_decides(tmp_path: Path) -> None:
    index = memory_index(tmp_path, make_document("a.txt", "Seventy-six members attended the spring meeting."))
    embedder = FakeEmbedder()
    found = []
    for threshold in (0.0, 1.0):
        Calibration(slope=1.0, intercept=-1.0, threshold=threshold).save(tmp_path)
        assistant = Assistant(index, embedder, open_reader(Settings(), embedder, index), FAKE_SETTINGS)
        answer = assistant.ask("How many members attended the spring meeting?")
        assert_verbatim(assistant, answer)
        found.append(answer.found)
    assert found == [True, False]
    index.close()


def test_opening_without_an_index_names_the_command_and_loads_no_model(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rag.assistant, "open_embedder", lambda name: pytest.fail("a model was loaded"))
    with pytest.raises(LibraryError, match="docquote index"):
        Assistant.open(tmp_path / "nowhere", Settings())


def test_open_takes_the_folder_as_text(
    sample_index: Path, sample_assistant: Assistant, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rag.assistant, "open_embedder", lambda name: sample_assistant.embedder)
    opened = Assistant.open(str(sample_index))
    assert opened.sources() == sample_assistant.sources()
    assert opened.ask(MEMBERS, history=[{"question": "x", "answer": "y"}]).text == sample_assistant.ask(MEMBERS).text
    opened.close()
