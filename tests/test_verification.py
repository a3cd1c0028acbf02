"""A citation says how its file stands on disk now: verified, changed, gone or unreadable."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from loading_files import pdf, put

from rag.loading import Limits, document_from_text, load_file
from rag.loading.verification import Verification, verify, verify_all
from rag.schema import Source

QUOTE = "Seventy-six members attended."
TEXT = f"# Minutes\n\n{QUOTE}\n\nThe roof leaks.\n"


def indexed(path: Path) -> Source:
    return load_file(path, root=path.parent).source


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return put(tmp_path, "minutes.md", TEXT)


def test_an_untouched_file_is_verified(path: Path) -> None:
    found = verify(indexed(path), QUOTE)
    assert found == Verification("verified", True)
    assert found.sentence.startswith("Verified")


def test_a_changed_file_says_whether_the_quote_is_still_there(path: Path) -> None:
    source = indexed(path)
    path.write_text(f"{TEXT}\nOne more line.\n")
    assert verify(source, QUOTE) == Verification("changed", True)
    assert "still in it" in verify(source, QUOTE).sentence
    path.write_text(TEXT.replace("Seventy-six", "Seventy-four"))
    assert verify(source, QUOTE) == Verification("changed", False)
    assert "no longer in it" in verify(source, QUOTE).sentence


def test_the_same_size_and_time_do_not_hide_a_change(path: Path) -> None:
    source, before = indexed(path), path.stat()
    path.write_text(TEXT.replace("Seventy-six", "Ninety-nine"))
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert path.stat().st_size == before.st_size
    assert verify(source, QUOTE) == Verification("changed", False)


def test_line_ends_do_not_hide_the_quote(path: Path) -> None:
    source = indexed(path)
    path.write_bytes(TEXT.replace("six members", "six\r\nmembers").encode())
    assert verify(source, QUOTE) == Verification("changed", True)


def test_a_deleted_file_is_gone(path: Path) -> None:
    source = indexed(path)
    path.unlink()
    assert verify(source, QUOTE) == Verification("gone")
    assert "gone" in verify(source, QUOTE).sentence


def test_a_file_that_became_a_folder_cannot_be_checked(path: Path) -> None:
    source = indexed(path)
    path.unlink()
    path.mkdir()
    found = verify(source, QUOTE)
    assert found.state == "unreadable"
    assert "folder" in found.sentence


def test_a_changed_file_that_is_no_document_any_more(tmp_path: Path) -> None:
    path = put(tmp_path, "a.pdf", pdf([QUOTE]))
    source = indexed(path)
    path.write_bytes(b"%PDF-1.4 broken")
    found = verify(source, QUOTE)
    assert (found.state, found.quote_found) == ("changed", None)
    assert "damaged" in found.sentence


def test_limits_apply(path: Path) -> None:
    found = verify(indexed(path), QUOTE, Limits(max_file_bytes=10))
    assert found.state == "unreadable"
    assert "larger than the limit" in found.sentence


def test_several_quotes_at_once_keep_their_order(path: Path, tmp_path: Path) -> None:
    other = put(tmp_path, "other.txt", "Tulips are planted.")
    minutes, garden = indexed(path), indexed(other)
    path.write_text(TEXT.replace("Seventy-six", "Seventy-four"))
    assert verify_all([(minutes, QUOTE), (garden, "Tulips"), (minutes, "The roof leaks.")]) == [
        Verification("changed", False),
        Verification("verified", True),
        Verification("changed", True),
    ]


def test_a_text_without_a_file_cannot_be_checked() -> None:
    found = verify(document_from_text(TEXT, name="a.txt").source, QUOTE)
    assert found.state == "unreadable"
    assert "no file" in found.sentence
