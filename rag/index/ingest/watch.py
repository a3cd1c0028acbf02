"""When files in indexed folders change: told once after each burst of changes, however many there are."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from threading import Event, Thread

from rag.errors import DocquoteError
from rag.index.base import Index
from rag.index.ingest.jobs import IndexJobs

QUIET_MS, LONGEST_MS = 300, 3_000
"""A burst is over when nothing changes for the first, and told in parts when it lasts longer than the second."""
LOOK_MS = 500
"""How often it is looked whether folders went or came back."""


def bursts(roots: Callable[[], Sequence[Path]], index_folder: Path, stop: Event) -> Iterator[None]:
    """Yields at once, and then after each burst of changes in ``roots``, until ``stop`` is set.

    Before each time the watch is begun anew, and it goes on while the caller works: what changed before is there to be
    looked at, what changes after is told by the next. A watch that went on would lose a file that another one takes the
    place of, and new folders in a burst of more than the system holds (16,384 events on Linux).

    Args:
        roots: the folders and files that are to be watched now; absolute. One that goes or comes back is a change.
        index_folder: what changes in it is passed over, for the index may lie in a folder that it holds.
        stop: ends the watch within ``LOOK_MS``.

    Raises:
        DocquoteError: the folders cannot be watched, and why.
        KeyboardInterrupt: Ctrl-C, as anywhere.
    """
    from watchfiles import watch

    inside = index_folder.resolve()

    def present() -> list[Path]:
        return [root for root in roots() if root.exists() and not root.is_relative_to(inside)]

    while not stop.is_set():
        try:
            watched = present()
            if not watched:
                yield
                while not stop.wait(LOOK_MS / 1000) and not present():
                    pass
                continue
            changes = watch(
                *watched,
                watch_filter=lambda _, path: not Path(path).is_relative_to(inside),
                debounce=LONGEST_MS,
                step=QUIET_MS,
                rust_timeout=LOOK_MS,
                yield_on_timeout=True,
                stop_event=stop,
                ignore_permission_denied=True,
            )
            with closing(changes):
                next(changes, None)
                if not stop.is_set():
                    yield
                for told in changes:
                    if told or present() != watched:
                        break
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
