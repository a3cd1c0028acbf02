"""Mailboxes (.mbox) -> their messages, one after another."""

from __future__ import annotations

import re
from datetime import date

from rag.errors import Refused
from rag.loading.builder import TextBuilder
from rag.loading.formats.eml import read_message
from rag.loading.limits import Limits
from rag.loading.mail import write_message
from rag.loading.parsed import Parsed
from rag.loading.parts import Parts
from rag.loading.registry import refusing

_BORDER = re.compile(rb"^From \S*[^\r\n]*\d{4}[^\r\n]*\r?\n", re.MULTILINE)
_QUOTED = re.compile(rb"^>(>*From )", re.MULTILINE)


def parse(data: bytes, limits: Limits) -> Parsed:
    """Every message with its attachments; one that cannot be read is named by its number in a warning.

    The date is that of the messages, where they are of one day.

    Raises:
        Refused: no mailbox, or too long.
    """
    borders = list(_BORDER.finditer(data))
    if not borders or data[: borders[0].start()].strip():
        raise Refused("is damaged, or not a mailbox")
    parts = Parts(TextBuilder(limits), limits)
    warnings: list[str] = []
    days: set[date | None] = set()
    ends = [border.start() for border in borders[1:]] + [len(data)]
    for number, (border, end) in enumerate(zip(borders, ends, strict=True), 1):
        try:
            with refusing("a message", limits):
                message, told = read_message(_QUOTED.sub(rb"\1", data[border.end() : end]))
        except Refused as refusal:
            warnings.append(f"message {number} {refusal}")
            continue
        warnings += told + write_message(message, parts)
        days.add(message.sent)
    text, sections = parts.builder.build()
    day = days.pop() if len(days) == 1 else None
    return Parsed(text, sections, date=day, warnings=tuple(dict.fromkeys(warnings)) + parts.warnings)
