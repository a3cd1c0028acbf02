"""Where docquote may listen without a log-in, or without keys, and whether it can listen there at all."""

from __future__ import annotations

import errno
import ipaddress
import socket

from rag.errors import DocquoteError

LOOPBACK = ("127.0.0.1", "localhost", "[::1]")
"""What this computer is called by programs on it."""


def check_binding(host: str, *, auth: bool, no_auth: bool) -> None:
    """Refuses to show documents to a network unless people log in, or it is asked for outright.

    Args:
        host: the address to listen on; "" means all.
        auth: whether people log in.
        no_auth: whether the person said that nobody shall.

    Raises:
        DocquoteError: with the reason and what to do; also where both are asked for.
    """
    if auth and no_auth:
        raise DocquoteError("give either --auth or --no-auth, not both")
    if not (auth or no_auth or is_loopback(host)):
        raise DocquoteError(
            f"{host or 'every address'}: anyone who can reach this computer could read your documents there. "
            "Let people log in (docquote user add NAME --auth FILE, then docquote chat --auth FILE), "
            "or say that it is meant: --no-auth"
        )


def check_doors(host: str, *, keys: bool, auth: bool, page: bool) -> None:
    """Refuses to serve a network unless programs need keys, and people log in if the page is served.

    Args:
        host: the address to listen on; "" means all.
        keys: whether programs need keys.
        auth: whether people log in.
        page: whether the page is served.

    Raises:
        DocquoteError: with the reason and what to do.
    """
    if auth and not page:
        raise DocquoteError("--auth is for the page: give it without --no-page")
    if is_loopback(host) or (keys and (auth or not page)):
        return
    where = f"{host or 'every address'}: anyone who can reach this computer could read your documents there. "
    if not keys:
        raise DocquoteError(
            f"{where}Let programs need keys (docquote key add NAME --scope ask --keys FILE, then docquote serve --keys "
            "FILE)"
        )
    raise DocquoteError(
        f"{where}Let people log in to the page (docquote user add NAME --auth FILE, then docquote serve --auth FILE), "
        "or serve programs alone: --no-page"
    )


def is_loopback(host: str) -> bool:
    """Whether only this computer can reach ``host``; a name other than localhost is taken not to be."""
    if host.lower().rstrip(".") == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def check_port(host: str, port: int, command: str) -> None:
    """Refuses an address that cannot be listened on, before anything slow is loaded to serve it.

    Args:
        host, port: where to listen.
        command: that serves there, to be called again with another port.

    Raises:
        DocquoteError: with the reason and, where the port is taken, the command with one that is free.
    """
    problem = _bind_error(host, port)
    if problem is None:
        return
    if problem.errno == errno.EADDRINUSE:
        free = next((one for one in range(port + 1, min(port + 100, 65536)) if _bind_error(host, one) is None), None)
        again = f": {command} --port {free}" if free else ""
        raise DocquoteError(
            f"{host}:{port}: another program listens there already, perhaps docquote; take another port{again}"
        )
    raise DocquoteError(f"{host}:{port}: cannot be listened on ({problem.strerror or problem}); see --host and --port")


def _bind_error(host: str, port: int) -> OSError | None:
    """What stands against listening there; None: nothing."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            host or None, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        with socket.socket(family, kind, protocol) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
    except OSError as error:
        return error
    return None
