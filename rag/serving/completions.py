"""OpenAI-style chat completions: programs that know these ask docquote as if it were a model.

https://platform.openai.com/docs/api-reference/chat. docs/serving.md says what is taken, what is passed over, and what
is added.
"""

from __future__ import annotations

import json
import logging
import secrets
import time
from collections.abc import Callable, Coroutine, Iterator, Mapping, Sequence
from typing import Any, Literal

from fastapi import APIRouter, HTTPException, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, StreamingResponse
from fastapi.routing import APIRoute
from pydantic import BaseModel, Field

from rag.answer.markdown import MarkdownAnswer, Placed, answer_markdown, linkless
from rag.answer.phrases import place
from rag.answer.serialise import CitationJson
from rag.errors import DocquoteError
from rag.schema import Answer, Outcome
from rag.serving.base import MAX_QUESTION_CHARACTERS, Answerer
from rag.serving.turns import turns_of
from rag.serving.uris import quote_uri
from rag.text.chunking import count_tokens

MODEL = "docquote"
"""The one model there is."""

_CLIENT_TASK = "### Task:"
_CLIENT_TASK_ABOUT = "<chat_history>"
_NO_TASK = "{}"
"""What is said to a client that wants a title, tags or the like written: JSON with none of these."""

_ERROR_TYPES = {401: "authentication_error", 403: "permission_error", 429: "rate_limit_error"}

log = logging.getLogger(__name__)


class TextPart(BaseModel):
    """A part of a message; only those of type "text" can be read."""

    type: str
    text: str = ""


class ChatMessage(BaseModel):
    """A message of a chat."""

    role: str
    content: str | list[TextPart] | None = None

    @property
    def text(self) -> str:
        """Its words; parts of other types have none."""
        if isinstance(self.content, list):
            return "\n".join(part.text for part in self.content if part.type == "text")
        return self.content or ""


class StreamOptions(BaseModel):
    """What a stream ends with."""

    include_usage: bool = False


class ChatRequest(BaseModel):
    """What is taken of a request; everything else is passed over."""

    model: str
    messages: list[ChatMessage] = Field(min_length=1)
    stream: bool | None = None
    stream_options: StreamOptions | None = None
    n: int | None = None


class UrlCitation(BaseModel):
    """Where in the message a citation stands, ``content[start_index:end_index]``, and what is cited."""

    start_index: int
    end_index: int
    url: str
    title: str


class Annotation(BaseModel):
    """A citation of a message. ``citation`` is docquote's own: the quote to the letter, and where in which document."""

    type: Literal["url_citation"] = "url_citation"
    url_citation: UrlCitation
    citation: CitationJson


class CompletionMessage(BaseModel):
    """The answer."""

    role: Literal["assistant"] = "assistant"
    content: str
    refusal: None = None
    annotations: list[Annotation]


class Choice(BaseModel):
    """The one choice there is."""

    index: Literal[0] = 0
    message: CompletionMessage
    logprobs: None = None
    finish_reason: Literal["stop"] = "stop"


class Usage(BaseModel):
    """Tokens of tiktoken's cl100k_base in the messages, and in the answer."""

    prompt_tokens: int
    completion_tokens: int
    total_tokens: int


class Verdict(BaseModel):
    """What docquote thinks of its answer; under the names of ``rag.schema.Answer``."""

    outcome: Outcome
    confidence: float
    interpreted_as: str


class ChatCompletion(BaseModel):
    """An answer in one piece. ``docquote`` is docquote's own; None where a client's task was declined."""

    id: str
    object: Literal["chat.completion"] = "chat.completion"
    created: int
    model: str = MODEL
    choices: list[Choice]
    usage: Usage
    docquote: Verdict | None = None


class Model(BaseModel):
    """A model as clients list it."""

    id: str = MODEL
    object: Literal["model"] = "model"
    created: int = 0
    owned_by: str = "docquote"


class ModelList(BaseModel):
    """All models: the one."""

    object: Literal["list"] = "list"
    data: list[Model]


