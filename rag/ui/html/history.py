"""The list of kept conversations as HTML."""

from __future__ import annotations

import re
import time
from collections.abc import Sequence
from datetime import datetime

from rag.history import Conversation, OutdatedAnswer, outdated_words, reason_words
from rag.text.words import words
from rag.ui.html.render import render

MAX_SEARCH_CHARACTERS = 200
MAX_STEM_CHARACTERS = 60

_ID = re.compile(r"[0-9a-f]{32}")


def parse_id(value: object) -> str | None:
    """The id of a conversation that a browser sent; None unless it is well formed. Whose it is the store checks."""
    return value if isinstance(value, str) and _ID.fullmatch(value) else None


def history_head_html() -> str:
    """What stands above the list and is never drawn again, so that typing into the search is not disturbed."""
    return render("history_head.html")


def history_html(
    conversations: Sequence[Conversation], current: str, search: str, outdated: Sequence[OutdatedAnswer] = ()
) -> str:
    """The conversations, the last used first, under the answers that no longer stand.

    Args:
        current: the id of the one on the page; "" for none.
        search: what they were searched for; "" for all.
        outdated: answers that no longer stand; shown where nothing was searched for.
    """
    dated = [(one, datetime.fromisoformat(one.updated).date()) for one in conversations]
    return render(
        "history_list.html",
        conversations=dated,
        current=current,
        search=search,
        outdated=outdated_words(() if search else outdated),
        answers=[(answer, reason_words(answer.quotes)) for answer in outdated],
    )


def file_stem(title: str) -> str:
    """A file's name, without its ending, made of a title: letters and digits in lower case, joined by hyphens."""
    return "-".join(words(title))[:MAX_STEM_CHARACTERS].strip("-") or "conversation"


def download_html(name: str, text: str) -> str:
    """A file for the browser to save: save.js makes it of this text, so that no file is written on the server.

    Numbered by the clock, so that the same file can be saved twice: the page is told of changes only.
    """
    return render("download.html", name=name, text=text, at=time.time_ns())
