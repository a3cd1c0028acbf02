"""Routes that ask, search, and keep conversations."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, HTTPException, Response
from pydantic import Field

from rag.answer.serialise import AnswerJson, JsonModel
from rag.history import ConversationJson, Exchange, Rating, conversation_json, history_of
from rag.schema import Turn
from rag.serving.calls import Arguments, AskArguments, PassageList, SearchArguments, search
from rag.serving.chats import Chats
from rag.serving.guard import Caller, Guard

LISTED, MOST_LISTED = 50, 500
"""Conversations on one page of a list, unless another number is asked for; and at most."""


class AskRequest(AskArguments):
    """A question; with ``conversation`` the next one of a kept conversation, whose history is its own."""

    keep: bool = Field(False, description="Keep question and answer, in a new conversation if none is named.")
    conversation: str = Field("", description="The id of a kept conversation that the question goes on with.")


class Kept(JsonModel):
    """Where an answer is kept: the ``position`` in a ``conversation``, from 0."""

    conversation: str
    position: int


class AskResponse(JsonModel):
    """An answer, and where it is kept if it is."""

    answer: AnswerJson
    kept: Kept | None = None


class ListedConversation(JsonModel):
    """A conversation without its exchanges; times in ISO 8601, UTC."""

    id: str
    title: str
    created: str
    updated: str


class ConversationList(JsonModel):
    """The caller's conversations, the last used first; ``next_offset`` is None where there are no more."""

    conversations: tuple[ListedConversation, ...]
    total: int
    next_offset: int | None


class RatingRequest(Arguments):
    """What a person thinks of an answer; ``rating`` None takes back what was said."""

    rating: Rating | None
    right_answer: str = Field("", max_length=10_000, description="The right answer in their words, if they say.")


Offset = Annotated[int, Field(ge=0)]
Limit = Annotated[int, Field(ge=1, le=MOST_LISTED)]


def answers_router(chats: Chats, guard: Guard) -> APIRouter:
    """The routes; each conversation is seen by its caller alone."""
    router = APIRouter()
    may_ask, may_read = Depends(guard.needs("ask")), Depends(guard.needs("read"))

    @router.post("/ask", tags=["Answers"])
    def ask(asked: AskRequest, caller: Caller = may_ask) -> AskResponse:
        """Answers a question in the documents' own words, or says that they do not hold the answer."""
        before = chats.open(caller.owner, asked.conversation).exchanges if asked.conversation else ()
        keeps = asked.keep or bool(asked.conversation)
        if asked.conversation and asked.history:
            raise HTTPException(422, "Give either a conversation or a history: a conversation has its own.")
        history = history_of(before) or [Turn(turn.question, turn.answer) for turn in asked.history]
        answer = chats.assistant.ask(
            asked.question, history, asked.scope, as_typed=asked.as_typed, any_date=asked.any_date
        )
        kept = _kept(chats, caller, asked.conversation, Exchange(asked.question, answer)) if keeps else None
        return AskResponse(answer=AnswerJson.model_validate(answer), kept=kept)

    @router.post("/search", tags=["Answers"], dependencies=[may_read])
    def search_passages(asked: SearchArguments) -> PassageList:
        """Passages by words, by meaning or by both, the best first. Nothing is answered."""
        return search(chats.assistant, asked)

    @router.get("/conversations", tags=["Conversations"])
    def conversations(
        caller: Caller = may_ask, contains: str = "", offset: Offset = 0, limit: Limit = LISTED
    ) -> ConversationList:
        """The caller's conversations; with ``contains``, those with these words."""
        found = chats.listed(caller.owner, contains)
        end = offset + limit
        return ConversationList(
            conversations=tuple(map(ListedConversation.model_validate, found[offset:end])),
            total=len(found),
            next_offset=end if end < len(found) else None,
        )

    @router.get("/conversations/{conversation_id}", tags=["Conversations"])
    def conversation(conversation_id: str, caller: Caller = may_ask) -> ConversationJson:
        """A conversation with its answers, and what no longer stands of them."""
        return conversation_json(chats.open(caller.owner, conversation_id))

    @router.delete("/conversations/{conversation_id}", tags=["Conversations"], status_code=204)
    def delete(conversation_id: str, caller: Caller = may_ask) -> Response:
        """Deletes a conversation."""
        chats.delete(caller.owner, conversation_id)
        return Response(status_code=204)

    @router.put("/conversations/{conversation_id}/answers/{position}/rating", tags=["Conversations"], status_code=204)
    def rate(conversation_id: str, position: int, said: RatingRequest, caller: Caller = may_ask) -> Response:
        """Keeps what a person thinks of an answer, in place of what they thought before."""
        chats.rate(caller.owner, conversation_id, position, said.rating, said.right_answer)
        return Response(status_code=204)

    return router


def _kept(chats: Chats, caller: Caller, conversation_id: str, exchange: Exchange) -> Kept:
    """Keeps an exchange.

    Raises:
        HTTPException: conversations are not kept here.
    """
    where, positions = chats.keep(caller.owner, conversation_id, (exchange,))
    if not positions:
        raise HTTPException(404, "Conversations are not kept here.")
    return Kept(conversation=where, position=positions[0])
