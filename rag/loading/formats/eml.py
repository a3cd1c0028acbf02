"""Messages (.eml) -> headers, text and attachments. Of a text that is there twice, the plain one is read, not HTML."""

from __future__ import annotations

import codecs
from collections.abc import Callable, Iterator
from datetime import date
from email import message_from_bytes
from email.headerregistry import HeaderRegistry
from email.message import EmailMessage
from email.message import Message as AnyMessage
from email.policy import EmailPolicy
from email.utils import parsedate_to_datetime
from typing import Any

from rag.errors import Refused
from rag.loading.encoding import decode
from rag.loading.limits import Limits
from rag.loading.mail import Attachment, Message, name_of, on_one_line, written
from rag.loading.parsed import Parsed

_SHOWN = ("From", "To", "Cc", "Date")
_OF_MAIL = ("from", "to", "subject", "date", "received", "message-id")
_MOST_DEPTH = 50

_structured, _as_written = HeaderRegistry(), HeaderRegistry(use_default_map=False)


def _header(name: str, value: str) -> Any:
    """A header; as it is written where Python's parser of addresses and the like fails, with IndexError or others."""
    try:
        return _structured(name, value)
    except Exception:
        return _as_written(name, value)


_POLICY = EmailPolicy(header_factory=_header)


def parse(data: bytes, limits: Limits) -> Parsed:
    """A message with its attachments, its subject as title, its date and its sender.

    Raises:
        Refused: no message, or too long.
    """
    message, warnings = read_message(data)
    return written(message, limits, warnings)


def read_message(data: bytes) -> tuple[Message, tuple[str, ...]]:
    """A message and warnings.

    Raises:
        Refused: it is none.
    """
    read = message_from_bytes(data, policy=_POLICY)
    if not isinstance(read, EmailMessage) or not any(name in read for name in _OF_MAIL):
        raise Refused("is damaged, or not a message")
    texts: list[str] = []
    pages: list[str] = []
    attachments: list[Attachment] = []
    warnings: tuple[str, ...] = ()
    for part in _shown(read):
        name = part.get_filename() or ""
        kind = part.get_content_type()
        if kind == "message/rfc822":
            attachments.append(_enclosed(part))
        elif name or _is_attached(part) or not kind.startswith("text/"):
            attachments.append(Attachment(on_one_line(name) or kind, _bytes(part)))
        else:
            text, guessed = _text(part)
            warnings += guessed
            (pages if kind == "text/html" else texts).append(text)
    headers = [(name, value) for name in _SHOWN if (value := on_one_line(str(read[name] or "")))]
    subject = on_one_line(str(read["Subject"] or ""))
    sender = name_of(str(read["From"] or ""))
    return Message(subject, headers, texts, pages, attachments, _sent(str(read["Date"] or "")), sender), warnings


def _shown(part: AnyMessage, depth: int = 0) -> Iterator[AnyMessage]:
    """The parts of a message that are no group; of alternatives, one, and what is attached to the others."""
    inner = part.get_payload()
    if part.get_content_type() == "message/rfc822" or not isinstance(inner, list):
        yield part
        return
    if depth > _MOST_DEPTH:
        raise Refused(f"nests deeper than {_MOST_DEPTH} levels")
    groups = [list(_shown(one, depth + 1)) for one in inner if isinstance(one, AnyMessage)]
    if part.get_content_subtype() != "alternative":
        for group in groups:
            yield from group
        return
    chosen = next(
        (group for kind in ("text/plain", "text/html") for group in groups if any(map(_says(kind), group))), None
    )
    for group in groups:
        yield from group if group is chosen else filter(_is_attached, group)


def _says(kind: str) -> Callable[[AnyMessage], bool]:
    """Whether a part is of a kind, not attached, and not blank."""
    return lambda part: part.get_content_type() == kind and not _is_attached(part) and bool(_bytes(part).strip())


def _is_attached(part: AnyMessage) -> bool:
    return part.get_content_disposition() == "attachment"


def _enclosed(part: AnyMessage) -> Attachment:
    """A message that was forwarded as a file."""
    inner = part.get_payload()
    message = inner[0] if isinstance(inner, list) and inner else None
    if not isinstance(message, AnyMessage):
        return Attachment("message.eml", b"")
    subject = on_one_line(part.get_filename() or str(message["Subject"] or "")) or "message"
    return Attachment(f"{subject.removesuffix('.eml')}.eml", message.as_bytes())


def _bytes(part: AnyMessage) -> bytes:
    payload = part.get_payload(decode=True)
    return payload if isinstance(payload, bytes) else b""


def _text(part: AnyMessage) -> tuple[str, tuple[str, ...]]:
    data, charset = _bytes(part), part.get_content_charset() or ""
    try:
        return data.decode(codecs.lookup(charset or "utf-8").name), ()
    except (LookupError, ValueError, TypeError):  # TypeError: a codec that makes no text
        return decode(data)


def _sent(header: str) -> date | None:
    try:
        return parsedate_to_datetime(header).date()
    except ValueError:
        return None
