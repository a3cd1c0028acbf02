"""One conversation in the terminal: questions asked in the background, kept as the page keeps them, and their scope."""

from __future__ import annotations

import argparse
import shlex
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from contextlib import ExitStack, closing
from dataclasses import dataclass, field
from threading import Thread
from typing import NoReturn, Self, TypeVar

import typer

from rag.assistant import Assistant
from rag.cli.dates import first_day, last_day
from rag.errors import ConversationError, DocquoteError
from rag.history import Conversations, Exchange, made_with
from rag.place import Place, state_folder
from rag.retrieval import sources_in
from rag.schema import Scope, Source
from rag.serving.chats import Chats
from rag.settings import Settings

RECALLED = 5
"""The last conversations whose questions the up-arrow key brings back."""
BROWSER = "browser "
"""What the owners begin with that are browsers in which nobody logs in."""

Result = TypeVar("Result")


def in_background(work: Callable[[], Result]) -> Future[Result]:
    """Runs work in a thread that nobody has to wait for: Ctrl-C leaves it behind, and the program may end."""
    future: Future[Result] = Future()

    def run() -> None:
        try:
            future.set_result(work())
        except BaseException as error:
            future.set_exception(error)

    Thread(target=run, name="answering", daemon=True).start()
    return future


@dataclass
class Conversing:
    """The library, what is kept beside it, and the conversation so far.

    Attributes:
        chats: asks and keeps.
        owner: whose the conversation is.
        scope: which documents may answer the next questions.
        exchanges: those of the conversation, oldest first.
        id: of the kept conversation; "" before its first answer.
    """

    chats: Chats
    owner: str
    scope: Scope = field(default_factory=Scope)
    exchanges: tuple[Exchange, ...] = ()
    id: str = ""
    _opened: ExitStack = field(default_factory=ExitStack)

    @classmethod
    def open(cls, place: Place, user: str) -> Self:
        """Opens the library with its models, and what is kept beside it.

        Args:
            place: of the index.
            user: the name that its owner logs in with on the page; "": see ``owner_in``.

        Raises:
            DocquoteError: the index, a model or what is kept cannot be opened.
        """
        with ExitStack() as opened:
            settings = Settings.load()
            assistant = opened.enter_context(Assistant.open(place, settings))
            provenance = made_with(assistant.index.manifest, assistant.reader.name, settings)
            kept = opened.enter_context(closing(Conversations(state_folder(place), provenance)))
            assistant.reader.prepare()
            return cls(Chats(assistant, kept), user or owner_in(kept), _opened=opened.pop_all())

    def ask(self, question: str, *, as_typed: bool = False, any_date: bool = False) -> Exchange:
        """Asks after what was said so far; changes nothing."""
        return self.chats.ask(question, self.exchanges, self.scope, as_typed=as_typed, any_date=any_date)

    def keep(self, exchange: Exchange) -> None:
        """Goes on from an exchange, and keeps it.

        Raises:
            DocquoteError: it cannot be kept; the conversation goes on all the same.
        """
        self.exchanges = (*self.exchanges, exchange)
        try:
            self.id, _ = self.chats.keep(self.owner, self.id, [exchange])
        except ConversationError:  # deleted on the page meanwhile: what is said from now on is another one
            self.id, _ = self.chats.keep(self.owner, "", [exchange])

    def start_over(self) -> None:
        """Begins another conversation, of the same scope."""
        self.exchanges, self.id = (), ""

    def narrow(self, words: str) -> None:
        """Sets the scope by what is typed after "/scope", as the options of ``docquote ask`` say it.

        Raises:
            DocquoteError: that is no scope, or the index holds no such documents; the scope stays as it was.
        """
        sources = self.chats.assistant.sources()
        scope = scope_of(words, sources)
        if not sources_in(scope, sources):
            raise DocquoteError("no document is of that time; the scope stays as it was")
        self.scope = scope

    def asked_before(self) -> list[str]:
        """Questions of the owner's last conversations, the oldest first."""
        kept = self.chats.conversations
        last = kept.list(self.owner)[:RECALLED] if kept is not None else ()
        return [
            exchange.question
            for one in reversed(last)
            if kept is not None
            for exchange in kept.open(self.owner, one.id).exchanges
        ]

    def close(self) -> None:
        """Closes everything that was opened."""
        self._opened.close()


def owner_in(kept: Conversations) -> str:
    """Whose a conversation in the terminal is, where nobody logs in: the one browser's that asked here, as far as
    there is one only, so that the page shows it there; else the terminal's own."""
    browsers = [owner for owner in kept.owners() if owner.startswith(BROWSER)]
    return browsers[0] if len(browsers) == 1 else "terminal"


def scope_of(words: str, sources: Sequence[Source]) -> Scope:
    """The scope that words say: names of documents and folders, or the options of ``docquote ask``; "all" is all.

    Raises:
        DocquoteError: they say none.
    """
    try:
        given = _parser().parse_args(shlex.split(words))
    except ValueError as error:  # a quotation mark that is not closed
        raise DocquoteError(f"/scope: {error}") from error
    if given.names == ["all"]:
        return Scope()
    folders = [name for name in given.names if any(one.name.startswith(f"{name.strip('/')}/") for one in sources)]
    documents = [name for name in given.names if name not in folders]
    try:
        return Scope(
            documents=(*given.document, *documents),
            folders=(*given.folder, *folders),
            after=first_day(given.after) if given.after is not None else None,
            before=last_day(given.before) if given.before is not None else None,
        )
    except typer.BadParameter as error:
        raise DocquoteError(f"/scope: {error.message}") from error


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        raise DocquoteError(f"/scope: {message}; as: /scope minutes/2023 --after 2023-05, or: /scope all")


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(prog="/scope", add_help=False, allow_abbrev=False)
    parser.add_argument("names", nargs="*")
    parser.add_argument("--document", action="append", default=[])
    parser.add_argument("--folder", action="append", default=[])
    parser.add_argument("--after")
    parser.add_argument("--before")
    return parser
