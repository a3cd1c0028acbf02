"""What the pages of one server show of the library and of what is kept beside it."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from rag.errors import ConversationError, DocquoteError
from rag.history import Exchange, Exchanges, OutdatedAnswer, Rating
from rag.index.ingest import IndexJobs
from rag.loading import DEFAULT_LIMITS, Limits
from rag.schema import Source
from rag.serving.chats import Chats
from rag.ui.examples import ExampleQuestion, examples_for, is_sample
from rag.ui.html.conversation import header_html, thread_html, welcome_html
from rag.ui.html.history import history_html
from rag.ui.html.library import (
    Chosen,
    Listed,
    changes_html,
    entry_of,
    hint_html,
    list_html,
    listed_of,
    scope_of,
    still_there,
)
from rag.ui.open_source import open_source
from rag.ui.state import Filed, Key, View

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Views:
    """Turns the library and its conversations into what the page shows.

    Attributes:
        chats: asks, keeps and rates.
        jobs: adds and removes documents; None where the page may not.
        name: what to call the library; if "", "Sample library" or the name of its folder.
        examples: questions on offer before the first one; made from the library if None.
        folders: whether a path on the server's own disk may be added; not where several people log in.
        follows: whether documents change by themselves, as the folders that were indexed are followed.
        limits: what reading a cited file again may cost; those that it was indexed under.
    """

    chats: Chats
    jobs: IndexJobs | None = None
    name: str = ""
    examples: Sequence[ExampleQuestion] | None = None
    folders: bool = True
    follows: bool = False
    limits: Limits = DEFAULT_LIMITS
    _known: list[Source] = field(default_factory=list)
    _logged: set[str] = field(default_factory=set)

    def sources(self) -> list[Source]:
        """The documents; where the index cannot be read any more, those that it had, and asking says what is wrong."""
        try:
            self._known[:] = self.chats.assistant.sources()
        except DocquoteError as error:
            if str(error) not in self._logged:  # the page looks every second
                self._logged.add(str(error))
                log.error("%s", error)
        return list(self._known)

    def version(self, document_id: str) -> str:
        """The SHA-256 of a document's file as it is indexed now; "" where it was removed."""
        return next((source.sha256 for source in self.sources() if source.id == document_id), "")

    def header(self) -> str:
        """The header's HTML."""
        sources = self.sources()
        return header_html(sources, self.name or ("Sample library" if is_sample(sources) else ""))

    def welcome(self) -> str:
        """What the thread shows before the first question, as HTML."""
        sources = self.sources()
        offered = examples_for(sources) if self.examples is None else self.examples
        return welcome_html(offered, len(sources), addable=self.jobs is not None)

    def thread(self, exchanges: Exchanges, at: int | None = None) -> str:
        """The conversation as HTML, to be shown from the exchange at a place on."""
        welcome = "" if exchanges else self.welcome()
        return thread_html(exchanges, welcome, rateable=self.chats.feedback is not None, at=at)

    def source(
        self,
        exchanges: Exchanges,
        key: Key | None,
        shown: View | None = None,
        *,
        more: object = None,
        page: object = None,
    ) -> tuple[View | None, str]:
        """The source panel for a citation, as ``open_source`` gives it."""
        return open_source(
            self.chats.assistant,
            exchanges,
            key,
            shown,
            more=more,
            page=page,
            refreshable=self.jobs is not None,
            limits=self.limits,
        )

    def documents(self, chosen: Chosen) -> str:
        """The list of documents as HTML."""
        sources, warnings = self.sources(), self._warnings()
        entries = [entry_of(source, warnings.get(source.id, ())) for source in sources]
        return list_html(entries, still_there(chosen, sources), removable=self.jobs is not None)

    def changes(self, listed: Listed, chosen: Chosen) -> str:
        """What is other in the list of documents than it was, as HTML."""
        sources, warnings, known = self.sources(), self._warnings(), set(listed)
        now = listed_of(sources)
        before = ["", *(source.id for source in sources)]
        new = [
            (after, entry_of(source, warnings.get(source.id, ())))
            for after, source, key in zip(before, sources, now, strict=False)
            if key not in known
        ]
        gone = [document_id for document_id, _ in sorted(known.difference(now))]
        return changes_html(gone, new, still_there(chosen, sources), removable=self.jobs is not None)

    def _warnings(self) -> Mapping[str, Sequence[str]]:
        try:
            return self.chats.assistant.warnings()
        except DocquoteError:  # ``sources`` has said so
            return {}

    def hint(self, chosen: Chosen, warning: str = "") -> str:
        """Below the question box: a warning, or which documents are asked, as HTML."""
        sources = self.sources()
        return hint_html(still_there(chosen, sources), len(sources), warning)

    def ask(
        self,
        question: str,
        exchanges: Exchanges,
        chosen: Chosen,
        *,
        as_typed: bool = False,
        any_date: bool = False,
    ) -> Exchange:
        """Asks the chosen documents."""
        sources = self.sources()
        scope = scope_of(still_there(chosen, sources), sources)
        return self.chats.ask(question, exchanges, scope, as_typed=as_typed, any_date=any_date)

    def history(self, owner: str, filed: Filed, search: str = "") -> str:
        """The list of the owner's conversations as HTML."""
        return self._history(owner, filed, search, self.chats.outdated(owner))

    def rechecked(self, owner: str, exchanges: Exchanges, filed: Filed, search: str) -> tuple[str, Exchanges]:
        """The same list, and the exchanges on the page with what no longer stands of those that are kept."""
        outdated = self.chats.outdated(owner)
        quotes = {one.position: one.quotes for one in outdated if one.conversation_id == filed.id}
        kept = zip(exchanges, filed.positions, strict=False)
        marked = [replace(exchange, outdated=quotes.get(position, ())) for exchange, position in kept]
        return self._history(owner, filed, search, outdated), (*marked, *exchanges[len(marked) :])

    def _history(self, owner: str, filed: Filed, search: str, outdated: Sequence[OutdatedAnswer]) -> str:
        if self.chats.conversations is None:
            return ""
        return history_html(self.chats.conversations.list(owner, search), filed.id, search, outdated)

    def keep(self, owner: str, exchanges: Exchanges, filed: Filed) -> Filed:
        """Keeps the exchanges that are not kept yet; makes the conversation with the first."""
        new = [exchange for exchange in exchanges[len(filed.positions) :] if not exchange.pending]
        conversation_id, positions = self.chats.keep(owner, filed.id, new)
        return Filed(conversation_id, (*filed.positions, *positions))

    def rate(
        self, owner: str, exchanges: Exchanges, filed: Filed, turn: int, rating: Rating, correction: str
    ) -> Exchanges:
        """Keeps what a person thinks of a kept answer, and marks it so; the same rating again takes it back."""
        if not 0 <= turn < min(len(exchanges), len(filed.positions)):
            return exchanges
        taken_back = exchanges[turn].rating == rating and not correction
        try:
            rated = self.chats.rate(owner, filed.id, filed.positions[turn], None if taken_back else rating, correction)
        except ConversationError:  # deleted in another window, or no answer
            return exchanges
        return (*exchanges[:turn], rated, *exchanges[turn + 1 :])

    def opened(self, owner: str, conversation_id: str) -> tuple[Exchanges, Filed]:
        """A kept conversation as the page shows it, and where it is kept.

        Raises:
            ConversationError: the owner has no such conversation.
            LibraryError: what is kept of it cannot be read.
        """
        exchanges = self.chats.open(owner, conversation_id).exchanges
        return exchanges, Filed(conversation_id, tuple(range(len(exchanges))))
