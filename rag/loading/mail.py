"""A message, whatever kind of file it comes in, -> its headers as lines, its text, its attachments."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from email.utils import getaddresses

from rag.loading.builder import TextBuilder
from rag.loading.formats.html import write_fragment
from rag.loading.limits import Limits
from rag.loading.parsed import Parsed, clean_newlines
from rag.loading.parts import Parts, readable_name
from rag.text.wrapping import unwrapped


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that a message carries.

    Attributes:
        name: of the file.
        data: its bytes.
    """

    name: str
    data: bytes


@dataclass(frozen=True, slots=True)
class Message:
    """A message as its format has it.

    Attributes:
        subject: "" where it has none.
        headers: names and values to be shown, such as ("From", "Ana Ruiz <ana@example.org>"), in their order.
        texts: its parts that are shown as they are.
        pages: its parts in HTML; shown after the texts.
        attachments: what else it carries.
        sent: the day in its header.
        sender: who wrote it, "Ana Ruiz"; "" where only an address is known.
    """

    subject: str
    headers: Sequence[tuple[str, str]]
    texts: Sequence[str]
    pages: Sequence[str] = ()
    attachments: Sequence[Attachment] = ()
    sent: date | None = None
    sender: str = ""


def written(message: Message, limits: Limits, warnings: tuple[str, ...] = ()) -> Parsed:
    """A message as a document of its own; ``warnings`` are those of reading it.

    Raises:
        Refused: too long.
    """
    parts = Parts(TextBuilder(limits), limits)
    warnings += write_message(message, parts)
    text, sections = parts.builder.build()
    return Parsed(text, sections, message.subject, message.sent, warnings + parts.warnings, message.sender)


def write_message(message: Message, parts: Parts) -> tuple[str, ...]:
    """Writes a message as a section ``"message"``: subject as heading, headers, text, attachments each as a file.

    Returns:
        Warnings of what its text leaves out; those of attachments are in ``parts``.
    """
    builder = parts.builder
    builder.begin("message", message.subject)
    builder.begin_heading(1)
    builder.add(message.subject)
    builder.end_heading()
    for name, value in message.headers:
        builder.gap(1)
        builder.add(f"{name}: {value}")
    for text in message.texts:
        builder.gap(2)
        builder.add(unwrapped(clean_newlines(text)).strip())
    warnings: tuple[str, ...] = ()
    for page in message.pages:
        builder.gap(2)
        warnings += write_fragment(page, builder)
    for attachment in message.attachments:
        parts.write(attachment.name, attachment.data, level=2)
    builder.end("message")
    return warnings


def on_one_line(text: str) -> str:
    """A header's value, as it can be shown."""
    return readable_name(text)


def name_of(address: str) -> str:
    """The person's name in an address, "Ana Ruiz <ana@example.org>"; "" where it has none."""
    return next((name for name, _ in getaddresses([address])), "")
