"""How the parser process is talked to: frames of bytes, and a parsed file as JSON.

JSON and not pickle, since what comes back was made by code that had a hostile file in hand.
"""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import date
from typing import IO

from rag.loading.limits import Limits
from rag.loading.parsed import Parsed
from rag.schema import Section

_LENGTH_BYTES = 8


def write_frame(stream: IO[bytes], payload: bytes) -> None:
    """Write ``payload`` after its length, and flush."""
    stream.write(len(payload).to_bytes(_LENGTH_BYTES, "big"))
    stream.write(payload)
    stream.flush()


def read_frame(stream: IO[bytes]) -> bytes:
    """The next payload; EOFError where the other side has gone."""
    return _read_exactly(stream, int.from_bytes(_read_exactly(stream, _LENGTH_BYTES), "big"))


def _read_exactly(stream: IO[bytes], size: int) -> bytes:
    data = stream.read(size)
    if len(data) < size:
        raise EOFError
    return data


def pack_request(suffix: str, limits: Limits) -> bytes:
    """What to parse; the file's bytes follow in a frame of their own."""
    return json.dumps({"suffix": suffix, "limits": asdict(limits)}).encode()


def unpack_request(payload: bytes) -> tuple[str, Limits]:
    """The suffix and limits of a request."""
    request = json.loads(payload)
    return request["suffix"], Limits(**request["limits"])


def pack_parsed(parsed: Parsed) -> dict[str, object]:
    """``parsed`` as plain values."""
    return asdict(parsed) | {"date": parsed.date.isoformat() if parsed.date else ""}


def unpack_reply(payload: bytes) -> tuple[Parsed | str, bool]:
    """The parsed file or the reason of its refusal, and whether the process is to be retired."""
    reply = json.loads(payload)
    if "refused" in reply:
        return str(reply["refused"]), bool(reply["retire"])
    fields = reply["parsed"]
    parsed = Parsed(
        text=fields["text"],
        sections=tuple(Section(**section) for section in fields["sections"]),
        title=fields["title"],
        date=date.fromisoformat(fields["date"]) if fields["date"] else None,
        warnings=tuple(fields["warnings"]),
    )
    return parsed, bool(reply["retire"])
