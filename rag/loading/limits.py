"""How much one file may cost."""

from __future__ import annotations

from dataclasses import dataclass

MIB = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Limits:
    """The most that one file may take. A file over a limit is refused by name; nothing is cut short.

    Attributes:
        max_file_bytes: of the file as it lies on disk.
        parse_seconds: wall clock for parsing, above 0. Measured: a thousand pages of PDF take 10 to 20 s on a slow,
            busy core, so the default is reached by files that loop, and by PDFs of several thousand pages.
        parse_memory_bytes: address space of the process that parses. Not enforced on Windows and macOS, which
            have no such limit for a process; there the time limit and ``max_characters`` remain.
        max_unpacked_bytes: what the members of a zip-based file may add up to, counted before unpacking.
        max_characters: of the extracted text; the default is about 25,000 pages.
        max_recognised_pages: pages of one file whose text is recognised: hours of work.
        max_pixels: of one picture; an A3 sheet at 600 to an inch has 70 million.
        max_depth: of files in one another: an archive in a message in an archive is 3 deep.
    """

    max_file_bytes: int = 100 * MIB
    parse_seconds: float = 60.0
    parse_memory_bytes: int = 2048 * MIB
    max_unpacked_bytes: int = 512 * MIB
    max_characters: int = 50_000_000
    max_recognised_pages: int = 1000
    max_pixels: int = 80_000_000
    max_depth: int = 3

    @property
    def recognition_seconds(self) -> float:
        """Wall clock for each page whose text is recognised: some 10 seconds of work for one processor."""
        return 5 * self.parse_seconds


DEFAULT_LIMITS = Limits()


def in_words(size: int) -> str:
    """A number of bytes for people: ``"17.2 MiB"``."""
    return f"{size / MIB:,.1f} MiB" if size >= MIB // 10 else f"{size:,} bytes"
