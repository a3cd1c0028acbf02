"""Which files of a folder are found, and what a loaded one is called."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

import pytest
from loading_files import put

from rag.errors import LoadError
from rag.loading import FoundFiles, document_id, file_sha256, find_files, load_file


def names(root: Path, paths: tuple[Path, ...]) -> list[str]:
    return [path.relative_to(root).as_posix() for path in paths]


def test_supported_files_are_found_in_order_and_others_listed(tmp_path: Path) -> None:
    for name in ("b.MD", "a.txt", "sub/c.pdf", "sub/d.docx", "e.html", "x.gif", "Makefile"):
        put(tmp_path, name, "x")
    found = find_files(tmp_path)
    assert names(tmp_path, found.files) == ["a.txt", "b.MD", "e.html", "sub/c.pdf", "sub/d.docx"]
    assert names(tmp_path, found.unsupported) == ["Makefile", "x.gif"]


def test_what_is_nobodys_document_is_left_out(tmp_path: Path) -> None:
    for name in (".git/a.txt", ".hidden.txt", "node_modules/p/readme.md", "__pycache__/x.txt", "~$report.docx",
                 "myenv/pyvenv.cfg", "myenv/lib/licence.txt", "kept.txt"):  # fmt: skip
        put(tmp_path, name, "x")
    assert find_files(tmp_path) == FoundFiles(files=(tmp_path / "kept.txt",))


def test_a_hidden_folder_that_is_asked_for_is_read(tmp_path: Path) -> None:
    put(tmp_path, ".notes/a.txt", "x")
    assert names(tmp_path, find_files(tmp_path / ".notes").files) == [".notes/a.txt"]


def test_ignore_files_have_the_syntax_of_git(tmp_path: Path) -> None:
    put(tmp_path, ".docquoteignore", "# drafts\ndraft*\n/build/\n!draft-final.txt\n")
    put(tmp_path, "sub/.docquoteignore", "*.md\n!draft.txt\n")
    for name in ("draft.txt", "draft-final.txt", "build/a.txt", "sub/build/a.txt", "sub/b.md", "sub/draft.txt", "c.md"):
        put(tmp_path, name, "x")
    assert names(tmp_path, find_files(tmp_path).files) == [
        "c.md", "draft-final.txt", "sub/build/a.txt", "sub/draft.txt",
    ]  # fmt: skip


def test_links_are_not_followed_and_a_cycle_ends(tmp_path: Path) -> None:
    root, outside = tmp_path / "root", tmp_path / "outside"
    put(outside, "secret.txt", "x")
    put(root, "a.txt", "x")
    (root / "cycle").symlink_to(root, target_is_directory=True)
    (root / "out").symlink_to(outside, target_is_directory=True)
    (root / "out.txt").symlink_to(outside / "secret.txt")
    (root / "broken.txt").symlink_to(root / "nowhere")
    (root / "circle.txt").symlink_to(root / "circle.txt")
    found = find_files(root)
    assert names(root, found.files) == ["a.txt"]
    assert names(root, found.links) == ["broken.txt", "circle.txt", "cycle", "out", "out.txt"]


def test_a_loop_of_links_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.txt").symlink_to(tmp_path / "b.txt")
    (tmp_path / "b.txt").symlink_to(tmp_path / "a.txt")
    for call in (find_files, file_sha256, lambda path: load_file(path, root=tmp_path)):
        with pytest.raises(LoadError):
            call(tmp_path / "a.txt")


def test_a_file_gives_itself_and_an_unsupported_one_an_error(tmp_path: Path) -> None:
    path = put(tmp_path, "a.txt", "x")
    assert find_files(path).files == (path,)
    with pytest.raises(LoadError, match=r"'\.gif' are not supported; to see what is: docquote formats"):
        find_files(put(tmp_path, "x.gif", "x"))
    with pytest.raises(LoadError, match="no such file or folder"):
        find_files(tmp_path / "missing")


def test_an_unreadable_folder_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put(tmp_path, "locked/a.txt", "x")
    put(tmp_path, "b.txt", "x")
    real = os.scandir

    def scandir(path: Path) -> object:
        if path == tmp_path / "locked":
            raise PermissionError(13, "Permission denied")
        return real(path)

    monkeypatch.setattr(os, "scandir", scandir)
    found = find_files(tmp_path)
    assert names(tmp_path, found.unreadable) == ["locked"]
    assert names(tmp_path, found.files) == ["b.txt"]
    with pytest.raises(LoadError, match="permission denied"):
        find_files(tmp_path / "locked")


@pytest.mark.skipif(os.name == "nt", reason="such names exist on POSIX only")
def test_odd_names(tmp_path: Path) -> None:
    for name in ("-rf.txt", "two\nlines.txt", " space .txt", 'it\'s "q".txt', "\u202eltr.txt", "a?*[b].txt"):
        put(tmp_path, name, "The board met.")
    found = find_files(tmp_path)
    assert len(found.files) == 6
    for path in found.files:
        source = load_file(path, root=tmp_path).source
        assert source.name == path.name and Path(source.path).read_text() == "The board met."
        assert source.title.isprintable() and source.title.strip()


@pytest.mark.skipif(os.name == "nt", reason="such names exist on POSIX only")
def test_a_name_that_is_not_unicode_is_refused_printably(tmp_path: Path) -> None:
    path = put(tmp_path, os.fsdecode(b"caf\xe9.txt"), "x")
    assert find_files(tmp_path).files == (path,)
    with pytest.raises(LoadError, match="rename") as caught:
        load_file(path, root=tmp_path)
    str(caught.value).encode()


def test_names_are_relative_to_the_root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = put(tmp_path, "minutes/2023/a.txt", "x")
    assert load_file(path, root=tmp_path).source.name == "minutes/2023/a.txt"
    assert load_file(path, root=path.parent).source.name == "a.txt"
    assert load_file(path, root=path).source.name == "a.txt"
    assert load_file(path, root=tmp_path / "other").source.name == "a.txt"
    monkeypatch.chdir(tmp_path)
    assert load_file(Path("minutes/../minutes/2023/a.txt"), root=Path()).source.name == "minutes/2023/a.txt"


def test_ids_are_of_the_path_however_it_is_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = put(tmp_path, "a.txt", "x")
    monkeypatch.chdir(tmp_path)
    assert document_id(Path("a.txt")) == document_id(path) == load_file(path, root=tmp_path).source.id
    assert len(document_id(path)) == 16 and document_id(path) != document_id(tmp_path / "b.txt")
    (tmp_path / "link.txt").symlink_to(path)
    assert document_id(tmp_path / "link.txt") == document_id(path)


def test_the_hash_is_of_the_bytes(tmp_path: Path) -> None:
    path = put(tmp_path, "a.txt", b"\xef\xbb\xbfx\r\n")
    expected = hashlib.sha256(b"\xef\xbb\xbfx\r\n").hexdigest()
    assert file_sha256(path) == load_file(path, root=tmp_path).source.sha256 == expected
