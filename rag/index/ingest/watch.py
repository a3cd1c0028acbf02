"""When files in indexed folders change: told once after each burst of changes, however many there are."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from threading import Event

from rag.errors import DocquoteError

QUIET_MS, LONGEST_MS = 300, 3_000
"""A burst is over when nothing changes for the first, and told in parts when it lasts longer than the second."""
LOOK_MS = 500
"""How often it is looked whether a folder that was gone is back."""


def bursts(roots: Sequence[Path], index_folder: Path, stop: Event) -> Iterator[None]:
    """Yields at once, and then after each burst of changes in ``roots``, until ``stop`` is set.

    What changes while the caller works on one burst is told by the next, so nothing is missed. A folder that goes or
    comes back is a change too.

    Args:
        roots: folders and files; absolute.
        index_folder: what changes in it is passed over, for the index may lie in a folder that it holds.
        stop: ends the watch within ``LOOK_MS``.

    Raises:
        DocquoteError: the folders cannot be watched, and why.
        KeyboardInterrupt: Ctrl-C, as anywhere.
    """
    from watchfiles import watch

    inside = index_folder.resolve()
    while not stop.is_set():
        present = [root for root in roots if root.exists()]
        if not present:
            yield
            while not stop.wait(LOOK_MS / 1000) and not any(root.exists() for root in roots):
                pass
            continue
        is_first = True
        try:
            for changes in watch(
                *present,
                watch_filter=lambda _, path: not Path(path).is_relative_to(inside),
                debounce=LONGEST_MS,
                step=QUIET_MS,
                rust_timeout=LOOK_MS,
                yield_on_timeout=True,
                stop_event=stop,
                ignore_permission_denied=True,
            ):
                if [root for root in roots if root.exists()] != present:
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
