"""Five real news pages asked end to end: verbatim always, right mostly, and silent where they do not say."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from embeddings import Embedder
from rag import Assistant
from rag.index import open_index
from rag.index.ingest import update_index
from rag.reader import open_reader
from rag.schema import Answer
from rag.settings import Settings

QUESTIONS = Path(__file__).parent / "data" / "government_news_questions.jsonl"
HIT_RATE = 0.5
"""The share of answerable questions whose answer is in the quotes, at least."""
FIRST_HIT_RATE = 0.4
"""The same for the first quote alone."""
REFUSAL_RATE = 0.5
"""The share of unanswerable questions that are refused, at least."""


@dataclass(frozen=True)
class Asked:
    row: dict[str, Any]
    answer: Answer

    @property
    def hit(self) -> bool:
        return any(text in self.answer.text for text in self.row["answers"])

    @property
    def first_hit(self) -> bool:
        return self.answer.found and any(text in self.answer.citations[0].quote for text in self.row["answers"])


@pytest.fixture(scope="module")
def assistant(
    embedder: Embedder, shared_documents: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Assistant]:
    index = open_index(tmp_path_factory.mktemp("news"), embedder, Settings(), create=True)
    report = update_index(index, embedder, [shared_documents], Settings())
    assert (len(report.added), report.failed) == (5, [])
    yield Assistant(index, embedder, open_reader(Settings(), embedder, index), Settings())
    index.close()


@pytest.fixture(scope="module")
def asked(assistant: Assistant) -> list[Asked]:
    rows = [json.loads(line) for line in QUESTIONS.read_text(encoding="utf-8").splitlines()]
    return [Asked(row, assistant.ask(row["question"], row["history"])) for row in rows]


def test_every_quote_is_a_slice_of_the_file(asked: list[Asked], assistant: Assistant, shared_documents: Path) -> None:
    texts = {path.name: path.read_text(encoding="utf-8").replace("\r\n", "\n") for path in shared_documents.iterdir()}
    for one in asked:
        for citation in one.answer.citations + one.answer.nearest:
            assert citation.quote == assistant.document(citation.document_id).text[citation.start : citation.end]
            assert citation.quote in texts[citation.document]
            if citation.highlight is not None:
                assert citation.start <= citation.highlight[0] < citation.highlight[1] <= citation.end


def test_most_questions_are_answered_and_most_others_refused(asked: list[Asked]) -> None:
    answerable = [one for one in asked if not one.row["unanswerable"]]
    others = [one for one in asked if one.row["unanswerable"]]
    hits, first = sum(one.hit for one in answerable), sum(one.first_hit for one in answerable)
    wrong = sum(one.answer.found and not one.hit for one in answerable)
    refused = sum(not one.answer.found for one in others)
    print(
        f"\ngovernment news: {hits}/{len(answerable)} hit ({first} in the first quote), {wrong} wrong, "
        f"{len(answerable) - hits - wrong} wrongly refused; {refused}/{len(others)} unanswerable refused"
    )
    for one in asked:
        if one.answer.found if one.row["unanswerable"] else not one.first_hit:
            said = one.answer.text[:100] if one.answer.found else f"refused ({one.answer.confidence:.2f})"
            print(f"  {one.row['id']} {one.row['question']}\n      {said}")
    assert hits / len(answerable) >= HIT_RATE
    assert first / len(answerable) >= FIRST_HIT_RATE
    assert refused / len(others) >= REFUSAL_RATE


def test_how_many_members_attended(assistant: Assistant) -> None:
    answer = assistant.ask("How many members attended the plenary session?")
    assert answer.found
    assert "76" in answer.citations[0].quote
    assert answer.citations[0].document == "2022-12-22_shanghai_second_plenary.txt"


def test_what_is_the_capital_of_france(assistant: Assistant) -> None:
    answer = assistant.ask("What is the capital of France?")
    assert (answer.found, answer.text) == (False, "")
    assert "France" in answer.missing_words
