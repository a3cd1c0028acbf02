"""Full disks, read-only folders, files and clocks that change underfoot, and two at the same index."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from hashlib import sha256
from pathlib import Path

import pytest
from core_fakes import FAKE_SETTINGS, FakeEmbedder, make_index, write_files
from whole import corpus, held

import rag.history.conversations
from rag.errors import LibraryError
from rag.history import Conversations, Exchange
from rag.index import Index, open_index
from rag.index.ingest import IndexJobs, IndexReport, Progress, update_index
from rag.retrieval import Retriever

TESTS = Path(__file__).resolve().parents[1]
ENVIRONMENT = os.environ | {"PYTHONPATH": os.pathsep.join(map(str, [TESTS.parent, TESTS]))}
SMALL_DISK_KIB = 512
Ran = subprocess.CompletedProcess[str]


def docquote(*arguments: str, cwd: Path, limit: int | None = None) -> Ran:
    """The command line with the fake embedder; no file that it writes may grow over ``limit`` bytes."""
    code = "import runpy, sys; sys.argv = sys.argv[1:]; runpy.run_path(sys.argv[0], run_name='__main__')"
    if limit is not None:
        code = f"import resource; resource.setrlimit(resource.RLIMIT_FSIZE, ({limit}, {limit})); {code}"
    command = [sys.executable, "-c", code, str(TESTS / "slow_docquote.py"), *arguments]
    return subprocess.run(command, cwd=cwd, env=ENVIRONMENT, capture_output=True, text=True, check=False)


def is_told(ran: Ran, *words: str) -> None:
    """It failed with one clear line on standard error."""
    assert ran.returncode == 2, ran.stderr
    assert "Traceback" not in ran.stderr
    line = ran.stderr.strip().splitlines()[-1]
    assert line.startswith("error:")
    for word in words:
        assert word in line


def mount(folder: Path, options: str) -> None:
    folder.mkdir(exist_ok=True)
    command = ["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(folder)]
    ran = subprocess.run(command, capture_output=True, text=True, check=False) if shutil.which("mount") else None
    if ran is None or ran.returncode != 0:
        pytest.skip("a small disk can be mounted by root only")


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of ``SMALL_DISK_KIB``."""
    folder = tmp_path / "disk"
    mount(folder, f"size={SMALL_DISK_KIB}k")
    yield folder
    subprocess.run(["umount", "--lazy", str(folder)], check=True)


def test_a_full_disk_loses_nothing_and_is_named(tmp_path: Path, disk: Path) -> None:
    write_files(tmp_path / "documents", corpus(1))
    first = ["index", "documents/folder0", "--index", str(disk / "index")]
    assert docquote(*first, cwd=tmp_path).returncode == 0
    before = len(held_in_default(disk / "index"))
    (disk / "ballast").write_bytes(b"")
    with suppress(OSError), (disk / "ballast").open("ab") as ballast:
        while True:
            ballast.write(bytes(4096))
            ballast.flush()
    is_told(
        docquote("index", "documents", "--index", str(disk / "index"), cwd=tmp_path),
        "the disk is full",
        "free some space",
    )
    (disk / "ballast").unlink()
    assert len(held_in_default(disk / "index")) >= before
    subprocess.run(["mount", "-o", "remount,size=64m", str(disk)], check=True)
    assert docquote("index", "documents", "--index", str(disk / "index"), cwd=tmp_path).returncode == 0
    assert len(held_in_default(disk / "index")) == len(corpus(1))


def test_a_disk_that_fills_while_documents_are_stored(tmp_path: Path) -> None:
    if sys.platform == "win32":
        pytest.skip("files cannot be limited here")
    write_files(tmp_path / "documents", corpus(1))
    for kib in (8, 120):
        ran = docquote("index", "documents", cwd=tmp_path, limit=kib * 1024)
        if ran.returncode:
            is_told(ran, "cannot be written")
    assert docquote("index", "documents", cwd=tmp_path).returncode == 0
    assert len(held_in_default(tmp_path / ".docquote")) == len(corpus(1))


def held_in_default(folder: Path) -> dict[str, str]:
    """What an index made with the default settings holds."""
    from rag.settings import Settings

    with closing(open_index(folder, FakeEmbedder(), Settings())) as index:
        return held(index)


def test_a_read_only_index_is_named(tmp_path: Path, disk: Path) -> None:
    write_files(tmp_path / "documents", {"a.txt": "Version 1 tells of the roof."})
    index = ["--index", str(disk / "index")]
    assert docquote("index", "documents", *index, cwd=tmp_path).returncode == 0
    subprocess.run(["mount", "-o", "remount,ro", str(disk)], check=True)
    is_told(docquote("index", "documents", *index, cwd=tmp_path), "written", str(disk))
    is_told(docquote("index", "documents", "--index", str(disk / "new"), cwd=tmp_path), "choose another --index")
    is_told(docquote("remove", "a.txt", *index, cwd=tmp_path), "written", str(disk))
    subprocess.run(["mount", "-o", "remount,rw", str(disk)], check=True)
    assert list(held_in_default(disk / "index")) == ["documents/a.txt"] or held_in_default(disk / "index")


def updated(index: Index, folder: Path, progress: Progress | None = None) -> IndexReport:
    return update_index(index, FakeEmbedder(), [folder], FAKE_SETTINGS, progress)


