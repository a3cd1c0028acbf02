"""The library panel as HTML: the documents, which of them are asked, and what is being added."""

from __future__ import annotations

import re
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from rag.answer.phrases import count, day
from rag.schema import Scope, Source
from rag.ui.html.render import render

_ID = re.compile(r"[0-9a-f]{16}")

Chosen = frozenset[str] | None
"""The ids of the documents that are asked; None: all of them, those that are added later too."""

Listed = tuple[tuple[str, str], ...]
"""The documents in the list that a browser shows, in order: the id of each and the SHA-256 of its file."""

KIB, MIB = 1024, 1024 * 1024


@dataclass(frozen=True, slots=True)
class Entry:
    """A document in the list.

    Attributes:
        source: identity and metadata.
        pages: how many it has; 0 for formats without pages.
        size: of its file in bytes; None where the file is gone.
        warnings: what was odd about its extraction.
    """

    source: Source
    pages: int
    size: int | None
    warnings: tuple[str, ...]


def entry_of(source: Source, warnings: Sequence[str]) -> Entry:
    """The entry of a document."""
    return Entry(source, source.pages or 0, file_size(source), tuple(warnings))


def file_size(source: Source) -> int | None:
    """The size of a document's file in bytes; None where it is gone."""
    path = Path(source.path)
    return path.stat().st_size if path.is_file() else None


def chosen_from(sent: object, sources: Sequence[Source]) -> Chosen:
    """What a browser sent as the chosen ids: those that the library has; None where that is all of them."""
    ids = sent if isinstance(sent, list) else []
    wanted = {one for one in ids if isinstance(one, str) and _ID.fullmatch(one)}
    known = {source.id for source in sources}
    return None if wanted >= known else frozenset(wanted & known)


def still_there(chosen: Chosen, sources: Sequence[Source]) -> Chosen:
    """``chosen`` without documents that were removed since."""
    return None if chosen is None else chosen_from(list(chosen), sources)


def scope_of(chosen: Chosen, sources: Sequence[Source]) -> Scope:
    """The chosen documents as the assistant wants them: by path, which names one document only."""
    if chosen is None:
        return Scope()
    return Scope(documents=tuple(source.path for source in sources if source.id in chosen))


def hint_html(chosen: Chosen, documents: int, warning: str = "") -> str:
    """Below the question box: a warning, or which documents are asked and the way back to all of them.

    Args:
        documents: how many the library has.
    """
    asked = None if chosen is None else len(chosen)
    return render("hint.html", chosen=asked, documents=documents, warning=warning)


@dataclass(frozen=True, slots=True)
class Row:
    """A document as it is listed.

    Attributes:
        source: its title, name and id.
        find: what the filter looks in.
        facts: its author, date, pages and size in words.
        warnings: what was odd about its extraction.
        chosen: whether it is asked.
    """

    source: Source
    find: str
    facts: str
    warnings: tuple[str, ...]
    chosen: bool


def list_html(entries: Sequence[Entry], chosen: Chosen, *, removable: bool) -> str:
    """The documents, each with a checkbox that says whether it is asked.

    Args:
        removable: whether each has a button that removes it.
    """
    rows = [_row(entry, chosen is None or entry.source.id in chosen) for entry in entries]
    return render("library_list.html", rows=rows, removable=removable)


def listed_of(sources: Sequence[Source]) -> Listed:
    """What the list of these documents is made of."""
    return tuple((source.id, source.sha256) for source in sources)


def changes_html(gone: Sequence[str], new: Sequence[tuple[str, Entry]], chosen: Chosen, *, removable: bool) -> str:
    """Changes to a list that a browser shows, for library_changes.js to make there.

    Numbered by the clock, so that the same change can be made twice: the page is told of changes only.

    Args:
        gone: ids of rows to take out.
        new: rows to put in, each after the row of the id before it ("": the first), in order.
        removable: as for the list.
    """
    rows = [(after, _row(entry, chosen is None or entry.source.id in chosen)) for after, entry in new]
    return render("library_changes.html", gone=gone, rows=rows, removable=removable, at=time.time_ns())


def _row(entry: Entry, chosen: bool) -> Row:
    source = entry.source
    facts = [
        source.author,
        day(source.date) if source.date is not None else "",
        count(entry.pages, "page") if entry.pages else "",
        size_words(entry.size) if entry.size is not None else "file is gone",
    ]
    find = f"{source.title} {source.name} {source.author}".casefold()
    return Row(source, find, " · ".join(fact for fact in facts if fact), entry.warnings, chosen)


def size_words(size: int) -> str:
    """A number of bytes as people say it."""
    if size < KIB:
        return count(size, "byte")
    return f"{size / KIB:,.0f} KB" if size < MIB else f"{size / MIB:,.1f} MB"


def head_html(*, refreshable: bool) -> str:
    """What stands above the list and is never drawn again, so that typing into the filter is not disturbed."""
    return render("library_head.html", refreshable=refreshable)
