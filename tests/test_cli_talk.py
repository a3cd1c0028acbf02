"""A conversation in the terminal: what is read from a pipe, and what a person at a keyboard meets."""

from __future__ import annotations

import io
import json
import os
import pty
import select
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from core_fakes import FakeEmbedder, write_files
from test_cli import FILES, QUESTION, Ran

import embeddings
import rag.assistant
import rag.cli.main
from rag.history import Conversations, Exchange
from rag.serving.chats import owner_of

TOKEN = "0123456789abcdef" * 2
Talk = Callable[..., Ran]


@pytest.fixture
def talk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Talk:
    """Runs ``docquote talk`` over two documents, without a model, with lines from a pipe."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(embeddings, "open_embedder", lambda name: FakeEmbedder())
    monkeypatch.setattr(rag.assistant, "open_embedder", lambda name: FakeEmbedder())
    monkeypatch.setattr(rag.cli.main, "_mount_commands", lambda: None)
    write_files(tmp_path / "documents", FILES)

    def run(*arguments: str) -> Ran:
        monkeypatch.setattr(sys, "argv", ["docquote", *arguments])
        capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            rag.cli.main.main()
        printed = capsys.readouterr()
        return Ran(int(ended.value.code or 0), printed.out, printed.err)

    def talked(*lines: str, options: tuple[str, ...] = ()) -> Ran:
        monkeypatch.setattr(sys, "stdin", io.StringIO("".join(f"{line}\n" for line in lines)))
        return run("talk", *options)

    assert run("index", "documents").status == 0
    return talked


def objects(ran: Ran) -> list[Any]:
    return [json.loads(line) for line in ran.out.splitlines()]


def test_questions_from_a_pipe_are_answered_in_turn_and_kept(talk: Talk) -> None:
    ran = talk(QUESTION, "", "Which club was it?")
    assert ran.status == 0
    assert f"> {QUESTION}\n" in ran.out
    assert "Seventy-six members attended the spring meeting of the rowing club. [1]" in ran.out
    assert "understood as: " in ran.out and "(as typed: /typed)" in ran.out
    with closing(Conversations(Path(".docquote"))) as kept:
        [conversation] = kept.list("terminal")
        exchanges = kept.open("terminal", conversation.id).exchanges
    assert [one.question for one in exchanges] == [QUESTION, "Which club was it?"]
    assert all(one.answer is not None and one.made_with["embedding_model"] == "fake" for one in exchanges)


def test_json_is_one_object_a_line(talk: Talk) -> None:
    lines = [QUESTION, "/new", "Which club was it?", "/opn", "/open 9", "/scope", "/help", "/quit", "Never asked?"]
    first, new, alone, wrong, none, scope, told = objects(talk(*lines, options=("--json",)))
    assert first["found"] and new == {"new": True}
    assert alone["interpreted_as"] == alone["question"]
    assert first["conversation"] != alone["conversation"]
    assert "did you mean /open" in wrong["error"] and "no citation 9" in none["error"]
    assert scope["scope"]["documents"] == [] and "/scope" in told["commands"]


def test_a_scope_holds_until_it_is_taken_back(talk: Talk) -> None:
    lines = ["/scope garden.txt", QUESTION, "/scope minutes", QUESTION, "/scope gardn.txt", "/scope --after soon"]
    lines += ["/scope '", "/scope --nothing", "/scope --after 2030", "/scope all", QUESTION, "/scope"]
    garden, refused, minutes, found, slip, soon, open_, wrong, none, everything, again, shown = objects(
        talk(*lines, options=("--json",))
    )
    assert garden["scope"]["documents"] == ["garden.txt"] and not refused["found"]
    assert minutes["scope"]["folders"] == ["minutes"] and found["found"]
    assert "did you mean garden.txt?" in slip["error"]
    assert "is no date" in soon["error"] and "/scope: " in open_["error"] and "/scope all" in wrong["error"]
    assert "no document is of that time" in none["error"]
    assert everything["scope"] == shown["scope"] and again["found"]
    people = talk("/scope minutes --after 2020", "/scope minutes --before 2021", "/scope garden.txt", "/scope all").out
    assert "Only these may answer: garden.txt\n" in people and "All documents may answer.\n" in people


def test_the_last_question_is_asked_again_otherwise_and_opened(talk: Talk, monkeypatch: pytest.MonkeyPatch) -> None:
    for variable in ("DISPLAY", "WAYLAND_DISPLAY"):
        monkeypatch.delenv(variable, raising=False)
    too_early, first, again, whenever, opened, wrong = objects(
        talk("/typed", QUESTION, "/typed", "/anydate", "/open 1", "/open one", options=("--json",))
    )
    assert "nothing was asked yet" in too_early["error"] and "say the number" in wrong["error"]
    assert first["question"] == again["question"] == whenever["question"] == QUESTION
    assert opened["document"] == "minutes/2021.txt" and opened["opened"] is False
    assert "place: characters " in talk("/open 1").out


def test_errors_are_told_and_the_conversation_goes_on(talk: Talk, tmp_path: Path) -> None:
    ran = talk("x" * 2000, QUESTION)
    assert ran.status == 0
    assert "error: the question has 2,000 characters" in ran.err
    assert "Seventy-six" in ran.out
    (tmp_path / ".docquote" / "calibration.json").write_text("{}")
    ran = talk(QUESTION, options=("--json",))
    assert ran.status == 2
    assert "calibration.json" in objects(ran)[0]["error"]
    assert talk(options=("--index", "nowhere")).status == 2
    assert not (tmp_path / "nowhere").exists()


@pytest.mark.parametrize(
    ("owners", "options", "whose"),
    [
        ([], (), "terminal"),
        ([owner_of(None, TOKEN)], (), owner_of(None, TOKEN)),
        ([owner_of(None, TOKEN), owner_of(None, TOKEN[::-1])], (), "terminal"),
        ([owner_of(None, TOKEN)], ("--user", "ada"), "ada"),
        (["ada"], (), "terminal"),
    ],
)
def test_the_page_shows_the_conversation_to_the_one_who_had_it(
    talk: Talk, owners: list[str], options: tuple[str, ...], whose: str
) -> None:
    with closing(Conversations(Path(".docquote"))) as kept:
        for owner in owners:
            kept.append(owner, kept.create(owner).id, Exchange("Earlier?", problem="busy"))
    assert talk(QUESTION, options=options).status == 0
    with closing(Conversations(Path(".docquote"))) as kept:
        assert QUESTION in [one.title for one in kept.list(whose)]


AT_A_KEYBOARD = """
import sys, threading
import embeddings, rag.assistant, rag.cli.main
from core_fakes import FakeEmbedder
rag.assistant.open_embedder = lambda name: FakeEmbedder()
rag.cli.main._mount_commands = lambda: None
ask = rag.assistant.Assistant.ask
def slowly(self, question, *arguments, **options):
    if question == "Endless?":
        print("BEGUN", flush=True)
        threading.Event().wait()
    return ask(self, question, *arguments, **options)
