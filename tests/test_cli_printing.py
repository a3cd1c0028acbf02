"""What the command line prints in a terminal of some width, and to a file."""

from __future__ import annotations

import io
from dataclasses import replace
from typing import Any

import pytest
from answers import make_answer

import rag.cli.answers
from rag.cli.answers import print_answer
from rag.cli.console import Printer

SENTENCE = "What the treasurer presented to the members is in /srv/documents/minutes/2021/spring-meeting.txt now."
ANSWER = make_answer("How many members attended?", "Seventy-six members attended.", highlight=(0, 11), page=2)


class Terminal(io.StringIO):
    """A text stream that says it is a terminal."""

    def isatty(self) -> bool:
        return True


def printed(stream: io.StringIO, text: str, **options: Any) -> list[str]:
    printer = Printer()
    printer.file = stream
    printer.print(text, **options)
    return stream.getvalue().splitlines()


@pytest.mark.parametrize("width", [60, 80, 120])
@pytest.mark.parametrize("indent", [0, 4])
def test_a_terminal_gets_lines_broken_between_words(width: int, indent: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", str(width))
    monkeypatch.setenv("NO_COLOR", "1")
    lines = printed(Terminal(), SENTENCE, indent=indent)
    assert " ".join(word for line in lines for word in line.split()) == SENTENCE
    assert all(len(line) <= width and line.startswith(" " * indent) for line in lines)


def test_a_file_gets_the_line_whole_and_without_colours(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "40")
    assert printed(io.StringIO(), f"[bold red]{SENTENCE}[/]", style="dim", indent=4) == [f"    {SENTENCE}"]


def shown(answer: Any, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    printer = Printer()
    printer.file = stream = io.StringIO()
    monkeypatch.setattr(rag.cli.answers, "out", printer)
    print_answer(answer)
    return stream.getvalue().splitlines()


def test_each_quote_has_its_source_and_each_outcome_its_words(monkeypatch: pytest.MonkeyPatch) -> None:
    [first] = ANSWER.citations
    found = shown(ANSWER, monkeypatch)
    at = next(number for number, line in enumerate(found) if line.endswith("[1]"))
    assert found[at + 1].startswith(f"    {first.title} · ")
    assert found[at + 1].endswith(f"{first.document}, characters {first.start}-{first.end}")
    assert any(line.endswith("%):") for line in found)
    nearest = replace(ANSWER, citations=(), nearest=ANSWER.citations)
    perhaps = shown(replace(nearest, outcome="perhaps"), monkeypatch)
    refused = shown(replace(nearest, outcome="not found"), monkeypatch)
    assert "This may answer it:" in perhaps and "Not in your documents." not in perhaps
    assert "Not in your documents." in refused and "This may answer it:" not in refused
    assert not any("%)" in line for line in (*perhaps, *refused))
