"""VectorIndex: search by cosine over the chunk vectors. Derived from the record, which alone holds the truth."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from pathlib import Path

import faiss
import numpy as np
from numpy.typing import NDArray

from embeddings import Vectors
from rag.index.local import vector_file
from rag.index.local.files import VECTORS_FILE
from rag.index.local.record import Record
from rag.index.local.vector_file import META_KEY, Description, MappedFile
from rag.index.local.vector_kinds import KINDS, Kind, Policy

BATCH = 8192
"""Vectors read from the record at once."""
RESCORED = 100
"""So many of the nearest by their codes are compared again by the stored vectors, however few are asked for."""

faiss.omp_set_num_threads(1)  # one query is searched by one thread; the others only wait for it, in a busy loop

_Hits = tuple[NDArray[np.int64], NDArray[np.float32]]
_NOTHING: _Hits = (np.empty(0, dtype=np.int64), np.empty(0, dtype=np.float32))


class VectorIndex:
    """A file, mapped into memory and never changed, and the *tail*: what was added to the record since it was written.

    What was removed since is passed over by every search. ``save`` writes a new file when much has changed, or when
    the library has outgrown the kind of the old one, which goes on answering until the new one is there. The file
    carries no truth of its own: the record says what it must look like, and where it is missing, cut, altered or
    of another library, everything is tail, taken from the record's vectors. Safe to share by threads.
    """

    def __init__(self, folder: Path, record: Record, dimension: int, policy: Policy | None = None) -> None:
        """Maps the file if it is the one that is recorded, then takes what is newer from the record."""
        self._path = folder / VECTORS_FILE
        self._record = record
        self._dimension = dimension
        self._policy = policy or Policy()
        self._lock = threading.RLock()
        self._saving = threading.Lock()
        self._recorded: str | None = None
        self._generation = -1
        self._start_from(None)
        self.refresh()

    # -- following the record --------------------------------------------------------------------------

    def refresh(self) -> None:
        """Follows the record: its changes, and the file that this or another process wrote anew. Cheap if none."""
        with self._lock:
            self._follow_file()
            generation = self._record.generation.number
            if generation != self._generation:
                self._catch_up()
                self._generation = generation

    def _follow_file(self) -> Description | None:
        """Maps the file that is recorded now, if it is another, and gives its description.

        A file that was altered in its place is let go at once: to read a mapped file that was cut ends the process.
        """
        with self._lock:
            recorded = self._record.meta.get(META_KEY)
            altered = self._file is not None and vector_file.is_altered(self._path, self._file)
            if recorded != self._recorded or altered:
                described = vector_file.descriptions(recorded)
                if self._file is None or altered or self._file.description not in described:
                    self._start_from(vector_file.load(self._path, described, self._dimension))
                self._recorded = recorded
            return self._file.description if self._file else None

    def _start_from(self, file: MappedFile | None) -> None:
        """Forgets what is in memory, so that the next refresh takes all that is not in the file."""
        self._file = file
        self._generation = -1
        self._last_chunk = file.description.last_chunk if file else 0
        self._last_removal = file.description.last_removal if file else 0
        self._tail = KINDS["flat"].new(self._dimension, 0, np.empty((0, self._dimension), np.float32))
        self._gone = np.empty(0, dtype=np.int64)
        self._staying: faiss.IDSelector | None = None

    def _catch_up(self) -> None:
        # Removals first: a chunk that goes while the others are read is then among the next removals.
        self._last_removal, gone = self._record.chunks.removed_since(self._last_removal)
        if gone.size:
            self._gone = np.concatenate([self._gone, gone])
            self._staying = faiss.IDSelectorNot(_among(self._gone))
        self._last_chunk = self._add_newer(self._tail, self._last_chunk)

    def _add_newer(self, index: faiss.Index, last_chunk: int) -> int:
        """Adds the record's chunks above an id, and returns the highest that was added."""
        while True:
            ids, vectors = self._record.chunks.vectors_after(last_chunk, BATCH)
            if not ids.size:
                return last_chunk
            index.add_with_ids(vectors, ids)
            last_chunk = int(ids[-1])

    # -- the file ---------------------------------------------------------------------------------------

    def save(self) -> None:
        """Writes the file anew if much has changed since it was written, or if it no longer suits the library's size.

        Searches go on meanwhile. A kill leaves the old file or the new one, both known to the record.

        Raises:
            LibraryError: it cannot be written.
        """
        with self._saving:
            held = self._follow_file()
            count = self._record.chunks.count()
            suits = held is not None and self._policy.suits(held.kind, held.trained_on, count)
            if held is not None and suits and not self._policy.is_due(count, self._changed_since(held)):
                return
            temporary = self._path.with_suffix(".tmp")  # what a kill leaves here is overwritten
            if held is not None and suits and vector_file.is_whole(self._path, held):
                new = self._brought_up_to_date(held, temporary)
            else:
                new = self._made_from_nothing(count, temporary)
            both = [new] if held is None else [held, new]
            self._record.meta.set(META_KEY, vector_file.record(both))
            try:
                temporary.replace(self._path)
            except OSError as error:
                temporary.unlink(missing_ok=True)
                raise vector_file.cannot_write(self._path, error) from error
            self._record.meta.set(META_KEY, vector_file.record([new]))
            self._follow_file()

    def _changed_since(self, held: Description) -> int:
        """At least as many chunks as were added and removed since a file was written."""
        last_chunk, last_removal = self._record.chunks.last_changes()
        return last_chunk - held.last_chunk + last_removal - held.last_removal

    def _brought_up_to_date(self, held: Description, temporary: Path) -> Description:
        index = faiss.read_index(str(self._path))
        last_removal, gone = self._record.chunks.removed_since(held.last_removal)
        if gone.size:
            index.remove_ids(faiss.IDSelectorBatch(gone))
        last_chunk = self._add_newer(index, held.last_chunk)
        return vector_file.write(
            index,
            temporary,
            kind=held.kind,
            trained_on=held.trained_on,
            last_chunk=last_chunk,
            last_removal=last_removal,
        )

    def _made_from_nothing(self, count: int, temporary: Path) -> Description:
        kind = self._policy.kind(count)
        index = KINDS[kind].new(self._dimension, count, self._sample(KINDS[kind].sample(count)))
        last_removal = self._record.chunks.last_changes()[1]
        last_chunk = self._add_newer(index, 0)
        return vector_file.write(
            index, temporary, kind=kind, trained_on=count, last_chunk=last_chunk, last_removal=last_removal
        )

    def _sample(self, size: int) -> Vectors:
        """Vectors of so many chunks, chosen at random but always the same."""
        if size == 0:
            return np.empty((0, self._dimension), dtype=np.float32)
        ids = self._record.chunks.ids()
        chosen = np.random.default_rng(0).choice(ids, size=min(size, ids.size), replace=False)
        return self._record.chunks.vectors(chosen.tolist())[1]

    def is_whole(self) -> bool:
        """Whether every byte of the file is as it was written: what opening it takes on trust for all but its head."""
        held = self._follow_file()
        return held is not None and vector_file.is_whole(self._path, held)

    @property
    def kind(self) -> str | None:
        """The kind of the file; None where there is none, or none that can be used."""
        return self._file.description.kind if self._file else None

    # -- searching --------------------------------------------------------------------------------------

    def search(
        self, query: NDArray[np.float32], k: int, allowed: NDArray[np.int64] | None = None
    ) -> list[tuple[int, float]]:
        """The nearest chunks, the best first.

        Args:
            query: shape ``(dimension,)``, length 1.
            k: at most so many.
            allowed: only these chunk ids.

        Returns:
            Pairs of chunk id and cosine, -1 to 1; the cosines are exact but for half precision.
        """
        if k < 1 or (allowed is not None and not allowed.size):
            return []
        with self._lock:
            self.refresh()
            file, selector = self._file, self._staying if allowed is None else _among(allowed)
            hits = [_nearest(self._tail, KINDS["flat"], query, k, selector, few=False)]
        if file is not None:
            hits.append(self._in_file(file, query, k, selector, few=allowed is not None))
        ids, cosines = (np.concatenate(parts) for parts in zip(*hits, strict=True))
        best = np.lexsort((ids, -cosines))[:k]
        return [(int(ids[i]), float(cosines[i])) for i in best]

    def cosines(self, query: NDArray[np.float32], ids: Sequence[int]) -> list[tuple[int, float]]:
        """These chunks, of those that the library has, with their cosines, as exact as those of ``search``."""
        if self.kind is not None and KINDS[self.kind].approximate:
            held, vectors = self._record.chunks.vectors(ids)
            return list(zip(held.tolist(), (vectors @ query).tolist(), strict=True)) if held.size else []
        with self._lock:
            self.refresh()
            held = np.setdiff1d(np.array(ids, dtype=np.int64), self._gone)
        return self.search(query, len(held), held)

    def _in_file(
        self,
        file: MappedFile,
        query: NDArray[np.float32],
        k: int,
        selector: faiss.IDSelector | None,
        *,
        few: bool,
    ) -> _Hits:
        kind = KINDS[file.description.kind]
        if not kind.approximate:
            return _nearest(file.index, kind, query, k, selector, few=few)
        near, _ = _nearest(file.index, kind, query, max(k, RESCORED), selector, few=few)
        ids, vectors = self._record.chunks.vectors(near.tolist())
        return (ids, vectors @ query) if ids.size else _NOTHING


def _nearest(
    index: faiss.Index,
    kind: Kind,
    query: NDArray[np.float32],
    k: int,
    selector: faiss.IDSelector | None,
    *,
    few: bool,
) -> _Hits:
    count = min(k, index.ntotal)
    if count == 0:
        return _NOTHING
    scores, ids = index.search(query.reshape(1, -1), count, params=kind.parameters(index, selector, few))
    found = ids[0] != -1  # FAISS pads missing hits with -1
    return ids[0][found], scores[0][found]


def _among(ids: NDArray[np.int64]) -> faiss.IDSelector:
    """Lets these ids through: one bit for each id, which is read faster than a hash table."""
    mask = np.zeros(int(ids.max()) + 1, dtype=bool)
    mask[ids] = True
    bits = np.packbits(mask, bitorder="little")
    return faiss.IDSelectorBitmap(bits)  # type: ignore[call-arg, arg-type]  # stubs lag
