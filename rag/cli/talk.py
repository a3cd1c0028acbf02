"""``docquote talk``: a conversation in the terminal, or read from a pipe, a question a line."""

from __future__ import annotations

import json
import shlex
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import nullcontext
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from rag.cli.answers import Hints, print_answer
from rag.cli.console import err, out, plain
from rag.cli.last_answer import citation_in, keep_answer, last_answer
from rag.cli.mistakes import check_question, did_you_mean
from rag.cli.opening import open_citation, print_opened
from rag.cli.options import IndexOption, JsonOption
from rag.errors import DocquoteError
from rag.place import place_of, state_folder
from rag.schema import Scope

if TYPE_CHECKING:
    from rag.cli.conversing import Conversing

COMMANDS = {
    "/scope": "which documents may answer: /scope minutes/2023 --after 2023-05; /scope all; alone, it is shown",
    "/typed": "ask the last question again as it was typed, whatever was said before it",
    "/anydate": "ask the last question again whatever the date",
    "/open": "open the source of a citation of the last answer: /open 1",
    "/new": "begin another conversation",
    "/help": "show this",
    "/quit": "end; so does Ctrl-D",
}
HINTS = Hints(as_typed="/typed", any_date="/anydate", document="/scope")
PROMPT = "> "
STOPPED = "Stopped."
EXIT_ERROR = 2


def talk(
    library: IndexOption,
    user: Annotated[
        str, typer.Option("--user", help="Keep the conversation for the user who logs in to the page by this name.")
    ] = "",
    as_json: JsonOption = False,
) -> None:
    """Talk with the documents in the terminal; from a pipe, a question a line. /help says what else can be typed."""
    from rag.index import require_index

    place = place_of(library)
    if not as_json:
        require_index(place)
    from rag.cli.conversing import Conversing, in_background

    opening = in_background(lambda: Conversing.open(place, user))
    session = _Session(state_folder(place), opening, as_json)
    try:
        for line in session.lines():
            if not session.answer(line):
                break
        opening.result()  # also where nothing was asked: what cannot be opened is told
    except DocquoteError as error:
        if not as_json:
            raise
        _print_line({"error": str(error)})
        err.print(f"[bold red]error:[/] {plain(str(error))}")
        raise typer.Exit(EXIT_ERROR) from error
    finally:
        if opening.done() and opening.exception() is None:
            opening.result().close()


