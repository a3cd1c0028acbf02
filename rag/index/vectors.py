"""FAISS over the chunk vectors. Derived from the library: thrown away and rebuilt whenever it does not match."""

from __future__ import annotations

import hashlib
import json
import os
import threading
from pathlib import Path

import faiss
import numpy as np
from numpy.typing import NDArray

from embeddings import Vectors
from rag.errors import LibraryError
from rag.index.library import Library

FILE_NAME = "vectors.faiss"
META_KEY = "vectors"
BATCH = 8192
"""Vectors read from the library at once."""

faiss.omp_set_num_threads(1)  # one query is searched by one thread; the others only wait for it, in a busy loop


class VectorIndex:
    """Exact search by cosine over half-precision vectors (``IndexIDMap2`` over an fp16 scalar quantiser).

    The file carries no truth of its own: the library records its SHA-256 and generation when it is written, and a
    file that is missing, older or altered is rebuilt from the vectors in the library. Safe to share by threads.
    """

    def __init__(self, folder: Path, library: Library, dimension: int) -> None:
        """Loads the file if it is the one that the library recorded, then brings it up to date."""
        self._path = folder / FILE_NAME
        self._library = library
        self._dimension = dimension
        self._lock = threading.RLock()
        self._generation = -1
        self._index = self._load() or self._empty()
        self.refresh()

    def __len__(self) -> int:
        return int(self._index.ntotal)

    def refresh(self) -> None:
        """Adds and drops vectors until the index holds exactly the library's chunks; cheap if nothing changed."""
        with self._lock:
            generation = self._library.generation
            if generation == self._generation:
                return
            wanted = self._library.chunk_ids()
            held = self._ids()
            gone = np.setdiff1d(held, wanted, assume_unique=True)
            new = np.setdiff1d(wanted, held, assume_unique=True)
            if gone.size:
                self._index.remove_ids(faiss.IDSelectorBatch(gone))
            for start in range(0, new.size, BATCH):
                ids = new[start : start + BATCH]
                self._index.add_with_ids(self._library.vectors(ids.tolist()), ids)
            self._generation = generation

    def save(self) -> None:
        """Writes the index to a temporary file, syncs it, renames it and has the library record its hash.

        Raises:
            LibraryError: it cannot be written.
        """
        with self._lock:
            self.refresh()
            data = faiss.serialize_index(self._index).tobytes()
            generation = self._generation
        temporary = self._path.with_suffix(".tmp")  # what a kill leaves here is overwritten
        try:
            with temporary.open("wb") as stream:
                stream.write(data)
                stream.flush()
                os.fsync(stream.fileno())
            temporary.replace(self._path)
        except OSError as error:
            temporary.unlink(missing_ok=True)
            raise LibraryError(
                f"{self._path}: cannot be written ({error.strerror}); the documents are safe in the library, and the "
                "vectors are rebuilt from them when the index is next opened"
            ) from error
        record = {"generation": generation, "sha256": hashlib.sha256(data).hexdigest()}
        self._library.set_meta(META_KEY, json.dumps(record))

    def search(
        self, query: NDArray[np.float32], k: int, allowed: NDArray[np.int64] | None = None
    ) -> list[tuple[int, float]]:
        """The nearest chunks, the best first.

        Args:
            query: shape ``(dimension,)``, length 1.
            k: at most so many.
            allowed: only these chunk ids.

        Returns:
            Pairs of chunk id and cosine, -1 to 1.
        """
        with self._lock:
            self.refresh()
            count = min(k, len(self) if allowed is None else allowed.size)
            if count == 0:
                return []
            parameters = None
            if allowed is not None:
                parameters = faiss.SearchParameters(sel=faiss.IDSelectorBatch(allowed))  # type: ignore[call-arg]  # stubs lag
            scores, ids = self._index.search(query.reshape(1, -1), count, params=parameters)
        return [
            (int(chunk_id), float(score))
            for chunk_id, score in zip(ids[0], scores[0], strict=True)
            if chunk_id != -1  # FAISS pads missing hits with -1
        ]

    def vectors(self, ids: list[int]) -> Vectors:
        """The vectors of chunks as they are searched, shape ``(len(ids), dimension)``; zeros for an id that is gone."""
        found = np.zeros((len(ids), self._dimension), dtype=np.float32)
        with self._lock:
            for row, chunk_id in enumerate(ids):
                try:
                    found[row] = self._index.reconstruct(chunk_id)
                except RuntimeError:  # removed by another process since it was found
                    continue
        return found

    def _ids(self) -> NDArray[np.int64]:
        if self._index.ntotal == 0:
            return np.empty(0, dtype=np.int64)
        return np.sort(faiss.vector_to_array(self._index.id_map))  # type: ignore[attr-defined]  # stubs lag

    def _empty(self) -> faiss.Index:
        quantiser = faiss.IndexScalarQuantizer(
            self._dimension, faiss.ScalarQuantizer.QT_fp16, faiss.METRIC_INNER_PRODUCT
        )
        return faiss.IndexIDMap2(quantiser)

    def _load(self) -> faiss.Index | None:
        """The index from the file; None where the file is missing or is not the one that the library recorded."""
        recorded = self._library.meta(META_KEY)
        if recorded is None:
            return None
        try:
            data = self._path.read_bytes()
        except OSError:
            return None
        if hashlib.sha256(data).hexdigest() != json.loads(recorded)["sha256"]:
            return None
        index = faiss.deserialize_index(np.frombuffer(data, dtype=np.uint8))
        return index if index.d == self._dimension else None
