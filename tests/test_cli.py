"""The command line: exit statuses, the JSON that other tools rely on, and errors without tracebacks."""

from __future__ import annotations

import io
import json
import shlex
import socket
import sys
import types
from collections.abc import Callable
from contextlib import closing, contextmanager
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pytest
from core_fakes import FakeEmbedder, write_files
from people import free_port

import embeddings
import rag.assistant
import rag.cli.main
import rag.index.ingest.update
from rag.history import Conversations
from rag.history.store import FILE_NAME
from rag.index import open_without_model
from rag.index.local.files import LIBRARY_FILE
from rag.loading import load_file
from rag.serving.chats import Chats
from rag.serving.users import Users
from rag.settings import Settings

MINUTES = "Minutes of the spring meeting\n\nSeventy-six members attended the spring meeting of the rowing club.\n"
FILES = {"minutes/2021.txt": MINUTES, "garden.txt": "The gardeners planted 300 tulips beside the harbour.\n"}
QUESTION = "How many members attended the spring meeting?"
ISSUE_FIELDS = {"question", "interpreted_as", "found", "confidence", "text", "citations", "nearest"}
ISSUE_CITATION_FIELDS = {"number", "document", "path", "title", "page", "start", "end", "quote"}


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
    """Runs a command in an empty working folder, without a model."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(embeddings, "open_embedder", lambda name: FakeEmbedder())
    monkeypatch.setattr(rag.assistant, "open_embedder", lambda name: FakeEmbedder())
    monkeypatch.setattr(rag.cli.main, "_mount_commands", lambda: None)

    def run(*arguments: str) -> Ran:
        monkeypatch.setattr(sys, "argv", ["docquote", *arguments])
        capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            rag.cli.main.main()
        printed = capsys.readouterr()
        return Ran(int(ended.value.code or 0), printed.out, printed.err)

    return run


@pytest.fixture
def indexed(docquote: Docquote, tmp_path: Path) -> Docquote:
    write_files(tmp_path / "documents", FILES)
    assert docquote("index", "documents").status == 0
    return docquote


def assert_error(ran: Ran, *words: str) -> None:
    assert ran.status == 2
    assert "Traceback" not in ran.err
    assert ran.err.startswith("error:")
    for word in words:
        assert word in ran.err.replace("\n", " ")


# -- index, status, remove ------------------------------------------------------------------------------


def test_index_says_what_it_did(docquote: Docquote, tmp_path: Path) -> None:
    write_files(tmp_path / "documents", FILES)
    first = docquote("index", "documents")
    assert first.status == 0
    assert "2 added, 0 updated, 0 unchanged, 0 removed, 0 failed" in first.out
    assert ".docquote now holds 2 documents" in first.out
    write_files(tmp_path / "documents", {"garden.txt": "Changed."})
    again = docquote("index", "--json").json
    assert (again["updated"], again["unchanged"], again["documents"]) == (["garden.txt"], ["minutes/2021.txt"], 2)


def test_a_file_that_cannot_be_read_is_named_and_the_status_is_1(docquote: Docquote, tmp_path: Path) -> None:
    write_files(tmp_path / "documents", FILES)
    (tmp_path / "documents" / "broken.pdf").write_bytes(b"%PDF-1.4 nothing")
    ran = docquote("index", "documents")
    assert ran.status == 1
    assert "2 added, 0 updated, 0 unchanged, 0 removed, 1 failed" in ran.out
    assert "failed:" in ran.err
    assert "broken.pdf: " in ran.err
    failed = docquote("index", "documents", "--json").json["failed"]
    assert [Path(failure["path"]).name for failure in failed] == ["broken.pdf"]


def test_the_index_folder_is_an_option_or_a_variable(
    docquote: Docquote, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_files(tmp_path / "documents", FILES)
    monkeypatch.setenv("DOCQUOTE_INDEX", str(tmp_path / "elsewhere"))
    assert docquote("index", "documents").status == 0
    assert (tmp_path / "elsewhere" / LIBRARY_FILE).is_file()
    assert docquote("status", "--index", "elsewhere", "--json").json["documents"] == 2
    assert not (tmp_path / ".docquote").exists()


def test_rebuild_makes_the_index_of_the_same_folders_anew(
    indexed: Docquote, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DOCQUOTE_CHUNK_TOKENS", "50")
    assert_error(indexed("ask", QUESTION), "chunk_tokens was 160, is now 50", "--rebuild")
    assert_error(indexed("index"), "--rebuild")
    rebuilt = indexed("index", "--rebuild", "--json")
    assert (rebuilt.status, len(rebuilt.json["added"])) == (0, 2)
    assert indexed("ask", QUESTION).status == 0


def test_status_shows_what_the_index_holds(indexed: Docquote, tmp_path: Path) -> None:
    found = indexed("status", "--json").json
    assert (found["documents"], found["chunks"]) == (2, 2)
    assert [source["name"] for source in found["sources"]] == ["garden.txt", "minutes/2021.txt"]
    assert [one["documents"] for one in found["by_folder"]] == [1, 1]
    shown = indexed("status")
    assert shown.status == 0
    assert "2 documents" in shown.out
    assert f"{tmp_path}/documents/minutes: 1 document, 1 chunk\n" in shown.out
    assert "docquote status --all --index .docquote" in shown.out
    assert "minutes/2021.txt" not in shown.out
    assert "minutes/2021.txt" in indexed("status", "--all").out


def test_a_removed_document_stops_answering(indexed: Docquote) -> None:
    assert indexed("ask", QUESTION).status == 0
    removed = indexed("remove", "minutes")
    assert (removed.status, removed.out) == (0, "removed minutes/2021.txt\n")
    assert indexed("ask", QUESTION).status == 1
    assert_error(indexed("remove", "minutes"), "minutes", "docquote status")


def test_a_deleted_file_stops_answering(indexed: Docquote, tmp_path: Path) -> None:
    (tmp_path / "documents" / "minutes" / "2021.txt").unlink()
    assert "1 removed" in indexed("index").out
    assert indexed("ask", QUESTION).status == 1


def keep_answer(question: str) -> None:
    """As the chat does."""
    with rag.assistant.Assistant.open(".docquote") as assistant, closing(Conversations(Path(".docquote"))) as kept:
        chats = Chats(assistant, kept)
        chats.keep("browser secret", "", [chats.ask(question)])


def test_damage_to_what_is_kept_is_told_and_does_not_stop_indexing(indexed: Docquote, tmp_path: Path) -> None:
    (tmp_path / ".docquote" / FILE_NAME).write_bytes(b"not a database" * 500)
    ran = indexed("index")
    assert ran.status == 0
    assert "2 unchanged" in ran.out
    assert FILE_NAME in ran.err
    assert_error(indexed("outdated"), FILE_NAME)


def test_kept_answers_that_no_longer_stand_are_told_once_and_listed(indexed: Docquote, tmp_path: Path) -> None:
    assert indexed("outdated").out == "All kept answers stand.\n"
    keep_answer(QUESTION)
    assert indexed("index", "--json").json["outdated"] == []
    write_files(tmp_path / "documents", {"minutes/2021.txt": MINUTES.replace("Seventy-six", "Eighty")})
    ran = indexed("index")
    assert ran.status == 0
    assert "1 answer given in " in ran.out
    assert "no longer stands; see: docquote outdated --index .docquote" in ran.out
    assert "no longer" not in indexed("index").out
    listed = indexed("outdated").out
    assert QUESTION in listed
    assert "minutes/2021.txt was changed on " in listed
    assert "Seventy-six members attended the spring meeting of the rowing club. [1]" in listed
    found = indexed("outdated", "--json")
    assert "secret" not in listed + found.out
    [answer] = found.json
    assert answer["question"] == QUESTION
    assert [(quote["number"], quote["document"], quote["state"]) for quote in answer["quotes"]] == [
        (1, "minutes/2021.txt", "changed")
    ]
    (tmp_path / "documents" / "minutes" / "2021.txt").unlink()
    assert indexed("index", "--json").json["outdated"][0]["quotes"][0]["state"] == "gone"


# -- ask ------------------------------------------------------------------------------------------------


def test_an_answer_is_quoted_and_cited(indexed: Docquote) -> None:
    ran = indexed("ask", QUESTION)
    assert ran.status == 0
    quote = "Seventy-six members attended the spring meeting of the rowing club."
    assert f"{quote} [1]" in ran.out
    start = MINUTES.index(quote)
    assert f"minutes/2021.txt, characters {start}-{start + len(quote)}" in ran.out


def test_the_json_of_an_answer(indexed: Docquote, tmp_path: Path) -> None:
    ran = indexed("ask", QUESTION, "--json")
    assert (ran.status, ran.err) == (0, "")
    assert set(ran.json) >= ISSUE_FIELDS
    assert ran.json["question"] == ran.json["interpreted_as"] == QUESTION
    assert ran.json["found"] is True
    assert 0 <= ran.json["confidence"] <= 1
    assert ran.json["text"] == " ".join(citation["quote"] for citation in ran.json["citations"])
    assert ran.json["nearest"] == []
    first = ran.json["citations"][0]
    assert set(first) >= ISSUE_CITATION_FIELDS
    assert (first["number"], first["document"], first["page"]) == (1, "minutes/2021.txt", None)
    path = tmp_path / "documents" / "minutes" / "2021.txt"
    assert first["path"] == str(path)
    assert load_file(path, root=tmp_path).text[first["start"] : first["end"]] == first["quote"]


def test_what_is_not_in_the_documents_has_status_1(indexed: Docquote) -> None:
    ran = indexed("ask", "What is the capital of France?", "--json")
    assert ran.status == 1
    assert (ran.json["found"], ran.json["text"], ran.json["citations"]) == (False, "", [])
    assert set(ran.json["nearest"][0]) >= ISSUE_CITATION_FIELDS
    assert ran.json["missing_words"] == ["capital", "France"]
    shown = indexed("ask", "What is the capital of France?")
    assert shown.status == 1
    assert "Not in your documents" in shown.out
    assert "capital, France" in shown.out


def test_what_docquote_says_itself_has_status_0(indexed: Docquote) -> None:
    ran = indexed("ask", "How many documents do you have?", "--json")
    assert (ran.status, ran.json["reply"]) == (0, "The library has 2 documents.")
    assert (ran.json["found"], ran.json["outcome"], ran.json["citations"]) == (False, "not found", [])
    assert indexed("ask", "How many documents do you have?").out.strip() == "The library has 2 documents."
    assert indexed("ask", "How many documents do you have?", "--as-typed", "--json").json["reply"] == ""


def test_a_follow_up_with_its_history(indexed: Docquote, tmp_path: Path) -> None:
    (tmp_path / "history.json").write_text(json.dumps([{"question": QUESTION, "answer": "Seventy-six."}]))
    ran = indexed("ask", "Which club was it?", "--history", "history.json", "--json")
    assert ran.json["question"] == "Which club was it?"
    assert "spring meeting" in ran.json["interpreted_as"]
    assert ran.json["citations"][0]["document"] == "minutes/2021.txt"
    (tmp_path / "history.json").write_text("[]")
    alone = indexed("ask", QUESTION, "--history", "history.json", "--json").json
    assert alone["interpreted_as"] == QUESTION


def test_only_the_given_documents_answer(indexed: Docquote) -> None:
    assert indexed("ask", QUESTION, "--document", "minutes/2021.txt").status == 0
    assert indexed("ask", QUESTION, "--document", "garden.txt").status == 1
    assert indexed("ask", QUESTION, "--document", "garden.txt", "--document", "minutes/2021.txt").status == 0
    assert indexed("ask", QUESTION, "--folder", "minutes").status == 0
    assert indexed("ask", QUESTION, "--after", "2030-01-01").status == 1


@pytest.mark.parametrize("question", ["???", "\udcff\udc80", "\0", "🎉", "the of and", "--", "[/bold]"])
def test_a_question_of_nothing_is_not_in_the_documents(indexed: Docquote, question: str) -> None:
    ran = indexed("ask", "--json", "--", question)
    assert (ran.status, ran.json["found"]) == (1, False)
    assert indexed("ask", "--", question).status == 1


def test_text_of_documents_cannot_steer_the_terminal(docquote: Docquote, tmp_path: Path) -> None:
    text = "Seventy-six [bold]members[/bold] :smile: \x1b[31m\x9b31m\x07 attended [/] the meeting \\[x] on [slug]."
    filler = "\n\nThe gardeners planted tulips beside the harbour, and it rained." * 10
    write_files(tmp_path / "[slug]", {"[red]a[/red].txt": text + filler})
    assert "[slug]/index now holds 1 document" in docquote("index", "[slug]", "--index", "[slug]/index").out
    ran = docquote("ask", "How many [bold]members attended the meeting?", "--index", "[slug]/index")
    shown = text.replace("\x1b", "\ufffd").replace("\x9b", "\ufffd").replace("\x07", "\ufffd")
    assert shown in ran.out
    assert "[red]a[/red].txt" in ran.out
    status = docquote("status", "--all", "--index", "[slug]/index").out
    assert "[red]a[/red].txt" in status
    assert status.startswith("[slug]/index: ")


# -- open, completion -----------------------------------------------------------------------------------


@pytest.fixture
def desktop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A desktop whose opener writes down what it was given, one argument a line."""
    opener, told = tmp_path / "bin" / "xdg-open", tmp_path / "opened"
    opener.parent.mkdir()
    opener.write_text(f'#!/bin/sh\nprintf "%s\\n" "$@" >> {shlex.quote(str(told))}\n')
    opener.chmod(0o755)
    monkeypatch.setenv("PATH", f"{opener.parent}:/usr/bin:/bin")
    monkeypatch.setenv("DISPLAY", ":9")
    monkeypatch.setattr(sys, "platform", "linux")
    return told


