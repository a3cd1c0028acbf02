"""Whether a citation still holds: the file on disk, read again just now, against what was indexed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from rag.errors import LoadError
from rag.loading.limits import DEFAULT_LIMITS, Limits
from rag.loading.loader import file_sha256, load_file
from rag.schema import Source
from rag.text.normalise import single_spaced

State = Literal["verified", "changed", "gone", "unreadable"]

_ABSENT = (FileNotFoundError, NotADirectoryError)
_NO_FILE = "it was indexed as a text, and no file lies behind it"


@dataclass(frozen=True, slots=True)
class Verification:
    """The state of a document's file, and of one quote in it.

    Attributes:
        state: ``"verified"``: the file has the bytes that were indexed; ``"changed"``: it has others; ``"gone"``:
            there is no such file any more; ``"unreadable"``: it is there and cannot be read.
        quote_found: for ``"changed"``, whether the file as it is now still holds the quote, but for white space;
            None where the changed file is no readable document any more. True for ``"verified"``, else None.
        reason: why the file cannot be read, in words for people; "" where it can.
    """

    state: State
    quote_found: bool | None = None
    reason: str = ""

    @property
    def sentence(self) -> str:
        """The state in plain language."""
        if self.state == "verified":
            return "Verified: the file was read again just now, and it is the one that was indexed."
        if self.state == "gone":
            return "The file is gone: it is no longer where it was indexed."
        if self.state == "unreadable":
            return f"The file cannot be checked: {self.reason}."
        changed = "The file has changed since it was indexed"
        if self.quote_found is None:
            return f"{changed}, and can no longer be read: {self.reason}."
        return f"{changed}; the quote is {'still' if self.quote_found else 'no longer'} in it."


def verify(source: Source, quote: str, limits: Limits = DEFAULT_LIMITS) -> Verification:
    """Reads the file of ``source`` again and says how it and ``quote`` stand.

    Args:
        source: as indexed.
        quote: a slice of the document's stored text.
        limits: what reading may cost.
    """
    return verify_all([(source, quote)], limits)[0]


def verify_all(cited: Iterable[tuple[Source, str]], limits: Limits = DEFAULT_LIMITS) -> list[Verification]:
    """The same for several quotes, in their order; each file is read once, in this call, whatever was read before."""
    found: dict[str, tuple[Verification, str | None]] = {}
    results: list[Verification] = []
    for source, quote in cited:
        if source.id not in found:
            found[source.id] = _look(source, limits)
        state, text = found[source.id]
        if text is not None:
            state = Verification("changed", single_spaced(quote) in text)
        results.append(state)
    return results


def _look(source: Source, limits: Limits) -> tuple[Verification, str | None]:
    """The state of a file; and its text as it is now, with single spaces, where it changed and can be read."""
    if not source.path:
        return Verification("unreadable", reason=_NO_FILE), None
    path = Path(source.path)
    try:
        if file_sha256(path, limits) == source.sha256:
            return Verification("verified", True), None
    except LoadError as error:
        gone = isinstance(error.__cause__, _ABSENT)
        return Verification("gone") if gone else Verification("unreadable", reason=error.reason), None
    try:
        return Verification("changed"), single_spaced(load_file(path, root=path.parent, limits=limits).text)
    except LoadError as error:
        return Verification("changed", reason=error.reason), None
