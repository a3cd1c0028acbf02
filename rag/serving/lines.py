"""A small file of JSON lines, one named thing each: who may log in, which keys hold."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import Field, asdict
from pathlib import Path
from typing import Any, ClassVar, Generic, Protocol, TypeVar

from filelock import FileLock

from rag.errors import DocquoteError


class Named(Protocol):
    """A frozen dataclass with a name."""

    __dataclass_fields__: ClassVar[dict[str, Field[Any]]]

    @property
    def name(self) -> str:
        """By which it is found; no two have the same."""


Item = TypeVar("Item", bound=Named)


class LinesFile(Generic[Item]):
    """Changed all or nothing, by one process at a time, and readable by its owner alone. A missing file is empty."""

    def __init__(
        self, path: Path, made: Callable[[dict[str, Any]], Item], what: str, error: type[DocquoteError]
    ) -> None:
        """Nothing is read yet.

        Args:
            path: of the file.
            made: from the fields of a line; raises ValueError or TypeError where they are none of an item's.
            what: an item is, in messages, and as the command is called that manages them.
            error: that is raised.
        """
        self.path = path
        self._made = made
        self._what = what
        self._error = error

    def read(self) -> dict[str, Item]:
        """The items by name.

        Raises:
            DocquoteError: of the type given; the file cannot be read or is not in its format.
        """
        try:
            lines = self.path.read_text(encoding="utf-8").splitlines()
        except FileNotFoundError:
            return {}
        except (OSError, UnicodeDecodeError) as error:
            raise self._error(f"{self.path}: cannot be read as a file of {self._what}s ({error})") from error
        items: dict[str, Item] = {}
        for number, line in enumerate(lines, start=1):
            if line.strip():
                try:
                    item = self._made(json.loads(line))
                except (TypeError, ValueError) as error:
                    raise self._error(
                        f"{self.path}, line {number}: is not a {self._what} ({error}); remove the line, then: "
                        f"docquote {self._what} add"
                    ) from error
                items[item.name] = item
        return items

    @contextmanager
    def changing(self) -> Iterator[dict[str, Item]]:
        """Hands out the items, and writes them as they are at the end of the block, unless it fails.

        Raises:
            DocquoteError: of the type given; the file cannot be read or written.
        """
        with self._lock():
            items = self.read()
            before = dict(items)
            yield items
            if items != before:
                self._write(items)

    def _lock(self) -> FileLock:
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise self._error(f"{self.path}: cannot be written ({error.strerror or error})") from error
        return FileLock(self.path.with_name(f"{self.path.name}.lock"))

    def _write(self, items: dict[str, Item]) -> None:
        lines = "".join(f"{json.dumps(asdict(items[name]), ensure_ascii=False)}\n" for name in sorted(items))
        try:
            handle, temporary = tempfile.mkstemp(prefix=f".{self.path.name}.", dir=self.path.parent)  # mode 0600
            try:
                with os.fdopen(handle, "w", encoding="utf-8") as stream:
                    stream.write(lines)
                    stream.flush()
                    os.fsync(stream.fileno())
                Path(temporary).replace(self.path)
            except BaseException:
                Path(temporary).unlink(missing_ok=True)
                raise
        except OSError as error:
            raise self._error(f"{self.path}: cannot be written ({error.strerror or error})") from error