def test_the_source_of_a_citation_is_opened(docquote: Docquote, tmp_path: Path, desktop: Path) -> None:
    name = "$(touch hacked); 'minutes' & [red].txt"
    write_files(tmp_path / "documents", {name: MINUTES})
    docquote("index", "documents")
    docquote("ask", QUESTION)
    ran = docquote("open", "1")
    path = str(tmp_path / "documents" / name)
    assert ran.status == 0
    assert desktop.read_text() == f"{path}\n"
    assert f"opened: {path}" in ran.out
    assert not (tmp_path / "hacked").exists()
    found = docquote("open", "1", "--json").json
    assert set(found) >= ISSUE_CITATION_FIELDS
    assert (found["path"], found["opened"]) == (path, True)


def test_without_a_desktop_file_and_place_are_printed(indexed: Docquote, monkeypatch: pytest.MonkeyPatch) -> None:
    for variable in ("DISPLAY", "WAYLAND_DISPLAY"):
        monkeypatch.delenv(variable, raising=False)
    indexed("ask", QUESTION, "--json")
    shown = indexed("open", "1")
    assert shown.status == 0
    assert "documents/minutes/2021.txt\nplace: characters " in shown.out
    assert indexed("open", "1", "--json").json["opened"] is False


def test_only_what_the_index_holds_is_opened(indexed: Docquote, tmp_path: Path, desktop: Path) -> None:
    assert_error(indexed("open", "1"), "nothing was asked here yet", "docquote ask")
    indexed("ask", QUESTION)
    assert_error(indexed("open", "2"), "no citation 2, only 1")
    kept = tmp_path / ".docquote" / "last_answer.json"
    assert kept.stat().st_mode & 0o077 == 0
    true_path = str(tmp_path / "documents" / "minutes" / "2021.txt")
    kept.write_text(kept.read_text().replace(true_path, "/etc/passwd"))
    assert indexed("open", "1").status == 0
    assert desktop.read_text() == f"{true_path}\n"
    (tmp_path / "documents" / "minutes" / "2021.txt").unlink()
    assert_error(indexed("open", "1"), "the file is gone", "docquote index")
    indexed("index")
    assert_error(indexed("open", "1"), "no longer holds this document")
    kept.write_text("{}")
    assert_error(indexed("open", "1"), "last_answer.json", "docquote ask")


