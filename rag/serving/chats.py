"""Conversations as they are served, whichever way: questions asked, answers kept for their owner, and rated by them."""

from __future__ import annotations

import logging
import re
import secrets
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace

from rag.errors import ConversationError, DocquoteError, LibraryError
from rag.history import (
    Conversation,
    Conversations,
    Exchange,
    FeedbackStore,
    OutdatedAnswer,
    Rating,
    answer_key,
    history_of,
)
from rag.schema import Scope
from rag.serving.base import Answerer

_TOKEN = re.compile(r"[0-9a-f]{32}")

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Chats:
    """The library and what is kept beside it.

    Attributes:
        assistant: answers questions and holds the documents.
        conversations: keeps questions and answers; None: nothing is kept.
        feedback: keeps what people think of kept answers; None: they are not asked.
    """

    assistant: Answerer
    conversations: Conversations | None = None
    feedback: FeedbackStore | None = None

    def ask(
        self,
        question: str,
        exchanges: Sequence[Exchange] = (),
        scope: Scope | None = None,
        *,
        as_typed: bool = False,
        any_date: bool = False,
    ) -> Exchange:
        """Asks, and turns whatever goes wrong into words for people.

        Args:
            exchanges: the conversation before the question, oldest first.
            scope, as_typed, any_date: as for ``Assistant.ask``.
        """
        history = history_of(exchanges)
        try:
            answer = self.assistant.ask(question, history, scope, as_typed=as_typed, any_date=any_date)
        except DocquoteError as error:
            return Exchange(question, problem=str(error))
        except Exception as error:  # whoever serves is the last stop: say it, log it, stay alive
            log.exception("asking failed: %r", question)
            problem = f"Something went wrong while answering ({type(error).__name__}: {error})."
            return Exchange(question, problem=problem)
        return Exchange(question, answer)

    def keep(self, owner: str, conversation_id: str, exchanges: Sequence[Exchange]) -> tuple[str, tuple[int, ...]]:
        """Keeps exchanges at the end of a conversation, of a new one if its id is "".

        Returns:
            The conversation's id and the positions of the exchanges in it, from 0; the id as it was and none where
            there is nothing to keep.

        Raises:
            ConversationError: the owner has no such conversation.
        """
        if self.conversations is None or not exchanges:
            return conversation_id, ()
        conversation_id = conversation_id or self.conversations.create(owner).id
        return conversation_id, tuple(self.conversations.append(owner, conversation_id, one) for one in exchanges)

    def outdated(self, owner: str) -> tuple[OutdatedAnswer, ...]:
        """The owner's kept answers that no longer stand in the documents, the oldest first."""
        if self.conversations is None:
            return ()
        self._recheck(self.conversations)
        return self.conversations.outdated(owner)

    def listed(self, owner: str, contains: str = "") -> tuple[Conversation, ...]:
        """The owner's conversations without their exchanges, the last used first; those with these words, if any."""
        return () if self.conversations is None else self.conversations.list(owner, contains)

    def delete(self, owner: str, conversation_id: str) -> None:
        """Deletes a conversation.

        Raises:
            ConversationError: the owner has no such conversation.
        """
        if self.conversations is None or not self.conversations.delete(owner, conversation_id):
            raise ConversationError("There is no such conversation (any more).")

    def open(self, owner: str, conversation_id: str) -> Conversation:
        """A kept conversation with what its owner thought of the answers, and what no longer stands of them.

        Raises:
            ConversationError: the owner has no such conversation.
            LibraryError: what is kept of it cannot be read.
        """
        if self.conversations is not None:
            self._recheck(self.conversations)
        found = self._kept(owner, conversation_id)
        rated = (self._rated(one, owner, answer_key(found.id, at)) for at, one in enumerate(found.exchanges))
        return replace(found, exchanges=tuple(rated))

    def rate(
        self, owner: str, conversation_id: str, position: int, rating: Rating | None, correction: str = ""
    ) -> Exchange:
        """Keeps what a person thinks of a kept answer, in place of what they thought before.

        Args:
            position: of the answer in its conversation, from 0.
            rating: None takes back what was said.
            correction: the right answer in their words; "" if they do not say.

        Returns:
            The exchange with its rating.

        Raises:
            ConversationError: the owner has no such conversation, or there is no answer there that could be rated.
        """
        exchanges = self._kept(owner, conversation_id).exchanges
        answer = exchanges[position].answer if 0 <= position < len(exchanges) else None
        if answer is None or self.feedback is None:
            raise ConversationError("There is no such answer to rate.")
        key = answer_key(conversation_id, position)
        if rating is None:
            self.feedback.withdraw(owner, key)
        else:
            before = history_of(exchanges[:position])
            helpful = rating == "up"
            self.feedback.give(owner, key, answer, helpful=helpful, right_answer=correction, history=before)
        return self._rated(exchanges[position], owner, key)

    def _recheck(self, conversations: Conversations) -> None:
        with suppress(LibraryError):  # the index cannot be read any more: asking says why
            conversations.recheck(self.assistant.sources(), self.assistant.document)

    def _kept(self, owner: str, conversation_id: str) -> Conversation:
        if self.conversations is None:
            raise ConversationError("Conversations are not kept here.")
        return self.conversations.open(owner, conversation_id)

    def _rated(self, exchange: Exchange, owner: str, key: str) -> Exchange:
        said = self.feedback.of(owner, key) if self.feedback is not None else None
        if said is None:
            return exchange
        return replace(exchange, rating="up" if said.helpful else "down", corrected=bool(said.right_answer))


def owner_of(user: str | None, token: object) -> str:
    """Whose conversations: those of the ``user`` who is logged in, else of the browser that sent the ``token``."""
    return user or f"browser {token_or_new(token)}"


def token_or_new(token: object) -> str:
    """The secret by which a browser is known again, where nobody logs in; a new one if there is none yet."""
    return token if isinstance(token, str) and _TOKEN.fullmatch(token) else secrets.token_hex(16)
