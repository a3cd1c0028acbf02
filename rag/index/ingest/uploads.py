"""Files that a person hands over in the browser: copied into the index's ``uploads`` folder under a harmless name."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path, PurePosixPath

from rag.errors import LoadError
from rag.index.names import UPLOADS
from rag.loading.limits import in_words
from rag.loading.registry import is_supported, unsupported_reason

MAX_STEM_BYTES, MAX_SUFFIX_BYTES = 150, 20
"""File systems allow names of 255 bytes; this leaves room for a number."""

_UNSAFE = re.compile(r'[<>:"|?*]')
_RESERVED = re.compile(r"(?:con|prn|aux|nul|com\d|lpt\d)(?:\..*)?", re.IGNORECASE)  # devices on Windows


def safe_name(name: str) -> str:
    """A file name made of what a browser calls a file: no folders, no hidden or device names, nothing unprintable."""
    last = unicodedata.normalize("NFC", name.encode(errors="replace").decode()).replace("\\", "/").rpartition("/")[2]
    printable = "".join(character if character.isprintable() else " " for character in last)
    path = PurePosixPath(" ".join(_UNSAFE.sub("_", printable).split()).lstrip(".~$ ").rstrip(". ") or "upload")
    stem = path.stem.encode()[:MAX_STEM_BYTES].decode(errors="ignore").rstrip(". ") or "upload"
    suffix = path.suffix if len(path.suffix.encode()) <= MAX_SUFFIX_BYTES else ""
    return f"{'_' if _RESERVED.fullmatch(path.name) else ''}{stem}{suffix}"


def keep_uploads(index_folder: Path, files: Sequence[tuple[str, Path]], max_bytes: int) -> list[Path]:
    """Copies files into ``index_folder/uploads``, all of them or none; returns where they now lie.

    A name that is taken is numbered ("minutes (2).pdf"), unless the file there has the same bytes: then that is it.

    Args:
        index_folder: of the index.
        files: names as the person knows them, and where the bytes lie now.
        max_bytes: of one file.

    Raises:
        LoadError: a file is too large, of a type that cannot be read, or cannot be copied.
    """
    folder = index_folder.resolve() / UPLOADS
    kept: list[Path] = []
    new: list[Path] = []
    try:
        for name, path in files:
            if not is_supported(Path(safe_name(name))):
                raise LoadError(Path(safe_name(name)), unsupported_reason(Path(safe_name(name))))
            try:
                folder.mkdir(mode=0o700, exist_ok=True)
                kept.append(_copied(path, folder, safe_name(name), max_bytes, new))
            except OSError as error:
                raise LoadError(Path(safe_name(name)), f"cannot be copied ({error.strerror or error})") from error
    except LoadError:
        for path in new:
            path.unlink(missing_ok=True)
        raise
    return kept


def forget_upload(index_folder: Path, path: Path) -> bool:
    """Deletes a copy that ``keep_uploads`` made; False, and nothing happens, for any other file."""
    if path.parent != index_folder.resolve() / UPLOADS:
        return False
    with suppress(FileNotFoundError):
        path.unlink()
    return True


def _copied(source: Path, folder: Path, name: str, max_bytes: int, new: list[Path]) -> Path:
    with source.open("rb") as stream:
        data = stream.read(max_bytes + 1)
    if len(data) > max_bytes:
        raise LoadError(Path(name), f"is larger than the limit of {in_words(max_bytes)}")
    for path in _candidates(folder, name):
        try:
            with path.open("xb") as target:
                new.append(path)
                target.write(data)
            return path
        except FileExistsError:
            if path.is_file() and path.stat().st_size == len(data) and path.read_bytes() == data:
                return path
    raise AssertionError("there is always another number")


def _candidates(folder: Path, name: str) -> Iterator[Path]:
    yield folder / name
    path = PurePosixPath(name)
    number = 2
    while True:
        yield folder / f"{path.stem} ({number}){path.suffix}"
        number += 1