@pytest.fixture
def complete(indexed: Docquote, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], list[str]]:
    """What bash offers for the last word of a command line."""
    monkeypatch.setattr(rag.assistant, "open_embedder", lambda name: pytest.fail("a model was loaded"))

    def offered(line: str) -> list[str]:
        monkeypatch.setenv("COMP_WORDS", line)
        monkeypatch.setenv("COMP_CWORD", str(len(line.split(" ")) - 1))
        monkeypatch.setenv("_DOCQUOTE_COMPLETE", "complete_bash")
        try:
            return indexed().out.split("\n")[:-1]
        finally:
            monkeypatch.delenv("_DOCQUOTE_COMPLETE")

    return offered


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("docquote st", ["status"]),
        ("docquote ask --an", ["--any-date"]),
        ("docquote ask x --document g", ["garden.txt"]),
        ("docquote ask x --folder ", ["minutes"]),
        ("docquote remove ", ["minutes", "garden.txt", "minutes/2021.txt"]),
        ("docquote remove --index .docquote min", ["minutes", "minutes/2021.txt"]),
        ("docquote remove --index nowhere ", [""]),
        ("docquote open ", [""]),
    ],
)
def test_the_shell_completes_commands_options_and_names(
    complete: Callable[[str], list[str]], line: str, words: list[str]
) -> None:
    assert complete(line) == words


