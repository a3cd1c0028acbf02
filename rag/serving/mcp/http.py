"""The Model Context Protocol over HTTP, to be mounted in an application that checks keys."""

from __future__ import annotations

from collections.abc import Iterable

from mcp.server.streamable_http_manager import StreamableHTTPSessionManager
from mcp.server.transport_security import TransportSecuritySettings

from rag.serving.base import Answerer
from rag.serving.binding import LOOPBACK
from rag.serving.mcp.server import mcp_server


def mcp_over_http(assistant: Answerer, hosts: Iterable[str] = LOOPBACK) -> StreamableHTTPSessionManager:
    """Answers requests by ``handle_request`` while the block ``run()`` lasts, which can be entered once.

    Each request stands for itself: no session is kept, so that a client goes on after a restart.

    Args:
        assistant: which threads may share.
        hosts: names by which the server is called, IPv6 addresses in brackets; empty: any. Requests to another name, or
            from a page of another, are refused: else any web page could ask a server of the computer that shows it, by
            a name of its own that leads there (DNS rebinding).
    """
    names = [name for host in hosts for name in (host, f"{host}:*")]
    origins = [f"{scheme}://{name}" for scheme in ("http", "https") for name in names]
    return StreamableHTTPSessionManager(
        mcp_server(assistant),
        json_response=True,
        stateless=True,
        security_settings=TransportSecuritySettings(
            enable_dns_rebinding_protection=bool(names), allowed_hosts=names, allowed_origins=origins
        ),
    )
