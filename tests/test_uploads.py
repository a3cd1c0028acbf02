"""What a browser calls a file becomes a harmless name in one folder, and nothing is overwritten."""

from __future__ import annotations

from pathlib import Path

import pytest
from core_fakes import write_files
from hypothesis import given
from hypothesis import strategies as st

from rag.errors import LoadError
from rag.index.ingest.uploads import forget_upload, keep_uploads, safe_name
from rag.index.names import UPLOADS


@pytest.mark.parametrize(
    ("given_name", "kept"),
    [
        ("minutes.pdf", "minutes.pdf"),
        ("Müller & Söhne.txt", "Müller & Söhne.txt"),
        ("会议.md", "会议.md"),
        ("../../etc/passwd.txt", "passwd.txt"),
        ("C:\\Users\\ada\\a.txt", "a.txt"),
        ("/etc/cron.d/x.txt", "x.txt"),
        (".hidden.txt", "hidden.txt"),
        ("..txt", "txt"),
        ("~$open.docx", "open.docx"),
        ("a\x00b\n.txt", "a b.txt"),
        ("CON.txt", "_CON.txt"),
        ("what?.txt", "what_.txt"),
        ("", "upload"),
        ("...", "upload"),
        ("x" * 500 + ".txt", "x" * 150 + ".txt"),
    ],
)
def test_names(given_name: str, kept: str) -> None:
    assert safe_name(given_name) == kept


@given(st.text(max_size=200))
def test_any_name_is_one_component_that_fits(name: str) -> None:
    safe = safe_name(name)
    assert safe == Path(safe).name
    assert not safe.startswith((".", "~$"))
    assert 0 < len(safe.encode()) <= 255
    assert safe.isprintable()


def test_a_taken_name_is_numbered_and_the_same_file_is_kept_once(tmp_path: Path) -> None:
    sent = write_files(tmp_path / "sent", {"1": "One.", "2": "Two."})
    (tmp_path / "index").mkdir()
    folder = tmp_path / "index" / UPLOADS
    pairs = [("a.txt", sent / "1"), ("a.txt", sent / "2"), ("x/a.txt", sent / "1")]
    assert keep_uploads(tmp_path / "index", pairs, 100) == [
        folder / "a.txt",
        folder / "a (2).txt",
        folder / "a.txt",
    ]
    assert (folder / "a.txt").read_text() == "One."
    assert (folder / "a (2).txt").read_text() == "Two."


def test_too_large_or_missing_is_an_error_that_leaves_nothing(tmp_path: Path) -> None:
    sent = write_files(tmp_path / "sent", {"1": "One.", "2": "x" * 101})
    (tmp_path / "index").mkdir()
    with pytest.raises(LoadError, match=r"b\.txt: is larger than the limit of 100 bytes"):
        keep_uploads(tmp_path / "index", [("a.txt", sent / "1"), ("b.txt", sent / "2")], 100)
    with pytest.raises(LoadError, match=r"b\.txt: cannot be copied"):
        keep_uploads(tmp_path / "index", [("a.txt", sent / "1"), ("b.txt", sent / "3")], 100)
    assert list((tmp_path / "index" / UPLOADS).iterdir()) == []


def test_only_copies_are_deleted(tmp_path: Path) -> None:
    sent = write_files(tmp_path / "sent", {"1": "One."})
    (tmp_path / "index").mkdir()
    [kept] = keep_uploads(tmp_path / "index", [("a.txt", sent / "1")], 100)
    assert forget_upload(tmp_path / "index", sent / "1") is False
    assert forget_upload(tmp_path / "index", kept) is True
    assert (sent / "1").exists()
    assert not kept.exists()