def test_the_shell_completes_citations_and_names_with_spaces(
    indexed: Docquote, complete: Callable[[str], list[str]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rag.assistant, "open_embedder", lambda name: FakeEmbedder())
    write_files(tmp_path / "documents", {"board $(x).txt": "Nothing was decided."})
    indexed("index")
    indexed("ask", QUESTION)
    assert complete("docquote open ") == ["1"]
    assert complete("docquote ask x --document b") == ["board\\ \\$\\(x\\).txt"]


# -- errors ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("command", [("ask", "x"), ("status",), ("remove", "x"), ("index",)])
def test_without_an_index_the_error_names_the_command(docquote: Docquote, tmp_path: Path, command: list[str]) -> None:
    ran = docquote(*command, "--index", "nowhere")
    assert_error(ran, "nowhere: there is no index here", "docquote index FOLDER --index nowhere")
    assert docquote(*command, "--json", "--index", "nowhere").json == {"error": ran.err[len("error: ") : -1]}
    assert not (tmp_path / "nowhere").exists()


@pytest.mark.parametrize("command", [("ask", QUESTION), ("status",), ("remove", "garden.txt"), ("index",)])
def test_a_damaged_library_is_an_error_that_names_the_command(
    indexed: Docquote, tmp_path: Path, command: list[str]
) -> None:
    (tmp_path / ".docquote" / LIBRARY_FILE).write_bytes(b"no database" * 1000)
    assert_error(indexed(*command), "library.sqlite", "--rebuild")
    assert indexed("index", "documents", "--rebuild").status == 0
    assert indexed("ask", QUESTION).status == 0


def test_damaged_vectors_are_made_anew_without_a_word(indexed: Docquote, tmp_path: Path) -> None:
    before = indexed("ask", QUESTION, "--json").json
    (tmp_path / ".docquote" / "vectors.faiss").write_bytes(b"no vectors")
    assert indexed("ask", QUESTION, "--json").json == before


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (None, "history.json: the history cannot be read"),
        (b"not json", "history.json: the history cannot be read"),
        (b"\xff\xfe", "history.json: the history cannot be read"),
        (b"[" * 100_000, "history.json: the history cannot be read"),
        (b'{"question": "x"}', "must be a JSON list"),
        (b"[1]", "history, item 1"),
        (b'[{"question": "x"}, {"answer": "x"}]', "history, item 2"),
        (b'[{"question": 5}]', "history, item 1"),
        (b'[{"question": "x", "answer": null}]', "history, item 1"),
    ],
)
def test_a_bad_history_is_an_error(indexed: Docquote, tmp_path: Path, content: bytes | None, message: str) -> None:
    if content is not None:
        (tmp_path / "history.json").write_bytes(content)
    assert_error(indexed("ask", QUESTION, "--history", "history.json"), message)


