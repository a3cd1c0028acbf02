"""Folders that are followed: a burst is one update, what the index writes is none, and it ends when told."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path
from threading import Event

from core_fakes import FAKE_SETTINGS, FakeEmbedder, make_index, write_files

from rag.index.ingest import bursts, update_index


def test_a_burst_is_followed_and_the_index_inside_the_folder_is_not(tmp_path: Path) -> None:
    folder = write_files(tmp_path / "port", {"harbour.txt": "The harbour master is Inge Dahl."})
    index = make_index(folder / ".docquote")
    stop, updates = Event(), 0
    held: list[int] = []
    for _ in bursts([folder], index.folder, stop):
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
    for _ in bursts([folder], tmp_path / "index", stop):
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
