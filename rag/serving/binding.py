"""Where the chat may listen without a log-in."""

from __future__ import annotations

import ipaddress

from rag.errors import DocquoteError


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


def is_loopback(host: str) -> bool:
    """Whether only this computer can reach ``host``; a name other than localhost is taken not to be."""
    if host.lower().rstrip(".") == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False
