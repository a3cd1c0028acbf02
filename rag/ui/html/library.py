"""The library panel as HTML: the documents, which of them are asked, and what is being added. Pure and escaped."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path

from rag.answer.phrases import count, day
from rag.schema import Document, Scope, Source

_ID = re.compile(r"[0-9a-f]{16}")

Chosen = frozenset[str] | None
"""The ids of the documents that are asked; None: all of them, those that are added later too."""

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


def entry_of(document: Document) -> Entry:
    """The entry of a document."""
    pages = sum(section.kind == "page" for section in document.sections)
    return Entry(document.source, pages, file_size(document.source), document.warnings)


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


def scope_html(chosen: Chosen, sources: Sequence[Source]) -> str:
    """Beside the question box: which documents are asked, and the way back to all of them."""
    if chosen is None:
        return f'<button type="button" class="dq-link" data-side="library">{_all(len(sources))}</button>'
    some = f"Asking {len(chosen):,} of {count(len(sources), 'document')}"
    return (
        f'<button type="button" class="dq-link dq-limited" data-side="library">{some}</button>'
        '<button type="button" class="dq-link" data-widen="1">Ask all</button>'
    )


def _all(documents: int) -> str:
    return f"Asking all {documents:,} documents" if documents > 1 else f"Asking {count(documents, 'document')}"


def list_html(entries: Sequence[Entry], chosen: Chosen, *, removable: bool) -> str:
    """The documents, each with a checkbox that says whether it is asked.

    Args:
        removable: whether each has a button that removes it.
    """
    if not entries:
        return '<p class="dq-none">No documents yet. Add files or a folder below.</p>'
    rows = "".join(_row(entry, chosen is None or entry.source.id in chosen, removable) for entry in entries)
    return f'<ul class="dq-rows" aria-label="Documents">{rows}</ul><p class="dq-none" hidden>No document fits.</p>'


def _row(entry: Entry, chosen: bool, removable: bool) -> str:
    source = entry.source
    facts = [
        day(source.date) if source.date is not None else "",
        count(entry.pages, "page") if entry.pages else "",
        size_words(entry.size) if entry.size is not None else "file is gone",
    ]
    listed = " · ".join(escape(fact) for fact in facts if fact)
    title = escape(source.title)
    warnings = "".join(f'<p class="dq-warning">{escape(warning)}</p>' for warning in entry.warnings)
    remove = (
        f'<button type="button" class="dq-quiet" data-remove="{source.id}" aria-label="Remove {title}">Remove</button>'
    )
    return (
        f'<li data-find="{escape(f"{source.title} {source.name}".casefold())}">'
        f'<label><input type="checkbox" data-id="{source.id}"{" checked" if chosen else ""}>'
        f"<span>{title}</span></label>{remove if removable else ''}"
        f'<p class="dq-facts">{listed}</p><p class="dq-name">{escape(source.name)}</p>{warnings}</li>'
    )


def size_words(size: int) -> str:
    """A number of bytes as people say it."""
    if size < KIB:
        return count(size, "byte")
    return f"{size / KIB:,.0f} KB" if size < MIB else f"{size / MIB:,.1f} MB"


def head_html(*, refreshable: bool) -> str:
    """What stands above the list and is never drawn again, so that typing into the filter is not disturbed."""
    refresh = '<button type="button" class="dq-quiet" data-refresh="1">Re-index changed</button>' if refreshable else ""
    return (
        f'<div class="dq-sidehead"><h2>Library</h2>{refresh}'
        '<button type="button" class="dq-quiet" data-side="" aria-label="Close the library">Close</button></div>'
        '<input type="search" class="dq-field" data-filter="1" placeholder="Filter by title or file name"'
        ' aria-label="Filter documents" autocomplete="off">'
        '<p class="dq-choose">Ask <button type="button" class="dq-link" data-choose="all">all shown</button>'
        '<button type="button" class="dq-link" data-choose="none">none shown</button>'
        '<button type="button" class="dq-link" data-choose="only">only those shown</button></p>'
    )
