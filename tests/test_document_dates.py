"""Which documents are of a time, and a month that stays a month from the file's name to what a person reads."""

from __future__ import annotations

from pathlib import Path

import pytest
from core_fakes import FAKE_SETTINGS, FakeEmbedder, make_index, write_files
from test_conversation import FakeCorpus

from rag.answer.replies import reply_to
from rag.index.ingest import update_index
from rag.question.document import time_asked
from rag.question.understanding import said_to_docquote
from rag.schema import Source

FILES = {
    "2024-01_harbour.txt": "The harbour master is Inge Dahl.",
    "2023-11-05_ferry.txt": "The ferry leaves at seven.",
    "tug.txt": "The tug pulls forty tonnes.",
}


@pytest.fixture
def sources(tmp_path: Path) -> list[Source]:
    index = make_index(tmp_path / "index")
    update_index(index, FakeEmbedder(), [write_files(tmp_path / "port", FILES)], FAKE_SETTINGS)
    found = index.sources()
    assert all(finding.ok for finding in index.examine(FAKE_SETTINGS) if finding.check != "settings")
    index.close()
    return found


def replied(question: str, sources: list[Source]) -> str:
    said = said_to_docquote(question, [], FakeCorpus({}), sources)
    assert said is not None, question
    return reply_to(said, sources, len(sources))


def test_a_month_in_a_file_name_is_a_month(sources: list[Source]) -> None:
    dates = {source.name: str(source.date) for source in sources}
    assert dates == {"2024-01_harbour.txt": "2024-01", "2023-11-05_ferry.txt": "2023-11-05", "tug.txt": "None"}
    assert replied("What is the date of the document harbour?", sources).endswith("is dated January 2024.")
    assert replied("What is the date of the document ferry?", sources).endswith("is dated 5 November 2023.")


def test_the_documents_of_a_time_are_listed(sources: list[Source]) -> None:
    said = replied("Which documents are from 2023?", sources)
    assert said.splitlines()[0] == "1 document of 2023:"
    assert "2023-11-05_ferry.txt" in said
    assert "harbour" not in said
    assert said.splitlines()[-1] == "Of 1 document the date is not known."
    assert "January 2024" in replied("What files do you have from January 2024?", sources)
    assert replied("Which documents are from 1999?", sources).splitlines()[0] == "0 documents of 1999."


@pytest.mark.parametrize(
    "question",
    [
        "Which documents are needed for a visa in 2023?",
        "Which documents do I need from my landlord?",
        "Which ferries left in 2023?",
        "What documents does the harbour master sign?",
    ],
)
def test_a_question_of_what_stands_in_documents_is_searched_for(question: str, sources: list[Source]) -> None:
    assert time_asked(question) == ""
    assert said_to_docquote(question, [], FakeCorpus({}), sources) is None
