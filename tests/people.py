"""People who talk to a running server as the page does: gradio's own protocol over HTTP, one session each."""

from __future__ import annotations

import asyncio
import json
import re
import secrets
import socket
import subprocess
import time
from dataclasses import dataclass, field
from typing import Any

import httpx

API = "/gradio_api"
PATIENCE_SECONDS = 120.0
START_SECONDS = 120
_MARK = re.compile(r"p\d{3}q\d{4}")


class Busy(Exception):
    """The server takes no more for now."""


@dataclass(frozen=True)
class Wiring:
    """Which functions of the page ask a question and keep its answer, by their places in its configuration."""

    ask: int
    keep: int
    thread: int
    listed: int

    @classmethod
    def of(cls, config: dict[str, Any]) -> Wiring:
        ids = {part["props"].get("elem_id"): part["id"] for part in config["components"]}
        functions = config["dependencies"]
        ask = next(f for f in functions if [ids["dq-box"], "submit"] in [list(target) for target in f["targets"]])
        keep = next(f for f in functions if f.get("trigger_after") == ask["id"] and ids["dq-talks"] in f["outputs"])
        return cls(
            ask["id"], keep["id"], ask["outputs"].index(ids["dq-thread"]), keep["outputs"].index(ids["dq-talks"])
        )


@dataclass
class Person:
    """One person with a page of their own; every question carries a mark that nobody else's does.

    Attributes:
        seconds: what each question took, from asking to its answer.
        problems: what should not have happened; empty where all is well.
    """

    number: int
    client: httpx.AsyncClient
    wiring: Wiring
    seconds: list[float] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    busy: int = 0
    session: str = field(default_factory=lambda: secrets.token_hex(6))
    token: str = field(default_factory=lambda: secrets.token_hex(16))

    async def talk(self, questions: list[str], until: float) -> None:
        """Asks one question after another until the time is up; keeps each answer as the page does."""
        while time.monotonic() < until:
            await self.ask(questions[(self.number + len(self.seconds)) % len(questions)])

    async def ask(self, question: str) -> None:
        mark = f"p{self.number:03}q{len(self.seconds):04}"
        began = time.monotonic()
        try:
            answered = await self._call(self.wiring.ask, [f"{question} {mark}", None, None])
            took = time.monotonic() - began
            kept = await self._call(self.wiring.keep, [None, None, self.token, None])
        except Busy:
            self.busy += 1
            return
        except (httpx.HTTPError, ValueError, KeyError, TimeoutError) as error:
            self.problems.append(f"{mark}: {type(error).__name__}: {error}")
            await asyncio.sleep(0.2)
            return
        self.seconds.append(took)
        thread, listed = str(answered[self.wiring.thread]), str(kept[self.wiring.listed])
        own = {f"p{self.number:03}q{n:04}" for n in range(len(self.seconds))}
        if set(_MARK.findall(thread)) != own:
            self.problems.append(f"{mark}: the conversation shows {sorted(set(_MARK.findall(thread)) ^ own)}")
        if not set(_MARK.findall(listed)) <= own:
            self.problems.append(f"{mark}: the list shows {sorted(set(_MARK.findall(listed)) - own)}")
        if "Something went wrong" in thread:
            self.problems.append(f"{mark}: something went wrong")

    async def _call(self, function: int, data: list[Any]) -> list[Any]:
        """What a function of the page returns; None for parts that it leaves as they are."""
        body = {"data": data, "fn_index": function, "session_hash": self.session, "event_data": None}
        joined = await self.client.post(f"{API}/queue/join", json=body)
        if joined.status_code == 503:
            raise Busy(joined.text)
        event = joined.raise_for_status().json()["event_id"]
        async with self.client.stream("GET", f"{API}/queue/data", params={"session_hash": self.session}) as stream:
            async for line in stream.aiter_lines():
                message = json.loads(line.removeprefix("data:")) if line.startswith("data:") else {}
                if message.get("msg") == "process_completed" and message["event_id"] == event:
                    if not message["success"]:
                        raise ValueError(str(message["output"]))
                    return list(message["output"]["data"])
        raise ValueError("the stream ended without an answer")


async def meet(url: str, count: int, questions: list[str], seconds: float) -> list[Person]:
    """So many people ask at once for so long, each the next question as soon as the last is answered."""
    limits = httpx.Limits(max_connections=None, max_keepalive_connections=None)
    async with httpx.AsyncClient(base_url=url, timeout=PATIENCE_SECONDS, limits=limits, trust_env=False) as client:
        wiring = Wiring.of((await client.get("/config")).raise_for_status().json())
        people = [Person(number, client, wiring) for number in range(count)]
        until = time.monotonic() + seconds
        await asyncio.gather(*(person.talk(questions, until) for person in people))
    return people


async def crowd(url: str, count: int, question: str) -> list[Person]:
    """So many people ask one question each at the same moment."""
    limits = httpx.Limits(max_connections=None, max_keepalive_connections=None)
    async with httpx.AsyncClient(base_url=url, timeout=PATIENCE_SECONDS, limits=limits, trust_env=False) as client:
        wiring = Wiring.of((await client.get("/config")).raise_for_status().json())
        people = [Person(number, client, wiring) for number in range(count)]
        await asyncio.gather(*(person.ask(question) for person in people))
    return people


def free_port() -> int:
    """A port of this machine that nobody listens on."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        return int(listening.getsockname()[1])


def wait_until_it_answers(port: int, server: subprocess.Popen[Any]) -> None:
    """Returns once the page is served; fails where the server ends or takes too long."""
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        assert server.poll() is None, "the server ended"
        try:
            httpx.get(f"http://127.0.0.1:{port}/config", trust_env=False).raise_for_status()
        except httpx.HTTPError:
            time.sleep(0.1)
        else:
            return
    raise AssertionError("the server did not start")
