"""The vectors' file as a library grows: its kind changes by itself, and nobody who asks meanwhile notices."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from core_fakes import make_document
from numpy.typing import NDArray

from rag.index import NewChunk
from rag.index.local import vector_file
from rag.index.local.chunks import Chunks
from rag.index.local.files import VECTORS_FILE
from rag.index.local.meta import Meta
from rag.index.local.record import Record
from rag.index.local.vector_kinds import Policy
from rag.index.local.vectors import VectorIndex

DIMENSION = 16
SMALL = Policy(flat_up_to=400, changed_share=0.1, changed_most=100)
PER_DOCUMENT = 20
FEW, MANY = 300, 1200
"""Chunks of a library that is kept flat by this policy, and of one that is clustered."""


def clustered_rows(count: int, seed: int = 0) -> NDArray[np.float32]:
    """Unit vectors around 40 centres, the same for every seed."""
    centres = np.random.default_rng(99).normal(size=(40, DIMENSION))
    rng = np.random.default_rng(seed)
    rows = centres[rng.integers(40, size=count)] + 0.5 * rng.normal(size=(count, DIMENSION))
    return np.asarray(rows / np.linalg.norm(rows, axis=1, keepdims=True), dtype=np.float32)


QUERIES = clustered_rows(50, seed=7)


def grow(record: Record, count: int, prefix: str = "a") -> NDArray[np.float32]:
    """Adds so many chunks, a few to each document; the vectors, in the order of their ids."""
    rows = clustered_rows(count, seed=len(prefix) + ord(prefix[0]))
    with record.database.transaction():
        for start in range(0, count, PER_DOCUMENT):
            part = rows[start : start + PER_DOCUMENT]
            document = make_document(f"{prefix}{start}.txt", "x" * len(part))
            record.put(document, [NewChunk((i, i + 1), "", row) for i, row in enumerate(part)])
    return rows


def document_id(prefix: str, number: int) -> str:
    return make_document(f"{prefix}{number * PER_DOCUMENT}.txt", "").source.id


@pytest.fixture
def record(tmp_path: Path) -> Iterator[Record]:
    opened = Record(tmp_path / "library.sqlite")
    yield opened
    opened.close()


def opened(record: Record) -> VectorIndex:
    return VectorIndex(record.path.parent, record, DIMENSION, SMALL)


def saved(record: Record) -> VectorIndex:
    vectors = opened(record)
    vectors.save()
    return vectors


def exact(rows: NDArray[np.float32], query: NDArray[np.float32], ids: NDArray[np.int64], k: int = 10) -> list[int]:
    """The ids of the nearest rows; ``ids`` are those of the rows."""
    return [int(i) for i in ids[np.argsort(-(rows @ query), kind="stable")[:k]]]


def recall(vectors: VectorIndex, rows: NDArray[np.float32], ids: NDArray[np.int64]) -> float:
    """Of the ten nearest of each query, the share that is found; 0 where the cosines are not those of the rows."""
    found = 0
    row_of = dict(zip(ids.tolist(), rows, strict=True))
    for query in QUERIES:
        hits = vectors.search(query, 10)
        assert all(abs(score - float(row_of[chunk_id] @ query)) < 2e-3 for chunk_id, score in hits)
        found += len({chunk_id for chunk_id, _ in hits} & set(exact(rows, query, ids)))
    return found / (10 * len(QUERIES))


def all_ids(rows: NDArray[np.float32]) -> NDArray[np.int64]:
    return np.arange(1, len(rows) + 1)


def test_a_library_that_grows_is_clustered_and_one_that_shrinks_is_flat_again(record: Record) -> None:
    rows = grow(record, FEW)
    vectors = saved(record)
    assert vectors.kind == "flat"
    assert recall(vectors, rows, all_ids(rows)) > 0.99
    rows = np.concatenate([rows, grow(record, MANY - FEW, "b")])
    assert recall(vectors, rows, all_ids(rows)) > 0.99
    vectors.save()
    assert vectors.kind == "clustered"
    assert recall(vectors, rows, all_ids(rows)) > 0.95
    assert recall(opened(record), rows, all_ids(rows)) > 0.95
    for number in range((MANY - FEW) // PER_DOCUMENT):
        record.remove(document_id("b", number))
    vectors.save()
    assert vectors.kind == "flat"
    assert recall(vectors, rows[:FEW], all_ids(rows)[:FEW]) > 0.99


def test_clusters_are_made_anew_only_when_outgrown(record: Record) -> None:
    grow(record, 500)
    vectors = saved(record)
    for prefix, trained_on in (("b", 500), ("c", 1100)):
        grow(record, 300, prefix)
        vectors.save()
        stored = vector_file.descriptions(record.meta.get("vectors"))
        assert [one.trained_on for one in stored] == [trained_on]


@pytest.mark.parametrize("count", [FEW, MANY])
def test_what_was_removed_is_not_found_before_and_after_the_file_is_written_anew(record: Record, count: int) -> None:
    rows = grow(record, count)
    vectors = saved(record)
    gone = [0, 3, 5, 7, 9, 11]
    for number in gone:
        assert record.remove(document_id("a", number))
    left = np.ones(count, dtype=bool)
    for number in gone:
        left[number * PER_DOCUMENT : (number + 1) * PER_DOCUMENT] = False
    for _ in range(2):
        for index in (vectors, opened(record)):
            assert recall(index, rows[left], all_ids(rows)[left]) > 0.95
        vectors.save()
    assert vector_file.descriptions(record.meta.get("vectors"))[0].last_removal == len(gone) * PER_DOCUMENT


@pytest.mark.parametrize("count", [FEW, MANY])
def test_a_scope_is_searched_exactly_however_small_and_far_away(record: Record, count: int) -> None:
    rows = grow(record, count)
    vectors = saved(record)
    newer = grow(record, 5, "z")
    rows = np.concatenate([rows, newer])
    for documents in ([document_id("a", 4)], [document_id("a", 2), document_id("z", 0)]):
        allowed = record.chunks.ids(documents)
        for query in QUERIES:
            found = [chunk_id for chunk_id, _ in vectors.search(query, 10, allowed)]
            assert len(set(found) & set(exact(rows[allowed - 1], query, allowed))) >= 9
            assert set(found) <= set(allowed.tolist())


@pytest.mark.parametrize("count", [FEW, MANY])
def test_the_cosines_of_any_chunks_are_known(record: Record, count: int) -> None:
    rows = grow(record, count)
    vectors = saved(record)
    grow(record, PER_DOCUMENT, prefix="b")  # what the file does not hold yet
    ids = [1, count // 2, count, count + 1]
    found = dict(vectors.cosines(QUERIES[0], ids))
    assert sorted(found) == ids
    assert found[count] == pytest.approx(float(rows[count - 1] @ QUERIES[0]), abs=2e-3)


def test_a_small_change_does_not_write_the_file_anew_but_is_found(record: Record, tmp_path: Path) -> None:
    rows = grow(record, MANY)
    vectors = saved(record)
    before = (tmp_path / VECTORS_FILE).read_bytes()
    rows = np.concatenate([rows, grow(record, 5, "b")])
    vectors.save()
    assert (tmp_path / VECTORS_FILE).read_bytes() == before
    for index in (vectors, opened(record)):
        assert [index.search(row, 1)[0][0] for row in rows[-5:]] == list(range(MANY + 1, MANY + 6))


class Killed(BaseException):
    """Nothing that docquote catches, as if the process had ended there."""


def killed_before(method: str, call: int, monkeypatch: pytest.MonkeyPatch, owner: type) -> None:
    """The process ends when a method is called for the so-manieth time."""
    calls = 0
    whole = getattr(owner, method)

    def wrapped(*arguments: object) -> object:
        nonlocal calls
        calls += 1
        if calls == call:
            raise Killed
        return whole(*arguments)

    monkeypatch.setattr(owner, method, wrapped)


@pytest.mark.parametrize(
    ("owner", "method", "call"),
    [(Chunks, "vectors_after", 1), (Meta, "set", 1), (Path, "replace", 1), (Meta, "set", 2)],
    ids=["while it is made", "before it is recorded", "before it is in its place", "before the old one is forgotten"],
)
def test_a_kill_while_the_kind_changes_leaves_a_file_that_is_whole(
    record: Record, monkeypatch: pytest.MonkeyPatch, owner: type, method: str, call: int
) -> None:
    rows = grow(record, FEW)
    vectors = saved(record)
    rows = np.concatenate([rows, grow(record, MANY - FEW, "b")])
    with monkeypatch.context() as patch:
        killed_before(method, call, patch, owner)
        with pytest.raises(Killed):
            vectors.save()
    again = opened(record)
    assert again.kind == ("clustered" if call == 2 else "flat")  # not None: no kill costs the file
    assert again.is_whole()
    assert recall(again, rows, all_ids(rows)) > 0.95
    again.save()
    assert again.kind == "clustered"
    assert recall(opened(record), rows, all_ids(rows)) > 0.95
    assert {path.name for path in record.path.parent.iterdir()} <= (
        {VECTORS_FILE, "library.sqlite", "library.sqlite-wal", "library.sqlite-shm"}
    )


def test_readers_answer_while_the_kind_changes(record: Record, tmp_path: Path) -> None:
    grow(record, FEW)
    saved(record)
    rows = np.concatenate([clustered_rows(FEW, seed=1 + ord("a")), grow(record, MANY - FEW, "b")])
    others = [Record(tmp_path / "library.sqlite") for _ in range(2)]
    readers = [opened(other) for other in others]
    expected = [exact(rows, query, all_ids(rows), 1) for query in QUERIES]
    answers: list[list[int]] = [[], []]
    done = threading.Event()

    def ask(number: int) -> None:
        while not done.is_set() or len(answers[number]) < len(QUERIES):
            query = QUERIES[len(answers[number]) % len(QUERIES)]
            answers[number].append(readers[number].search(query, 1)[0][0])

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(2)]
    for thread in threads:
        thread.start()
    opened(record).save()
    done.set()
    for thread in threads:
        thread.join()
    for given in answers:
        right = sum([answer] == expected[i % len(QUERIES)] for i, answer in enumerate(given))
        assert right >= 0.95 * len(given)
    assert [reader.search(QUERIES[0], 1)[0][0] for reader in readers] == expected[0] * 2
    assert [reader.kind for reader in readers] == ["clustered", "clustered"]
    for other in others:
        other.close()


def cut(path: Path) -> None:
    os.truncate(path, path.stat().st_size // 2)


def flip(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[len(data) * 3 // 4] ^= 4
    path.write_bytes(data)


def flip_head_behind_its_time(path: Path) -> None:
    status = path.stat()
    data = bytearray(path.read_bytes())
    data[100] ^= 1
    path.write_bytes(data)
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))


@pytest.mark.parametrize("count", [FEW, MANY])
@pytest.mark.parametrize("damage", [cut, flip, flip_head_behind_its_time, Path.unlink])
def test_a_damaged_file_of_either_kind_is_let_go_and_made_anew(
    record: Record, tmp_path: Path, count: int, damage: Callable[[Path], None]
) -> None:
    rows = grow(record, count)
    running = saved(record)
    kind = running.kind
    damage(tmp_path / VECTORS_FILE)
    assert recall(running, rows, all_ids(rows)) > 0.95  # a chat that has the file open
    again = opened(record)
    assert again.kind is None
    assert recall(again, rows, all_ids(rows)) > 0.99
    again.save()
    assert opened(record).kind == kind
    assert again.is_whole()


def test_what_a_disk_changes_behind_the_time_of_a_large_file_is_found_and_not_carried_on(
    record: Record, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(vector_file, "HEAD_BYTES", 1024)
    monkeypatch.setattr(vector_file, "_BLOCK", 1024)
    grow(record, MANY)
    vectors = saved(record)
    assert vectors.is_whole()
    status = (tmp_path / VECTORS_FILE).stat()
    flip(tmp_path / VECTORS_FILE)
    os.utime(tmp_path / VECTORS_FILE, ns=(status.st_atime_ns, status.st_mtime_ns))
    again = opened(record)
    assert again.kind == "clustered"
    assert not again.is_whole()
    grow(record, 200, "b")
    again.save()
    assert again.is_whole()
    assert [one.trained_on for one in vector_file.descriptions(record.meta.get("vectors"))] == [MANY + 200]


def test_a_copied_folder_is_checked_once_and_used(record: Record, tmp_path: Path) -> None:
    rows = grow(record, MANY)
    saved(record)
    os.utime(tmp_path / VECTORS_FILE, (1, 1))
    again = opened(record)
    assert again.kind == "clustered"
    assert recall(again, rows, all_ids(rows)) > 0.95
