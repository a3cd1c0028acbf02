"""Copies a library to another place, as it is: nothing is read, cut or embedded again."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass

from rag.errors import LibraryError
from rag.index.base import CALIBRATION_FILE, Index
from rag.index.opening import open_made_with, open_without_model
from rag.place import Place
from rag.schema import Source


@dataclass(frozen=True, slots=True)
class CopyReport:
    """What a copy did.

    Attributes:
        copied: documents that were copied.
        there: documents that were there already, of a copy that was cut short.
        chunks: how many the copy holds.
    """

    copied: int
    there: int
    chunks: int


def copy_library(
    source: Place, target: Place, progress: Callable[[Source, int, int], None] = lambda document, done, total: None
) -> CopyReport:
    """Copies documents, chunks with their vectors, indexed folders and the calibration; ids of chunks may change.

    A copy that was cut short goes on where it stopped. Conversations, feedback and uploaded files stay where they are.

    Args:
        source: of the library.
        target: where there is no library yet, or a part of this one.
        progress: told of each document, how many are done and how many there are.

    Raises:
        LibraryError: there is no library, or one cannot be read or written, or the target holds other documents.
    """
    with (
        closing(open_without_model(source)) as held,
        closing(open_made_with(target, held.manifest, create=True)) as copy,
        copy.writing(),
    ):
        return _copied(held, copy, progress)


def _copied(held: Index, copy: Index, progress: Callable[[Source, int, int], None]) -> CopyReport:
    sources = held.sources()
    there = {source.id: source for source in copy.sources()}
    if there.keys() - {source.id for source in sources}:
        raise LibraryError(
            f"{copy.place}: there is another library here already; copy to an empty place, or remove "
            "its documents first"
        )
    missing = [source for source in sources if there.get(source.id) != source]
    try:
        for done, source in enumerate(missing):
            progress(source, done, len(missing))
            copy.put(held.document(source.id), held.stored_chunks(source.id))
    finally:
        copy.save()
    for root in held.roots():
        copy.add_root(root)
    copy.left_out()  # what is there is read before it is changed
    copy.leave_out(held.left_out())
    calibration = held.folder / CALIBRATION_FILE
    if calibration.is_file():
        shutil.copyfile(calibration, copy.folder / CALIBRATION_FILE)
    return CopyReport(len(missing), len(sources) - len(missing), copy.counts()[1])
