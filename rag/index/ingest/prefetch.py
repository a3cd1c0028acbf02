"""Work done ahead in a thread, while the caller is at what came before."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from threading import Event
from typing import TypeVar

T = TypeVar("T")
R = TypeVar("R")


@contextmanager
def prefetched(items: Iterable[T], work: Callable[[Iterator[T]], Iterator[R]]) -> Iterator[Iterator[R]]:
    """What ``work`` makes of ``items``, in order, one result ahead: a thread makes it while the caller uses the last.

    ``items`` and ``work`` run in that thread only, and what they raise is raised to the caller. Leaving the context
    early, also by an error, takes no further item; it waits for the one at hand.
    """
    left = Event()

    def taken() -> Iterator[T]:
        for item in items:
            if left.is_set():
                return
            yield item

    with ThreadPoolExecutor(max_workers=1, thread_name_prefix="prefetch") as pool:
        try:
            yield _one_ahead(work(taken()), pool)
        finally:
            left.set()


def _one_ahead(results: Iterator[R], pool: ThreadPoolExecutor) -> Iterator[R]:
    end = object()
    following = pool.submit(next, results, end)
    while (result := following.result()) is not end:
        following = pool.submit(next, results, end)
        yield result  # type: ignore[misc]  # not the end
