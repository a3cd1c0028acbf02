"""Files on disk -> the index: added, updated, unchanged, removed, failed, and what a missing drive must not do."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from core_fakes import FAKE_SETTINGS, FakeEmbedder, make_index, memory_index, write_files

from rag.errors import LibraryError
from rag.index import Index, open_index
from rag.index.ingest import IndexReport, leave_sample, remove_documents, update_index
from rag.sample import documents_folder

EMBEDDER = FakeEmbedder()
FILES = {
    "a.txt": "The roof leaks.",
    "minutes/b.md": "# Minutes\n\nSeventy-six members came.",
    "c.html": "<p>Tulips.</p>",
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write_files(tmp_path / "documents", FILES)


@pytest.fixture(params=[make_index, memory_index])
def index(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Index]:
    opened = request.param(tmp_path / "index")
    yield opened
    opened.close()


def update(index: Index, *paths: Path) -> IndexReport:
    return update_index(index, EMBEDDER, paths, FAKE_SETTINGS)


def counts(report: IndexReport) -> tuple[int, int, int, int, int]:
    return (
        len(report.added),
        len(report.updated),
        len(report.unchanged),
        len(report.removed),
        len(report.failed),
    )


def names(index: Index) -> list[str]:
    return [source.name for source in index.sources()]


def test_a_folder_is_indexed_and_then_kept_in_step(index: Index, folder: Path) -> None:
    assert counts(update(index, folder)) == (3, 0, 0, 0, 0)
    assert names(index) == ["a.txt", "c.html", "minutes/b.md"]
    generation = index.generation
    assert counts(update(index, folder)) == (0, 0, 3, 0, 0)
    assert index.generation == generation
    write_files(folder, {"a.txt": "The gutter shines.", "d.txt": "A telescope."})
    (folder / "c.html").unlink()
    report = update(index)
    assert (report.added, report.updated, report.unchanged, report.removed) == (
        (["d.txt"], ["a.txt"], ["minutes/b.md"], ["c.html"])
    )
    assert index.chunk_frequency("roof") == index.chunk_frequency("tulips") == 0
    assert index.chunk_frequency("gutter") == index.chunk_frequency("telescope") == 1


def test_the_stored_text_is_that_of_the_file(index: Index, folder: Path) -> None:
    update(index, folder)
    for source in index.sources():
        assert source.path == str(folder / source.name)
        if source.name == "a.txt":
            assert index.document(source.id).text == FILES["a.txt"]


def test_bad_files_are_reported_by_name_and_the_rest_goes_on(index: Index, folder: Path) -> None:
    (folder / "broken.pdf").write_bytes(b"%PDF-1.4 nothing")
    (folder / "empty.txt").write_bytes(b"")
    (folder / "binary.txt").write_bytes(bytes(range(256)) * 10)
    (folder / "photo.gif").write_bytes(b"\xff\xd8\xff")
    report = update(index, folder)
    assert counts(report) == (3, 0, 0, 0, 3)
    assert {failure.path.name for failure in report.failed} == {"broken.pdf", "empty.txt", "binary.txt"}
    assert all(failure.reason for failure in report.failed)
    assert report.unsupported == [str(folder / "photo.gif")]


def test_a_file_that_became_unreadable_keeps_its_older_version(index: Index, folder: Path) -> None:
    update(index, folder)
    (folder / "a.txt").write_bytes(b"")
    assert counts(update(index)) == (0, 0, 2, 0, 1)
    assert index.chunk_frequency("roof") == 1


def test_a_folder_that_is_gone_is_a_failure_and_loses_nothing(index: Index, folder: Path, tmp_path: Path) -> None:
    update(index, folder)
    folder.rename(tmp_path / "unplugged")
    report = update(index)
    assert counts(report) == (0, 0, 0, 0, 1)
    assert str(folder) in str(report.failed[0])
    assert len(names(index)) == 3
    (tmp_path / "unplugged").rename(folder)
    assert counts(update(index)) == (0, 0, 3, 0, 0)


def test_a_single_file_is_indexed_and_forgotten_when_it_is_deleted(index: Index, folder: Path) -> None:
    assert update(index, folder / "minutes" / "b.md").added == ["b.md"]
    (folder / "minutes" / "b.md").unlink()
    assert counts(update(index)) == (0, 0, 0, 1, 0)
    assert counts(update(index)) == (0, 0, 0, 0, 0)
    assert index.roots() == []


def test_a_path_that_is_not_there_is_a_failure(index: Index, tmp_path: Path) -> None:
    report = update(index, tmp_path / "nowhere")
    assert counts(report) == (0, 0, 0, 0, 1)
    assert "nowhere" in str(report.failed[0])
    assert index.roots() == []


def test_a_folder_inside_an_indexed_one_keeps_the_names(index: Index, folder: Path) -> None:
    update(index, folder)
    write_files(folder, {"minutes/new.txt": "A telescope."})
    report = update(index, folder / "minutes")
    assert report.added == ["minutes/new.txt"]
    assert names(index) == ["a.txt", "c.html", "minutes/b.md", "minutes/new.txt"]


def test_several_folders(index: Index, folder: Path, tmp_path: Path) -> None:
    other = write_files(tmp_path / "other", {"x.txt": "A telescope."})
    assert counts(update(index, folder, other)) == (4, 0, 0, 0, 0)
    (folder / "a.txt").unlink()
    assert counts(update(index, other)) == (0, 0, 1, 0, 0)  # only what was asked for is looked at
    assert counts(update(index)) == (0, 0, 3, 1, 0)


def test_files_of_one_content_are_documents_of_their_own(index: Index, folder: Path) -> None:
    shutil.copy(folder / "a.txt", folder / "copy.txt")
    assert counts(update(index, folder)) == (4, 0, 0, 0, 0)


def test_progress_counts_every_file(index: Index, folder: Path) -> None:
    seen: list[tuple[int, int]] = []
    update_index(index, EMBEDDER, [folder], FAKE_SETTINGS, lambda path, done, total: seen.append((done, total)))
    assert seen == [(0, 3), (1, 3), (2, 3), (3, 3)]


def test_only_one_process_updates_at_a_time(folder: Path, tmp_path: Path) -> None:
    index = make_index(tmp_path / "index")
    other = open_index(index.folder, EMBEDDER, FAKE_SETTINGS)
    with index.writing(), pytest.raises(LibraryError, match="another docquote"):
        update(other, folder)
    assert counts(update(other, folder)) == (3, 0, 0, 0, 0)
    index.close()
    other.close()


@pytest.mark.parametrize("how", ["name", "path", "relative"])
def test_a_document_is_removed_by_name_or_path(
    index: Index, folder: Path, how: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    update(index, folder)
    monkeypatch.chdir(folder / "minutes")
    given = {"name": "minutes/b.md", "path": str(folder / "minutes" / "b.md"), "relative": "b.md"}[how]
    assert remove_documents(index, [given]) == (["minutes/b.md"], [])
    assert names(index) == ["a.txt", "c.html"]
    assert index.search_lexical(["members"], 5) == []
    assert (folder / "minutes" / "b.md").exists()


def test_a_folder_is_removed_with_all_that_is_in_it(index: Index, folder: Path) -> None:
    update(index, folder)
    assert remove_documents(index, ["minutes", "minute", "a.tx"]) == (["minutes/b.md"], ["minute", "a.tx"])
    removed, unknown = remove_documents(index, [str(folder)])
    assert (sorted(removed), unknown) == (["a.txt", "c.html"], [])
    assert counts(update(index)) == (0, 0, 0, 0, 0)  # the folder is not looked at again


def test_the_sample_leaves_when_documents_of_ones_own_come(index: Index, folder: Path) -> None:
    with documents_folder() as sample:
        update(index, sample)
        assert leave_sample(index, [sample]) is False
        assert len(names(index)) >= 8
    assert leave_sample(index, [folder]) is True
    assert names(index) == []
    assert index.roots() == []
    update(index, folder)
    assert leave_sample(index, [folder]) is False
    assert len(names(index)) == 3
