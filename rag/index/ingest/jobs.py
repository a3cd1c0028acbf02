"""Indexing that does not block asking: one thread, one job at a time, in the order they came."""

from __future__ import annotations

import itertools
import logging
import queue
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

import numpy as np

from embeddings import Embedder, Vectors
from rag.errors import DocquoteError
from rag.index.base import Index
from rag.index.ingest.update import MIB, IndexReport, leave_sample, remove_documents, update_index
from rag.index.ingest.uploads import forget_upload, keep_uploads
from rag.settings import Settings

State = Literal["waiting", "running", "done", "failed", "cancelled"]

REFRESHING = "Looking for changes"
FINISHED_KEPT = 20
"""Finished jobs that are still shown."""
POLITE_BATCH = 16
"""Passages embedded before a question gets its turn: some 100 ms of work on two cores."""
POLITE_PAUSE_SECONDS = 0.005
"""Long enough for a waiting question to take the model; a lock that is taken again at once is not shared."""

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Job:
    """One piece of work on the index, as it stands at one moment.

    Attributes:
        id: from 1, in the order the jobs came.
        what: what it does, in words for people ("Adding minutes.pdf").
        state: where it stands; a ``"cancelled"`` job keeps what it had done.
        file: the name of the file at hand, with the page where that takes long; "" before the first and after the last.
        done, total: files looked at, and to be looked at; both 0 until they are counted.
        summary: what came of it, in words for people; "" until it is finished.
        problems: what could not be read, each with its reason, and what was odd about the rest.
    """

    id: int
    what: str
    state: State = "waiting"
    file: str = ""
    done: int = 0
    total: int = 0
    summary: str = ""
    problems: tuple[str, ...] = ()

    @property
    def finished(self) -> bool:
        """Whether nothing more will come of it."""
        return self.state in ("done", "failed", "cancelled")


_Work = Callable[[int], tuple[str, tuple[str, ...]]]
"""Does the work of the job with an id; returns its summary and problems."""


