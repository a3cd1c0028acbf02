"""OpenAI's own client asks docquote over HTTP as if it were a model."""

from __future__ import annotations

import json
from collections.abc import Iterator

import httpx
import openai
import pytest
from fastapi import FastAPI
from openai.types.chat import ChatCompletionMessageParam
from over_http import served
from ui_fake import DOCUMENTS, MEMBERS, FakeAssistant

from rag.answer.markdown import answer_markdown
from rag.question.follow_up import turn_of
from rag.schema import Turn
from rag.serving.completions import completions_router
from rag.text.chunking import count_tokens

QUESTION = "How many members attended?"


@pytest.fixture(scope="module")
def fake() -> FakeAssistant:
    return FakeAssistant()


@pytest.fixture(scope="module")
def address(fake: FakeAssistant) -> Iterator[str]:
    app = FastAPI()
    app.include_router(completions_router(fake), prefix="/v1")
    with served(app) as address:
        yield address


@pytest.fixture(scope="module")
def client(address: str) -> Iterator[openai.OpenAI]:
    with openai.OpenAI(base_url=f"{address}/v1", api_key="none", max_retries=0) as client:
        yield client


def asked(*texts: str) -> list[ChatCompletionMessageParam]:
    """Messages of a user and an assistant in turns, the user's first."""
    return [
        {"role": "assistant", "content": text} if number % 2 else {"role": "user", "content": text}
        for number, text in enumerate(texts)
    ]


def test_an_answer_is_quotes_with_citations_that_can_be_checked(client: openai.OpenAI) -> None:
    said = client.chat.completions.create(model="docquote", messages=asked(QUESTION), temperature=0.7, max_tokens=5)
    assert (said.object, said.model, said.choices[0].finish_reason) == ("chat.completion", "docquote", "stop")
    message = said.choices[0].message
    text = message.content or ""
    assert text == answer_markdown(FakeAssistant().ask(QUESTION)).text
    assert message.role == "assistant" and message.annotations is not None
    texts = {document.source.id: document.text for document in DOCUMENTS}
    for annotation, citation in zip(message.annotations, MEMBERS, strict=True):
        cited = annotation.url_citation
        assert annotation.type == "url_citation"
        assert text[cited.start_index : cited.end_index].replace("**", "") == citation.quote
        assert cited.title.startswith(citation.title)
        assert cited.url == f"docquote://documents/{citation.document_id}#char={citation.start},{citation.end}"
        own = annotation.model_dump()["citation"]
        assert texts[own["document_id"]][own["start"] : own["end"]] == own["quote"] == citation.quote
    assert said.model_dump()["docquote"] == {"outcome": "found", "confidence": 0.91, "interpreted_as": QUESTION}


def test_tokens_are_counted(client: openai.OpenAI) -> None:
    said = client.chat.completions.create(model="docquote", messages=asked("Hello", "Hello.", QUESTION))
    assert said.usage is not None
    assert said.usage.prompt_tokens == sum(map(count_tokens, ("Hello", "Hello.", QUESTION)))
    assert said.usage.completion_tokens == count_tokens(said.choices[0].message.content or "")
    assert said.usage.total_tokens == said.usage.prompt_tokens + said.usage.completion_tokens


def test_a_stream_says_the_same(client: openai.OpenAI) -> None:
    whole = client.chat.completions.create(model="docquote", messages=asked(QUESTION))
    stream = client.chat.completions.create(
        model="docquote", messages=asked(QUESTION), stream=True, stream_options={"include_usage": True}
    )
    chunks = list(stream)
    choices = [chunk.choices[0] for chunk in chunks if chunk.choices]
    assert len(choices) > 4  # it comes in pieces
    assert choices[0].delta.role == "assistant"
    assert "".join(choice.delta.content or "" for choice in choices) == whole.choices[0].message.content
    (annotations,) = [found for choice in choices if (found := choice.delta.model_dump().get("annotations"))]
    assert annotations == whole.choices[0].message.model_dump()["annotations"]
    assert [choice.finish_reason for choice in choices] == [None] * (len(choices) - 1) + ["stop"]
    assert chunks[-1].usage == whole.usage and not chunks[-1].choices
    assert chunks[-2].model_dump()["docquote"] == whole.model_dump()["docquote"]
    assert len({chunk.id for chunk in chunks}) == 1


def test_a_stream_is_server_sent_events_without_usage_unless_asked_for(address: str) -> None:
    body = {"model": "docquote", "stream": True, "messages": asked(QUESTION)}
    with httpx.stream("POST", f"{address}/v1/chat/completions", json=body) as response:
        assert response.headers["content-type"].startswith("text/event-stream")
        lines = [line for line in response.iter_lines() if line]
    assert all(line.startswith("data: ") for line in lines)
    assert lines[-1] == "data: [DONE]"
    assert all("usage" not in json.loads(line.removeprefix("data: ")) for line in lines[:-1])


