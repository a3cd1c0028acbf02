"""What one server's pages share: the library, and what is kept beside it. Turns them into what the page shows."""

from __future__ import annotations

import logging
import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import gradio as gr

from rag.errors import DocquoteError
from rag.history.conversations import Conversations
from rag.history.feedback import FeedbackStore, answer_key
from rag.index.ingest.jobs import IndexJobs
from rag.schema import Source
from rag.serving.base import Library
from rag.ui.examples import Example, examples_for, is_sample
from rag.ui.html.conversation import header_html, thread_html, welcome_html
from rag.ui.html.history import history_html, to_keep
from rag.ui.html.library import Chosen, Entry, entry_of, file_size, list_html, scope_html, scope_of, still_there
from rag.ui.state import Conversation, Exchange, Filed, Rating, history

HINT = "Follow-up questions may lean on earlier ones."

_TOKEN = re.compile(r"[0-9a-f]{32}")

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Desk:
    """The library and its stores.

    Attributes:
        assistant: answers questions and holds the documents.
        jobs: adds and removes documents; None where the page may not.
        conversations: keeps questions and answers; None: nothing is kept.
        feedback: keeps what people think of answers; None: they are not asked.
        name: what to call the library; if "", "Sample library" or the name of its folder.
        examples: questions on offer before the first one; made from the library if None.
        folders: whether a path on the server's own disk may be added; not where several people log in.
    """

    assistant: Library
    jobs: IndexJobs | None = None
    conversations: Conversations | None = None
    feedback: FeedbackStore | None = None
    name: str = ""
    examples: Sequence[Example] | None = None
    folders: bool = True
    _entries: dict[tuple[str, str], Entry] = field(default_factory=dict)
    _known: list[Source] = field(default_factory=list)
    _logged: set[str] = field(default_factory=set)

    def sources(self) -> list[Source]:
        """The documents; where the index cannot be read any more, those that it had, and asking says what is wrong."""
        try:
            self._known[:] = self.assistant.sources()
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

    def thread(self, talk: Conversation) -> str:
        """The conversation as HTML."""
        return thread_html(talk, "" if talk else self.welcome(), rateable=self.feedback is not None)

    def documents(self, chosen: Chosen) -> str:
        """The list of documents as HTML."""
        sources = self.sources()
        return list_html(
            [entry for source in sources if (entry := self._entry(source)) is not None],
            still_there(chosen, sources),
            removable=self.jobs is not None,
        )

    def _entry(self, source: Source) -> Entry | None:
        """The entry of a document, with its text looked at once per version; None where it was removed meanwhile."""
        key = (source.id, source.sha256)
        if key not in self._entries:
            try:
                self._entries[key] = entry_of(self.assistant.document(source.id))
            except DocquoteError:
                return None
        return replace(self._entries[key], size=file_size(source))

    def hint(self, chosen: Chosen, warning: str = "") -> str:
        """Below the question box: a warning, or which documents are asked, as HTML."""
        if warning:
            return f'<p role="alert">{warning}</p>'
        sources = self.sources()
        return f'<p role="note">{scope_html(still_there(chosen, sources), sources)}<span>{HINT}</span></p>'

    def ask(
        self, question: str, talk: Conversation, chosen: Chosen, *, as_typed: bool = False, any_date: bool = False
    ) -> Exchange:
        """Ask, and turn whatever goes wrong into words on the page; the rest of the page goes on working."""
        sources = self.sources()
        chosen = still_there(chosen, sources)
        try:
            answer = self.assistant.ask(
                question, history(talk), scope_of(chosen, sources), as_typed=as_typed, any_date=any_date
            )
        except DocquoteError as error:
            return Exchange(question, problem=str(error))
        except Exception as error:  # the page is the last stop: say it, log it, stay alive
            log.exception("asking failed: %r", question)
            problem = f"Something went wrong while answering ({type(error).__name__}: {error})."
            return Exchange(question, problem=problem)
        return Exchange(question, answer)

    def history(self, owner: str, filed: Filed, search: str = "") -> str:
        """The list of the owner's conversations as HTML."""
        if self.conversations is None:
            return ""
        return history_html(self.conversations.list(owner, search), filed.id, search)

    def keep(self, owner: str, talk: Conversation, filed: Filed) -> Filed:
        """Keeps the exchanges that are not kept yet; makes the conversation with the first."""
        new = [exchange for exchange in talk[filed.count :] if not exchange.pending]
        if self.conversations is None or not new:
            return filed
        conversation_id = filed.id or self.conversations.create(owner).id
        for exchange in new:
            self.conversations.append(owner, conversation_id, to_keep(exchange))
        return Filed(conversation_id, filed.count + len(new))

    def rate(
        self, owner: str, talk: Conversation, filed: Filed, turn: int, rating: Rating, correction: str
    ) -> Conversation:
        """Keeps what a person thinks of a kept answer, and marks it so; the same rating again takes it back."""
        if self.feedback is None or not 0 <= turn < min(len(talk), filed.count):
            return talk
        rated, key = talk[turn], answer_key(filed.id, turn)
        if rated.answer is None:
            return talk
        if rated.rating == rating and not correction:
            self.feedback.withdraw(owner, key)
            after = replace(rated, rating=None, corrected=False)
        else:
            before = history(talk[:turn])
            helpful = rating == "up"
            self.feedback.give(owner, key, rated.answer, helpful=helpful, right_answer=correction, history=before)
            after = replace(rated, rating=rating, corrected=bool(correction))
        return (*talk[:turn], after, *talk[turn + 1 :])

    def opened(self, owner: str, kept: Conversations, conversation_id: str) -> tuple[Conversation, Filed]:
        """A kept conversation with its ratings as the page shows it, and where it is kept.

        Raises:
            LibraryError: the owner has no such conversation.
        """
        exchanges = kept.open(owner, conversation_id).exchanges
        talk = tuple(
            self._rated(Exchange(one.question, one.answer, one.problem), owner, answer_key(conversation_id, turn))
            for turn, one in enumerate(exchanges)
        )
        return talk, Filed(conversation_id, len(talk))

    def _rated(self, exchange: Exchange, owner: str, key: str) -> Exchange:
        said = self.feedback.of(owner, key) if self.feedback is not None else None
        if said is None:
            return exchange
        return replace(exchange, rating="up" if said.helpful else "down", corrected=bool(said.right_answer))


def owner_of(token: object, request: gr.Request) -> str:
    """Whose conversations: those of who is logged in, else those of this browser."""
    return request.username or f"browser {token_or_new(token)}"


def token_or_new(token: object) -> str:
    """The secret by which a browser is known again, where nobody logs in; a new one if there is none yet."""
    return token if isinstance(token, str) and _TOKEN.fullmatch(token) else secrets.token_hex(16)
