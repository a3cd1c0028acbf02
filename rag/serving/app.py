"""One application for programs: REST and OpenAI-style below ``/v1``, the Model Context Protocol at ``/mcp``.

The page is mounted into it by whoever has one.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from typing import Any

from fastapi import Depends, FastAPI
from mcp.server.streamable_http_manager import StreamableHTTPSessionManager
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

import rag
from rag.index import Index
from rag.index.ingest import IndexJobs
from rag.loading import Limits
from rag.serving.base import Answerer
from rag.serving.chats import Chats
from rag.serving.completions import completions_router
from rag.serving.guard import Guard
from rag.serving.keys import Keys
from rag.serving.mcp.http import mcp_over_http
from rag.serving.metrics import Counted, Metrics
from rag.serving.problems import Problem, add_problems, problem
from rag.serving.requests import Requests
from rag.serving.rest.answers import answers_router
from rag.serving.rest.documents import documents_router
from rag.serving.rest.health import health_router

DESCRIPTION = (
    "Questions over documents, answered in the documents' own words. Offsets count characters of a document's text as "
    "it is stored, from 0; an end is exclusive. Errors are problem details (RFC 9457)."
)
_PROBLEMS: dict[int | str, dict[str, Any]] = {
    status: {"model": Problem, "description": title}
    for status, title in (
        (400, "Bad request"),
        (401, "No key that holds"),
        (403, "The key has not the scope"),
        (404, "Not found"),
        (413, "Too large"),
        (422, "Not as it should be"),
        (429, "Too many requests"),
        (503, "The index cannot be read"),
    )
}


@dataclass(frozen=True)
class Served:
    """What is served.

    Attributes:
        chats: the library and what is kept beside it.
        index: the same library's.
        jobs: change it.
        limits: on files.
        keys: by which programs call; None: nobody needs one.
        hosts: names by which the server may be called; empty: any.
        ready: whether models are loaded.
    """

    chats: Chats
    index: Index
    jobs: IndexJobs
    limits: Limits
    keys: Keys | None
    hosts: tuple[str, ...]
    ready: Callable[[], bool]


def build_server(served: Served) -> FastAPI:
    """The application, with a state of its own."""
    metrics, guard = Metrics(served.index), Guard(served.keys)
    chats = replace(served.chats, assistant=Counted(served.chats.assistant, metrics))
    protocol = _Protocol(chats.assistant, served.hosts, guard)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        async with protocol.run():
            yield

    app = FastAPI(
        title="docquote",
        version=rag.__version__,
        description=DESCRIPTION,
        lifespan=lifespan,
        openapi_url="/v1/openapi.json",
        docs_url=None,  # its page would load scripts from elsewhere
        redoc_url=None,
    )
    add_problems(app)
    app.include_router(answers_router(chats, guard), prefix="/v1", responses=_PROBLEMS)
    app.include_router(
        documents_router(chats.assistant, served.jobs, served.limits, guard), prefix="/v1", responses=_PROBLEMS
    )
    app.include_router(health_router(served.ready, metrics, guard), prefix="/v1")
    app.include_router(completions_router(chats.assistant, [Depends(guard.needs("ask"))]), prefix="/v1")
    app.router.routes.append(Route("/mcp", protocol))
    app.add_middleware(Requests, metrics=metrics, hosts=served.hosts, max_upload_bytes=served.limits.max_file_bytes)
    return app


class _Protocol:
    """The Model Context Protocol as an ASGI application, for callers with a key to ask and to read."""

    def __init__(self, assistant: Answerer, hosts: Sequence[str], guard: Guard) -> None:
        self._assistant = assistant
        self._hosts = hosts
        self._guard = guard
        self._manager: StreamableHTTPSessionManager | None = None

    @asynccontextmanager
    async def run(self) -> AsyncIterator[None]:
        """Serves while the block lasts."""
        self._manager = mcp_over_http(self._assistant, self._hosts)
        async with self._manager.run():
            yield

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serves one request; a stream for what no request asked for (GET) would stay empty, and is refused."""
        if scope["method"] != "POST":
            await problem(405, "Only POST is taken here.", headers={"Allow": "POST"})(scope, receive, send)
            return
        authorization = Request(scope).headers.get("authorization", "")
        try:
            self._guard.check(authorization, "ask", "read")
        except HTTPException as error:
            refusal = problem(error.status_code, str(error.detail), headers=dict(error.headers or {}))
            await refusal(scope, receive, send)
            return
        assert self._manager
        await self._manager.handle_request(scope, receive, send)