def test_an_unknown_document_or_folder_is_an_error(indexed: Docquote) -> None:
    assert_error(indexed("ask", QUESTION, "--document", "[no].txt"), "[no].txt", "docquote status")
    assert_error(indexed("ask", QUESTION, "--folder", "no"), "no: ", "docquote status")


def test_wrong_settings_and_a_damaged_calibration_are_errors(
    indexed: Docquote, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / ".docquote" / "calibration.json").write_text("{}")
    assert_error(indexed("ask", QUESTION), "calibration.json", "docquote eval calibrate")
    monkeypatch.setenv("DOCQUOTE_PASSAGES", "many")
    assert_error(indexed("ask", QUESTION), "$DOCQUOTE_PASSAGES", "int")


@pytest.mark.parametrize(
    "arguments",
    [("nonsense",), ("ask",), ("ask", "x", "--nonsense"), ("remove",), ("ask", "x", "--after", "yesterday")],
)
def test_wrong_usage_has_status_2(docquote: Docquote, arguments: list[str]) -> None:
    ran = docquote(*arguments)
    assert ran.status == 2
    assert "Usage: " in ran.err
    assert "error: " in ran.err
    told = docquote(*arguments, "--json")
    assert told.status == 2
    assert told.json["error"] in told.err


@pytest.mark.parametrize(
    ("arguments", "meant"),
    [
        (("stats",), "'status'"),
        (("ask", "x", "--documnt", "y"), "--document"),
        (("remove", "minutes/2012.txt"), "minutes/2021.txt"),
        (("remove", "Minutes of the spring meting"), "minutes/2021.txt"),
        (("ask", "x", "--document", "gardn.txt"), "garden.txt"),
        (("index", "documents/gardn.txt"), "documents/garden.txt"),
    ],
)
def test_a_slip_is_told_with_what_may_be_meant(indexed: Docquote, arguments: list[str], meant: str) -> None:
    ran = indexed(*arguments)
    assert ran.status == 2
    assert f"did you mean {meant}?" in ran.err.replace("Did", "did")


