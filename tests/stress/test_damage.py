"""Every file of an index truncated, emptied, missing or with flipped bits: noticed, and mended as the message says."""

from __future__ import annotations

import random
import shutil
from collections import Counter
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pytest
from core_fakes import FAKE_SETTINGS, FakeEmbedder, write_files
from counts import DAMAGES

from rag.errors import DocquoteError
from rag.history import Conversations, Exchange, FeedbackStore
from rag.index import open_index
from rag.index.ingest import update_index
from rag.index.local.integrity import faults
from rag.index.local.record import Record
from rag.reader.calibration import Calibration

QUERIES = ["When did the committee meet?", "Who repaired the roof?", "tulip", "version"]
Damage = Callable[[bytes, random.Random], bytes]


def truncated(data: bytes, rng: random.Random) -> bytes:
    return data[: rng.randrange(len(data))]


def emptied(data: bytes, rng: random.Random) -> bytes:
    return b""


def flipped(data: bytes, rng: random.Random) -> bytes:
    changed = bytearray(data)
    for _ in range(rng.choice([1, 1, 1, 8, 64])):
        changed[rng.randrange(len(changed))] ^= 1 << rng.randrange(8)
    return bytes(changed)


def zeroed_block(data: bytes, rng: random.Random) -> bytes:
    start = rng.randrange(len(data)) // 512 * 512
    return data[:start] + bytes(len(data[start : start + 4096])) + data[start + 4096 :]


DAMAGE: list[Damage] = [flipped, flipped, flipped, truncated, emptied, zeroed_block]


@dataclass(frozen=True)
class Seen:
    """What people would see of an index."""

    texts: dict[str, str]
    hits: list[list[tuple[int, float]]]
    passages: dict[int, str]


def look(folder: Path) -> Seen:
    with closing(open_index(folder, FakeEmbedder(), FAKE_SETTINGS)) as index:
        vectors = FakeEmbedder().encode_queries(QUERIES)
        dense = [index.search_dense(vector, 20) for vector in vectors]
        lexical = [index.search_lexical(query.lower().split(), 20) for query in QUERIES]
        ids = sorted({chunk_id for hits in (*dense, *lexical) for chunk_id, _ in hits})
        passages = {chunk_id: found.text for chunk_id, found in index.chunks(ids).items()}
        index.cosines(vectors[0], ids)
        texts = {source.name: index.document(source.id).text for source in index.sources()}
        return Seen(texts, [*dense, *lexical], passages)


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with documents and an index of them, with all that docquote keeps beside it."""
    folder = tmp_path_factory.mktemp("damage")
    rng = random.Random(5)
    words = "committee roof repaired harbour garden budget tulip crown met meeting".split()
    write_files(
        folder / "documents",
        {f"{n}.txt": f"Version {n} says: the {' '.join(rng.choices(words, k=12))}. " * (n + 1) for n in range(12)},
    )
    with closing(open_index(folder / "index", FakeEmbedder(), FAKE_SETTINGS, create=True)) as index:
        assert not update_index(index, FakeEmbedder(), [folder / "documents"], FAKE_SETTINGS).failed
    Calibration(1.1, -0.2, 0.45, {"pairs": 12}).save(folder / "index")
    with closing(Conversations(folder / "index")) as kept:
        for n in range(5):
            kept.append("ada", kept.create("ada").id, Exchange(f"Question {n}?", problem="Nothing was found."))
    FeedbackStore(folder / "index").close()
    return folder


def noticed(work: Callable[[], object]) -> str:
    """The message of the error that the work ends with, which must be docquote's own; "" where it ends well."""
    try:
        work()
    except DocquoteError as error:
        return str(error)
    return ""


def library_is_whole(folder: Path) -> None:
    with closing(Record.of_folder(folder)) as record:
        found = faults(record)
    if found:
        raise DocquoteError(f"{found[0]} docquote index FOLDER --index {folder} --rebuild")


