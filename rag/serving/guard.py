"""Who calls, and whether they may: keys with scopes, and how many requests a minute each of them has."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

from fastapi import HTTPException, Request
from limits import RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter

from rag.serving.keys import Keys, KeyScope

REQUESTS_A_MINUTE = 600
"""Of one key: ten a second is more than two cores answer."""
NOBODY = "local"
"""The owner of what is kept for callers where there are no keys, which are all on this computer."""


@dataclass(frozen=True, slots=True)
class Caller:
    """Whoever calls.

    Attributes:
        owner: whose conversations they see.
    """

    owner: str


class Guard:
    """Lets in who has a key with the scope; everybody where there are no keys."""

    def __init__(self, keys: Keys | None, requests_a_minute: int = REQUESTS_A_MINUTE) -> None:
        """Nobody has called yet.

        Args:
            keys: None: nobody needs one.
            requests_a_minute: that a key has, in any sixty seconds.
        """
        self._keys = keys
        self._limit = RateLimitItemPerMinute(requests_a_minute)
        self._limiter = MovingWindowRateLimiter(MemoryStorage())

    def needs(self, scope: KeyScope) -> Callable[[Request], Caller]:
        """A dependency for routes that ask for a scope: gives the caller, or refuses with 401, 403 or 429."""

        def caller(request: Request) -> Caller:
            return self.check(request.headers.get("authorization", ""), scope)

        return caller

    def check(self, authorization: str, *scopes: KeyScope) -> Caller:
        """The caller by the header "Authorization: Bearer KEY".

        Raises:
            HTTPException: 401: no key, or none that holds; 403: it has not all the scopes; 429: it has asked too often.
            KeysError: the file of keys cannot be read.
        """
        if self._keys is None:
            return Caller(NOBODY)
        kind, _, presented = authorization.partition(" ")
        key = self._keys.find(presented.strip()) if kind.lower() == "bearer" else None
        if key is None:
            raise HTTPException(
                401,
                "A key is needed that holds, as Authorization: Bearer KEY. Whoever runs this server makes one with: "
                "docquote key add",
                {"WWW-Authenticate": "Bearer"},
            )
        if lacking := [scope for scope in scopes if not key.may(scope)]:
            raise HTTPException(403, f"This key may not do this: it has not the scope {lacking[0]!r}.")
        if not self._limiter.hit(self._limit, key.name):
            reset = self._limiter.get_window_stats(self._limit, key.name).reset_time
            wait = max(1, round(reset - time.time()))
            raise HTTPException(
                429, f"More than {self._limit.amount} requests in a minute.", {"Retry-After": str(wait)}
            )
        return Caller(f"key {key.name}")
