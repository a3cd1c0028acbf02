"""Messages of Outlook (.msg) -> what is read of any message."""

from __future__ import annotations

from datetime import date

from oxmsg import Message as OutlookMessage

from rag.errors import Refused
from rag.loading.limits import Limits
from rag.loading.mail import Attachment, Message, name_of, on_one_line, written
from rag.loading.parsed import Parsed

_OLE = bytes.fromhex("d0cf11e0a1b11ae1")
_SHOWN = ("From", "To", "Cc", "Date")


def parse(data: bytes, limits: Limits) -> Parsed:
    """A message with its attachments, its subject as title, its date and its sender.

    Raises:
        Refused: no message, or too long.
    """
    if not data.startswith(_OLE):
        raise Refused("is damaged, or not a message of Outlook")
    read = OutlookMessage.load(data)
    if not read.message_class:
        raise Refused("is an Office file, not a message of Outlook")
    return written(_message(read), limits)


def _message(read: OutlookMessage) -> Message:
    sender = on_one_line(read.sender or "")
    sent = read.sent_date
    stated = {name.lower(): on_one_line(value) for name, value in read.message_headers.items()}
    others = ", ".join(filter(None, (_person(one.name, one.email_address) for one in read.recipients)))
    known = {
        "From": sender,
        "To": stated.get("to") or others,
        "Cc": stated.get("cc", ""),
        "Date": stated.get("date") or (f"{sent:%a, %d %b %Y %H:%M:%S}" if sent else ""),
    }
    text = read.body or ""
    pages = [] if text.strip() else [read.html_body or ""]
    return Message(
        on_one_line(read.subject),
        [(name, known[name]) for name in _SHOWN if known[name]],
        [text],
        pages,
        [Attachment(one.file_name or "attachment", one.file_bytes or b"") for one in read.attachments],
        date(sent.year, sent.month, sent.day) if sent else None,
        name_of(sender),
    )


def _person(name: str, address: str) -> str:
    return f"{name} <{address}>" if name and address and name != address else name or address