@pytest.mark.timeout(60 + 5 * DAMAGES)
def test_damage_is_noticed_and_mended(whole: Path, tmp_path: Path, counted: Callable[[str], None]) -> None:
    right = look(whole / "index")
    rng = random.Random(11)
    ends: Counter[str] = Counter()
    for n in range(DAMAGES):
        folder = tmp_path / "index"
        shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(whole / "index", folder)
        damage, name = rng.choice(DAMAGE), ["library.sqlite", "library.sqlite", "vectors.faiss"][n % 3]
        data = (folder / name).read_bytes()
        changed = damage(data, rng)
        (folder / name).write_bytes(changed)
        said = noticed(lambda: look(tmp_path / "index"))
        if not said or "docquote doctor" in said:
            said = noticed(lambda: library_is_whole(tmp_path / "index")) or said
        what = f"damage {n}: {damage.__name__} {name}"
        if said:
            assert "--rebuild" in said, f"{what}: {said}"
            ends["reported"] += 1
            with closing(open_index(folder, FakeEmbedder(), FAKE_SETTINGS, create=True, rebuild=True)) as index:
                update_index(index, FakeEmbedder(), [whole / "documents"], FAKE_SETTINGS)
        else:
            ends["mended or harmless"] += 1
        assert look(folder) == right, what
        assert noticed(lambda: library_is_whole(tmp_path / "index")) == "", what
    counted(f"damaged files of an index: {DAMAGES} ({', '.join(f'{count} {end}' for end, count in ends.items())})")


@pytest.mark.timeout(60 + DAMAGES)
def test_damage_to_what_lies_beside_the_index(whole: Path, tmp_path: Path) -> None:
    rng = random.Random(12)
    kept_folder = tmp_path / "index"
    for n in range(DAMAGES // 3):
        shutil.rmtree(kept_folder, ignore_errors=True)
        shutil.copytree(whole / "index", kept_folder)
        damage = rng.choice(DAMAGE)
        path = kept_folder / "calibration.json"
        data = path.read_bytes()
        changed = damage(data, rng)
        path.write_bytes(changed)
        said = noticed(lambda: Calibration.load(kept_folder))
        assert (said == "") == (changed == data), f"damage {n}: {damage.__name__} calibration.json"
        assert not said or "docquote eval calibrate" in said
        path = kept_folder / "conversations.sqlite"
        path.write_bytes(damage(path.read_bytes(), rng))

        def read_all() -> None:
            with closing(Conversations(kept_folder)) as kept:
                for one in kept.list("ada"):
                    kept.open("ada", one.id)

        said = noticed(read_all)
        assert not said or "conversation" in said, said


def test_a_library_of_no_bytes_is_not_taken_for_an_empty_one(whole: Path, tmp_path: Path) -> None:
    shutil.copytree(whole / "index", tmp_path / "index")
    (tmp_path / "index" / "library.sqlite").write_bytes(b"")
    for create in (False, True):
        said = noticed(
            lambda create=create: open_index(tmp_path / "index", FakeEmbedder(), FAKE_SETTINGS, create=create)  # type: ignore[misc]
        )
        assert "--rebuild" in said


def test_the_write_ahead_log_may_be_damaged_or_lost(whole: Path, tmp_path: Path) -> None:
    """What a kill leaves in it and damage takes away are the last documents; the next run brings them back."""
    rng = random.Random(13)
    index = open_index(tmp_path / "index", FakeEmbedder(), FAKE_SETTINGS, create=True)
    update_index(index, FakeEmbedder(), [whole / "documents"], FAKE_SETTINGS)
    name = "library.sqlite-wal"
    assert (tmp_path / "index" / name).stat().st_size > 0
    for n in range(max(4, DAMAGES // 10)):
        copy = tmp_path / f"copy{n}"
        shutil.copytree(tmp_path / "index", copy)
        (copy / "library.sqlite-shm").unlink(missing_ok=True)
        damage = rng.choice(DAMAGE)
        (copy / name).write_bytes(damage((copy / name).read_bytes(), rng))
        said = noticed(lambda copy=copy: look(copy))  # type: ignore[misc]
        assert not said or "--rebuild" in said, said
        with closing(
            open_index(copy, FakeEmbedder(), FAKE_SETTINGS, create=True, rebuild="--rebuild" in said)
        ) as opened:
            update_index(opened, FakeEmbedder(), [whole / "documents"], FAKE_SETTINGS)
        assert look(copy).texts == look(whole / "index").texts
    index.close()