class IndexJobs:
    """Adds, updates and removes documents of an open index in a thread of its own. Safe to share by threads.

    A question that is asked meanwhile sees the documents that are done; the index keeps itself in step.
    """

    def __init__(self, index: Index, embedder: Embedder, settings: Settings) -> None:
        """The thread starts with the first job; ``close`` ends it.

        Args:
            index, embedder: opened with the same settings; shared with whoever answers questions.
            settings: limits on files.
        """
        self._index = index
        self._embedder = _Polite(embedder)
        self._settings = settings
        self._lock = threading.Lock()
        self._jobs: dict[int, Job] = {}
        self._cancelled: set[int] = set()
        self._numbers = itertools.count(1)
        self._queue: queue.SimpleQueue[tuple[int, _Work] | None] = queue.SimpleQueue()
        self._thread: threading.Thread | None = None
        self._closing = False

    # -- asking for work: each returns the id of the job at once --------------------------------------------

    def add(self, path: Path) -> int:
        """Indexes a file or a folder where it lies; "~" is the home of whoever runs docquote."""
        with suppress(RuntimeError):  # nobody has that name: then it is a folder's name
            path = path.expanduser()
        return self._enqueue(f"Adding {path.name or path}", lambda job_id: self._update([path], job_id))

    def upload(self, files: Sequence[tuple[str, Path]]) -> int:
        """Copies files into the index's ``uploads`` folder and indexes them.

        Args:
            files: names as the person knows them, and where the bytes lie now. They are copied before this returns,
                so that the originals may go.

        Raises:
            LoadError: a file is too large, of a type that cannot be read, or cannot be copied; none is kept then.
        """
        kept = keep_uploads(self._index.folder, files, self._settings.max_file_mb * MIB)
        names = ", ".join(path.name for path in kept)
        return self._enqueue(f"Adding {names}", lambda job_id: self._update(kept, job_id))

    def refresh(self) -> int:
        """Looks at everything that was indexed before, and indexes what changed; one that waits to begin is enough."""
        waiting = (job.id for job in self.snapshot() if job.state == "waiting" and job.what == REFRESHING)
        return next(waiting, 0) or self._enqueue(REFRESHING, lambda job_id: self._update([], job_id))

    def fail(self, what: str, error: DocquoteError) -> int:
        """Tells of work that somebody else began and that cannot go on, as a job that fails."""

        def work(_: int) -> tuple[str, tuple[str, ...]]:
            raise error

        return self._enqueue(what, work)

    def remove(self, names: Sequence[str]) -> int:
        """Takes documents out of the index, by path or by name.

        Their files stay where they are, but for copies in the ``uploads`` folder, which are deleted.
        """
        return self._enqueue(f"Removing {', '.join(Path(name).name for name in names)}", lambda _: self._remove(names))

    def cancel(self, job_id: int) -> None:
        """Drops a waiting job, or stops a running one after the file at hand; a finished one stays as it is."""
        with self._lock:
            job = self._jobs.get(job_id)
            if job is None or job.finished:
                return
            self._cancelled.add(job_id)
            if job.state == "waiting":
                self._jobs[job_id] = replace(job, state="cancelled", summary="Cancelled before it began.")

    # -- looking -------------------------------------------------------------------------------------------

    def snapshot(self) -> tuple[Job, ...]:
        """All jobs that are not finished and the last that are, oldest first."""
        with self._lock:
            return tuple(self._jobs.values())

    @property
    def busy(self) -> bool:
        """Whether a job waits or runs."""
        return any(not job.finished for job in self.snapshot())

    def close(self) -> None:
        """Cancels what waits and runs, and returns once the thread has ended."""
        with self._lock:
            self._closing = True
            thread = self._thread
        for job in self.snapshot():
            self.cancel(job.id)
        if thread is not None:
            self._queue.put(None)
            thread.join()

    # -- the thread ----------------------------------------------------------------------------------------

    def _enqueue(self, what: str, work: _Work) -> int:
        with self._lock:
            if self._closing:
                raise DocquoteError("docquote is closing; open it again to change the index")
            job_id = next(self._numbers)
            self._jobs[job_id] = Job(job_id, what)
            finished = [job.id for job in self._jobs.values() if job.finished]
            for old in finished[: max(0, len(finished) - FINISHED_KEPT)]:
                del self._jobs[old]
                self._cancelled.discard(old)
            self._queue.put((job_id, work))
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="docquote-indexing", daemon=True)
                self._thread.start()
        return job_id

    def _run(self) -> None:
        while (item := self._queue.get()) is not None:
            job_id, work = item
            with self._lock:
                job = self._jobs.get(job_id)
                if job is None or job.finished:
                    continue
                self._jobs[job_id] = replace(job, state="running")
            try:
                summary, problems = work(job_id)
            except DocquoteError as error:
                self._finish(job_id, "failed", str(error))
            except Exception as error:  # the thread serves all later jobs too: say it, log it, go on
                log.exception("job failed: %r", self._jobs[job_id])
                self._finish(job_id, "failed", f"Something went wrong ({type(error).__name__}: {error})")
            else:
                self._finish(job_id, "cancelled" if self._is_cancelled(job_id) else "done", summary, problems)

    def _update(self, paths: Sequence[Path], job_id: int) -> tuple[str, tuple[str, ...]]:
        def progress(path: Path, done: int, total: int, page: str = "") -> None:
            file = f"{path.name}, {page}" if page else path.name
            with self._lock:
                self._jobs[job_id] = replace(self._jobs[job_id], file=file, done=done, total=total)

        left = bool(paths) and all(map(_exists, paths)) and leave_sample(self._index, paths)
        report = update_index(
            self._index, self._embedder, paths, self._settings, progress, stop=lambda: self._is_cancelled(job_id)
        )
        problems = [str(failure) for failure in report.failed]
        problems += [
            f"moved: {move.old} -> {move.new}, {move.documents:,} document{'' if move.documents == 1 else 's'}"
            for move in report.moved
        ]
        problems += [f"{name}: {warning}" for name, warnings in report.warnings.items() for warning in warnings]
        return _summary(report, sample_left=left), tuple(problems)

    def _remove(self, names: Sequence[str]) -> tuple[str, tuple[str, ...]]:
        before = {source.path for source in self._index.sources()}
        removed, unknown = remove_documents(self._index, names)
        for path in before - {source.path for source in self._index.sources()}:
            forget_upload(self._index.folder, Path(path))
        return f"{len(removed)} removed", tuple(f"{name}: the index holds no such document" for name in unknown)

    def _finish(self, job_id: int, state: State, summary: str, problems: tuple[str, ...] = ()) -> None:
        with self._lock:
            job = self._jobs[job_id]
            self._jobs[job_id] = replace(job, state=state, file="", summary=summary, problems=problems)

    def _is_cancelled(self, job_id: int) -> bool:
        with self._lock:
            return job_id in self._cancelled


def _exists(path: Path) -> bool:
    try:
        return path.exists()
    except OSError:  # in a folder where one may not look
        return False


def _summary(report: IndexReport, *, sample_left: bool) -> str:
    """What an update did: "2 added, 1 unchanged"; parts that are nothing are left out."""
    parts: dict[str, Sequence[object]] = {
        "added": report.added,
        "updated": report.updated,
        "unchanged": report.unchanged,
        "removed": report.removed,
        "failed": report.failed,
        "of other types passed over": report.unsupported,
        "links not followed": report.links,
        "that you removed left out": report.left_out,
    }
    said = ", ".join(f"{len(names)} {what}" for what, names in parts.items() if names) or "nothing to do"
    return f"{said}; the sample library was taken out" if sample_left else said


class _Polite:
    """An embedder that gives way to questions between small batches."""

    def __init__(self, embedder: Embedder) -> None:
        self._embedder = embedder
        self.name = embedder.name
        self.fingerprint = embedder.fingerprint
        self.dimension = embedder.dimension
        self.max_tokens = embedder.max_tokens

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        return self._embedder.count_tokens(texts)

    def encode_queries(self, texts: Sequence[str]) -> Vectors:
        return self._embedder.encode_queries(texts)

    def encode_passages(self, texts: Sequence[str]) -> Vectors:
        batches = []
        for start in range(0, max(len(texts), 1), POLITE_BATCH):
            batches.append(self._embedder.encode_passages(texts[start : start + POLITE_BATCH]))
            time.sleep(POLITE_PAUSE_SECONDS)
        return np.concatenate(batches)
