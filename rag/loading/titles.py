"""What a document is called: from its metadata, first heading, first line, or file name; and who wrote it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import PurePath

from rag.loading.dates import labelled_date, without_date
from rag.loading.parsed import FRONT_MATTER
from rag.schema import Section

MAX_TITLE_CHARACTERS = 300
LOWEST_HEADING = 6  # a level; what is so low heads a paragraph, or a question in a list
MAX_AUTHOR_CHARACTERS = 300
MAX_TITLE_LINE_CHARACTERS = 150  # headlines stay under it, paragraphs on one line do not

_TOOL_TITLE = re.compile(  # what writers of files put where a title should be
    r"(?:microsoft (?:word|powerpoint|excel|office).*|untitled.*|unbenannt.*|word document"
    r"|(?:new )?document ?\d*|presentation ?\d*|slide 1|none|null|title"
    r"|.*\.(?:docx?|odt|rtf|pdf|tex|dvi|ps|indd|qxd|pub|pptx?|xlsx?|html?))",
    re.IGNORECASE,
)
_TOOL_AUTHOR = re.compile(  # what they put where the author should be
    r"(?:microsoft|windows|office|word|python-docx|openpyxl|libre ?office|openoffice|google|adobe|apache poi)\b.*"
    r"|unknown.*|anonymous|unbekannt|none|null|(?:the )?authors?|user ?\d*|admin(?:istrator)?|owner|root|guest"
    r"|.*@\S+|https?:.*",
    re.IGNORECASE,
)
_SENTENCE_END = re.compile(  # at the end, or in the middle; the last are Chinese and Japanese
    r"[.!;:,\u2026\uff1b\uff1a\uff0c\u3001][\W_]*$|[.!?][\"')\u201d\u2019]?\s+[A-Z]|[\u3002\uff01\uff1f]"
)


def title_of(name: str, text: str, metadata_title: str, sections: Sequence[Section]) -> str:
    """A title, never empty, of at most ``MAX_TITLE_CHARACTERS`` characters.

    Args:
        name: the file's name, with or without folders.
        text: the stored text.
        metadata_title: what the file says its title is, or "".
        sections: of the text; the first heading is the second choice, unless it is of the lowest level.
    """
    heading = next((s.label for s in sections if s.kind == "heading" and s.level < LOWEST_HEADING), "")
    front = next((section.end for section in sections if section.label == FRONT_MATTER and not section.start), 0)
    for candidate in (sensible(metadata_title), heading, _title_line(text[front:])):
        title = " ".join(candidate.split())
        if title:
            return title[:MAX_TITLE_CHARACTERS]
    return title_from_name(name)


def sensible(title: str) -> str:
    """``title``, or "" where it is the mark of the program that wrote the file, or has no letter."""
    title = _printable(title)
    return title if any(map(str.isalpha, title)) and not _TOOL_TITLE.fullmatch(title) else ""


def sensible_author(author: str) -> str:
    """``author``, or "" where it is no person: the mark of a program, an address, or without a letter."""
    author = _printable(author)[:MAX_AUTHOR_CHARACTERS]
    return author if any(map(str.isalpha, author)) and not _TOOL_AUTHOR.fullmatch(author) else ""


def _printable(text: str) -> str:
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())


def _title_line(text: str) -> str:
    """The first line, past a date glued to it, where it looks like a headline; else "".

    That is: short, not ending or broken by the end of a sentence, and followed by an empty line or one that
    does not go on in lower case.
    """
    lines = text.lstrip()[:10_000].split("\n")
    dated = labelled_date(lines[0])
    if dated:
        lines[0] = lines[0][dated[1] :]
        if not lines[0].strip():
            lines = "\n".join(lines).lstrip().split("\n")
    line, following = lines[0].strip(), "".join(lines[1:2]).strip()
    if not 3 <= len(line) <= MAX_TITLE_LINE_CHARACTERS or _SENTENCE_END.search(line):
        return ""
    return "" if line[0].islower() or following[:1].islower() else sensible(line)


def title_from_name(name: str) -> str:
    """A readable title from a file name ("2022-12-22_second_plenary.txt" -> "Second plenary")."""
    stem = PurePath(name).stem
    words = without_date(stem)
    if "_" in words:
        words = words.replace("_", " ")
    elif " " not in words.strip():
        words = words.replace("-", " ")
    words = _printable(words).strip("-. ") or _printable(stem)
    first = next((index for index, c in enumerate(words) if c.isalpha()), 0)
    words = words[:first] + words[first : first + 1].upper() + words[first + 1 :]
    return (words or "Untitled")[:MAX_TITLE_CHARACTERS]
