"""Plain text, kept to the character, but for line ends that are mere wrapping: those are spaces.

Lines that ask in a list of questions are headings of their answers, and a mail is called by its subject.
"""

from __future__ import annotations

import re
from email.utils import parseaddr
from itertools import pairwise

from rag.loading.encoding import decode
from rag.loading.limits import Limits
from rag.loading.parsed import Parsed, check_length, clean_newlines
from rag.loading.titles import LOWEST_HEADING
from rag.schema import Section
from rag.text.wrapping import SPOKEN, unwrapped

_FROM = re.compile(r"^from:[ \t]*(?P<sender>\S.*)$", re.IGNORECASE | re.MULTILINE)
_SUBJECT = re.compile(r"(?:(?:from|to|cc|date|sent|reply-to):.*\n)+subject:[ \t]*(?P<subject>\S.*)", re.IGNORECASE)


def parse(data: bytes, limits: Limits) -> Parsed:
    """The text as it stands in the file, a date glued to its first line too; headings, and a mail's title and author.

    Raises:
        Refused: not text, or too long.
    """
    text, warnings = decode(data)
    check_length(len(text), limits)
    if "\x00" in text:
        warnings += ("holds NUL characters, shown as \ufffd",)
    text = unwrapped(clean_newlines(text))
    mail = _SUBJECT.match(text.lstrip())
    sender = _FROM.search(mail[0]) if mail else None
    author = parseaddr(sender["sender"])[0] if sender else ""
    return Parsed(text, _questions(text), mail["subject"].strip() if mail else "", warnings=warnings, author=author)


def _questions(text: str) -> tuple[Section, ...]:
    """The lines that ask ("Q: Who pays?") and whose next one to begin so answers, as headings."""
    spoken: list[tuple[int, str, bool]] = []
    start = 0
    for line in text.split("\n"):
        if match := SPOKEN.match(line):
            indent = len(line) - len(line.lstrip())
            spoken.append((start + indent, " ".join(line.split()), match["asks"] is not None))
        start += len(line) + 1
    asking = [(at, line) for (at, line, asks), (*_, next_asks) in pairwise(spoken) if asks and not next_asks]
    ends = [at for at, _ in asking[1:]] + [len(text)]
    return tuple(
        Section("heading", line, at, end, LOWEST_HEADING) for (at, line), end in zip(asking, ends, strict=False)
    )
