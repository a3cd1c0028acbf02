"""The SDK's own client speaks the Model Context Protocol with docquote, in the process, over HTTP and over pipes."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from threading import Thread
from typing import Any

import httpx
import jsonschema
import pytest
from fastapi import FastAPI
from mcp import Client, MCPError, StdioServerParameters
from mcp.server.streamable_http_manager import StreamableHTTPASGIApp
from over_http import served
from typer.testing import CliRunner
from ui_fake import DOCUMENTS, MINUTES_DOCUMENT, FakeAssistant

import rag.cli.mcp
import rag.cli.serve
import rag.serving.mcp.server
from rag.assistant import Assistant
from rag.cli.main import app as command_line
from rag.errors import DocquoteError
from rag.schema import Scope, Turn
from rag.serving.mcp.http import mcp_over_http
from rag.serving.mcp.server import mcp_server
from rag.serving.uris import document_uri

QUESTION = "How many members attended?"
HELLO = {
    "jsonrpc": "2.0",
    "id": 1,
    "method": "initialize",
    "params": {"protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": {"name": "test", "version": "1"}},
}
MODES = ["auto", "legacy"]
"""The protocol as it is since 2026-07-28, and as it was before."""


def with_client(act: Callable[[Client], Awaitable[None]], server: Any, **how: Any) -> None:
    async def run() -> None:
        async with Client(server, **how) as client:
            await act(client)

    asyncio.run(run())


@pytest.fixture
def fake() -> FakeAssistant:
    return FakeAssistant()


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    manager = mcp_over_http(FakeAssistant())

    @asynccontextmanager
    async def running(_: FastAPI) -> AsyncIterator[None]:
        async with manager.run():
            yield

    app = FastAPI(lifespan=running)
    app.add_route("/mcp", StreamableHTTPASGIApp(manager))  # type: ignore[arg-type]
    with served(app) as address:
        yield f"{address}/mcp"


@pytest.mark.parametrize("mode", MODES)
def test_tools_say_what_they_take_and_give_and_that_they_change_nothing(fake: FakeAssistant, mode: Any) -> None:
    async def act(client: Client) -> None:
        assert "own documents" in (client.instructions or "")
        tools = (await client.list_tools()).tools
        assert [tool.name for tool in tools] == ["ask", "search", "list_documents", "read_document"]
        for tool in tools:
            assert tool.title and tool.description and tool.annotations is not None
            assert tool.annotations.read_only_hint and not tool.annotations.destructive_hint
            assert tool.annotations.idempotent_hint and not tool.annotations.open_world_hint
            jsonschema.Draft202012Validator.check_schema(tool.input_schema)
            jsonschema.Draft202012Validator.check_schema(tool.output_schema or {})
            assert "properties" in (tool.output_schema or {})

    with_client(act, mcp_server(fake), mode=mode)


@pytest.mark.parametrize("mode", MODES)
def test_an_answer_cites_what_can_be_read(fake: FakeAssistant, mode: Any) -> None:
    async def act(client: Client) -> None:
        said = await client.call_tool("ask", {"question": QUESTION})
        answer = said.structured_content
        assert not said.is_error and answer["outcome"] == "found"
        (text,) = said.content
        assert json.loads(text.text) == answer  # for clients that know no structured content
        for cited in answer["citations"]:
            where = {"document_id": cited["document_id"], "offset": cited["start"]}
            read = await client.call_tool("read_document", where | {"limit": cited["end"] - cited["start"]})
            assert read.structured_content["text"] == cited["quote"]

    with_client(act, mcp_server(fake), mode=mode)


@pytest.mark.parametrize("mode", ["fused", "dense", "lexical"])
def test_passages_are_found_where_they_say_they_stand(sample_assistant: Assistant, mode: str) -> None:
    async def act(client: Client) -> None:
        query = {"query": "annual general meeting", "mode": mode, "folders": [], "limit": 2}
        first = (await client.call_tool("search", query)).structured_content
        more = (await client.call_tool("search", query | {"offset": first["next_offset"]})).structured_content
        found = [*first["passages"], *more["passages"]]
        assert [passage["rank"] for passage in found] == [1, 2, 3, 4]
        for passage in found:
            chunk = passage["chunk"]
            where = {"document_id": chunk["document_id"], "offset": chunk["start"]}
            read = await client.call_tool("read_document", where | {"limit": chunk["end"] - chunk["start"]})
            assert read.structured_content["text"] == passage["text"]
        refused = await client.call_tool("search", {"query": "meeting", "documents": ["nothing.txt"]})
        assert refused.is_error and "nothing.txt" in refused.content[0].text

    with_client(act, mcp_server(sample_assistant))


def test_the_conversation_and_the_scope_go_along(fake: FakeAssistant) -> None:
    async def act(client: Client) -> None:
        given = {
            "question": "Who sent them?",
            "history": [{"question": QUESTION, "answer": "Seventy-six members attended."}, {"question": "Hello"}],
            "documents": ["minutes/2021.md"],
            "folders": ["minutes"],
            "after": "2021-01-01",
            "as_typed": True,
        }
        assert (await client.call_tool("ask", given)).structured_content["outcome"] == "not found"

    with_client(act, mcp_server(fake))
    assert fake.histories == [[Turn(QUESTION, "Seventy-six members attended."), Turn("Hello")]]
    (scope,) = fake.scopes
    assert isinstance(scope, Scope) and (scope.documents, scope.folders) == (("minutes/2021.md",), ("minutes",))
    assert str(scope.after) == "2021-01-01" and scope.before is None


def test_documents_are_listed_in_pages_and_found_by_words(fake: FakeAssistant) -> None:
    async def act(client: Client) -> None:
        names: list[str] = []
        offset: int | None = 0
        while offset is not None:
            page = (await client.call_tool("list_documents", {"offset": offset, "limit": 3})).structured_content
            assert page["total"] == len(DOCUMENTS)
            names += [source["name"] for source in page["documents"]]
            offset = page["next_offset"]
        assert names == sorted(document.source.name for document in DOCUMENTS)
        found = (await client.call_tool("list_documents", {"contains": "SPRING minutes"})).structured_content
        assert [source["id"] for source in found["documents"]] == [MINUTES_DOCUMENT.source.id]
        assert (found["total"], found["next_offset"]) == (1, None)

    with_client(act, mcp_server(fake))


def test_a_document_is_read_in_parts(fake: FakeAssistant) -> None:
    async def act(client: Client) -> None:
        text, offset = "", 0
        while offset is not None:
            given = {"document_id": MINUTES_DOCUMENT.source.id, "offset": offset, "limit": 100}
            part = (await client.call_tool("read_document", given)).structured_content
            assert part["start"] == len(text) and part["end"] - part["start"] == len(part["text"])
            assert part["characters"] == len(MINUTES_DOCUMENT.text)
            text, offset = text + part["text"], part["next_offset"]
        assert text == MINUTES_DOCUMENT.text
        beyond = {"document_id": MINUTES_DOCUMENT.source.id, "offset": 10_000}
        assert (await client.call_tool("read_document", beyond)).structured_content["text"] == ""

    with_client(act, mcp_server(fake))


@pytest.mark.parametrize(
    ("tool", "given", "said"),
    [
        ("ask", {}, "question: Field required"),
        ("ask", {"question": QUESTION, "temperature": 1}, "temperature: Extra inputs"),
        ("ask", {"question": "x" * 1001}, "question: String should have at most 1000 characters"),
        ("ask", {"question": "broken index"}, "damaged: run docquote index again"),
        ("ask", {"question": "bug"}, "Something went wrong (ZeroDivisionError)"),
        ("read_document", {"document_id": "../../etc/passwd"}, "no document ../../etc/passwd"),
        ("read_document", {"document_id": MINUTES_DOCUMENT.source.id, "limit": 10**9}, "limit: "),
        ("list_documents", {"offset": -1}, "offset: "),
    ],
)
def test_what_cannot_be_done_is_said_to_the_model(fake: FakeAssistant, tool: str, given: Any, said: str) -> None:
    async def act(client: Client) -> None:
        result = await client.call_tool(tool, given)
        assert result.is_error and said in result.content[0].text

    with_client(act, mcp_server(fake))


@pytest.mark.parametrize("mode", MODES)
def test_documents_are_resources(fake: FakeAssistant, mode: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rag.serving.mcp.server, "RESOURCES_LISTED", 3)

    async def act(client: Client) -> None:
        first = await client.list_resources()
        assert first.next_cursor is not None
        second = await client.list_resources(cursor=first.next_cursor)
        assert (len(first.resources), len(second.resources), second.next_cursor) == (3, 1, None)
        listed = {resource.name: resource for resource in (*first.resources, *second.resources)}
        assert listed.keys() == {document.source.name for document in DOCUMENTS}
        minutes = listed["minutes/2021.md"]
        assert minutes.title == "Minutes of the spring meeting"
        assert minutes.description == "minutes/2021.md · 2 March 2021"
        for uri in (minutes.uri, f"{minutes.uri}#char=10,20"):  # a fragment is for the client to apply
            (read,) = (await client.read_resource(uri)).contents
            assert read.text == MINUTES_DOCUMENT.text
        (template,) = (await client.list_resource_templates()).resource_templates
        assert template.uri_template == "docquote://documents/{id}"
        for uri in (document_uri("0" * 16), document_uri("../x"), "file:///etc/passwd"):
            with pytest.raises(MCPError, match="no resource"):
                await client.read_resource(uri)

    with_client(act, mcp_server(fake), mode=mode)


def test_a_document_that_cannot_be_read_is_an_error(fake: FakeAssistant, monkeypatch: pytest.MonkeyPatch) -> None:
    def damaged(_: str) -> None:
        raise DocquoteError("the index is damaged")

    monkeypatch.setattr(fake, "document", damaged)

    async def act(client: Client) -> None:
        with pytest.raises(MCPError, match="the index is damaged"):
            await client.read_resource(document_uri(MINUTES_DOCUMENT.source.id))
        with pytest.raises(MCPError, match="no tool 'remove'"):
            await client.call_tool("remove", {})

    with_client(act, mcp_server(fake))


@pytest.mark.parametrize("mode", MODES)
def test_it_is_spoken_over_http(address: str, mode: Any) -> None:
    async def act(client: Client) -> None:
        said = await client.call_tool("ask", {"question": QUESTION})
        assert said.structured_content["text"].startswith("Seventy-six members")

    with_client(act, address, mode=mode)


def test_pages_of_other_names_are_refused(address: str) -> None:
    """A web page that makes its own name lead to this computer (DNS rebinding) gets nothing."""
    body = {"jsonrpc": "2.0", "id": 1, "method": "tools/list", "params": {}}
    accept = {"accept": "application/json, text/event-stream"}
    assert httpx.post(address, json=body, headers=accept).status_code == 200
    assert httpx.post(address, json=body, headers=accept | {"origin": "http://localhost:3000"}).status_code == 200
    assert httpx.post(address, json=body, headers=accept | {"origin": "http://evil.example"}).status_code == 403
    assert httpx.post(address, json=body, headers=accept | {"host": "evil.example"}).status_code == 421


def test_a_program_starts_docquote_and_asks(sample_index: Path) -> None:
    async def act(client: Client) -> None:
        said = await client.call_tool("ask", {"question": "How many members attended the general meeting in 2023?"})
        assert said.structured_content["library"] == 12
        listed = (await client.call_tool("list_documents", {})).structured_content
        (read,) = (await client.read_resource(document_uri(listed["documents"][0]["id"]))).contents
        assert read.text

    arguments = ["-m", "rag.cli", "mcp", "--index", str(sample_index)]
    with_client(act, StdioServerParameters(command=sys.executable, args=arguments))


def test_nothing_but_the_protocol_is_printed(sample_index: Path) -> None:
    messages = [
        HELLO,
        {"jsonrpc": "2.0", "method": "notifications/initialized"},
        {
            "jsonrpc": "2.0",
            "id": 2,
            "method": "tools/call",
            "params": {"name": "ask", "arguments": {"question": "Oil?"}},
        },
    ]
    command = [sys.executable, "-m", "rag.cli", "mcp", "--index", str(sample_index)]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdin and process.stdout and process.stderr
        process.stdin.write("".join(f"{json.dumps(message)}\n" for message in messages))
        process.stdin.flush()
        answers = [json.loads(process.stdout.readline()) for _ in range(2)]
        process.stdin.close()  # which ends it
        assert process.stdout.read() == process.stderr.read() == ""
    assert [answer["id"] for answer in answers] == [1, 2] and answers[1]["result"]["isError"] is False
    assert process.returncode == 0


def test_it_serves_until_its_input_ends(sample_index: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (to_read, to_say), (to_hear, to_write) = os.pipe(), os.pipe()
    with (
        os.fdopen(to_read) as stdin,
        os.fdopen(to_write, "w") as stdout,
        os.fdopen(to_say, "w") as say,
        os.fdopen(to_hear) as hear,
    ):
        monkeypatch.setattr(sys, "stdin", stdin)
        monkeypatch.setattr(sys, "stdout", stdout)
        serving = Thread(target=rag.cli.mcp.serve_mcp, args=(sample_index,))
        serving.start()
        print(json.dumps(HELLO), file=say, flush=True)
        assert json.loads(hear.readline())["result"]["serverInfo"]["name"] == "docquote"
        say.close()
        serving.join(60)
    assert not serving.is_alive()


def test_the_command_says_what_is_missing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ran = CliRunner().invoke(command_line, ["mcp", "--index", str(tmp_path)])
    assert isinstance(ran.exception, DocquoteError) and "docquote index" in str(ran.exception)
    monkeypatch.setattr(rag.cli.serve, "find_spec", lambda name: None)
    ran = CliRunner().invoke(command_line, ["mcp", "--index", str(tmp_path)])
    assert isinstance(ran.exception, DocquoteError) and "pip install 'docquote[serve]'" in str(ran.exception)