def test_a_file_that_vanishes_is_named_and_what_was_indexed_stays_until_the_next_run(tmp_path: Path) -> None:
    folder = write_files(tmp_path / "documents", {f"{n}.txt": f"Version 1 of {n}." for n in range(4)})
    with closing(open_index(tmp_path / "index", FakeEmbedder(), FAKE_SETTINGS, create=True)) as index:
        updated(index, folder)

        def vanish(path: Path, done: int, total: int) -> None:
            if path.name == "2.txt":
                path.unlink(missing_ok=True)

        write_files(folder, {f"{n}.txt": f"Version 2 of {n}." for n in range(4)})
        report = updated(index, folder, vanish)
        assert [(failure.path.name, failure.reason) for failure in report.failed] == [("2.txt", "no such file")]
        assert held(index)["2.txt"] == "Version 1 of 2."
        assert updated(index, folder).removed == ["2.txt"]
        assert held(index) == {f"{n}.txt": f"Version 2 of {n}." for n in (0, 1, 3)}


def test_a_file_that_grows_while_it_is_read_is_indexed_as_it_was_at_one_moment(tmp_path: Path) -> None:
    folder = write_files(tmp_path / "documents", {"log.txt": "Version 1 begins.\n"})
    path, stop = folder / "log.txt", threading.Event()

    def grow() -> None:
        with path.open("a", encoding="utf-8") as log:
            while not stop.is_set():
                log.write("Version 1 goes on and on.\n")
                log.flush()
                time.sleep(0.0005)

    writer = threading.Thread(target=grow)
    with closing(open_index(tmp_path / "index", FakeEmbedder(), FAKE_SETTINGS, create=True)) as index:
        updated(index, folder)
        writer.start()
        seen = []
        try:
            for _ in range(5):
                assert not updated(index, folder).failed
                (source,) = index.sources()
                seen.append(held(index)["log.txt"])
                assert source.sha256 == sha256(seen[-1].encode()).hexdigest()
        finally:
            stop.set()
            writer.join()
        updated(index, folder)
        whole = path.read_text(encoding="utf-8")
        assert held(index)["log.txt"] == whole
        assert all(whole.startswith(text) for text in seen)


def test_clocks_that_jump_lose_no_change_and_no_conversation(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = write_files(tmp_path / "documents", {"a.txt": "Version 1 here."})
    with closing(make_index(tmp_path / "index")) as index:
        for version, moment in enumerate((0, 4_000_000_000, 1_000_000_000, 0), start=1):
            write_files(folder, {"a.txt": f"Version {version} here."})
            os.utime(folder / "a.txt", (moment, moment))  # the same size, and a time that says nothing
            updated(index, folder)
            assert held(index) == {"a.txt": f"Version {version} here."}
    with closing(Conversations(tmp_path / "index")) as kept:
        talk = kept.create("ada")
        for year in (2026, 2031, 1970, 2026):
            noon = f"{year}-01-01T00:00:00.000000+00:00"
            monkeypatch.setattr(rag.history.conversations, "now_utc", lambda noon=noon: noon)
            kept.append("ada", talk.id, Exchange(f"Asked in {year}?", problem="Nothing was found."))
        asked = [exchange.question for exchange in kept.open("ada", talk.id).exchanges]
    assert asked == ["Asked in 2026?", "Asked in 2031?", "Asked in 1970?", "Asked in 2026?"]


def test_the_second_of_two_indexers_says_who_is_at_work(tmp_path: Path) -> None:
    folder = write_files(tmp_path / "documents", {"a.txt": "Version 1 here."})
    with closing(make_index(tmp_path / "index")) as index, index.writing():
        with pytest.raises(LibraryError, match=rf"process {os.getpid()} since .*try again"):
            updated(index, folder)
        is_told(docquote("remove", "a.txt", "--index", "index", cwd=tmp_path), f"process {os.getpid()} since ")


def test_questions_are_answered_while_documents_come_and_go(tmp_path: Path, counted: Callable[[str], None]) -> None:
    folder = write_files(tmp_path / "documents", corpus(1))
    stop, problems, asked = threading.Event(), [], [0] * 4

    def ask(number: int, retriever: Retriever, index: Index) -> None:
        while not stop.is_set():
            try:
                for passage in retriever.retrieve("What does the committee tell of the roof?"):
                    assert passage.text.strip() and "Version" in passage.source.title + passage.text
                asked[number] += 1
            except Exception as error:  # any is a failure of the test
                problems.append(error)
                return

    with closing(make_index(tmp_path / "index")) as index:
        updated(index, folder)
        retriever = Retriever(index, FakeEmbedder())
        people = [threading.Thread(target=ask, args=(n, retriever, index)) for n in range(len(asked))]
        for thread in people:
            thread.start()
        with closing(IndexJobs(index, FakeEmbedder(), FAKE_SETTINGS)) as jobs:
            for version in range(2, 6):
                for path in folder.rglob("*.txt"):
                    path.unlink()
                write_files(folder, corpus(version))
                jobs.refresh()
                while jobs.busy and not problems:
                    time.sleep(0.01)
        stop.set()
        for thread in people:
            thread.join()
        assert not problems, problems
        assert min(asked) > 0
        assert held(index) == corpus(5)
    counted(f"questions answered while documents were changed: {sum(asked)}")
