"""What holds for every request, whatever it asks for: whose it may be, how large, under which number it is logged."""

from __future__ import annotations

import logging
import re
import secrets
import time
from collections.abc import Sequence
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from rag.serving.metrics import Metrics
from rag.serving.problems import problem

MAX_BODY_BYTES = 1024 * 1024
"""Of a request that uploads nothing."""
MAX_FILES_AT_ONCE = 4
"""An upload may have as many bytes as so many of the largest files."""
UPLOADS = frozenset({"/v1/documents", "/gradio_api/upload"})

_NUMBER = re.compile(r"[\w.-]{1,64}", re.ASCII)
_PROGRAMS = ("/v1/", "/mcp")
_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Cache-Control": "no-store",
}
"""Of answers to programs, which no browser is to show, keep or run."""

log = logging.getLogger("rag.serving.access")


class Requests:
    """Middleware: refuses requests of foreign pages and bodies that are too large; numbers, counts and logs the rest.

    A log line holds method, route, status, time and number; no question, no text, no name.
    """

    def __init__(self, app: ASGIApp, *, metrics: Metrics, hosts: Sequence[str], max_upload_bytes: int) -> None:
        """Serves ``app``.

        Args:
            app: what answers.
            metrics: count what is answered.
            hosts: names by which the server may be called; empty: any. Else a page that a person looks at could ask a
                server of their own computer, by a name of its own that leads there (DNS rebinding).
            max_upload_bytes: of one file.
        """
        self._app = app
        self._metrics = metrics
        self._hosts = frozenset(hosts)
        self._max_upload = MAX_FILES_AT_ONCE * max_upload_bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serves one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers, began = Headers(scope=scope), time.perf_counter()
        given = headers.get("x-request-id", "")
        number = given if _NUMBER.fullmatch(given) else secrets.token_hex(8)
        status = 500

        async def answered(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                told = MutableHeaders(scope=message)
                told["X-Request-ID"] = number
                if scope["path"].startswith(_PROGRAMS):
                    for name, value in _HEADERS.items():
                        told.setdefault(name, value)
            await send(message)

        try:
            refusal = self._refusal(scope, headers)
            if refusal:
                await problem(*refusal)(scope, receive, answered)
            else:
                await self._app(scope, self._limited(scope, receive), answered)
        finally:
            route = _route(scope)
            seconds = time.perf_counter() - began
            self._metrics.requests.labels(scope["method"], route, status).inc()
            self._metrics.request_seconds.labels(route).observe(seconds)
            log.info("%s %s %d %.0f ms %s", scope["method"], route, status, 1000 * seconds, number)

    def _refusal(self, scope: Scope, headers: Headers) -> tuple[int, str] | None:
        host = headers.get("host", "")
        if self._hosts and _name(host) not in self._hosts:
            return 421, f"This server is not called {host}."
        origin = headers.get("origin")
        if origin and scope["method"] not in ("GET", "HEAD") and urlsplit(origin).netloc != host:
            return 403, f"A page of {origin} may not do this."
        length = headers.get("content-length", "")
        if length.isdecimal() and int(length) > self._most(scope):
            return 413, f"The request has {int(length):,} bytes; up to {self._most(scope):,} are taken."
        return None

    def _most(self, scope: Scope) -> int:
        return self._max_upload if scope["path"] in UPLOADS else MAX_BODY_BYTES

    def _limited(self, scope: Scope, receive: Receive) -> Receive:
        """Bodies whose length is not said are counted as they come; whoever reads too much of one is stopped."""
        most = left = self._most(scope)

        async def limited() -> Message:
            nonlocal left
            message = await receive()
            left -= len(message.get("body", b""))
            if left < 0:
                raise HTTPException(413, f"The request has more than the {most:,} bytes that are taken.")
            return message

        return limited


def _route(scope: Scope) -> str:
    """The path without what a caller chose of it: "/v1/jobs/{job_id}"; "page" for all that the page asks for."""
    if not scope["path"].startswith(_PROGRAMS):
        return "page"
    if "route" not in scope:
        return "/mcp" if scope["path"].startswith("/mcp") else "unknown"
    path: str = scope["path"]
    for name, value in scope.get("path_params", {}).items():
        path = path.replace(f"/{value}", f"/{{{name}}}", 1)
    return path


def _name(host: str) -> str:
    """The host without its port; IPv6 addresses keep their brackets."""
    name, _, port = host.rpartition(":")
    return name if name and port.isdecimal() else host
