"""What happens to an index while its files move, go, come back and take each other's names."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from core_fakes import FAKE_SETTINGS, FakeEmbedder, make_index, memory_index, write_files

from embeddings import Vectors
from rag.errors import ScopeError
from rag.index import Index
from rag.index.ingest import IndexReport, Move, remove_documents, update_index
from rag.index.names import names_like
from rag.retrieval import sources_in
from rag.schema import Scope

FILES = {
    "harbour.txt": "The harbour master is Inge Dahl.",
    "boats/ferry.md": "# Ferry\n\nThe ferry leaves at seven.",
    "boats/tug.txt": "The tug pulls forty tonnes.",
}


class CountingEmbedder(FakeEmbedder):
    def __init__(self) -> None:
        self.embedded: list[str] = []

    def encode_passages(self, texts: Sequence[str]) -> Vectors:
        self.embedded += texts
        return super().encode_passages(texts)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write_files(tmp_path / "port", FILES)


@pytest.fixture(params=[make_index, memory_index])
def index(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Index]:
    opened = request.param(tmp_path / "index")
    yield opened
    opened.close()


def update(index: Index, *paths: Path, embedder: FakeEmbedder | None = None) -> IndexReport:
    return update_index(index, embedder or FakeEmbedder(), paths, FAKE_SETTINGS)


def names(index: Index) -> list[str]:
    return [source.name for source in index.sources()]


def texts_about(index: Index, word: str) -> list[str]:
    found = index.chunks([chunk for chunk, _ in index.search_lexical([word], 9)])
    return sorted(chunk.text for chunk in found.values())


def unwell(index: Index) -> list[str]:
    return [
        finding.detail for finding in index.examine(FAKE_SETTINGS) if not finding.ok and finding.check != "settings"
    ]


# -- moved ------------------------------------------------------------------------------------------------------


def test_a_folder_that_was_renamed_is_known_again_and_nothing_is_embedded(
    index: Index, folder: Path, tmp_path: Path
) -> None:
    update(index, folder)
    before = sorted(chunk for chunk, _ in index.search_lexical(["harbour", "ferry", "tug"], 9))
    new = folder.rename(tmp_path / "quay")
    embedder = CountingEmbedder()
    report = update(index, new, embedder=embedder)
    assert report.moved == [Move(folder, new, 3)]
    assert (report.added, report.removed, report.failed, len(report.unchanged)) == ([], [], [], 3)
    assert embedder.embedded == []
    assert index.roots() == [new]
    assert {source.path for source in index.sources()} == {str(new / name) for name in FILES}
    assert sorted(chunk for chunk, _ in index.search_lexical(["harbour", "ferry", "tug"], 9)) == before
    assert not unwell(index)
    assert update(index).moved == []


def test_what_was_changed_or_deleted_after_the_move_does_not_answer(index: Index, folder: Path, tmp_path: Path) -> None:
    update(index, folder)
    new = folder.rename(tmp_path / "quay")
    (new / "harbour.txt").write_text("The harbour master is Olaf Lund.")
    (new / "boats" / "tug.txt").unlink()
    report = update(index, new)
    assert report.moved == [Move(folder, new, 2)]
    assert report.updated == ["harbour.txt"]
    assert texts_about(index, "harbour") == ["The harbour master is Olaf Lund."]
    assert texts_about(index, "tug") == ["The tug pulls forty tonnes."]  # the old folder might be on a drive
    failure = str(update(index).failed[0])
    assert f"docquote remove {folder} --index {index.folder}" in failure
    remove_documents(index, [str(folder)])
    assert texts_about(index, "tug") == []
    assert index.roots() == [new]


def test_a_folder_that_moved_inside_an_indexed_one(index: Index, folder: Path) -> None:
    update(index, folder)
    (folder / "old").mkdir()
    (folder / "boats").rename(folder / "old" / "ships")
    embedder = CountingEmbedder()
    report = update(index, embedder=embedder)
    assert report.moved == [Move(folder / "boats", folder / "old" / "ships", 2)]
    assert embedder.embedded == []
    assert names(index) == ["harbour.txt", "old/ships/ferry.md", "old/ships/tug.txt"]


def test_a_single_file_that_moved_is_named_itself(index: Index, folder: Path) -> None:
    update(index, folder)
    (folder / "harbour.txt").rename(folder / "boats" / "harbour.txt")
    assert update(index).moved == [Move(folder / "harbour.txt", folder / "boats" / "harbour.txt", 1)]


def test_a_copy_is_no_move(index: Index, folder: Path, tmp_path: Path) -> None:
    update(index, folder)
    shutil.copytree(folder, tmp_path / "copy")
    report = update(index, tmp_path / "copy")
    assert (report.moved, len(report.added), len(index.sources())) == ([], 3, 6)


def test_a_file_of_another_name_is_read_anew_since_its_title_may_be_its_name(index: Index, folder: Path) -> None:
    update(index, folder)
    (folder / "harbour.txt").rename(folder / "pilot.txt")
    report = update(index)
    assert (report.moved, report.added, report.removed) == ([], ["pilot.txt"], ["harbour.txt"])


# -- gone -------------------------------------------------------------------------------------------------------


def test_a_folder_that_is_gone_names_the_remedy_and_the_rest_goes_on(
    index: Index, folder: Path, tmp_path: Path
) -> None:
    other = write_files(tmp_path / "more papers", {"mole.txt": "The mole is long."})
    update(index, folder, other)
    other.rename(tmp_path / "unplugged")
    (folder / "harbour.txt").write_text("The harbour freezes.")
    report = update(index)
    assert report.updated == ["harbour.txt"]
    assert f"docquote remove '{other}' --index {index.folder}" in str(report.failed[0])
    assert texts_about(index, "mole") == ["The mole is long."]


def test_an_empty_mount_point_loses_nothing(index: Index, folder: Path, tmp_path: Path) -> None:
    update(index, folder)
    folder.rename(tmp_path / "unplugged")
    folder.mkdir()
    report = update(index)
    assert (report.removed, len(report.failed), len(names(index))) == ([], 1, 3)
    folder.rmdir()
    (tmp_path / "unplugged").rename(folder)
    assert (len(update(index).unchanged), len(names(index))) == (3, 3)


def test_an_indexed_folder_without_documents_can_be_removed(index: Index, tmp_path: Path) -> None:
    empty = tmp_path / "empty"
    empty.mkdir()
    update(index, empty)
    empty.rmdir()
    assert remove_documents(index, [str(empty)]) == ([], [])
    assert update(index).failed == []


# -- removed by hand --------------------------------------------------------------------------------------------


def test_what_was_removed_by_hand_stays_out_until_it_is_named(index: Index, folder: Path) -> None:
    update(index, folder)
    remove_documents(index, ["boats/tug.txt"])
    for report in (update(index), update(index, folder)):
        assert (report.added, report.left_out) == ([], [str(folder / "boats" / "tug.txt")])
    assert texts_about(index, "tug") == []
    assert update(index, folder / "boats" / "tug.txt").added == ["boats/tug.txt"]
    assert (update(index).left_out, len(names(index))) == ([], 3)


def test_a_removal_that_was_cut_short_is_finished_by_the_next_update(
    index: Index, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    update(index, folder)

    def killed(document_id: str) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(index, "remove", killed)
        remove_documents(index, ["boats/tug.txt"])
    report = update(index)
    assert (report.removed, report.left_out) == (["boats/tug.txt"], [str(folder / "boats" / "tug.txt")])
    assert len(names(index)) == 2


def test_it_stays_out_when_its_folder_moves(index: Index, folder: Path, tmp_path: Path) -> None:
    update(index, folder)
    remove_documents(index, ["boats/tug.txt"])
    new = folder.rename(tmp_path / "quay")
    report = update(index, new)
    assert (report.added, report.left_out) == ([], [str(new / "boats" / "tug.txt")])


def test_a_folder_that_was_removed_and_is_named_again_comes_back_whole(index: Index, folder: Path) -> None:
    update(index, folder)
    remove_documents(index, ["boats/tug.txt"])
    remove_documents(index, [str(folder)])
    assert len(update(index, folder).added) == 3


# -- one name ---------------------------------------------------------------------------------------------------


def test_documents_of_one_name_are_told_apart_by_the_shortest_path(index: Index, tmp_path: Path) -> None:
    one = write_files(tmp_path / "2023" / "club", {"minutes.txt": "Rowing.", "list.txt": "Oars."})
    two = write_files(tmp_path / "2024" / "club", {"minutes.txt": "Sailing."})
    update(index, one)
    assert names(index) == ["list.txt", "minutes.txt"]
    assert update(index, two).added == ["2024/club/minutes.txt"]
    assert names(index) == ["2023/club/minutes.txt", "2024/club/minutes.txt", "list.txt"]
    assert remove_documents(index, ["minutes.txt"]) == ([], ["minutes.txt"])
    assert names_like(index.sources(), "minutes.txt") == ["2023/club/minutes.txt", "2024/club/minutes.txt"]
    with pytest.raises(ScopeError, match=r"2023/club/minutes\.txt, 2024/club/minutes\.txt"):
        sources_in(Scope(documents=("minutes.txt",)), index.sources())
    cited = index.chunks([chunk for chunk, _ in index.search_lexical(["sailing"], 1)])
    assert [chunk.source.name for chunk in cited.values()] == ["2024/club/minutes.txt"]
    assert not unwell(index)
    (two / "minutes.txt").write_text("Sailing and swimming.")
    report = update(index)
    assert report.updated == ["2024/club/minutes.txt"]
    assert sorted(report.unchanged) == ["2023/club/minutes.txt", "list.txt"]
    assert names(index) == ["2023/club/minutes.txt", "2024/club/minutes.txt", "list.txt"]
    assert remove_documents(index, ["2023/club/minutes.txt"]) == (["2023/club/minutes.txt"], [])
    assert names(index) == ["list.txt", "minutes.txt"]
