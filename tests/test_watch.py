"""Folders that are followed: a burst is one update, what the index writes is none, and it ends when told."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from pathlib import Path
from threading import Event

import pytest
from core_fakes import FAKE_SETTINGS, FakeEmbedder, make_index, write_files

from embeddings import Vectors
from rag.errors import DocquoteError
from rag.index.ingest import IndexJobs, bursts, following, update_index

PATIENCE_SECONDS = 60
"""A busy machine is slow, not wrong."""


def test_a_burst_is_followed_and_the_index_inside_the_folder_is_not(tmp_path: Path) -> None:
    folder = write_files(tmp_path / "port", {"harbour.txt": "The harbour master is Inge Dahl."})
    index = make_index(folder / ".docquote")
    stop, updates = Event(), 0
    held: list[int] = []
    for _ in bursts(lambda: [folder], index.folder, stop):
        update_index(index, FakeEmbedder(), [folder], FAKE_SETTINGS)
        updates += 1
        held.append(len(index.sources()))
        if updates == 1:
            write_files(folder, {f"quay/{number}.txt": f"Berth {number}." for number in range(200)})
        if held[-1] == 201:
            stop.set()
    assert held[0] == 1
    assert held[-1] == 201
    assert updates < 20  # and not one for each file
    index.close()


def test_a_folder_that_went_and_came_back_is_told(tmp_path: Path) -> None:
    folder = write_files(tmp_path / "port", {"harbour.txt": "The harbour freezes."})
    stop = Event()
    told: list[bool] = []
    for _ in bursts(lambda: [folder], tmp_path / "index", stop):
        told.append(folder.exists())
        if told == [True]:
            folder.rename(tmp_path / "unplugged")
        elif told[-1] is False:
            (tmp_path / "unplugged").rename(folder)
        elif False in told:
            stop.set()
    assert told[0] is True
    assert False in told
    assert told[-1] is True


def test_a_file_that_is_indexed_by_itself_is_followed_however_it_is_saved(tmp_path: Path) -> None:
    """Editors write another file and give it the name."""
    folder = write_files(tmp_path / "port", {"harbour.txt": "Version 0."})
    path, stop = folder / "harbour.txt", Event()
    seen: list[str] = []
    for _ in bursts(lambda: [path], tmp_path / "index", stop):
        seen.append(path.read_text())
        if seen[-1] == "Version 3.":
            stop.set()
        else:
            (folder / "new").write_text(f"Version {int(seen[-1][8]) + 1}.")
            (folder / "new").replace(path)
    assert seen[0] == "Version 0."
    assert seen[-1] == "Version 3."


def until(reached: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not reached():
        assert time.monotonic() < deadline, "nothing happened"
        time.sleep(0.05)


def test_what_is_added_to_a_chat_is_followed_too(tmp_path: Path) -> None:
    port = write_files(tmp_path / "port", {"harbour.txt": "The harbour master is Inge Dahl."})
    town = write_files(tmp_path / "town", {"hall.txt": "The hall has a clock."})
    index = make_index(tmp_path / "index")

    def holds(*names: str) -> Callable[[], bool]:
        return lambda: [source.name for source in index.sources()] == list(names)

    with closing(IndexJobs(index, FakeEmbedder(), FAKE_SETTINGS)) as jobs, following(index, jobs):
        jobs.add(port)
        until(holds("harbour.txt"))
        write_files(port, {"tug.txt": "The tug pulls forty tonnes."})
        until(holds("harbour.txt", "tug.txt"))
        jobs.add(town)
        until(holds("hall.txt", "harbour.txt", "tug.txt"))
        (town / "hall.txt").unlink()
        write_files(town, {"well.txt": "The well is dry."})
        until(holds("harbour.txt", "tug.txt", "well.txt"))
        assert not [job for job in jobs.snapshot() if job.state == "failed"]
    index.close()


def test_folders_that_cannot_be_followed_are_told_as_a_job_that_failed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> Iterator[None]:
        raise DocquoteError("the folders cannot be watched (no space left on device)")

    monkeypatch.setattr("rag.index.ingest.watch.bursts", fail)
    index = make_index(tmp_path / "index")
    with closing(IndexJobs(index, FakeEmbedder(), FAKE_SETTINGS)) as jobs, following(index, jobs):
        until(lambda: any(job.state == "failed" and "no space left" in job.summary for job in jobs.snapshot()))
    index.close()


def test_many_bursts_while_one_is_worked_on_are_one_look(tmp_path: Path) -> None:
    index, begun = make_index(tmp_path / "index"), Event()

    class SlowEmbedder(FakeEmbedder):
        def encode_passages(self, texts: Sequence[str]) -> Vectors:
            begun.wait(PATIENCE_SECONDS)
            return super().encode_passages(texts)

    with closing(IndexJobs(index, SlowEmbedder(), FAKE_SETTINGS)) as jobs:
        jobs.add(write_files(tmp_path / "port", {"harbour.txt": "The harbour master is Inge Dahl."}))
        asked = {jobs.refresh() for _ in range(50)}
        assert len(asked) == 1
        begun.set()
        until(lambda: not jobs.busy)
        assert jobs.refresh() not in asked
    index.close()


def test_the_command_follows_a_folder_until_ctrl_c(tmp_path: Path) -> None:
    folder = write_files(tmp_path / "port", {"harbour.txt": "The harbour master is Inge Dahl."})
    program = (
        "import signal, sys, embeddings, rag.cli.main\n"
        "signal.signal(signal.SIGINT, signal.default_int_handler)\n"  # what a shell starts in the background ignores it
        "from core_fakes import FakeEmbedder\n"
        "embeddings.open_embedder = lambda name: FakeEmbedder()\n"
        "sys.argv = ['docquote', *sys.argv[1:]]\n"
        "rag.cli.main.main()\n"
    )
    command = [sys.executable, "-u", "-c", program, "index", str(folder), "--index", str(tmp_path / "ix"), "--watch"]
    environment = os.environ | {"PYTHONPATH": str(Path(__file__).parent)}
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=environment) as run:
        assert run.stdout is not None
        said: list[str] = []
        is_told = False
        for line in run.stdout:
            said.append(line)
            if "Watching" in line and len(list(folder.iterdir())) == 1:
                (folder / "tug.txt").write_text("The tug pulls forty tonnes.")
            elif "Watching" in line and not is_told and any("now holds 2 documents" in one for one in said):
                is_told = True
                run.send_signal(signal.SIGINT)
    assert "No longer watching." in said[-1]
    assert run.returncode == 0, said