def test_what_was_said_before_is_the_history(client: openai.OpenAI, fake: FakeAssistant) -> None:
    first = client.chat.completions.create(model="docquote", messages=asked(QUESTION)).choices[0].message.content or ""
    messages: list[ChatCompletionMessageParam] = [
        {"role": "system", "content": "You are a pirate."},
        *asked(QUESTION, first, "Hello", "Hello."),
        {"role": "user", "content": [{"type": "text", "text": "Who sent"}, {"type": "text", "text": "them?"}]},
        {"role": "assistant", "content": "The answer is"},
    ]
    said = client.chat.completions.create(model="docquote", messages=messages)
    assert fake.histories[-1] == [turn_of(FakeAssistant().ask(QUESTION)), Turn("Hello")]
    assert said.model_dump()["docquote"]["interpreted_as"] == "How many members sent apologies?"


@pytest.mark.parametrize("stream", [False, True])
def test_what_a_client_wants_written_is_not_searched_for(address: str, fake: FakeAssistant, stream: bool) -> None:
    """Open WebUI asks the model for a title, tags and follow-up questions in this form."""
    before = len(fake.histories)
    task = (
        "### Task:\nGenerate a concise title summarizing the chat history.\n### Output:\n"
        'JSON format: { "title": "your concise title here" }\n### Chat History:\n<chat_history>\n'
        f"USER: {QUESTION}\nASSISTANT: 76\n</chat_history>"
    )
    with openai.OpenAI(base_url=f"{address}/v1", api_key="none", max_retries=0) as client:
        if stream:
            chunks = client.chat.completions.create(model="docquote", messages=asked(task), stream=True)
            text = "".join(chunk.choices[0].delta.content or "" for chunk in chunks)
        else:
            said = client.chat.completions.create(model="docquote", messages=asked(task))
            text = said.choices[0].message.content or ""
            assert said.model_dump()["docquote"] is None
    assert json.loads(text) == {}
    assert len(fake.histories) == before


def test_there_is_one_model(client: openai.OpenAI) -> None:
    assert [model.id for model in client.models.list()] == ["docquote"]
    assert client.models.retrieve("docquote").owned_by == "docquote"
    with pytest.raises(openai.NotFoundError, match="gpt-9") as raised:
        client.models.retrieve("gpt-9")
    assert raised.value.code == "model_not_found"
    with pytest.raises(openai.NotFoundError, match="big/gpt-9"):
        client.models.retrieve("big/gpt-9")
    with pytest.raises(openai.NotFoundError, match="gpt-9"):
        client.chat.completions.create(model="gpt-9", messages=asked(QUESTION))


def test_what_cannot_be_done_is_said(client: openai.OpenAI, fake: FakeAssistant) -> None:
    before = len(fake.histories)
    with pytest.raises(openai.BadRequestError, match="n must be 1") as raised:
        client.chat.completions.create(model="docquote", messages=asked(QUESTION), n=2)
    assert (raised.value.param, raised.value.type) == ("n", "invalid_request_error")
    with pytest.raises(openai.BadRequestError, match="no text"):
        client.chat.completions.create(model="docquote", messages=[{"role": "system", "content": "Be brief."}])
    with pytest.raises(openai.BadRequestError, match="no text"):
        client.chat.completions.create(
            model="docquote",
            messages=[
                {"role": "user", "content": [{"type": "image_url", "image_url": {"url": "http://evil.example"}}]}
            ],
        )
    with pytest.raises(openai.BadRequestError, match="messages") as raised:
        client.chat.completions.create(model="docquote", messages=[])
    assert raised.value.param == "messages"
    with pytest.raises(openai.BadRequestError, match="1,001 characters; up to 1,000"):
        client.chat.completions.create(model="docquote", messages=asked("x" * 1001))
    assert len(fake.histories) == before


@pytest.mark.parametrize("stream", [False, True])
def test_what_goes_wrong_is_said(client: openai.OpenAI, stream: bool) -> None:
    with pytest.raises(openai.InternalServerError, match="index <b>is</b> damaged: run docquote index again"):
        client.chat.completions.create(model="docquote", messages=asked("broken index"), stream=stream)
    with pytest.raises(openai.InternalServerError, match="ZeroDivisionError") as raised:
        client.chat.completions.create(model="docquote", messages=asked("bug"), stream=stream)
    assert raised.value.type == "server_error"


def test_a_body_that_is_no_json_is_an_error_of_the_same_shape(address: str) -> None:
    response = httpx.post(f"{address}/v1/chat/completions", content=b"{", headers={"content-type": "application/json"})
    assert response.status_code == 400
    assert response.json()["error"]["type"] == "invalid_request_error"
