"""When files in indexed folders change: told once after each burst of changes, however many there are."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Event, Thread

from rag.errors import DocquoteError
from rag.index.base import Index
from rag.index.ingest.jobs import IndexJobs

QUIET_MS, LONGEST_MS = 300, 3_000
"""A burst is over when nothing changes for the first, and told in parts when it lasts longer than the second."""
LOOK_MS = 500
"""How often it is looked whether folders went, came back or are others."""


def bursts(roots: Callable[[], Sequence[Path]], index_folder: Path, stop: Event) -> Iterator[None]:
    """Yields at once, and then after each burst of changes in ``roots``, until ``stop`` is set.

    What changes while the caller works on one burst is told by the next, so nothing is missed. A folder that goes,
    comes back, or is another than before is a change too.

    Args:
        roots: the folders and files that are to be watched now; absolute.
        index_folder: what changes in it is passed over, for the index may lie in a folder that it holds.
        stop: ends the watch within ``LOOK_MS``.

    Raises:
        DocquoteError: the folders cannot be watched, and why.
        KeyboardInterrupt: Ctrl-C, as anywhere.
    """
    from watchfiles import Change, watch

    inside = index_folder.resolve()

    def present() -> dict[Path, tuple[int, int]]:
        return _present(root for root in roots() if not root.is_relative_to(inside))

    while not stop.is_set():
        watched = present()
        if not watched:
            yield
            while not stop.wait(LOOK_MS / 1000) and not present():
                pass
            continue
        is_first = True
        try:
            for changes in watch(
                *watched,
                watch_filter=lambda _, path: not Path(path).is_relative_to(inside),
                debounce=LONGEST_MS,
                step=QUIET_MS,
                rust_timeout=LOOK_MS,
                yield_on_timeout=True,
                stop_event=stop,
                ignore_permission_denied=True,
            ):
                replaced = any(kind == Change.deleted and Path(path) in watched for kind, path in changes)
                if replaced or present() != watched:  # what is watched is not what lies there
                    break
                if changes or is_first:
                    is_first = False
                    yield
        except FileNotFoundError:  # went between the look and the watch
            continue
        except (OSError, RuntimeError) as error:
            raise DocquoteError(
                f"the folders cannot be watched ({error}); without --watch, run docquote index again after a change"
            ) from error


@contextmanager
def following(index: Index, jobs: IndexJobs) -> Iterator[None]:
    """Keeps an index in step with the folders that were indexed, by jobs in the background.

    Folders that are added meanwhile are followed too. Where they cannot be watched, a failed job says why.
    """
    stop = Event()

    def follow() -> None:
        try:
            for _ in bursts(index.roots, index.folder, stop):
                jobs.refresh()
        except DocquoteError as error:
            jobs.fail("Following the folders", error)

    thread = Thread(target=follow, name="docquote-watching", daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()


def _present(roots: Iterable[Path]) -> dict[Path, tuple[int, int]]:
    """Those of some folders and files that are there, and which: a watch does not notice another in its place."""
    found: dict[Path, tuple[int, int]] = {}
    for root in roots:
        with suppress(OSError):
            status = root.stat()
            found[root] = (status.st_dev, status.st_ino)
    return found
