"""The FAISS file: exact search, and rebuilt from the library whenever it cannot be trusted."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from core_fakes import make_document
from numpy.typing import NDArray

from rag.errors import LibraryError
from rag.index import NewChunk
from rag.index.local.files import VECTORS_FILE
from rag.index.local.record import Record
from rag.index.local.vectors import VectorIndex

DIMENSION = 16


def unit_rows(count: int, seed: int = 0) -> NDArray[np.float32]:
    rows = np.random.default_rng(seed).normal(size=(count, DIMENSION)).astype(np.float32)
    return np.asarray(rows / np.linalg.norm(rows, axis=1, keepdims=True), dtype=np.float32)


@pytest.fixture
def record(tmp_path: Path) -> Iterator[Record]:
    opened = Record(tmp_path / "library.sqlite")
    yield opened
    opened.close()


def put(record: Record, name: str, rows: NDArray[np.float32]) -> str:
    document = make_document(name, "x" * len(rows))
    record.put(document, [NewChunk((i, i + 1), "", row) for i, row in enumerate(rows)])
    return document.source.id


def held(vectors: VectorIndex) -> list[int]:
    """The chunk ids that a search can find."""
    return sorted(chunk_id for chunk_id, _ in vectors.search(unit_rows(1)[0], 1_000_000))


def test_search_is_exact_but_for_half_precision(record: Record, tmp_path: Path) -> None:
    rows, query = unit_rows(500), unit_rows(1, seed=1)[0]
    put(record, "a.txt", rows)
    cosines = rows @ query
    expected = np.argsort(-cosines)[:10] + 1
    found = VectorIndex(tmp_path, record, DIMENSION).search(query, 10)
    assert [chunk_id for chunk_id, _ in found] == expected.tolist()
    np.testing.assert_allclose([score for _, score in found], cosines[expected - 1], atol=2e-3)


def test_search_among_some_chunks_only(record: Record, tmp_path: Path) -> None:
    rows, query = unit_rows(200), unit_rows(1, seed=1)[0]
    put(record, "a.txt", rows)
    vectors = VectorIndex(tmp_path, record, DIMENSION)
    allowed = np.arange(3, 200, 20, dtype=np.int64)
    found = [chunk_id for chunk_id, _ in vectors.search(query, 50, allowed)]
    assert found == [int(i) for i in sorted(allowed, key=lambda i: -float(rows[i - 1] @ query))]
    assert vectors.search(query, 5, np.empty(0, dtype=np.int64)) == []


def test_an_empty_index_finds_nothing(record: Record, tmp_path: Path) -> None:
    vectors = VectorIndex(tmp_path, record, DIMENSION)
    assert vectors.search(unit_rows(1)[0], 5) == []
    vectors.save()
    assert held(VectorIndex(tmp_path, record, DIMENSION)) == []


def test_more_hits_than_there_are_chunks(record: Record, tmp_path: Path) -> None:
    put(record, "a.txt", unit_rows(3))
    assert len(VectorIndex(tmp_path, record, DIMENSION).search(unit_rows(1)[0], 50)) == 3


def test_changes_are_seen_by_the_next_search(record: Record, tmp_path: Path) -> None:
    rows = unit_rows(4)
    vectors = VectorIndex(tmp_path, record, DIMENSION)
    first = put(record, "a.txt", rows[:2])
    assert vectors.search(rows[1], 1)[0][0] == 2
    put(record, "b.txt", rows[2:])
    assert vectors.search(rows[3], 1)[0][0] == 4
    record.remove(first)
    assert {chunk_id for chunk_id, _ in vectors.search(rows[1], 10)} == {3, 4}
    assert dict(vectors.cosines(rows[1], [4, 3])) == pytest.approx(
        {4: float(rows[3] @ rows[1]), 3: float(rows[2] @ rows[1])}, abs=2e-3
    )
    assert vectors.cosines(rows[1], []) == []


def saved(record: Record, tmp_path: Path) -> NDArray[np.float32]:
    rows = unit_rows(20)
    put(record, "a.txt", rows)
    VectorIndex(tmp_path, record, DIMENSION).save()
    return rows


def damage_nothing(path: Path) -> None:
    """The file is as it was saved."""


def damage_missing(path: Path) -> None:
    path.unlink()


def damage_empty(path: Path) -> None:
    path.write_bytes(b"")


def damage_truncated(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-7])


def damage_flipped(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)


def damage_header(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[0] ^= 0xFF
    path.write_bytes(data)


def damage_other_file(path: Path) -> None:
    path.write_bytes(b"something else entirely" * 100)


def damage_folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


@pytest.mark.parametrize(
    "damage",
    [
        damage_nothing, damage_missing, damage_empty, damage_truncated,
        damage_flipped, damage_header, damage_other_file, damage_folder,
    ],
)  # fmt: skip
def test_a_damaged_file_is_rebuilt_from_the_library(record: Record, tmp_path: Path, damage: object) -> None:
    rows = saved(record, tmp_path)
    assert callable(damage)
    damage(tmp_path / VECTORS_FILE)
    vectors = VectorIndex(tmp_path, record, DIMENSION)
    assert len(held(vectors)) == 20
    assert [vectors.search(row, 1)[0][0] for row in rows] == list(range(1, 21))


def test_a_file_from_before_the_last_change_is_brought_up_to_date(record: Record, tmp_path: Path) -> None:
    rows = saved(record, tmp_path)
    put(record, "b.txt", unit_rows(2, seed=3))
    put(record, "a.txt", rows[:5])
    vectors = VectorIndex(tmp_path, record, DIMENSION)
    assert len(held(vectors)) == 7
    assert {chunk_id for chunk_id, _ in vectors.search(rows[0], 20)} == set(range(21, 28))


def test_an_older_file_put_back_is_not_trusted(record: Record, tmp_path: Path) -> None:
    saved(record, tmp_path)
    older = (tmp_path / VECTORS_FILE).read_bytes()
    put(record, "a.txt", unit_rows(3, seed=4))
    VectorIndex(tmp_path, record, DIMENSION).save()
    (tmp_path / VECTORS_FILE).write_bytes(older)
    assert len(held(VectorIndex(tmp_path, record, DIMENSION))) == 3


def test_saving_leaves_one_file_even_after_a_kill_while_saving(record: Record, tmp_path: Path) -> None:
    (tmp_path / "vectors.tmp").write_bytes(b"half a file")
    saved(record, tmp_path)
    assert {path.name for path in tmp_path.iterdir()} - {"library.sqlite-wal", "library.sqlite-shm"} == (
        {"library.sqlite", VECTORS_FILE}
    )


def test_a_file_that_cannot_be_written_is_an_error_that_says_nothing_is_lost(record: Record, tmp_path: Path) -> None:
    vectors = VectorIndex(tmp_path, record, DIMENSION)
    put(record, "a.txt", unit_rows(3))
    (tmp_path / VECTORS_FILE).mkdir()
    with pytest.raises(LibraryError, match=r"cannot be written.*safe in the library"):
        vectors.save()
    assert len(vectors.search(unit_rows(1)[0], 5)) == 3
    assert not (tmp_path / "vectors.tmp").exists()