@dataclass
class _Session:
    folder: Path
    opening: Future[Conversing]
    as_json: bool
    asked: str = ""
    """The last question."""

    @property
    def conversing(self) -> Conversing:
        return self.opening.result()

    def lines(self) -> Iterator[str]:
        """What is typed, or comes through the pipe."""
        if not sys.stdin.isatty():
            for line in sys.stdin:
                if line.strip() and not self.as_json:
                    out.print(f"[bold]{PROMPT}{plain(line.strip())}[/]")
                yield line.strip()
            return
        err.print(
            "Ask a question; /help says what else can be typed. Ctrl-C stops an answer, Ctrl-D ends.", style="dim"
        )
        self._edit_lines()
        while True:
            try:
                yield input(PROMPT).strip()
            except KeyboardInterrupt:  # what was typed so far is dropped, as a shell does
                print()
            except EOFError:
                print()
                return

    def answer(self, line: str) -> bool:
        """Does what a line asks for; False where it ends the conversation."""
        try:
            if line == "/quit":
                return False
            if line.startswith("/"):
                self._command(line)
            elif line:
                check_question(line)
                self.asked = line
                self._ask(line)
        except DocquoteError as error:
            if self.opening.done() and self.opening.exception() is error:
                raise  # nothing can be asked
            problem = str(error)
            self._tell({"error": problem}, lambda: err.print(f"[bold red]error:[/] {plain(problem)}"))
        except KeyboardInterrupt:
            self._tell({"error": STOPPED}, lambda: err.print(STOPPED))
        return True

    def _command(self, line: str) -> None:
        name, _, words = line.partition(" ")
        if name == "/help":
            width = max(map(len, COMMANDS))
            told = "\n".join(f"{name:{width}}  {what}" for name, what in COMMANDS.items())
            self._tell({"commands": COMMANDS}, lambda: out.print(told, markup=False))
        elif name == "/new":
            self.conversing.start_over()
            self.asked = ""
            self._tell({"new": True}, lambda: out.print("Another conversation."))
        elif name == "/scope":
            if words.strip():
                self.conversing.narrow(words)
            scope = self.conversing.scope
            self._tell({"scope": asdict(scope)}, lambda: out.print(plain(scope_words(scope))))
        elif name == "/open":
            self._open(words)
        elif name in ("/typed", "/anydate"):
            if not self.asked:
                raise DocquoteError(f"{name}: nothing was asked yet")
            self._ask(self.asked, as_typed=name == "/typed", any_date=name == "/anydate")
        else:
            from difflib import get_close_matches

            meant = did_you_mean(get_close_matches(name, COMMANDS))
            raise DocquoteError(f"{name}: there is no such command{meant or '; see: /help'}")

    def _ask(self, question: str, *, as_typed: bool = False, any_date: bool = False) -> None:
        from rag.cli.conversing import in_background

        with err.status("Reading...") if err.is_terminal and not self.as_json else nullcontext():
            conversing = self.conversing
            asking = in_background(lambda: conversing.ask(question, as_typed=as_typed, any_date=any_date))
            exchange = asking.result()
        if exchange.answer is None:
            raise DocquoteError(exchange.problem)
        conversing.keep(exchange)
        keep_answer(self.folder, exchange.answer)
        answer = exchange.answer
        if self.as_json:
            from rag.answer.serialise import answer_to_dict

            _print_line(answer_to_dict(answer) | {"conversation": conversing.id})
        else:
            print_answer(answer, HINTS)
            out.print()

    def _open(self, words: str) -> None:
        if not words.strip().isdecimal():
            raise DocquoteError("/open: say the number of a citation, as: /open 1")
        answer = last_answer(self.folder)
        citation = citation_in(answer, int(words))
        shown = open_citation(answer, citation, self.conversing.chats.assistant.sources())
        self._tell(shown, lambda: print_opened(citation, shown))

    def _tell(self, content: dict[str, Any], say: Callable[[], None]) -> None:
        if self.as_json:
            _print_line(content)
        else:
            say()

    def _edit_lines(self) -> None:
        """Lines are completed with the tab key and brought back with the up-arrow key, where Python has readline."""
        try:
            import readline
        except ImportError:
            return
        readline.set_completer_delims(" ")
        readline.set_completer(lambda _, state: dict(enumerate(_offers(self, readline.get_line_buffer()))).get(state))
        readline.parse_and_bind("tab: complete")

        def recall(opened: Future[Conversing]) -> None:
            if opened.exception() is None:
                for question in opened.result().asked_before():
                    readline.add_history(question)

        self.opening.add_done_callback(recall)


def _offers(session: _Session, line: str) -> list[str]:
    """What may stand in place of the last word of a line."""
    last = line.rpartition(" ")[2]
    if line == last:
        return [f"{name} " for name in COMMANDS if name.startswith(line)] if line else []
    if not line.startswith("/scope ") or not session.opening.done() or session.opening.exception() is not None:
        return []
    names = [source.name for source in session.conversing.chats.assistant.sources()]
    return [shlex.quote(name) for name in names if name.startswith(last)]


def scope_words(scope: Scope) -> str:
    """Which documents may answer, for people."""
    if scope.is_everything:
        return "All documents may answer."
    parts = [*scope.documents, *(f"{folder.rstrip('/')}/" for folder in scope.folders)]
    parts += [f"of {scope.after} or later"] if scope.after else []
    parts += [f"of {scope.before} or earlier"] if scope.before else []
    return f"Only these may answer: {', '.join(parts)}"


def _print_line(content: dict[str, Any]) -> None:
    print(json.dumps(content, default=str), flush=True)
