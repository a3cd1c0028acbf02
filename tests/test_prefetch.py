"""Work done ahead: in order, no further ahead than one, and over when the caller leaves."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest

from rag.index.ingest.prefetch import prefetched


def doubled(items: Iterator[int]) -> Iterator[int]:
    return (2 * item for item in items)


def test_results_come_in_order_and_are_made_in_another_thread() -> None:
    threads: set[int] = set()

    def noting(items: Iterator[int]) -> Iterator[int]:
        for item in items:
            threads.add(threading.get_ident())
            yield 2 * item

    with prefetched(range(50), noting) as results:
        assert list(results) == list(range(0, 100, 2))
    assert threads and threading.get_ident() not in threads


def test_the_next_result_is_made_while_the_caller_uses_the_last_and_no_more() -> None:
    taken: list[int] = []
    second_asked_for = threading.Event()

    def items() -> Iterator[int]:
        for item in range(10):
            taken.append(item)
            if item == 1:
                second_asked_for.set()
            yield item

    with prefetched(items(), doubled) as results:
        assert next(results) == 0
        assert second_asked_for.wait(timeout=60)
    assert taken == [0, 1]


def test_an_error_in_the_thread_reaches_the_caller() -> None:
    def items() -> Iterator[int]:
        yield 1
        raise OSError("the drive is gone")

    with prefetched(items(), doubled) as results:
        assert next(results) == 2
        with pytest.raises(OSError, match="the drive is gone"):
            next(results)


def test_an_error_of_the_caller_ends_the_work() -> None:
    taken: list[int] = []

    def items() -> Iterator[int]:
        for item in range(1000):
            taken.append(item)
            yield item

    with pytest.raises(KeyboardInterrupt), prefetched(items(), doubled) as results:
        next(results)
        raise KeyboardInterrupt
    assert len(taken) <= 3
    assert not any(thread.name.startswith("prefetch") for thread in threading.enumerate())
