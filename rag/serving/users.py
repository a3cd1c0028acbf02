"""Who may log in to the chat: a file of names with salted scrypt hashes, and a delay that grows with failed log-ins."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
import secrets
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

from rag.errors import DocquoteError, UsersError
from rag.serving.lines import LinesFile

COST, BLOCK_SIZE, PARALLEL = 2**15, 8, 1
"""scrypt's n, r and p: 32 MiB and some 0.1 s for one try (RFC 7914; n = 2^15 is for interactive log-ins)."""
SALT_BYTES, KEY_BYTES = 16, 32
MIN_PASSWORD_CHARACTERS = 8
MAX_PASSWORD_CHARACTERS = 1000
MAX_NAME_CHARACTERS = 64

FREE_FAILURES = 2
"""Wrong passwords in a row that cost nothing: people mistype."""
FIRST_DELAY_SECONDS, MAX_DELAY_SECONDS = 1.0, 60.0
FORGET_SECONDS = 3600.0
"""Failures older than this count no more."""
MAX_WAITING = 100
"""Tries that wait at once; each holds a connection."""
NAMES_REMEMBERED = 10_000
"""Names with failures that are kept; beyond it the one that failed longest ago is forgotten."""

_MAX_MEMORY = 256 * 1024 * 1024  # that scrypt may take; a file that asks for more is refused
_MIN_COST = 2**14


@dataclass(frozen=True, slots=True)
class User:
    """A name and what its password is checked against.

    Attributes:
        name: as it is typed to log in.
        salt, key: base64; ``key`` is scrypt of the password with ``salt`` and the three parameters.
        n, r, p: scrypt's cost, block size and parallelisation.
    """

    name: str
    salt: str
    key: str
    n: int
    r: int
    p: int


class Users:
    """The users in a file of JSON lines. The file is read again at every log-in, so that changes count at once."""

    def __init__(self, path: Path) -> None:
        """Nothing is read yet; a file that does not exist holds no users."""
        self.path = path
        self._file = LinesFile(path, lambda fields: _checked(User(**fields)), "user", UsersError)

    def names(self) -> list[str]:
        """All names, in order.

        Raises:
            UsersError: the file cannot be read or is not in its format.
        """
        return sorted(self._file.read())

    def add(self, name: str, password: str) -> bool:
        """Adds a user, or gives one another password; returns whether the name is new.

        Raises:
            UsersError: the name or the password cannot be taken, or the file cannot be read or written.
        """
        check_name(name)
        if not MIN_PASSWORD_CHARACTERS <= len(password) <= MAX_PASSWORD_CHARACTERS:
            raise UsersError(
                f"the password has {len(password)} characters; it must have {MIN_PASSWORD_CHARACTERS} to "
                f"{MAX_PASSWORD_CHARACTERS:,}"
            )
        with self._file.changing() as users:
            is_new = name not in users
            users[name] = hashed(name, password)
        return is_new

    def remove(self, name: str) -> bool:
        """Removes a user; False where there is none of that name.

        Raises:
            UsersError: the file cannot be read or written.
        """
        with self._file.changing() as users:
            return users.pop(name, None) is not None

    def check(self, name: str, password: str) -> bool:
        """Whether the password is the user's; an unknown name takes as long as a known one.

        Raises:
            UsersError: the file cannot be read or is not in its format.
        """
        user = self._file.read().get(name)
        matches = _matches(user or _NOBODY, password[:MAX_PASSWORD_CHARACTERS])
        return matches and user is not None


