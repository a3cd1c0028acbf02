"""Which files of a folder are documents."""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from pathspec import GitIgnoreSpec

from rag.errors import LoadError
from rag.loading.registry import is_supported, unsupported_reason

IGNORE_FILE = ".docquoteignore"

_IGNORED_FOLDERS = frozenset({
    "node_modules", "bower_components", "site-packages", "__pycache__", "__MACOSX", "CVS", "_darcs",
    "lost+found", "$RECYCLE.BIN", "System Volume Information",
})  # fmt: skip
_VIRTUAL_ENVIRONMENT = "pyvenv.cfg"  # lies in the root of one, whatever its name
_LOCK_PREFIX = "~$"  # Office, beside a document that is open
_Rules = tuple[tuple[Path, GitIgnoreSpec], ...]


@dataclass(frozen=True, slots=True)
class FoundFiles:
    """What a walk over a folder came upon; absolute paths, sorted. Ignored files are in none of the fields.

    Attributes:
        files: to be loaded.
        unsupported: passed over, since their type cannot be read.
        unreadable: folders that could not be listed.
        links: symbolic links to folders and supported files, which are not followed: what they lead to inside
            the folder is found in its own place, and what lies outside was not asked for.
    """

    files: tuple[Path, ...] = ()
    unsupported: tuple[Path, ...] = ()
    unreadable: tuple[Path, ...] = ()
    links: tuple[Path, ...] = ()


def find_files(root: Path) -> FoundFiles:
    """The documents in a folder and the folders in it; of a file, the file itself.

    Left out are hidden files and folders, folders of version control, dependencies and caches, Office's lock
    files, and what a ``.docquoteignore`` (the syntax of .gitignore, in any folder) names.

    Raises:
        LoadError: ``root`` does not exist, cannot be listed, or is a file of a type that cannot be read; or an
            ignore file is not in its syntax.
    """
    try:
        root = root.resolve(strict=True)
        if not root.is_dir():
            if not is_supported(root):
                raise LoadError(root, unsupported_reason(root))
            return FoundFiles(files=(root,))
        os.scandir(root).close()
    except (OSError, RuntimeError, ValueError) as error:  # RuntimeError: a loop of links; ValueError: a NUL
        raise LoadError(root, _why(error)) from error
    return _walk(root)


def _why(error: Exception) -> str:
    if isinstance(error, FileNotFoundError):
        return "no such file or folder"
    if isinstance(error, PermissionError):
        return "permission denied"
    return f"cannot be opened ({(error.strerror if isinstance(error, OSError) else '') or error})"


def _walk(root: Path) -> FoundFiles:
    files: list[Path] = []
    unsupported: list[Path] = []
    unreadable: list[Path] = []
    links: list[Path] = []
    pending: list[tuple[Path, _Rules]] = [(root, ())]
    while pending:
        folder, rules = pending.pop()
        try:
            with os.scandir(folder) as listing:
                entries = list(listing)
            rules += _rules_in(folder, entries)
        except OSError:
            unreadable.append(folder)
            continue
        if folder != root and any(entry.name == _VIRTUAL_ENVIRONMENT for entry in entries):
            continue
        for entry in entries:
            path = folder / entry.name
            is_folder = _is_folder(entry)
            if _is_ignored(path, is_folder, rules):
                continue
            if entry.is_symlink():
                if is_folder or is_supported(path):
                    links.append(path)
            elif is_folder:
                pending.append((path, rules))
            elif entry.is_file():
                (files if is_supported(path) else unsupported).append(path)
    return FoundFiles(*(tuple(sorted(paths)) for paths in (files, unsupported, unreadable, links)))


def _is_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir()
    except OSError:  # a link that leads in a circle, or where one may not look
        return False


def _rules_in(folder: Path, entries: Iterable[os.DirEntry[str]]) -> _Rules:
    if not any(entry.name == IGNORE_FILE and entry.is_file() for entry in entries):
        return ()
    lines = (folder / IGNORE_FILE).read_text(encoding="utf-8-sig", errors="replace").splitlines()
    try:
        return ((folder, GitIgnoreSpec.from_lines(lines)),)
    except ValueError as error:
        raise LoadError(folder / IGNORE_FILE, f"is not in the syntax of .gitignore ({error})") from error


def _is_ignored(path: Path, is_folder: bool, rules: _Rules) -> bool:
    if path.name.startswith((".", _LOCK_PREFIX)) or (is_folder and path.name in _IGNORED_FOLDERS):
        return True
    ignored = False
    for folder, spec in rules:  # as in git, the rule file nearest to the path has the last word
        relative = path.relative_to(folder).as_posix() + ("/" if is_folder else "")
        verdict = spec.check_file(relative).include
        ignored = ignored if verdict is None else verdict
    return ignored
