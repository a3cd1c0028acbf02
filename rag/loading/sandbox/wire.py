"""How the parser process is talked to: frames of bytes; what is asked and answered is JSON, an image is bytes.

JSON and not pickle, since what comes back was made by code that had a hostile file in hand.
"""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import date
from typing import IO, Any

from rag.loading.limits import Limits
from rag.loading.parsed import Parsed
from rag.loading.sandbox.tasks import Box, DrawTask, Mark, PageImage, ParseTask
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


def pack_request(task: ParseTask | DrawTask, limits: Limits) -> bytes:
    """What to do; the file's bytes follow in a frame of their own."""
    return json.dumps({"kind": type(task).__name__, "task": asdict(task), "limits": asdict(limits)}).encode()


def unpack_request(payload: bytes) -> tuple[ParseTask | DrawTask, Limits]:
    """The task and limits of a request."""
    request = json.loads(payload)
    fields = request["task"]
    if request["kind"] == ParseTask.__name__:
        return ParseTask(**fields), Limits(**request["limits"])
    spans = tuple((start, end) for start, end in fields["spans"])
    return DrawTask(fields["suffix"], fields["page"], fields["scale"], spans), Limits(**request["limits"])


def pack_parsed(parsed: Parsed) -> dict[str, Any]:
    """``parsed`` as plain values."""
    return asdict(parsed) | {"date": parsed.date.isoformat() if parsed.date else ""}


def pack_drawn(drawn: PageImage) -> dict[str, Any]:
    """``drawn`` as plain values, without its image."""
    return {key: value for key, value in asdict(drawn).items() if key != "png"}


def unpack_parsed(fields: dict[str, Any]) -> Parsed:
    """The parsed file that ``pack_parsed`` wrote."""
    return Parsed(
        text=fields["text"],
        sections=tuple(Section(**section) for section in fields["sections"]),
        title=fields["title"],
        date=date.fromisoformat(fields["date"]) if fields["date"] else None,
        warnings=tuple(fields["warnings"]),
        author=fields["author"],
    )


def unpack_drawn(fields: dict[str, Any], png: bytes) -> PageImage:
    """The page that was drawn; its image came in a frame of its own."""
    marks = tuple(Mark(mark["text"], tuple(Box(**box) for box in mark["boxes"])) for mark in fields["marks"])
    return PageImage(png, fields["width"], fields["height"], fields["pages"], marks)
