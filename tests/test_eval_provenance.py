"""Whether a figure or an index may be used again: only if no code has changed that it depends on."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

import eval.provenance
from eval.provenance import index_code_sha256

CHECKOUT = Path(__file__).resolve().parents[1]


@pytest.mark.parametrize(
    ("file", "is_of_the_index"),
    [("rag/text/chunking.py", True), ("rag/loading/formats/pdf.py", True), ("rag/answer/build.py", False)],
)
def test_only_code_that_an_index_is_made_with_asks_for_a_new_one(
    file: str, is_of_the_index: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for package in ("rag", "embeddings"):
        ignored = shutil.ignore_patterns("__pycache__", "*.safetensors")
        shutil.copytree(CHECKOUT / package, tmp_path / package, ignore=ignored)
    monkeypatch.setattr(eval.provenance, "files", tmp_path.joinpath)
    before = index_code_sha256.__wrapped__()
    assert index_code_sha256.__wrapped__() == before
    with (tmp_path / file).open("a", encoding="utf-8") as stream:
        stream.write("# changed")
    assert (index_code_sha256.__wrapped__() != before) is is_of_the_index
