"""The one table of what can be read, and the one function that reads it."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from rag.errors import Refused
from rag.loading.limits import Limits, in_words
from rag.loading.parsed import Parsed


@dataclass(frozen=True, slots=True)
class Format:
    """A format family.

    Attributes:
        name: what people call it.
        media_type: for ``Source.media_type``.
        module: has ``parse(data: bytes, limits: Limits) -> Parsed``; imported when first needed.
        isolated: parsed in the child process. All but plain text are: each of the parsers can be brought, by
            a small file, to take minutes or gigabytes.
    """

    name: str
    media_type: str
    module: str
    isolated: bool = True


_TEXT = Format("plain text", "text/plain", "rag.loading.formats.text", isolated=False)
_MARKDOWN = Format("Markdown", "text/markdown", "rag.loading.formats.markdown")
_HTML = Format("HTML", "text/html", "rag.loading.formats.html")
_PDF = Format("PDF", "application/pdf", "rag.loading.formats.pdf")
_WORD = Format(
    "Word", "application/vnd.openxmlformats-officedocument.wordprocessingml.document", "rag.loading.formats.word"
)

FORMATS: dict[str, Format] = {
    ".txt": _TEXT,
    ".text": _TEXT,
    ".md": _MARKDOWN,
    ".markdown": _MARKDOWN,
    ".html": _HTML,
    ".htm": _HTML,
    ".pdf": _PDF,
    ".docx": _WORD,
}


def is_supported(path: Path) -> bool:
    """Whether the suffix of ``path``, in any case, is one that can be read."""
    return path.suffix.lower() in FORMATS


def unsupported_reason(path: Path) -> str:
    """Why ``path`` is not read, naming what would be."""
    kind = f"files of the type {path.suffix!r}" if path.suffix else "files without a suffix"
    return f"{kind} are not supported (supported: {', '.join(FORMATS)})"


def parse(suffix: str, data: bytes, limits: Limits) -> Parsed:
    """Parse the bytes of a file with the suffix ``suffix`` (".pdf"), here and now.

    Raises:
        Refused: for whatever keeps it from being a document.
    """
    format_ = FORMATS[suffix]
    parser: Callable[[bytes, Limits], Parsed] = importlib.import_module(format_.module).parse
    with refusing(format_.name, limits):
        parsed = parser(data, limits)
    if not parsed.text.strip():
        raise Refused("holds no text" if data.strip() else "holds nothing but white space")
    return parsed


@contextmanager
def refusing(name: str, limits: Limits) -> Iterator[None]:
    """Turns whatever a parser raises for a file of the format ``name`` into Refused."""
    try:
        yield
    except MemoryError as error:
        raise Refused(f"needs more than {in_words(limits.parse_memory_bytes)} of memory to read") from error
    except Refused:
        raise
    except Exception as error:  # the parsers are others' code, and raise anything for a damaged file
        detail = " ".join(str(error).split())[:200]
        raise Refused(f"is damaged, or not {name} ({type(error).__name__}: {detail})") from error
