"""Keys by which programs call docquote: a file of names with hashes, and what each may do."""

from __future__ import annotations

import hashlib
import secrets
import threading
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Literal, get_args

from rag.errors import KeysError
from rag.serving.lines import LinesFile
from rag.serving.users import check_name

KeyScope = Literal["ask", "read", "write", "admin"]
"""What a key may do: ask questions; read documents and search them; add and remove documents; all of it, and see how
the server does. None includes another, but ``"admin"`` all."""
SCOPES: tuple[KeyScope, ...] = get_args(KeyScope)

PREFIX = "dq_"
"""How every key begins, so that those who look for leaked secrets can find it."""
SECRET_BYTES = 32
LAST_USED_EVERY = timedelta(minutes=1)
"""A use is noted at most so often for each key, since it writes the file."""


@dataclass(frozen=True, slots=True)
class Key:
    """A key without its secret.

    Attributes:
        name: of the program or person that has it.
        sha256: of the key, in hexadecimal digits. A secret of 256 random bits cannot be guessed from a fast hash, as a
            password could, so no slow one is needed.
        scopes: what it may do.
        created, last_used: ISO 8601, UTC; ``last_used`` is "" before it was, and up to a minute old.
    """

    name: str
    sha256: str
    scopes: tuple[KeyScope, ...]
    created: str
    last_used: str = ""

    def may(self, scope: KeyScope) -> bool:
        """Whether it may do this."""
        return scope in self.scopes or "admin" in self.scopes


class Keys:
    """The keys in a file of JSON lines. Safe to share by threads; changes count from the next call on."""

    def __init__(self, path: Path) -> None:
        """Nothing is read yet; a file that does not exist holds no keys."""
        self._file = LinesFile(path, _checked, "key", KeysError)
        self._lock = threading.Lock()
        self._version: tuple[int, int, int] | None = None
        self._by_hash: dict[str, Key] = {}

    def add(self, name: str, scopes: Sequence[str]) -> str:
        """Makes a key and returns it; it can never be shown again.

        Raises:
            KeysError: there is a key of that name, the name cannot be taken, there is no scope or one that is not among
                ``SCOPES``, or the file cannot be read or written.
        """
        check_name(name, KeysError)
        given = tuple(scope for scope in SCOPES if scope in scopes)
        if not given or len(given) < len(set(scopes)):
            raise KeysError(f"a key needs scopes, and these are: {', '.join(SCOPES)}")
        key = f"{PREFIX}{secrets.token_urlsafe(SECRET_BYTES)}"
        with self._file.changing() as keys:
            if name in keys:
                raise KeysError(
                    f"there is a key {name!r} already; take another name, or first: docquote key revoke {name}"
                )
            keys[name] = Key(name, _hash(key), given, _now().isoformat())
        return key

    def revoke(self, name: str) -> bool:
        """Makes a key worth nothing at once; False where there is none of that name.

        Raises:
            KeysError: the file cannot be read or written.
        """
        with self._file.changing() as keys:
            return keys.pop(name, None) is not None

    def all(self) -> list[Key]:
        """All keys, in the order of their names.

        Raises:
            KeysError: the file cannot be read or is not in its format.
        """
        return [key for _, key in sorted(self._file.read().items())]

    def find(self, presented: str) -> Key | None:
        """The key that somebody presents, if it is one, and notes that it was used.

        Raises:
            KeysError: the file cannot be read, written or is not in its format.
        """
        hashed = _hash(presented)
        with self._lock:
            self._refresh()
            key = self._by_hash.get(hashed)
            if key is None or not _is_due(key.last_used):
                return key
            used = replace(key, last_used=_now().isoformat())
            with self._file.changing() as keys:
                if keys.get(key.name) != key:  # revoked, or another, since it was read
                    return None
                keys[key.name] = used
            return used

    def _refresh(self) -> None:
        """Reads the file again if it is another than was read."""
        try:
            found = self._file.path.stat()
            version = (found.st_ino, found.st_size, found.st_mtime_ns)
        except OSError:  # reading it says what is wrong
            version = None
        if version is None or version != self._version:
            self._by_hash = {key.sha256: key for key in self._file.read().values()}
            self._version = version


def check_keys(path: Path) -> None:
    """Refuses a file by which nobody can call, before anything slow is done.

    Raises:
        KeysError: it holds no key, cannot be read or is not in its format.
    """
    if not Keys(path).all():
        raise KeysError(
            f"{path}: holds no key, so no program could call; first: docquote key add NAME --scope ask --keys {path}"
        )


def _hash(key: str) -> str:
    return hashlib.sha256(key.encode(errors="surrogatepass")).hexdigest()


def _now() -> datetime:
    return datetime.now(UTC).replace(microsecond=0)


def _is_due(last_used: str) -> bool:
    return not last_used or _now() - datetime.fromisoformat(last_used) >= LAST_USED_EVERY


def _checked(fields: dict[str, Any]) -> Key:
    key = Key(**{**fields, "scopes": tuple(fields.get("scopes", ()))})
    if not all(isinstance(text, str) for text in (key.name, key.sha256, key.created, key.last_used)):
        raise ValueError("a field has the wrong type")
    if not key.scopes or not set(key.scopes) <= set(SCOPES):
        raise ValueError(f"its scopes are not among {', '.join(SCOPES)}")
    if len(key.sha256) != hashlib.sha256().digest_size * 2:
        raise ValueError("its hash has the wrong length")
    for moment in filter(None, (key.created, key.last_used)):
        datetime.fromisoformat(moment)
    return key
