"""Files that lie in another, members of an archive or attachments of a message: each is read as its own format is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import PurePosixPath

from rag.errors import Refused
from rag.loading.builder import TextBuilder
from rag.loading.limits import Limits
from rag.loading.registry import format_of, parse

_NAMED = 5  # of the files that are passed over; the others are counted


@dataclass(slots=True)
class Parts:
    """Writes files that lie in another one, each as a section ``"file"`` under a heading with its name.

    Attributes:
        builder: that is written to.
        limits: of the file that they lie in.
        passed_over: the names of those of which the type cannot be read.
        refused: why others could not be read, each with its name.
    """

    builder: TextBuilder
    limits: Limits
    passed_over: list[str] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    read: int = 0

    def write(self, name: str, data: bytes, *, level: int = 1) -> None:
        """Writes a file, or remembers why it cannot be read.

        Args:
            name: of the file, for people; its suffix says what it is.
            data: its bytes.
            level: of its heading.
        """
        name = readable_name(name)
        suffix = PurePosixPath(name).suffix.lower()
        if format_of(suffix) is None:
            self.passed_over.append(name)
            return
        try:
            if not self.limits.max_depth:
                raise Refused("lies too deep in other files")
            if not data:
                raise Refused("is empty")
            parsed = parse(suffix, data, replace(self.limits, max_depth=self.limits.max_depth - 1))
        except Refused as refusal:
            self.refused.append(f"{name} {refusal}")
            return
        self.refused.extend(f"{name}: {warning}" for warning in parsed.warnings)
        self.read += 1
        self.builder.begin("file", name)
        self.builder.begin_heading(level)
        self.builder.add(name)
        self.builder.end_heading()
        self.builder.add_written(parsed.text, parsed.sections, under=level)
        self.builder.end("file")

    @property
    def warnings(self) -> tuple[str, ...]:
        """What a person should know of the files."""
        return (*_of_passed_over(self.passed_over), *self.refused)


def readable_name(name: str) -> str:
    """The name of a file in another, on one line and without characters that cannot be shown."""
    return " ".join("".join(c if c.isprintable() else " " for c in name).split())


def _of_passed_over(names: Sequence[str]) -> tuple[str, ...]:
    if not names:
        return ()
    shown = ", ".join(names[:_NAMED])
    more = f" and {len(names) - _NAMED:,} more" if len(names) > _NAMED else ""
    return (f"not read, as such files are not supported: {shown}{more}",)
