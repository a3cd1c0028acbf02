"""What the command line prints for people and for programs. Text from documents is escaped for the terminal."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.markup import escape
from rich.padding import Padding

from rag.answer.phrases import day
from rag.place import Place
from rag.schema import Finding
from rag.serving.status import folders_of

if TYPE_CHECKING:
    from rag.history import OutdatedAnswer
    from rag.index import IndexStatus
    from rag.index.ingest import IndexReport
    from rag.loading.registry import Support


class Printer(Console):
    """Prints text whose lines are broken between words in a terminal, and nowhere in a pipe or a file."""

    def __init__(self, *, stderr: bool = False) -> None:
        super().__init__(stderr=stderr, highlight=False, emoji=False)

    def print(self, *objects: Any, indent: int = 0, **options: Any) -> None:
        """As ``Console.print``; all lines are moved in by ``indent`` columns."""
        self.soft_wrap = not self.file.isatty()
        if indent and not self.soft_wrap:
            objects = tuple(Padding(one, (0, 0, 0, indent), expand=False) for one in objects)
        elif indent:
            objects = tuple(f"{' ' * indent}{one}" for one in objects)
        super().print(*objects, **options)


out = Printer()
err = Printer(stderr=True)

_STEERING = "\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069"  # control characters, and turns of direction
_IN_NAME = re.compile(f"[{_STEERING}\t\n\u2028\u2029]")
_IN_QUOTE = re.compile(f"[{_STEERING}]")


def plain(text: object) -> str:
    """Text on one line that rich prints as it is: no markup, nothing that would steer the terminal or end the line."""
    return escape(_IN_NAME.sub("\ufffd", str(text)))


def quoted(text: str) -> str:
    """The same with the lines and tabs of a quote."""
    return escape(_IN_QUOTE.sub("\ufffd", text))


def print_json(content: Any) -> None:
    """Prints data as JSON on standard output."""
    try:
        print(json.dumps(content, indent=2, ensure_ascii=False))
    except UnicodeEncodeError:  # the terminal, or the file behind it, does not take all of Unicode
        print(json.dumps(content, indent=2))


def count(number: int, noun: str) -> str:
    """A number with its noun: "1 file", "2 files"."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def report_dict(report: IndexReport, documents: int, chunks: int, outdated: Sequence[OutdatedAnswer]) -> dict[str, Any]:
    """What an update of the index did, and the kept answers that no longer stand since, as plain data."""
    return {
        "added": report.added,
        "updated": report.updated,
        "unchanged": report.unchanged,
        "removed": report.removed,
        "failed": [{"path": str(failure.path), "reason": failure.reason} for failure in report.failed],
        "warnings": {name: list(warnings) for name, warnings in report.warnings.items()},
        "unsupported": report.unsupported,
        "links": report.links,
        "moved": [{"from": str(move.old), "to": str(move.new), "documents": move.documents} for move in report.moved],
        "left_out": report.left_out,
        "outdated": outdated_dicts(outdated),
        "documents": documents,
        "chunks": chunks,
    }


def print_report(
    report: IndexReport, documents: int, chunks: int, outdated: Sequence[OutdatedAnswer], place: Place
) -> None:
    """Prints what an update of the index did: problems on standard error, counts on standard output."""
    for name, warnings in report.warnings.items():
        for warning in warnings:
            err.print(plain(f"note: {name}: {warning}"))
    for failure in report.failed:
        err.print(f"[red]failed:[/] {plain(str(failure))}")
    if report.unsupported:
        err.print(f"{count(len(report.unsupported), 'file')} of other types passed over")
    if report.links:
        err.print(f"{count(len(report.links), 'symbolic link')} not followed")
    if report.left_out:
        err.print(
            f"{count(len(report.left_out), 'file')} that you removed left out; to add one again: "
            f"docquote index {plain(shlex.quote(report.left_out[0]))} --index {plain(shlex.quote(str(place)))}"
        )
    for move in report.moved:
        out.print(plain(f"moved: {move.old} -> {move.new}, {count(move.documents, 'document')}"))
    out.print(
        f"{len(report.added)} added, {len(report.updated)} updated, {len(report.unchanged)} unchanged, "
        f"{len(report.removed)} removed, {len(report.failed)} failed"
    )
    out.print(f"{plain(place)} now holds {count(documents, 'document')} in {count(chunks, 'chunk')}")
    if outdated:
        from rag.history import outdated_words

        out.print(f"{outdated_words(outdated)}; see: docquote outdated --index {plain(shlex.quote(str(place)))}")