@pytest.mark.parametrize("command", [(), ("index",), ("ask",), ("chat",), ("user",), ("user", "list")])
def test_h_is_help(docquote: Docquote, command: list[str]) -> None:
    short, long = docquote(*command, "-h"), docquote(*command, "--help")
    assert (short.status, short.out) == (0, long.out)
    assert "Usage: " in short.out


@pytest.mark.parametrize("question", ["", " ", "\t\n", "x" * 1_001])
def test_an_empty_or_endless_question_is_an_error(indexed: Docquote, question: str) -> None:
    assert_error(indexed("ask", question), "the question ")
    assert "the question " in indexed("ask", question, "--json").json["error"]


def test_what_is_not_there_makes_no_index(docquote: Docquote, tmp_path: Path) -> None:
    write_files(tmp_path / "documents", FILES)
    assert_error(docquote("index", "documents", "nope", "--index", "new"), "nope: there is no such file or folder")
    (tmp_path / "notes.xyz").write_text("Notes.")
    assert_error(docquote("index", "notes.xyz", "--index", "new"), "'.xyz' are not supported", "docquote formats")
    assert not (tmp_path / "new").exists()


def test_an_indexed_file_that_is_gone_may_be_named(indexed: Docquote, tmp_path: Path) -> None:
    (tmp_path / "documents").rename(tmp_path / "away")
    ran = indexed("index", "documents")
    assert ran.status == 1
    assert "what the index holds of it is kept" in ran.err