rag.assistant.Assistant.ask = slowly
sys.argv = ["docquote", "talk"]
rag.cli.main.main()
"""


class Keyboard:
    """A program in a terminal, and a person at it."""

    def __init__(self, folder: Path) -> None:
        self.terminal, inner = pty.openpty()
        environment = os.environ | {"TERM": "dumb", "NO_COLOR": "1", "PYTHONPATH": os.pathsep.join(sys.path)}
        command = [sys.executable, "-c", AT_A_KEYBOARD]
        self.program = subprocess.Popen(
            command, stdin=inner, stdout=inner, stderr=inner, cwd=folder, env=environment, start_new_session=True
        )
        os.close(inner)
        self.shown = ""

    def type(self, keys: str) -> None:
        os.write(self.terminal, keys.encode())

    def interrupt(self) -> None:
        """What the terminal does at Ctrl-C."""
        os.killpg(self.program.pid, signal.SIGINT)

    def until(self, words: str) -> str:
        """What is shown up to and with words that are waited for."""
        while words not in self.shown:
            assert select.select([self.terminal], [], [], PATIENCE_SECONDS)[0], f"{words!r} never came: {self.shown}"
            self.shown += os.read(self.terminal, 4096).decode(errors="replace")
        seen, _, self.shown = self.shown.partition(words)
        return seen + words


PATIENCE_SECONDS = 120


@pytest.fixture
def keyboard(talk: Talk, tmp_path: Path) -> Iterator[Keyboard]:
    opened = Keyboard(tmp_path)
    yield opened
    if opened.program.poll() is None:
        opened.program.kill()
    opened.program.wait()
    os.close(opened.terminal)


def test_a_person_asks_stops_recalls_and_ends(keyboard: Keyboard) -> None:
    keyboard.until("> ")
    keyboard.type(f"{QUESTION}\n")
    keyboard.until("[1]")
    keyboard.until("> ")
    keyboard.type("Endless?\n")
    keyboard.until("BEGUN")
    keyboard.interrupt()
    keyboard.until("Stopped.")
    keyboard.until("> ")
    keyboard.type("half a quest")
    keyboard.until("half a quest")
    keyboard.interrupt()
    keyboard.until("> ")
    keyboard.type("/sc\t")
    keyboard.until("/scope ")
    keyboard.type("gar\t\n")
    keyboard.until("Only these may answer: garden.txt")
    keyboard.until("> ")
    keyboard.type("\x1b[A\x1b[A\x1b[A\n")
    keyboard.until("Not in the document you chose.")
    keyboard.until("> ")
    keyboard.type("\x04")
    assert keyboard.program.wait(timeout=PATIENCE_SECONDS) == 0
