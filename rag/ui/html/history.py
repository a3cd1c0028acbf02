"""The list of kept conversations as HTML. Pure and escaped."""

from __future__ import annotations

import re
import time
from collections.abc import Sequence
from datetime import datetime
from html import escape

from rag.answer.phrases import day
from rag.history.exchange import Conversation
from rag.text.words import words

MAX_SEARCH_CHARACTERS = 200
MAX_STEM_CHARACTERS = 60

_ID = re.compile(r"[0-9a-f]{32}")


def parse_id(value: object) -> str | None:
    """The id of a conversation that a browser sent; None unless it is well formed. Whose it is the store checks."""
    return value if isinstance(value, str) and _ID.fullmatch(value) else None


def history_head_html() -> str:
    """What stands above the list and is never drawn again, so that typing into the search is not disturbed."""
    return (
        '<div class="dq-sidehead"><h2>Conversations</h2>'
        '<button type="button" class="dq-quiet" data-side="" aria-label="Close the conversations">Close</button></div>'
        '<input type="search" class="dq-field" data-search="1" placeholder="Search questions and answers"'
        ' aria-label="Search conversations" autocomplete="off">'
    )


def history_html(kept: Sequence[Conversation], current: str, search: str) -> str:
    """The conversations, the last used first.

    Args:
        current: the id of the one on the page; "" for none.
        search: what they were searched for; "" for all.
    """
    if not kept:
        text = "No conversation holds these words." if search else "Your questions and their answers are kept here."
        return f'<p class="dq-none">{text}</p>'
    return f'<ul class="dq-rows" aria-label="Conversations">{"".join(_row(one, current) for one in kept)}</ul>'


def _row(kept: Conversation, current: str) -> str:
    title = escape(kept.title)
    mark = ' aria-current="true"' if kept.id == current else ""
    tools = "".join(
        f'<button type="button" class="dq-link" data-{action}="{kept.id}" aria-label="{label} {title}">{word}</button>'
        for action, word, label in (
            ("rename", "Rename", "Rename"),
            ("markdown", "Markdown", "Export as Markdown:"),
            ("json", "JSON", "Export as JSON:"),
            ("delete", "Delete", "Delete"),
        )
    )
    return (
        f'<li><button type="button" class="dq-talk" data-talk="{kept.id}"{mark}>{title}</button>'
        f'<p class="dq-facts">{escape(day(datetime.fromisoformat(kept.updated).date()))}</p>'
        f'<p class="dq-rowtools">{tools}</p></li>'
    )


def file_stem(title: str) -> str:
    """A file's name, without its ending, made of a title: letters and digits in lower case, joined by hyphens."""
    return "-".join(words(title))[:MAX_STEM_CHARACTERS].strip("-") or "conversation"


def download_html(name: str, text: str) -> str:
    """A file for the browser to save: save.js makes it of this text, so that no file is written on the server.

    Numbered by the clock, so that the same file can be saved twice: the page is told of changes only.
    """
    return f'<pre hidden data-save="{escape(name)}" data-at="{time.time_ns()}">{escape(text)}</pre>'