@pytest.mark.parametrize(
    ("option", "given", "answers"),
    [
        ("--after", "2021", True),
        ("--after", "2021-05", True),
        ("--after", "2021-05-17", True),
        ("--after", "2021-05-18", False),
        ("--after", "2021-06", False),
        ("--after", "2022", False),
        ("--before", "2021", True),
        ("--before", "2021-05", True),
        ("--before", "2021-05-17", True),
        ("--before", "2021-05-16", False),
        ("--before", "2021-04", False),
        ("--before", "2020", False),
    ],
)
def test_a_year_or_a_month_is_all_of_it(
    docquote: Docquote, tmp_path: Path, option: str, given: str, answers: bool
) -> None:
    write_files(tmp_path / "documents", {"minutes-2021-05-17.txt": MINUTES})
    docquote("index", "documents")
    assert docquote("ask", QUESTION, option, given).status == (0 if answers else 1)


@pytest.mark.parametrize("given", ["yesterday", "2024-13", "2024-02-30", "17.5.2024", "", "24"])
def test_another_date_is_told_what_to_write(indexed: Docquote, given: str) -> None:
    ran = indexed("ask", QUESTION, "--after", given)
    assert ran.status == 2
    assert "is no date: write a day, a month or a year, as 2024-05-17, 2024-05 or 2024" in ran.err


def test_a_port_in_use_is_told_before_anything_is_loaded(
    docquote: Docquote, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rag.assistant, "open_embedder", lambda name: pytest.fail("a model was loaded"))
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        ran = docquote("chat", "--port", str(port))
        assert_error(ran, f"127.0.0.1:{port}: another program listens there", "docquote chat --index .docquote --port ")
    assert not (tmp_path / ".docquote").exists()
    assert_error(docquote("chat", "--host", "192.0.2.1", "--no-auth"), "192.0.2.1:7860: cannot be listened on")


def test_an_index_that_is_being_written_is_an_error(indexed: Docquote, tmp_path: Path) -> None:
    other = open_without_model(tmp_path / ".docquote")
    with other.writing():
        for command in (("index",), ("remove", "garden.txt"), ("index", "documents", "--rebuild")):
            assert_error(indexed(*command), "another docquote is changing this index")
        assert indexed("ask", QUESTION).status == 0
    other.close()


def test_an_interrupt_and_a_fault_are_not_taken_for_a_refusal(
    indexed: Docquote, monkeypatch: pytest.MonkeyPatch
) -> None:
    for problem, status in ((KeyboardInterrupt(), 130), (ZeroDivisionError("a fault"), 2)):

        def fail(*_: object, problem: BaseException = problem, **__: object) -> None:
            raise problem

        monkeypatch.setattr(rag.assistant.Assistant, "ask", fail)
        assert indexed("ask", QUESTION).status == status


# -- chat and help --------------------------------------------------------------------------------------


