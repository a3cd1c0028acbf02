"""Separated values (.csv, .tsv) -> tables. The delimiter is the one that cuts the lines alike."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterator
from itertools import islice

from rag.loading.builder import TextBuilder
from rag.loading.encoding import decode
from rag.loading.grid import write_rows
from rag.loading.limits import Limits
from rag.loading.parsed import Parsed, check_length, clean_newlines

_DELIMITERS = "\t;|,"  # where two fit equally well, the earlier one: commas also stand inside numbers
_SAMPLE_LINES = 200
_STATED = "sep="  # the first line of files that are meant for Excel


def parse(data: bytes, limits: Limits) -> Parsed:
    """The rows; quoted cells may hold delimiters and line ends. ``csv.Sniffer`` is not used, since it takes letters
    for delimiters and minutes for some files.

    Raises:
        Refused: not text, or too long.
    """
    text, warnings = decode(data)
    text = clean_newlines(text)
    check_length(len(text), limits)
    first, _, rest = text.partition("\n")
    if first.casefold().startswith(_STATED) and len(first) == len(_STATED) + 1:
        delimiter, text = first[-1], rest
    else:
        delimiter = _delimiter(text)
    builder = TextBuilder(limits)
    quoting = csv.QUOTE_MINIMAL
    if not _quotes_pair(text, delimiter):
        quoting = csv.QUOTE_NONE
        warnings += ("its quotation marks do not pair: they are read as ordinary characters",)
    write_rows(enumerate(_rows(text, delimiter, quoting), 1), builder)
    text, sections = builder.build()
    return Parsed(text, sections, warnings=warnings)


def _rows(text: str, delimiter: str, quoting: int = csv.QUOTE_MINIMAL, *, strict: bool = False) -> Iterator[list[str]]:
    csv.field_size_limit(max(len(text), 1))
    return csv.reader(
        _lines(text),
        delimiter=delimiter,
        quoting=quoting,  # type: ignore[arg-type]
        skipinitialspace=delimiter != "\t",
        strict=strict,
    )


def _delimiter(text: str) -> str:
    """That which cuts most of the first lines into the same number of cells, and into more than one."""
    sample = "".join(islice(_lines(text), _SAMPLE_LINES))

    def agreeing(delimiter: str) -> int:
        widths = Counter(len(row) for row in _rows(sample, delimiter) if len(row) > 1)
        return max(widths.values(), default=0)

    return max(_DELIMITERS, key=agreeing)


def _lines(text: str) -> Iterator[str]:
    start = 0
    while start < len(text):
        end = text.find("\n", start) + 1 or len(text)
        yield text[start:end]
        start = end


def _quotes_pair(text: str, delimiter: str) -> bool:
    try:
        for _ in _rows(text, delimiter, strict=True):
            pass
    except csv.Error:
        return False
    return True
