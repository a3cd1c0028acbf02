"""Documents whose files lie elsewhere now: known again by their bytes and file names, so that nothing is read anew."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from rag.errors import LoadError
from rag.loading import Limits, file_sha256
from rag.schema import Source


@dataclass(frozen=True, slots=True)
class Move:
    """A folder, or a file, that was moved or renamed, and how many documents went with it."""

    old: Path
    new: Path
    documents: int


def find_moved(sources: Sequence[Source], files: Collection[Path], limits: Limits) -> dict[Path, Source]:
    """The files among ``files`` that are documents of the index under another path, each with that document.

    A document is where a file has its bytes and its file name, and none lies any more where it was. Where a whole
    folder went, what was also changed in it is known by its place in the folder. A file with another name is another
    document: its title and date may come from the name.

    Args:
        sources: what the index holds.
        files: absolute, without links; those that the index holds at their path are passed over.
        limits: on files.
    """
    held = {source.path for source in sources}
    new = [path for path in files if str(path) not in held]
    wanted = {path.name for path in new}
    gone: dict[str, list[Source]] = defaultdict(list)
    for source in sources:
        if (name := Path(source.path).name) in wanted and _is_gone(Path(source.path)):
            gone[name].append(source)
    moved: dict[Path, Source] = {}
    for path in new:
        if not gone[path.name]:
            continue
        try:
            sha256 = file_sha256(path, limits)
        except LoadError:  # whoever loads it says so
            continue
        same = [source for source in gone[path.name] if source.sha256 == sha256]
        if same:
            moved[path] = max(same, key=lambda source: _shared_tail(Path(source.path), path))
            gone[path.name].remove(moved[path])
    folders = {old: new for old, new in _folders(moved) if _is_gone(old)}
    for path in new:
        for source in () if path in moved else gone[path.name]:
            if any(_translated(source.path, old, new) == path for old, new in folders.items()):
                moved[path] = source
                break
    return moved


def moves_of(moved: Mapping[Path, Source]) -> list[Move]:
    """The moves of single documents in as few as say the same, in the order of their old places."""
    counted = Counter(_folders(moved))
    files = {_folder_pair(Path(source.path), path): (Path(source.path), path) for path, source in moved.items()}
    return [
        Move(*(pair if number > 1 or _is_gone(pair[0]) else files[pair]), number)
        for pair, number in sorted(counted.items())
    ]


def after_moves(paths: Iterable[Path], moves: Sequence[Move]) -> set[Path]:
    """Where the files at these paths lie after the moves."""
    return {next((new for move in moves if (new := _translated(path, move.old, move.new))), path) for path in paths}


def _translated(path: str | Path, old: Path, new: Path) -> Path | None:
    """Where a path in ``old`` lies in ``new``; None for a path elsewhere."""
    return new / Path(path).relative_to(old) if Path(path).is_relative_to(old) else None


def _folders(moved: Mapping[Path, Source]) -> list[tuple[Path, Path]]:
    return [_folder_pair(Path(source.path), path) for path, source in moved.items()]


def _folder_pair(old: Path, new: Path) -> tuple[Path, Path]:
    """The outermost folders of two paths from which on the paths are the same."""
    shared = _shared_tail(old, new)
    return Path(*old.parts[: len(old.parts) - shared]), Path(*new.parts[: len(new.parts) - shared])


def _shared_tail(old: Path, new: Path) -> int:
    """How many of their last parts two paths share; the root of the file system is not counted."""
    pairs = zip(reversed(old.parts[1:]), reversed(new.parts[1:]), strict=False)
    return next((number for number, (a, b) in enumerate(pairs) if a != b), min(len(old.parts), len(new.parts)) - 1)


def _is_gone(path: Path) -> bool:
    """Whether nothing is at a path; False where that cannot be seen."""
    try:
        path.stat()
    except (FileNotFoundError, NotADirectoryError):
        return True
    except OSError:
        return False
    return False