def test_chat_without_an_index_makes_one_of_the_sample_and_says_so(
    docquote: Docquote, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    served: list[tuple[int, str, int]] = []
    page = types.ModuleType("rag.ui.serve")

    def serve(views: Any, *, host: str, port: int, open_browser: bool, auth: object) -> None:
        assert auth is None
        served.append((len(views.sources()), host, port))

    page.serve = serve  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "rag.ui.serve", page)
    write_files(tmp_path / "documents", FILES)

    @contextmanager
    def few_documents() -> Any:
        yield (tmp_path / "documents").resolve()

    monkeypatch.setattr("rag.sample.documents_folder", few_documents)
    monkeypatch.setattr("rag.index.ingest.update.documents_folder", few_documents)
    port = free_port()
    ran = docquote("chat", "--port", str(port))
    assert ran.status == 0
    assert "sample library" in ran.err
    assert served == [(2, "127.0.0.1", port)]
    assert "sample library" not in docquote("chat", "--no-browser", "--port", str(port)).err
    write_files(tmp_path / "own", {"own.txt": MINUTES})
    own = docquote("index", "own")
    assert "sample library was taken out" in own.err
    assert ".docquote now holds 1 document " in own.out


def test_a_network_is_not_listened_to_unless_people_log_in(
    indexed: Docquote, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("DOCQUOTE_MAX_FILE_MB", "300")
    monkeypatch.setenv("DOCQUOTE_PARSE_SECONDS", "7")
    served: list[tuple[str, bool]] = []
    page = types.ModuleType("rag.ui.serve")

    def serve(views: Any, *, host: str, port: int, open_browser: bool, auth: object) -> None:
        served.append((host, auth is not None))
        assert views.limits == rag.index.ingest.update.limits_from(Settings(max_file_mb=300, parse_seconds=7))

    page.serve = serve  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "rag.ui.serve", page)
    assert_error(indexed("chat", "--host", "0.0.0.0"), "could read your documents", "--no-auth")
    assert_error(indexed("chat", "--auth", "users.jsonl"), "holds no user", "docquote user add")
    assert_error(indexed("user", "remove", "ada", "--auth", "users.jsonl"), "no user 'ada'")
    assert served == []
    port = str(free_port())
    Users(tmp_path / "users.jsonl").add("ada", "correct horse")
    assert_error(indexed("chat", "--auth", "users.jsonl", "--no-auth"), "not both")
    assert indexed("chat", "--host", "0.0.0.0", "--auth", "users.jsonl", "--port", port).status == 0
    assert indexed("chat", "--host", "0.0.0.0", "--no-auth", "--port", port).status == 0
    assert served == [("0.0.0.0", True), ("0.0.0.0", False)]


def test_users_and_keys_are_changed_in_json_too(docquote: Docquote, monkeypatch: pytest.MonkeyPatch) -> None:
    for added in (True, False):
        monkeypatch.setattr(sys, "stdin", io.StringIO("correct horse\n"))
        ran = docquote("user", "add", "ada", "--auth", "users.jsonl", "--stdin", "--json")
        assert ran.json == {"name": "ada", "added": added}
    assert docquote("user", "remove", "ada", "--auth", "users.jsonl", "--json").json == {"removed": "ada"}
    assert "no user 'ada'" in docquote("user", "remove", "ada", "--auth", "users.jsonl", "--json").json["error"]
    assert docquote("key", "add", "bot", "--keys", "keys.jsonl", "--scope", "ask", "--json").json["name"] == "bot"
    assert docquote("key", "revoke", "bot", "--keys", "keys.jsonl", "--json").json == {"revoked": "bot"}


def test_the_version_is_that_of_the_installation(docquote: Docquote) -> None:
    ran = docquote("--version")
    assert (ran.status, ran.out) == (0, f"docquote {version('docquote')}\n")
    assert rag.__version__ == version("docquote")


def test_help_lists_the_commands(docquote: Docquote) -> None:
    shown = docquote("--help")
    assert shown.status == 0
    for command in ("index", "ask", "chat", "status", "remove", "user"):
        assert command in shown.out