def outdated_dicts(answers: Sequence[OutdatedAnswer]) -> list[dict[str, Any]]:
    """Answers that no longer stand, as plain data."""
    return [asdict(answer) for answer in answers]


def print_outdated(answers: Sequence[OutdatedAnswer]) -> None:
    """Prints which kept answers no longer stand: the question, why, and the quotes that are not there any more."""
    from rag.history import outdated_words, reason_words

    out.print(f"{outdated_words(answers)}:" if answers else "All kept answers stand.")
    for answer in answers:
        asked = day(datetime.fromisoformat(answer.asked).date())
        out.print(f"\n[bold]{plain(answer.question)}[/] [dim](asked on {asked})[/]")
        out.print(plain(reason_words(answer.quotes)))
        for quote in answer.quotes:
            out.print(quoted(f"  {quote.quote} [{quote.number}]"), style="dim")


def support_dict(support: Support) -> dict[str, Any]:
    """How a format is read, as plain data."""
    format_ = support.format
    return {
        "format": format_.name,
        "suffixes": list(support.suffixes),
        "media_type": format_.media_type,
        "libraries": dict(zip(format_.libraries, (found or None for found in support.versions), strict=False)),
        "plugin": support.plugin or None,
        "readable": not support.problem,
        "problem": support.problem or None,
    }


def print_support(support: Support) -> None:
    """Prints the suffixes of a format, its name, what reads it, and what is wrong with that."""
    format_ = support.format
    libraries = zip(format_.libraries, support.versions, strict=False)
    read_by = ", ".join(f"{name} {found or '(not installed)'}" for name, found in libraries) or "docquote"
    plugin = f", added by {support.plugin}" if support.plugin else ""
    out.print(f"[bold]{plain(format_.name)}[/]: {plain(' '.join(support.suffixes))}")
    out.print(plain(f"    read by {read_by}{plugin}"), style="dim")
    if support.problem:
        out.print(f"    [bold red]not read:[/] {plain(support.problem)}")


def print_status(status: IndexStatus, place: Place, *, every: bool) -> None:
    """Prints what an index holds: its counts, and those of its folders, or ``every`` document with its warnings."""
    out.print(
        f"{plain(place)}: {count(status.documents, 'document')}, {count(status.chunks, 'chunk')}, "
        f"{status.characters:,} characters, {status.bytes / 1e6:.1f} MB on disk"
    )
    if status.manifest is not None:
        made = status.manifest
        out.print(f"model {plain(made.embedding_model)}, chunks of at most {made.chunk_tokens} tokens")
    if not every:
        for one in folders_of(status):
            counts = [count(one.documents, "document"), count(one.chunks, "chunk")]
            counts += [count(one.warnings, "warning")] if one.warnings else []
            out.print(plain(f"  {one.folder}: {', '.join(counts)}"))
        if status.documents:
            command = f"docquote status --all --index {shlex.quote(str(place))}"
            out.print(plain(f"each document: {command}"), style="dim")
        return
    for source in status.sources:
        out.print(plain(f"  {source.date or ''!s:10}  {source.name}  ({source.title})"))
        for warning in status.warnings.get(source.id, ()):
            out.print(plain(f"              {warning}"))


def print_finding(finding: Finding) -> None:
    """Prints what one of the doctor's checks found, and the mend."""
    mark = "[green]ok[/]  " if finding.ok else "[bold red]bad[/] "
    out.print(f"{mark} {plain(f'{finding.check}: {finding.detail}')}")
    if not finding.ok:
        out.print(f"      mend: {plain(finding.mend)}")