class ErrorsAsOpenAI(APIRoute):
    """A route whose errors have the shape that OpenAI's clients read."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """The handler, with every error that is raised on its way turned into a response."""
        handle = super().get_route_handler()

        async def handled(request: Request) -> Response:
            try:
                return await handle(request)
            except RequestValidationError as error:
                first = error.errors()[0]
                where = ".".join(str(part) for part in first["loc"][1:])
                return _error(400, f"{where}: {first['msg']}" if where else first["msg"], param=where or None)
            except HTTPException as error:
                told = error.detail if isinstance(error.detail, dict) else {"message": str(error.detail)}
                return _error(error.status_code, **told, headers=error.headers)
            except DocquoteError as error:
                return _error(503, str(error))
            except Exception as error:  # whoever serves is the last stop: say it, log it, stay alive
                log.exception("answering a chat failed")
                return _error(500, f"Something went wrong while answering ({type(error).__name__}).")

        return handled


def completions_router(assistant: Answerer, dependencies: Sequence[Any] = ()) -> APIRouter:
    """The routes below ``/v1`` that OpenAI's clients call; ``dependencies`` check keys."""
    router = APIRouter(route_class=ErrorsAsOpenAI, tags=["OpenAI-style"], dependencies=dependencies)

    @router.get("/models")
    def models() -> ModelList:
        """The one model there is."""
        return ModelList(data=[Model()])

    @router.get("/models/{model:path}")
    def model(model: str) -> Model:
        """The model, if it is that one."""
        _check_model(model)
        return Model()

    @router.post("/chat/completions", response_model=ChatCompletion)
    def complete(chat: ChatRequest) -> ChatCompletion | StreamingResponse:
        """Answers the last message of a user; with ``stream`` as server-sent events."""
        _check_model(chat.model)
        if chat.n not in (None, 1):
            raise _refused("there is one answer to a question: n must be 1", "n")
        asked = [number for number, message in enumerate(chat.messages) if message.role == "user"]
        question = chat.messages[asked[-1]].text.strip() if asked else ""
        if not question:
            raise _refused("the last message of the user has no text", "messages")
        if question.startswith(_CLIENT_TASK) and _CLIENT_TASK_ABOUT in question:
            completion = _completion(chat, MarkdownAnswer((_NO_TASK,), ()), None)
        elif len(question) > MAX_QUESTION_CHARACTERS:
            raise _refused(
                f"the question has {len(question):,} characters; up to {MAX_QUESTION_CHARACTERS:,} can be read",
                "messages",
            )
        else:
            history = turns_of((message.role, message.text) for message in chat.messages[: asked[-1]])
            answer = assistant.ask(question, history)
            completion = _completion(chat, answer_markdown(answer), answer)
        if not chat.stream:
            return completion
        with_usage = chat.stream_options is not None and chat.stream_options.include_usage
        return StreamingResponse(_events(completion, with_usage=with_usage), media_type="text/event-stream")

    return router


def _completion(chat: ChatRequest, written: MarkdownAnswer, answer: Answer | None) -> ChatCompletion:
    text = written.text
    asked, answered = sum(count_tokens(message.text) for message in chat.messages), count_tokens(text)
    message = CompletionMessage(content=text, annotations=[_annotation(one) for one in written.placed])
    return ChatCompletion(
        id=f"chatcmpl-{secrets.token_hex(16)}",
        created=int(time.time()),
        choices=[Choice(message=message)],
        usage=Usage(prompt_tokens=asked, completion_tokens=answered, total_tokens=asked + answered),
        docquote=Verdict.model_validate(answer, from_attributes=True) if answer is not None else None,
    )


def _annotation(placed: Placed) -> Annotation:
    citation = placed.citation
    return Annotation(
        url_citation=UrlCitation(
            start_index=placed.start, end_index=placed.end, url=quote_uri(citation), title=linkless(place(citation))
        ),
        citation=CitationJson.model_validate(citation),
    )


def _events(completion: ChatCompletion, *, with_usage: bool) -> Iterator[str]:
    """The completion as server-sent events: who speaks, what is said block by block, what is cited, and the end."""
    message = completion.choices[0].message
    first, *more = message.content.split("\n\n")
    deltas: list[dict[str, Any]] = [{"role": message.role, "content": first}]
    deltas += [{"content": f"\n\n{block}"} for block in more]
    if message.annotations:
        deltas.append({"annotations": [one.model_dump(mode="json") for one in message.annotations]})
    for delta in deltas:
        yield _event(completion, [{"index": 0, "delta": delta, "finish_reason": None}])
    verdict = {"docquote": completion.docquote.model_dump(mode="json")} if completion.docquote else {}
    yield _event(completion, [{"index": 0, "delta": {}, "finish_reason": "stop"}], **verdict)
    if with_usage:
        yield _event(completion, [], usage=completion.usage.model_dump(mode="json"))
    yield "data: [DONE]\n\n"


def _event(completion: ChatCompletion, choices: Sequence[dict[str, Any]], **more: Any) -> str:
    chunk = {
        "id": completion.id,
        "object": "chat.completion.chunk",
        "created": completion.created,
        "model": completion.model,
        "choices": choices,
    }
    return f"data: {json.dumps(chunk | more, ensure_ascii=False)}\n\n"


def _check_model(model: str) -> None:
    if model != MODEL:
        raise HTTPException(
            404,
            {
                "message": f"there is no model {model!r}; the one is {MODEL!r}",
                "param": "model",
                "code": "model_not_found",
            },
        )


def _refused(message: str, param: str) -> HTTPException:
    return HTTPException(400, {"message": message, "param": param})


def _error(
    status: int,
    message: str,
    param: str | None = None,
    code: str | None = None,
    headers: Mapping[str, str] | None = None,
) -> JSONResponse:
    kind = _ERROR_TYPES.get(status, "invalid_request_error" if status < 500 else "server_error")
    error = {"message": message, "type": kind, "param": param, "code": code}
    return JSONResponse({"error": error}, status, headers=headers)
