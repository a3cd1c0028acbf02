"""What plain text becomes: encodings without a mark, lists of questions, logs and mails."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from loading_files import put

from rag.errors import LoadError
from rag.loading import load_file
from rag.schema import Document

Load = Callable[[str | bytes], Document]


@pytest.fixture
def load(tmp_path: Path) -> Load:
    return lambda data: load_file(put(tmp_path, "pier.txt", data), root=tmp_path)


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("text", ["The pier is shut – ask Zoë.", "Причал закрыт до 9 мая, вход с 10 часов."])
def test_utf_16_without_a_mark_is_known(load: Load, encoding: str, text: str) -> None:
    document = load(text.encode(encoding))
    assert document.text == text
    assert document.warnings == (f"the encoding is not stated; read as {encoding}",)


def test_numbers_in_two_bytes_each_are_no_text(load: Load) -> None:
    with pytest.raises(LoadError, match="looks binary"):
        load(bytes(byte for number in range(1, 250) for byte in (number % 30 + 1, 0)))


FAQ = """The pier in brief

Q: Who may moor here?
A: Members, and guests for two nights at the outer
side of the pier.

Question 2. Is there a crane? And what does it cost?
Answer 2. Yes. It costs 40 euros.

Q: Is nobody to answer this?
"""


def test_a_question_heads_its_answer(load: Load) -> None:
    document = load(FAQ)
    assert [(s.label, s.level) for s in document.sections] == [
        ("Q: Who may moor here?", 6), ("Question 2. Is there a crane? And what does it cost?", 6),
    ]  # fmt: skip
    assert document.heading_at(document.text.index("outer")) == "Q: Who may moor here?"
    assert "A: Members, and guests for two nights at the outer side of the pier.\n" in document.text
    assert document.source.title == "The pier in brief"


def test_lines_of_a_play_are_no_questions(load: Load) -> None:
    assert load("A: I moor here.\nB: So do I.\nA: Good.").sections == ()


def test_a_mail_is_called_by_its_subject(load: Load) -> None:
    source = load(
        "From: Ole <ole@pier.example>\nDate: Tue, 4 Jun 2024 09:12:00 +0200\nSubject: The crane\n\nIt broke."
    ).source
    assert (source.title, source.date, source.author) == ("The crane", date(2024, 6, 4), "Ole")
    assert load("Subject: to change\n\nThe crane broke.").source.title == "Subject: to change"


def test_entries_of_a_log_keep_their_lines(load: Load) -> None:
    log = (
        "2024-05-01 10:00 Pressure fell. It was\n2024-05-01 10:01 Pressure rose. It was\n2024-05-01 10:02 All was well."
    )
    assert load(log).text == log
