"""The table of what each step of composing an answer is worth."""

from __future__ import annotations

import re
import sys
from dataclasses import fields
from pathlib import Path

import pytest

from eval.composed import main
from rag.answer.quotes import Steps
from rag.sample import questions_file


def test_every_step_has_a_line_of_means(
    sample_index: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with questions_file() as questions:
        monkeypatch.setattr(sys, "argv", ["composed", str(questions), "--index", str(sample_index), "--limit", "40"])
        main()
    header, *rows, answered = capsys.readouterr().out.splitlines()
    asked = int(re.match(r"(\d+) questions +coverage +precision +F1 +quotes +tokens$", header)[1])  # type: ignore[index]
    names = [re.split(r" {2,}", row)[0] for row in rows]
    assert names == [
        "as for facts",
        "composed of what was read",
        *(f"- without {step.name}" for step in fields(Steps)),
        "as answered, refusals too",
    ]
    for row in rows:
        *shares, quotes, tokens = map(float, re.findall(r"\d+(?:\.\d+)?", row))
        assert len(shares) == 3 and all(0 <= share <= 1 for share in shares) and tokens >= quotes
    assert 0 < int(answered.removeprefix("answered: ")) <= asked <= 40
