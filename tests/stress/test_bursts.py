"""Many changes at once in a folder that is followed: the index comes into step, and what comes after is noticed."""

from __future__ import annotations

from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from threading import Event

import pytest
from core_fakes import FAKE_SETTINGS, FakeEmbedder, make_index, write_files
from counts import CHANGES

from rag.index import Index
from rag.index.ingest import bursts, update_index

FOLDERS = 20


def burst(folder: Path) -> None:
    """A tenth of the changes removes files, a tenth moves them with their folder, three tenths change them, and half
    make new ones in new folders."""
    files = sorted(folder.rglob("*.txt"))
    tenth = CHANGES // 10
    for path in files[:tenth]:
        path.unlink()
    for path in files[tenth : 4 * tenth]:
        path.write_text(f"Changed, {path.name}.")
    write_files(folder, {f"new/{n % FOLDERS}/{n % 7}/{n}.txt": f"New note {n}." for n in range(5 * tenth)})
    (folder / "to move").rename(folder / "moved")


def in_step(index: Index, folder: Path) -> bool:
    there = {str(path): sha256(path.read_bytes()).hexdigest() for path in folder.rglob("*.txt")}
    return there == {source.path: source.sha256 for source in index.sources()}


@pytest.mark.timeout(300 + CHANGES)
def test_a_burst_is_survived_and_what_comes_after_is_noticed(tmp_path: Path, counted: Callable[[str], None]) -> None:
    tenth = CHANGES // 10
    folder = write_files(tmp_path / "port", {f"{n % FOLDERS}/{n}.txt": f"Note {n}." for n in range(4 * tenth)})
    write_files(folder, {f"to move/{n}.txt": f"Moving note {n}." for n in range(tenth)})
    index, stop = make_index(tmp_path / "index"), Event()
    late = folder / "new" / "0" / "0" / "late.txt"
    updates = 0
    for _ in bursts(lambda: [folder], index.folder, stop):
        update_index(index, FakeEmbedder(), [folder], FAKE_SETTINGS)
        updates += 1
        if updates == 1:
            burst(folder)
        elif in_step(index, folder):
            if late.exists():
                stop.set()
            else:
                late.write_text("The last note.")
    assert updates < 10  # and not one for each file
    assert not [finding for finding in index.examine(FAKE_SETTINGS) if not finding.ok and finding.check != "settings"]
    counted(f"burst: {CHANGES:,} changes at once; {updates} updates, with the first and that of a later change")
    index.close()
