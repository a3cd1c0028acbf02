"""Brings an index into step with files on disk: adds, updates, removes, and reports what could not be read."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Protocol

from embeddings import Embedder
from rag.errors import LoadError
from rag.index.base import Index
from rag.index.ingest.moves import Move, after_moves, find_moved, moves_of
from rag.index.ingest.pipeline import add_documents
from rag.index.names import tell_apart
from rag.loading import Limits, document_id, file_sha256, find_files, load_file
from rag.sample import documents_folder
from rag.schema import Document, Source
from rag.settings import Settings

MIB = 1024 * 1024


class Progress(Protocol):
    """What is told how far an update is."""

    def __call__(self, path: Path, done: int, total: int, page: str = "") -> None:
        """Called with the file at hand, how many files are done and how many there are.

        ``page`` is where in the file reading is, "page 3 of 12", where that takes long.
        """


@dataclass(slots=True)
class IndexReport:
    """What an update of the index did.

    Attributes:
        added, updated, unchanged, removed: names of documents.
        failed: files and folders that could not be read, each with its reason; what the index held of them stays.
        warnings: by name, what was odd about documents that were added or updated.
        unsupported: files passed over because docquote does not read their type.
        links: symbolic links passed over; what they lead to may lie outside the folder.
        moved: folders and files that lie elsewhere now; their documents were not read anew and are unchanged, or
            updated, too.
        left_out: files passed over because a person removed them from the index.
    """

    added: list[str] = field(default_factory=list)
    updated: list[str] = field(default_factory=list)
    unchanged: list[str] = field(default_factory=list)
    removed: list[str] = field(default_factory=list)
    failed: list[LoadError] = field(default_factory=list)
    warnings: dict[str, tuple[str, ...]] = field(default_factory=dict)
    unsupported: list[str] = field(default_factory=list)
    links: list[str] = field(default_factory=list)
    moved: list[Move] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Plan:
    """What a walk found: files to look at with the folder that names them, and documents that are gone."""

    files: dict[Path, Path]
    gone: list[Source]


def limits_from(settings: Settings) -> Limits:
    """What one file may cost, from the settings."""
    return Limits(
        max_file_bytes=settings.max_file_mb * MIB,
        parse_seconds=settings.parse_seconds,
        parse_memory_bytes=settings.parse_memory_mb * MIB,
    )


def update_index(
    index: Index,
    embedder: Embedder,
    paths: Sequence[Path],
    settings: Settings,
    progress: Progress | None = None,
    stop: Callable[[], bool] = lambda: False,
) -> IndexReport:
    """Indexes files and folders; unchanged files (by content) are not read into chunks or embedded again.

    Each document is one transaction, so an interrupt or a kill loses nothing that was done, and the next run goes on
    from there. Documents whose files are gone from an indexed folder are removed. A folder that is itself gone, or
    has nothing at all in it any more, is a failure, not a reason to remove what was in it: a drive may be missing.
    A file that was moved, alone or with its folder, is known by its bytes and not read anew. What a person removed
    from the index stays out until it is named in ``paths``.

    Args:
        index, embedder: opened with the same settings.
        paths: files and folders; empty: everything that was indexed before.
        settings: limits on files.
        progress: told of every file.
        stop: asked before every file; True leaves the rest for another run, and what was read so far is kept.

    Raises:
        LibraryError: the index cannot be written, or another process is writing it.
    """
    report = IndexReport()
    with index.writing():
        plan = _plan(index, [path.resolve() for path in paths] or index.roots(), report)
        followed = _follow_moves(index, plan, limits_from(settings), report)
        _leave_out(index, plan, {path.resolve() for path in paths}, report)
        for source in plan.gone:
            if source.id not in followed:
                index.remove(source.id)
                report.removed.append(source.name)
        known = {source.id: source for source in index.sources()}
        added: list[str] = []
        updated: list[str] = []
        unchanged: list[str] = []
        warnings: dict[str, tuple[str, ...]] = {}

        def stored(document: Document) -> None:
            (updated if document.source.id in known else added).append(document.source.id)
            if document.warnings:
                warnings[document.source.id] = document.warnings

        changed = _changed(plan, known, limits_from(settings), unchanged, report.failed, progress, stop)
        add_documents(index, changed, embedder, stored)
        tell_apart(index)
        names = {source.id: source.name for source in index.sources()}  # another process may have removed some
        report.added, report.updated, report.unchanged = (
            [names[document_id] for document_id in ids if document_id in names] for ids in (added, updated, unchanged)
        )
        report.warnings = {names[key]: said for key, said in warnings.items() if key in names}
    return report


def remove_documents(index: Index, names: Sequence[str]) -> tuple[list[str], list[str]]:
    """Removes documents by name or path, or all of a folder; the files stay as they are.

    An indexed folder or file that is removed is not looked at again by ``update_index`` without paths; a file in an
    indexed folder is passed over until it is named there.

    Returns:
        The names of what was removed, and the given names that fit no document.
    """
    removed: dict[str, Source] = {}
    unknown: list[str] = []
    with index.writing():
        for name in names:
            path = str(Path(name).resolve())
            fitting = [
                source
                for source in index.sources()
                if source.id not in removed
                and (
                    name in (source.name, source.path)
                    or source.path == path
                    or source.path.startswith(f"{path}/")
                    or source.name.startswith(f"{name.rstrip('/')}/")
                )
            ]
            if not fitting and Path(path) not in index.roots():
                unknown.append(name)
            removed |= {source.id: source for source in fitting}
        paths = {Path(source.path) for source in removed.values()}
        index.leave_out(index.left_out() | paths)  # first, so that an update finishes what a kill leaves undone
        for document_id in removed:
            index.remove(document_id)
        for root in {Path(name).resolve() for name in names} | paths:
            index.forget_root(root)
        roots = index.roots()
        index.leave_out({path for path in index.left_out() if any(path.is_relative_to(root) for root in roots)})
        tell_apart(index)
        index.save()
    return [source.name for source in removed.values()], unknown


def _plan(index: Index, roots: Sequence[Path], report: IndexReport) -> _Plan:
    sources = index.sources()
    files: dict[Path, Path] = {}
    gone: list[Source] = []
    for root in roots:
        inside = [source for source in sources if Path(source.path).is_relative_to(root)]
        if not root.exists() and any(source.path == str(root) for source in inside):
            gone.extend(inside)  # a single file that was indexed, and deleted since
            index.forget_root(root)
            continue
        try:
            found = find_files(root)
            if inside and not found.files and root.is_dir() and not any(root.iterdir()):
                raise LoadError(root, "there is nothing in it any more")
        except LoadError as error:
            known_root = inside and root in index.roots() and not isinstance(error.__cause__, PermissionError)
            report.failed.append(_with_remedy(error, index) if known_root else error)
            continue
        index.add_root(root)
        namer = _naming_root(index, root)
        files.update((path, namer) for path in found.files)
        report.unsupported.extend(str(path) for path in found.unsupported)
        report.links.extend(str(path) for path in found.links)
        report.failed.extend(LoadError(path, "the folder cannot be listed") for path in found.unreadable)
        present = {str(path) for path in found.files}
        apart = [known for known in index.roots() if known != root and known.is_relative_to(root)]
        gone.extend(
            source
            for source in inside
            if source.path not in present
            and not _lies_in(source, found.unreadable)
            and not (_lies_in(source, apart) and Path(source.path).exists())  # indexed by itself, and ignored here
        )
    return _Plan(files, gone)


def _with_remedy(error: LoadError, index: Index) -> LoadError:
    root, folder = (shlex.quote(str(path)) for path in (error.path, index.place))
    return LoadError(
        error.path,
        f"{error.reason}; what the index holds of it is kept. If it was moved: docquote index NEW_PLACE --index "
        f"{folder}; if it will not come back: docquote remove {root} --index {folder}",
    )


def _follow_moves(index: Index, plan: _Plan, limits: Limits, report: IndexReport) -> set[str]:
    """Gives documents that lie elsewhere now their new paths, and forgets indexed folders that nothing is left of.

    Returns:
        The ids that the documents had before.
    """
    moved = find_moved(index.sources(), plan.files, limits)
    for path, source in moved.items():
        name = path.relative_to(plan.files[path]).as_posix()
        index.move(source.id, replace(source, id=document_id(path), name=name, path=str(path)))
    if moved:
        report.moved = moves_of(moved)
        index.leave_out(after_moves(index.left_out(), report.moved))
        held = [Path(source.path) for source in index.sources()]
        for root in index.roots():
            was_left = any(Path(source.path).is_relative_to(root) for source in moved.values())
            if was_left and not root.exists() and not any(path.is_relative_to(root) for path in held):
                index.forget_root(root)
    return {source.id for source in moved.values()}


def _leave_out(index: Index, plan: _Plan, named: set[Path], report: IndexReport) -> None:
    """Takes out of the plan what a person removed from the index, and has not named now."""
    before = index.left_out()
    left_out = before - named
    if left_out != before:
        index.leave_out(left_out)
    for path in sorted(left_out & plan.files.keys()):
        del plan.files[path]
        report.left_out.append(str(path))
    gone = {source.id for source in plan.gone}
    plan.gone.extend(  # of a removal that was cut short
        source for source in index.sources() if Path(source.path) in left_out and source.id not in gone
    )


def _lies_in(source: Source, folders: Sequence[Path]) -> bool:
    return any(Path(source.path).is_relative_to(folder) for folder in folders)


def _naming_root(index: Index, root: Path) -> Path:
    """The outermost indexed folder that holds ``root``: names of documents are relative to it."""
    outer = [known for known in index.roots() if root.is_relative_to(known) and known.is_dir()]
    return min(outer, key=lambda path: len(path.parts), default=root.parent)


def _changed(
    plan: _Plan,
    known: dict[str, Source],
    limits: Limits,
    unchanged: list[str],
    failed: list[LoadError],
    progress: Progress | None,
    stop: Callable[[], bool],
) -> Iterator[Document]:
    """Loads the files that are new or have other bytes than before; the ids of all others go to ``unchanged``."""
    for done, (path, root) in enumerate(plan.files.items()):
        if stop():
            return
        on_page = None
        if progress is not None:
            progress(path, done, len(plan.files))
            on_page = partial(_tell_page, progress, path, done, len(plan.files))
        try:
            before = known.get(document_id(path))
            if before is not None and before.sha256 == file_sha256(path, limits):
                unchanged.append(before.id)
                continue
            yield load_file(path, root=root, limits=limits, on_page=on_page)
        except LoadError as error:
            failed.append(error)
    if progress is not None and plan.files:
        progress(path, len(plan.files), len(plan.files))


def _tell_page(progress: Progress, path: Path, done: int, total: int, number: int, pages: int) -> None:
    progress(path, done, total, f"page {number} of {pages}")


def leave_sample(index: Index, paths: Sequence[Path]) -> bool:
    """Takes the sample out of an index that the chat made of it, once a person's own documents come in.

    Returns:
        Whether there was a sample to take out.
    """
    with documents_folder() as sample:
        if index.roots() != [sample] or any(path.resolve().is_relative_to(sample) for path in paths):
            return False
    with index.writing():
        for source in index.sources():
            index.remove(source.id)
        index.forget_root(sample)
    return True