class Gate:
    """Checks log-ins and makes each wrong one in a row wait longer, by name; for use in one event loop.

    The wait comes before the password is looked at, and is the same for names that do not exist. While one try waits,
    another for the same name is refused at once, and so is any that would wait beside ``MAX_WAITING`` others.
    """

    def __init__(
        self,
        users: Users,
        *,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        """Nobody has failed yet.

        Args:
            users: who may come in.
            clock: seconds that only grow.
            sleep: waits for so many seconds.
        """
        self._users = users
        self._clock = clock
        self._sleep = sleep
        self._failures: OrderedDict[str, tuple[int, float]] = OrderedDict()
        self._waiting: set[str] = set()

    async def authenticate(self, name: str, password: str) -> bool:
        """Whether ``name`` may come in. Waits ``delay_after`` the failures before it.

        Fits gradio's ``auth=``, which calls a plain function in its event loop, where a wait would stop the page for
        everybody; hence a coroutine.

        Raises:
            UsersError: the file of users cannot be read.
        """
        name = name[: MAX_NAME_CHARACTERS + 1]
        delay = delay_after(self._recent_failures(name))
        if delay and (name in self._waiting or len(self._waiting) >= MAX_WAITING):
            return False
        self._count_failure(name)  # before the password is looked at: tries side by side count too
        if delay:
            self._waiting.add(name)
            try:
                await self._sleep(delay)
            finally:
                self._waiting.discard(name)
        if not await asyncio.to_thread(self._users.check, name, password):
            return False
        self._failures.pop(name, None)
        return True

    def _recent_failures(self, name: str) -> int:
        failures, last = self._failures.get(name, (0, 0.0))
        return failures if self._clock() - last < FORGET_SECONDS else 0

    def _count_failure(self, name: str) -> None:
        failures = self._recent_failures(name) + 1
        self._failures.pop(name, None)
        self._failures[name] = failures, self._clock()
        while len(self._failures) > NAMES_REMEMBERED:
            self._failures.popitem(last=False)


def check_users(path: Path) -> None:
    """Refuses a file that lets nobody in, before anything slow is done.

    Raises:
        UsersError: it holds no user, cannot be read or is not in its format.
    """
    if not Users(path).names():
        raise UsersError(f"{path}: holds no user, so nobody could log in; first: docquote user add NAME --auth {path}")


def delay_after(failures: int) -> float:
    """Seconds to wait before the next try after so many failures in a row: 0, 0, 0, then 1, 2, 4 ... up to a minute."""
    if failures <= FREE_FAILURES:
        return 0.0
    return min(MAX_DELAY_SECONDS, FIRST_DELAY_SECONDS * 2.0 ** min(failures - FREE_FAILURES - 1, 30))


def hashed(name: str, password: str) -> User:
    """A user with a salt of its own."""
    salt = secrets.token_bytes(SALT_BYTES)
    key = _scrypt(password, salt, COST, BLOCK_SIZE, PARALLEL)
    return User(name, _text(salt), _text(key), COST, BLOCK_SIZE, PARALLEL)


def _matches(user: User, password: str) -> bool:
    found = _scrypt(password, base64.b64decode(user.salt), user.n, user.r, user.p)
    return hmac.compare_digest(found, base64.b64decode(user.key))


def _scrypt(password: str, salt: bytes, n: int, r: int, p: int) -> bytes:
    encoded = password.encode(errors="surrogatepass")
    return hashlib.scrypt(encoded, salt=salt, n=n, r=r, p=p, maxmem=_MAX_MEMORY, dklen=KEY_BYTES)


def _checked(user: User) -> User:
    """The user, if its password can be checked with what is written there."""
    numbers = (user.n, user.r, user.p)
    if not all(type(number) is int and number > 0 for number in numbers) or not all(
        isinstance(text, str) for text in (user.name, user.salt, user.key)
    ):
        raise ValueError("a field has the wrong type")
    if user.n < _MIN_COST or user.n & (user.n - 1) or 128 * user.n * user.r * user.p > _MAX_MEMORY // 2:
        raise ValueError("its scrypt parameters are out of range")
    sizes = len(base64.b64decode(user.salt, validate=True)), len(base64.b64decode(user.key, validate=True))
    if sizes[0] < SALT_BYTES or sizes[1] != KEY_BYTES:
        raise ValueError("its salt or key has the wrong length")
    return user


def check_name(name: str, error: type[DocquoteError] = UsersError) -> None:
    """Refuses what cannot be the name of a user or a key.

    Raises:
        DocquoteError: of the type given.
    """
    if not name or name != name.strip() or not name.isprintable() or len(name) > MAX_NAME_CHARACTERS:
        raise error(
            f"{name!r} cannot be a name: it must have 1 to {MAX_NAME_CHARACTERS} printable characters, and no space "
            "at either end"
        )


def _text(data: bytes) -> str:
    return base64.b64encode(data).decode()


_NOBODY = User("", _text(bytes(SALT_BYTES)), _text(bytes(KEY_BYTES)), COST, BLOCK_SIZE, PARALLEL)
"""Takes the place of an unknown user, so that the answer takes as long; no password is known to match it."""
