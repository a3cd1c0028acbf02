"""The SQLite record: documents whole, chunks as slices, full text in step, errors that say what to do."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from core_fakes import make_document

from rag.errors import LibraryError
from rag.index import NewChunk, bm25
from rag.index.local.integrity import faults
from rag.index.local.record import Record
from rag.index.manifest import Manifest
from rag.schema import Document, Section

MANY = 33_000
"""More values than SQLite binds in one statement."""
TEXT = "# Attendance\nSeventy-six members attended. 👍 会议 <b>x</b>\fThe roof leaks."
SECTIONS = (Section("page", "1", 0, 20), Section("heading", "Attendance", 0, len(TEXT)))


@pytest.fixture
def record(tmp_path: Path) -> Iterator[Record]:
    opened = Record(tmp_path / "library.sqlite")
    yield opened
    opened.close()


def put(record: Record, document: Document, *spans: tuple[int, int], context: str = "") -> None:
    vector = np.eye(8, dtype=np.float32)[0]
    record.put(document, [NewChunk(span, context, vector) for span in spans or [(0, len(document.text))]])


def test_a_document_comes_back_as_it_was_put(record: Record) -> None:
    plain = make_document("minutes/2021.md", TEXT, title="Minutes", day=date(2021, 3, 2))
    document = Document(plain.source, plain.text, SECTIONS, ("page 2 has no text", "odd"))
    put(record, document)
    assert record.documents.get(document.source.id) == document
    assert record.documents.sources() == [document.source]
    assert record.documents.warnings() == {document.source.id: document.warnings}
    assert record.counts() == (1, 1, len(TEXT))


def test_a_page_count_that_is_not_that_of_the_pages_is_a_fault(record: Record) -> None:
    plain = make_document("a.pdf", TEXT)
    put(record, Document(replace(plain.source, pages=1), plain.text, SECTIONS))
    assert faults(record) == []
    with record.database.connection() as db:
        db.execute("UPDATE page_counts SET pages = 3")
    assert faults(record) == ["a.pdf: its page count is not that of its pages"]


def test_chunks_are_slices_by_characters_not_bytes(record: Record) -> None:
    document = make_document("a.txt", TEXT)
    spans = [(0, 12), (13, 42), (43, 47), (44, len(TEXT))]
    put(record, document, *spans)
    found = record.found([4, 3, 2, 1])
    assert [(found[i].chunk.start, found[i].chunk.end, found[i].text) for i in (1, 2, 3, 4)] == (
        [(start, end, TEXT[start:end]) for start, end in spans]
    )
    assert {one.source for one in found.values()} == {document.source}


def test_replacing_removes_what_was_there(record: Record) -> None:
    put(record, make_document("a.txt", "The old roof leaks."))
    put(record, make_document("a.txt", "The new gutter shines."))
    assert record.counts()[:2] == (1, 1)
    assert record.full_text.chunk_frequency("roof") == 0
    assert record.full_text.chunk_frequency("gutters") == 1
    assert list(record.chunks.ids()) == [2]


def test_removing_takes_everything_and_says_whether_there_was_something(record: Record) -> None:
    document = make_document("a.txt", TEXT)
    put(record, document, context="Boathouse")
    generation = record.generation.number
    assert record.remove(document.source.id) is True
    assert record.generation.number == generation + 1
    assert record.remove(document.source.id) is False
    assert record.generation.number == generation + 1
    assert record.counts() == (0, 0, 0)
    assert record.full_text.search(["members", "boathouse"], 5) == []
    with pytest.raises(LibraryError, match="is gone"):
        record.documents.get(document.source.id)
    with sqlite3.connect(record.path) as db:
        assert db.execute("SELECT count(*) FROM sections").fetchone() == (0,)
    db.close()


def test_ids_of_removed_chunks_are_never_used_again(record: Record) -> None:
    document = make_document("a.txt", "The roof leaks.")
    seen: set[int] = set()
    for _ in range(3):
        put(record, document, (0, 3), (4, 8))
        ids = {int(i) for i in record.chunks.ids()}
        assert not ids & seen
        seen |= ids
        record.remove(document.source.id)


def test_a_failing_put_leaves_the_older_version(record: Record) -> None:
    document = make_document("a.txt", "The roof leaks.")
    put(record, document)
    generation = record.generation.number
    broken = NewChunk((0, 3), None, np.zeros(8, dtype=np.float32))  # type: ignore[arg-type]
    with pytest.raises(LibraryError):
        record.put(make_document("a.txt", "Changed entirely."), [NewChunk((0, 3), "", broken.vector), broken])
    assert record.documents.get(document.source.id) == document
    assert record.full_text.chunk_frequency("roof") == 1
    assert record.full_text.chunk_frequency("changed") == 0
    assert record.generation.number == generation


def test_documents_without_a_path_may_be_many(record: Record) -> None:
    from rag.loading import document_from_text

    for name in ("one", "two"):
        put(record, document_from_text("The roof leaks.", name=name))
    assert record.counts()[0] == 2


def test_more_ids_than_sqlite_binds_at_once(record: Record) -> None:
    document = make_document("a.txt", "x " * (MANY))
    put(record, document, *((i, i + 1) for i in range(0, len(document.text) - 1, 2)))
    ids = [int(i) for i in record.chunks.ids([document.source.id, *map(str, range(MANY))])]
    assert len(ids) == MANY
    assert set(record.found(ids)) == set(ids)
    assert record.chunks.vectors(ids[::-1])[1].shape == (len(ids), 8)


def test_vectors_come_with_their_ids_and_without_those_that_are_gone(record: Record) -> None:
    rows = np.eye(8, dtype=np.float32)
    record.put(make_document("a.txt", "abcdefgh"), [NewChunk((i, i + 1), "", rows[i]) for i in range(8)])
    ids, vectors = record.chunks.vectors([5, 99, 1, 8])
    assert ids.tolist() == [1, 5, 8]
    np.testing.assert_array_equal(vectors, rows[[0, 4, 7]])
    assert record.chunks.vectors([99])[0].tolist() == []
    assert record.chunks.vectors_after(3, 2)[0].tolist() == [4, 5]


def test_what_was_removed_can_be_followed(record: Record) -> None:
    put(record, make_document("a.txt", "one two"), (0, 3), (4, 7))
    put(record, make_document("b.txt", "three"))
    assert record.chunks.removed_since(0)[1].tolist() == []
    put(record, make_document("a.txt", "four"))
    position, gone = record.chunks.removed_since(0)
    assert gone.tolist() == [1, 2]
    record.remove(make_document("b.txt", "").source.id)
    assert record.chunks.removed_since(position)[1].tolist() == [3]
    assert record.chunks.last_changes() == (4, record.chunks.removed_since(0)[0])


def test_rare_words_and_more_words_score_higher(record: Record) -> None:
    for n in range(10):
        put(record, make_document(f"{n}.txt", f"The committee met on day {n}."))
    put(record, make_document("roof.txt", "The committee spoke of the roof."))
    found = record.full_text.search(["committee", "roofs"], 20)
    assert found[0][0] == 11
    assert len(found) == 11
    assert all(score > 0 for _, score in found)
    assert [score for _, score in found] == sorted((score for _, score in found), reverse=True)
    assert record.full_text.search(["committee"], 3, [make_document("4.txt", "").source.id])[0][0] == 5
    assert record.full_text.search(["committee"], 3, []) == []


@pytest.mark.parametrize(
    "words",
    [
        ['"'], ["AND"], ["NEAR(roof"], ["roof*"], ["-roof"], ["text:roof"], ["(("], ["^"], ["roof' OR 1=1 --"],
        ["\0"], ["a\0b"], [""], ["{", "}"], ["+"], ["🎉"], ["𞤀"], [" "], ["x" * 100_000],
    ],
)  # fmt: skip
def test_no_word_is_taken_for_query_syntax(record: Record, words: list[str]) -> None:
    put(record, make_document("a.txt", "The committee met."))
    assert record.full_text.search(words, 5) == []
    assert [record.full_text.chunk_frequency(word) for word in words] == [0] * len(words)


def test_a_query_of_very_many_words(record: Record) -> None:
    put(record, make_document("a.txt", "The roof leaks."))
    words = [f"word{n}" for n in range(20_000)]
    assert record.full_text.search([*words, "roof"], 5)[0][0] == 1


def test_manifest_meta_and_roots_are_kept(tmp_path: Path) -> None:
    first = Record(tmp_path / "library.sqlite")
    assert first.meta.manifest is None
    manifest = Manifest(1, "fake", "0" * 64, 8, 160, 40)
    first.meta.set_manifest(manifest)
    first.meta.set("key", "value")
    for root in ("/b", "/a", "/a"):
        first.meta.add_root(Path(root))
    first.meta.forget_root(Path("/nowhere"))
    first.close()
    second = Record(tmp_path / "library.sqlite")
    assert second.meta.manifest == manifest
    assert second.meta.get("key") == "value"
    assert second.meta.get("none") is None
    assert second.meta.roots() == [Path("/a"), Path("/b")]
    second.meta.forget_root(Path("/a"))
    assert second.meta.roots() == [Path("/b")]
    assert second.generation.number == 0
    second.close()


@pytest.mark.parametrize("manifest", ["{", '{"format_version": 0}', "[]", '{"unknown": 1}'])
def test_another_format_is_an_error_that_names_the_command(record: Record, manifest: str) -> None:
    record.meta.set("manifest", manifest)
    with pytest.raises(LibraryError, match="--rebuild"):
        _ = record.meta.manifest


@pytest.mark.parametrize("content", [b"not a database at all, but text" * 50, b"SQLite format 3\0" + b"\xff" * 4096])
def test_a_file_that_is_no_library_is_an_error_that_names_file_and_command(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "library.sqlite"
    path.write_bytes(content)
    with pytest.raises(LibraryError, match=r"library.sqlite.*--rebuild"):
        Record(path)
    assert path.read_bytes() == content


def test_a_torn_library_is_an_error_not_wrong_text(record: Record, tmp_path: Path) -> None:
    for n in range(50):
        put(record, make_document(f"{n}.txt", f"The committee met on day {n}. " * 50))
    record.close()
    path = tmp_path / "library.sqlite"
    data = bytearray(path.read_bytes())
    data[8192:] = b"\xa5" * (len(data) - 8192)
    path.write_bytes(data)
    with pytest.raises(LibraryError, match="--rebuild"), closing(Record(path)) as torn:
        for source in torn.documents.sources():
            torn.documents.get(source.id)


def test_two_may_make_the_same_library_at_once(tmp_path: Path) -> None:
    problems: list[BaseException] = []
    start = threading.Barrier(8)

    def make() -> None:
        try:
            start.wait()
            Record(tmp_path / "library.sqlite").close()
        except LibraryError as error:
            problems.append(error)

    threads = [threading.Thread(target=make) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert problems == []


def test_threads_share_one_library(record: Record) -> None:
    texts = [f"Document number {n} tells of the roof." for n in range(20)]
    problems: list[str] = []

    def write() -> None:
        for n, text in enumerate(texts * 3):
            put(record, make_document(f"{n % 20}.txt", text))

    def read() -> None:
        for _ in range(100):
            for found in record.found([i for i, _ in record.full_text.search(["roof"], 50)]).values():
                if found.text not in texts or found.chunk.document_id != found.source.id:
                    problems.append(found.text)

    threads = [threading.Thread(target=target) for target in (write, read, read)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert problems == []
    assert record.counts()[0] == 20


def test_in_a_large_library_a_chunk_must_hold_one_of_the_rarest_words(
    record: Record, monkeypatch: pytest.MonkeyPatch
) -> None:
    for n in range(60):
        rare = f"tulips {'garden' * (n % 2)}" if n < 8 else "weather"
        put(record, make_document(f"{n}.txt", f"The committee spoke of {rare} on day {n}."))
    asked = ["committee", "tulips", "garden", "zebra"]
    everything = record.full_text.search(asked, 60)
    monkeypatch.setattr(bm25, "RARE_ROWS", 12)
    found = record.full_text.search(asked, 60)
    assert len(everything) == 60
    assert found == everything[:8]  # with the same scores: the common word counts where a rare one is
    assert record.full_text.search(asked, 3) == everything[:3]
    assert len(record.full_text.search(["committee"], 60)) == 60
    scope = [make_document("40.txt", "").source.id]
    assert [chunk_id for chunk_id, _ in record.full_text.search(asked, 60, scope)] == [41]
