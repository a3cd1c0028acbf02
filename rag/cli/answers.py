"""An answer in the terminal: how sure it is, its quotes, and under each where it stands."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from dataclasses import dataclass

from rag.answer.agreement import agreement
from rag.answer.phrases import (
    PERHAPS,
    agreement_words,
    by_side,
    framed,
    lead_words,
    narrowing_words,
    not_found_words,
    place_and_heading,
    recognition_words,
    sureness_words,
)
from rag.answer.rows import Cell, quoted_rows
from rag.cli.console import out, plain, quoted
from rag.schema import Answer, Citation

INDENT = 4
"""Columns that the line under a quote is moved in by."""


@dataclass(frozen=True, slots=True)
class Hints:
    """How a question is asked again otherwise where it was asked.

    Attributes:
        as_typed, any_date: as it is, and whatever the date.
        document: of one document alone, before its name.
    """

    as_typed: str = "--as-typed"
    any_date: str = "--any-date"
    document: str = "--document"


ON_COMMAND_LINE = Hints()


def print_answer(answer: Answer, hints: Hints = ON_COMMAND_LINE) -> None:
    """Prints an answer with its sources, the refusal with the nearest passages, or what docquote says itself."""
    if answer.reply:
        out.print(quoted(answer.reply))
        _print_candidates(answer, hints)
        return
    _print_notes(answer, hints)
    if answer.found:
        _print_found(answer)
    elif answer.outcome == "perhaps":
        out.print(f"[bold yellow]{PERHAPS}:[/]")
        _print_quotes(answer.nearest)
    else:
        out.print(f"[bold red]{not_found_words(answer)}.[/]")
        if answer.missing_words:
            out.print(plain(f"No document has the words: {', '.join(answer.missing_words)}"))
    _print_candidates(answer, hints)
    if answer.outcome == "not found" and answer.nearest:
        out.print("\nThe nearest passages:", style="dim")
        _print_quotes(answer.nearest)


def _print_notes(answer: Answer, hints: Hints) -> None:
    if answer.interpreted_as != answer.question:
        out.print(f"[dim]understood as: {plain(answer.interpreted_as)} (as typed: {hints.as_typed})[/]")
    if answer.narrowed:
        undo = f" (whatever the date: {hints.any_date})" if answer.narrowed.answered else ""
        out.print(f"[dim]{plain(narrowing_words(answer.narrowed))}{undo}[/]")


def _print_found(answer: Answer) -> None:
    if sureness := sureness_words(answer):
        out.print(f"[bold green]{sureness}:[/]")
    for side, groups in by_side(answer.groups):
        if side:
            out.print(f"[bold]{plain(side)}[/]")
        for group in groups:
            frame, said = framed(group, answer.citations)
            out.print(plain(frame), style="dim italic")
            _print_quotes(said)
    if not answer.groups:
        _print_quotes(answer.citations)
    if answer.also:
        out.print(f"[bold]{plain(agreement_words(agreement((*answer.citations, *answer.also))) or 'Also said:')}[/]")
        _print_quotes(answer.also)


def _print_candidates(answer: Answer, hints: Hints) -> None:
    if answer.candidates:
        out.print("\nIs one of these meant? Ask again with:")
        for candidate in answer.candidates:
            day = f", {candidate.date.isoformat()}" if candidate.date else ""
            name = candidate.document
            again = f"{hints.document} {shlex.quote(name)}" if name else shlex.quote(candidate.question)
            out.print(plain(f"  {again}  ({candidate.title}{day})"))


def _print_quotes(citations: Sequence[Citation]) -> None:
    for citation in citations:
        rows = quoted_rows(citation)
        if lead := lead_words(citation, with_header=not rows):
            out.print(quoted(lead), style="dim")
        shown = "\n".join(map(_row, rows)) or _marked(citation)
        out.print(f"{shown} [bold cyan]\\[{citation.number}][/]")
        out.print(plain(_source(citation)), style="dim", indent=INDENT)


def _source(citation: Citation) -> str:
    """Title, page or the like and heading, then the file, its date and the characters."""
    place = [citation.title, *place_and_heading(citation), recognition_words(citation)]
    file = [citation.date.isoformat() if citation.date else "", citation.document]
    where = " · ".join(part for part in (*place, *file) if part)
    return f"{where}, characters {citation.start}-{citation.end}"


def _row(cells: Sequence[Cell]) -> str:
    """A row as "Flat: 23 · Tenant: Baptiste", with its answer in bold, safe to print; cells without words left out."""
    return " · ".join(
        (f"[dim]{quoted(cell.column)}:[/] " if cell.column else "") + _bold(cell.before, cell.marked, cell.after)
        for cell in cells
        if cell.text
    )


def _marked(citation: Citation) -> str:
    """The quote with its answer in bold, safe to print."""
    return _bold(*citation.around_marked)


def _bold(*around: str) -> str:
    before, words, after = map(quoted, around)
    return f"{before}[bold]{words}[/bold]{after}" if words else before
