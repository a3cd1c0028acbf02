"""The command line: ``docquote index | ask | talk | open | chat | serve | mcp | status | outdated | remove | ...``.

Exit status: 0 done (for ``ask``: answered, or perhaps), 1 not in the documents (``ask``), a file that could not be read
(``index``) or something to mend (``doctor``), 2 an error. Models and the page are imported by the commands that need
them, so that the rest is quick.
"""

from __future__ import annotations

import json
import shlex
import sys
import traceback
from contextlib import closing
from datetime import date
from importlib.metadata import entry_points
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING, Annotated

import typer

import rag
from rag.cli.answers import print_answer
from rag.cli.completion import complete_document, complete_document_or_folder, complete_folder
from rag.cli.console import (
    err,
    out,
    plain,
    print_finding,
    print_json,
    print_report,
    print_status,
    print_support,
    report_dict,
    support_dict,
)
from rag.cli.dates import first_day, last_day
from rag.cli.keys import key_app
from rag.cli.last_answer import keep_answer
from rag.cli.library import library_app
from rag.cli.mistakes import check_paths, check_question, did_you_mean, print_usage_error
from rag.cli.opening import open_
from rag.cli.options import IndexOption, JsonOption
from rag.cli.talk import talk
from rag.cli.users import user_app
from rag.errors import DocquoteError
from rag.place import Place, place_of, state_folder
from rag.schema import Scope
from rag.settings import Settings

if TYPE_CHECKING:
    from rag.history import OutdatedAnswer
    from rag.index import Index

COMMANDS = "docquote.commands"
"""Entry points of typer apps, each mounted under its name."""

EXIT_NOT_FOUND = 1
EXIT_SOME_FAILED = 1
EXIT_UNWELL = 1
EXIT_ERROR = 2
EXIT_INTERRUPTED = 130

app = typer.Typer(
    name="docquote",
    help="Answers questions over your own documents in the documents' own words, with citations, offline.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.add_typer(user_app, name="user")
app.add_typer(key_app, name="key")
app.add_typer(library_app, name="library")


def _print_version(wanted: bool) -> None:
    if wanted:
        print(f"docquote {rag.__version__}")
        raise typer.Exit


@app.callback()
def docquote(
    version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version and exit.")
    ] = False,
) -> None:
    """What may stand before a command."""


