"""Where docquote may listen without a log-in, or without keys."""

from __future__ import annotations

import ipaddress

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
