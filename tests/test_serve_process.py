"""``docquote serve`` as it runs: a real process, asked by real clients."""

from __future__ import annotations

import asyncio
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest
from mcp import Client
from mcp.client.streamable_http import streamable_http_client
from openai import OpenAI

from rag.serving.keys import Keys

QUESTION = "How many members were present at the annual general meeting of the garden association?"


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def command(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "rag.cli.main", "serve", *arguments]


@contextmanager
def serving(*arguments: str) -> Iterator[tuple[str, subprocess.Popen[str]]]:
    """The address of a server, and its process; it is told to end after the block."""
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    process = subprocess.Popen(
        command("--port", str(port), *arguments), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, text=True
    )
    try:
        until = time.monotonic() + 120
        while time.monotonic() < until:
            try:
                if httpx.get(f"{address}/v1/ready").status_code == 200:
                    break
            except httpx.TransportError:
                assert process.poll() is None, "it ended before it served"
            time.sleep(0.1)
        yield address, process
    finally:
        process.terminate()
        process.wait(30)


def test_every_door_opens_with_a_key_and_none_without(sample_index: Path, tmp_path: Path) -> None:
    key = Keys(tmp_path / "keys").add("laptop", ("ask", "read"))
    held = {"Authorization": f"Bearer {key}"}
    with serving("--index", str(sample_index), "--keys", str(tmp_path / "keys"), "--no-page") as (address, _):
        assert httpx.post(f"{address}/v1/ask", json={"question": QUESTION}).status_code == 401
        assert httpx.post(f"{address}/mcp", json={}).status_code == 401
        assert httpx.get(address).status_code == 404
        answer = httpx.post(f"{address}/v1/ask", json={"question": QUESTION}, headers=held, timeout=60).json()["answer"]
        assert "41 were present" in answer["citations"][0]["quote"]
        openai = OpenAI(base_url=f"{address}/v1", api_key=key)
        said = openai.chat.completions.create(model="docquote", messages=[{"role": "user", "content": QUESTION}])
        assert "members, 41 were present" in str(said.choices[0].message.content)

        async def by_protocol() -> tuple[list[str], str]:
            async with (
                httpx.AsyncClient(headers=held, follow_redirects=True, timeout=60) as http,
                Client(streamable_http_client(f"{address}/mcp", http_client=http)) as client,
            ):
                tools = [tool.name for tool in (await client.list_tools()).tools]
                called = await client.call_tool("ask", {"question": QUESTION})
                return tools, str(called.structured_content)

        tools, said_by_protocol = asyncio.run(by_protocol())
        assert "search" in tools and "41 were present" in said_by_protocol


def test_the_page_and_the_rest_are_one_server_which_ends_when_it_is_told(sample_index: Path) -> None:
    with serving("--index", str(sample_index)) as (address, process):
        page = httpx.get(address)
        assert page.status_code == 200 and "docquote" in page.text and "gradio" in page.text
        assert "content-security-policy" not in page.headers
        assert httpx.post(f"{address}/v1/search", json={"query": "quorum"}).json()["passages"]
        taken = subprocess.run(
            command("--index", str(sample_index), "--port", address.rpartition(":")[2], "--no-page"),
            capture_output=True,
            text=True,
            timeout=120,
        )
        assert taken.returncode == 2 and "--port" in taken.stderr and "Traceback" not in taken.stderr
        process.send_signal(signal.SIGTERM)
        assert process.wait(30) == 0


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        (["--host", "0.0.0.0"], "docquote key add"),
        (["--host", "0.0.0.0", "--keys", "KEYS"], "--no-page"),
        (["--keys", "nothing"], "docquote key add"),
        (["--auth", "nothing", "--no-page"], "--no-page"),
    ],
)
def test_nothing_is_served_beyond_this_computer_without_keys(
    sample_index: Path, tmp_path: Path, arguments: list[str], named: str
) -> None:
    Keys(tmp_path / "keys").add("one", ("ask",))
    given = [str(tmp_path / "keys") if one == "KEYS" else one for one in arguments]
    refused = subprocess.run(
        command("--index", str(sample_index), *given), capture_output=True, text=True, timeout=120, cwd=tmp_path
    )
    assert refused.returncode == 2 and named in refused.stderr and "Serving" not in refused.stderr