@app.command()
def index(
    library: IndexOption,
    paths: Annotated[
        list[Path] | None, typer.Argument(help="Files and folders; none: everything that was indexed before.")
    ] = None,
    rebuild: Annotated[bool, typer.Option("--rebuild", help="Throw the index away first.")] = False,
    watch: Annotated[
        bool, typer.Option("--watch", help="Then follow what changes in them, until Ctrl-C; one report for each burst.")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Index files and folders, or bring the index into step with them."""
    from embeddings import open_embedder
    from rag.cli.progress import file_progress
    from rag.history import now_utc
    from rag.index import index_status, open_index
    from rag.index.ingest import IndexReport, bursts, leave_sample, update_index

    place, settings = place_of(library), Settings.load()
    if paths:
        check_paths(paths, place)
    else:
        paths = list(index_status(place).roots)
    embedder = open_embedder(settings.embedding_model)
    opened = open_index(place, embedder, settings, create=True, rebuild=rebuild)
    try:
        if leave_sample(opened, paths) and not as_json:
            err.print("The sample library was taken out of this index.")

        def update() -> IndexReport:
            began = now_utc()
            with file_progress(err) as progress:
                report = update_index(opened, embedder, paths, settings, progress)
            documents, chunks, _ = opened.counts()
            outdated = _outdated_since(opened, began)
            if as_json:
                print_json(report_dict(report, documents, chunks, outdated))
            else:
                print_report(report, documents, chunks, outdated, place)
            return report

        if watch:
            try:
                followed = [path.resolve() for path in paths]
                for _ in bursts(lambda: followed, state_folder(place), Event()):
                    update()
                    err.print("Watching; Ctrl-C ends it.")
            except KeyboardInterrupt:
                err.print("No longer watching.")
            return
        report = update()
    finally:
        opened.close()
    if report.failed:
        raise typer.Exit(EXIT_SOME_FAILED)


@app.command()
def ask(
    question: Annotated[str, typer.Argument(help="In natural language.")],
    library: IndexOption,
    history: Annotated[
        Path | None, typer.Option(help='The conversation so far: a JSON list of {"question", "answer"}.')
    ] = None,
    document: Annotated[
        list[str] | None,
        typer.Option(
            help="Only this document, by its name; may be given several times.", autocompletion=complete_document
        ),
    ] = None,
    in_folder: Annotated[
        list[str] | None,
        typer.Option(
            "--folder", help="Only documents in this folder of the indexed one.", autocompletion=complete_folder
        ),
    ] = None,
    after: Annotated[
        date | None,
        typer.Option(parser=first_day, metavar="DATE", help="Only documents of this day, month or year, or later."),
    ] = None,
    before: Annotated[
        date | None,
        typer.Option(parser=last_day, metavar="DATE", help="Only documents of this day, month or year, or earlier."),
    ] = None,
    as_typed: Annotated[
        bool, typer.Option("--as-typed", help="Search for the question as it is, whatever was said before it.")
    ] = False,
    any_date: Annotated[
        bool, typer.Option("--any-date", help="Do not look first in documents of the time that the question names.")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Ask the documents. Exit status 0: answered, 1: not in the documents, 2: an error."""
    from rag.index import require_index

    check_question(question)
    place = place_of(library)
    past = _read_history(history) if history else []
    require_index(place)
    from rag.assistant import Assistant

    scope = Scope(
        documents=tuple(document or ()),
        folders=tuple(in_folder or ()),
        after=after,
        before=before,
    )
    with Assistant.open(place, Settings.load()) as assistant:
        answer = assistant.ask(question, past, scope, as_typed=as_typed, any_date=any_date)
    keep_answer(state_folder(place), answer)
    if as_json:
        from rag.answer.serialise import answer_to_dict

        print_json(answer_to_dict(answer))
    else:
        print_answer(answer)
    if answer.outcome == "not found" and not answer.reply:
        raise typer.Exit(EXIT_NOT_FOUND)


app.command("talk")(talk)
app.command("open")(open_)


@app.command()
def chat(
    library: IndexOption,
    host: Annotated[str, typer.Option(help="The address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="The port to listen on.", min=1, max=65535)] = 7860,
    browser: Annotated[bool, typer.Option("--browser/--no-browser", help="Open the page in a browser.")] = True,
    watch: Annotated[
        bool, typer.Option("--watch", help="Follow what changes in the indexed folders while the page is served.")
    ] = False,
    auth: Annotated[Path | None, typer.Option(help="Let in who is in this file of users: docquote user add.")] = None,
    no_auth: Annotated[bool, typer.Option("--no-auth", help="Let in everybody who can reach the address.")] = False,
) -> None:
    """Open the chat in the browser; with no index yet, on a sample library."""
    from rag.cli.chat import open_chat

    open_chat(place_of(library), host=host, port=port, browser=browser, watch=watch, auth=auth, no_auth=no_auth)


@app.command()
def serve(
    library: IndexOption,
    host: Annotated[str, typer.Option("--host", help="The address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option("--port", min=1, max=65535)] = 7860,
    keys: Annotated[
        Path | None, typer.Option("--keys", help="File of the keys that programs need; see docquote key.")
    ] = None,
    auth: Annotated[
        Path | None, typer.Option("--auth", help="File of the users who may log in to the page; see docquote user.")
    ] = None,
    no_page: Annotated[bool, typer.Option("--no-page", help="Serve programs alone.")] = False,
    name: Annotated[
        list[str] | None, typer.Option("--name", help="A name by which the server is called, besides localhost.")
    ] = None,
) -> None:
    """Serve programs (REST, MCP, OpenAI-style) and the page until interrupted."""
    from rag.cli.serve import serve_doors

    serve_doors(place_of(library), host=host, port=port, names=name or [], keys=keys, auth=auth, page=not no_page)


@app.command()
def mcp(library: IndexOption) -> None:
    """Serve the index to a program that speaks the Model Context Protocol and starts this command."""
    from rag.cli.mcp import serve_mcp

    serve_mcp(place_of(library))


@app.command()
def status(
    library: IndexOption,
    every: Annotated[bool, typer.Option("--all", help="Show each document, not only folders.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Show what the index holds, by folder."""
    from rag.index import index_status

    place = place_of(library)
    found = index_status(place)
    if as_json:
        from rag.serving.status import status_json

        print_json(status_json(found, place).model_dump(mode="json"))
        return
    print_status(found, place, every=every)


@app.command()
def outdated(library: IndexOption, as_json: JsonOption = False) -> None:
    """List answers kept by the chat whose quotes no longer stand in the documents as they are indexed now."""
    from rag.cli.console import outdated_dicts, print_outdated
    from rag.history import outdated_answers
    from rag.index import open_without_model

    with closing(open_without_model(place_of(library))) as opened:
        answers = outdated_answers(opened)
    if as_json:
        print_json(outdated_dicts(answers))
    else:
        print_outdated(answers)


@app.command()
def remove(
    paths: Annotated[
        list[str],
        typer.Argument(help="Documents by name or path, or folders.", autocompletion=complete_document_or_folder),
    ],
    library: IndexOption,
    as_json: JsonOption = False,
) -> None:
    """Remove documents from the index; their files stay where they are."""
    from rag.index import open_without_model
    from rag.index.ingest import remove_documents
    from rag.index.names import names_like, names_near

    place = place_of(library)
    opened = open_without_model(place)
    try:
        removed, unknown = remove_documents(opened, paths)
        sources = opened.sources()
        meant = {name: names_like(sources, name) for name in unknown}
        near = {name: names_near(sources, name) for name in unknown}
    finally:
        opened.close()
    if as_json:
        print_json({"removed": removed, "unknown": unknown})
    else:
        for name in removed:
            out.print(plain(f"removed {name}"))
    if unknown:
        raise DocquoteError("; ".join(_not_removed(name, meant[name], near[name], place) for name in unknown))


@app.command()
def formats(as_json: JsonOption = False) -> None:
    """List the types of file that can be read, and what reads them here."""
    from rag.loading.registry import supports

    found = supports()
    if as_json:
        print_json([support_dict(support) for support in found])
    else:
        for support in found:
            print_support(support)


@app.command()
def doctor(library: IndexOption, as_json: JsonOption = False) -> None:
    """Check the installation, the models, the index, and that nothing needs the network. Exit status 0: all is well."""
    from dataclasses import asdict

    from rag.doctor import examine

    findings = []
    for finding in examine(place_of(library), Settings.load()):
        findings.append(finding)
        if not as_json:
            print_finding(finding)
    if as_json:
        print_json({"ok": all(finding.ok for finding in findings), "findings": [asdict(one) for one in findings]})
    if not all(finding.ok for finding in findings):
        raise typer.Exit(EXIT_UNWELL)


def _mount_commands() -> None:
    """Adds the groups of commands that installed packages offer under ``COMMANDS``: ``docquote eval`` is one."""
    for group in entry_points(group=COMMANDS):
        app.add_typer(group.load(), name=group.name)


def main() -> None:
    """Runs the command line; errors of docquote's own, and in how it is called, become one line and exit status 2."""
    _mount_commands()
    try:
        status = app(prog_name="docquote", standalone_mode=False) or 0
        if status == EXIT_INTERRUPTED:
            err.print("Interrupted.")
        sys.exit(status)
    except typer.TyperException as error:
        print_usage_error(error, as_json="--json" in sys.argv)
        sys.exit(EXIT_ERROR)
    except DocquoteError as error:
        if "--json" in sys.argv:
            print_json({"error": str(error)})
        err.print(f"[bold red]error:[/] {plain(str(error))}")
        sys.exit(EXIT_ERROR)
    except KeyboardInterrupt:
        err.print("Interrupted.")
        sys.exit(EXIT_INTERRUPTED)
    except Exception:  # a fault in docquote must not have the exit status of "not in the documents"
        traceback.print_exc()
        sys.exit(EXIT_ERROR)


def _outdated_since(index: Index, began: str) -> tuple[OutdatedAnswer, ...]:
    """Kept answers that no longer stand since an update began; what is wrong with them is no failure of that."""
    from rag.history import outdated_answers

    try:
        return outdated_answers(index, since=began)
    except DocquoteError as error:
        err.print(f"[red]failed:[/] {plain(str(error))}")
        return ()


def _not_removed(name: str, meant: list[str], near: list[str], place: Place) -> str:
    if not meant:
        see = f"; see: docquote status --all --index {shlex.quote(str(place))}"
        return f"{name}: the index holds no such document{did_you_mean(near) or see}"
    commands = [f"docquote remove {shlex.quote(one)} --index {shlex.quote(str(place))}" for one in meant]
    return f"{name}: say which is meant: {', or: '.join(commands)}"


def _read_history(path: Path) -> list[dict[str, str]]:
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise DocquoteError(f"{path}: the history cannot be read: {error}") from error
    if not isinstance(content, list):
        raise DocquoteError(f'{path}: the history must be a JSON list of {{"question", "answer"}}')
    return content


if __name__ == "__main__":
    main()
