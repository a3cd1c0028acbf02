"""What only the page remembers of one browser session: the source on show, and where the conversation is kept."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from rag.history import Exchanges
from rag.schema import Citation, Span

_KEY = re.compile(r"(\d{1,4})\.(cite|near)\.(\d{1,3})")


@dataclass(frozen=True, slots=True)
class Filed:
    """Where the conversation on the page is kept.

    Attributes:
        id: of the kept conversation; "" before its first answer.
        positions: of the first exchanges on the page, as far as they are kept, in that conversation; others may stand
            between them where it is open in two windows.
    """

    id: str = ""
    positions: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Key:
    """Names one citation of the conversation; travels to the browser and back as ``"0.cite.1"``.

    Attributes:
        turn: the exchange, from 0.
        kind: ``"cite"`` for a quote of the answer, ``"near"`` for a nearest passage.
        number: the citation, from 1.
    """

    turn: int
    kind: Literal["cite", "near"]
    number: int

    def __str__(self) -> str:
        return f"{self.turn}.{self.kind}.{self.number}"


@dataclass(frozen=True, slots=True)
class View:
    """The source on show.

    Attributes:
        key: the citation that was opened.
        window: the characters of its document that are shown.
        document_id, version: its document, and the SHA-256 of the file that was indexed.
    """

    key: Key
    window: Span
    document_id: str
    version: str


def parse_key(value: object) -> Key | None:
    """The key that a browser sent; None unless it is well formed. It may still name nothing: see ``resolve``."""
    match = _KEY.fullmatch(value) if isinstance(value, str) else None
    if match is None:
        return None
    return Key(int(match[1]), "cite" if match[2] == "cite" else "near", int(match[3]))


def siblings(exchanges: Exchanges, key: Key) -> tuple[Citation, ...]:
    """All quotes (or all nearest passages) of the exchange that ``key`` points into; empty if there is none."""
    if key.turn >= len(exchanges):
        return ()
    answer = exchanges[key.turn].answer
    if answer is None:
        return ()
    return (*answer.citations, *answer.also) if key.kind == "cite" else answer.nearest


def resolve(exchanges: Exchanges, key: Key) -> Citation | None:
    """The citation that ``key`` names in this session's own conversation, or None."""
    return next((c for n, c in enumerate(siblings(exchanges, key), 1) if n == key.number), None)


def first_key(exchanges: Exchanges) -> Key | None:
    """What to open of the last answer: its likeliest quote, or the passage that may answer; None for neither."""
    answer = exchanges[-1].answer if exchanges else None
    if answer is None or answer.outcome == "not found":
        return None
    turn = len(exchanges) - 1
    return Key(turn, "cite", answer.best) if answer.found else Key(turn, "near", 1)
