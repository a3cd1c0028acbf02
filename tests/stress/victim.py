"""Kills processes that change an index, and looks at what they leave: ``python victim.py KILLS SEED FOLDER``.

Prints one JSON line for each kill. A process of its own, since it forks: everything is imported once, and a fork costs
a millisecond. Each victim goes on where the one before was killed, so that a recovery is killed as often as a start.
"""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path

from core_fakes import FAKE_SETTINGS, FakeEmbedder, write_files
from whole import corpus, held_in

import rag.index.ingest.pipeline
import rag.index.local.vectors
from embeddings import Vectors
from rag.index import open_index, open_without_model
from rag.index.ingest import remove_documents, update_index
from rag.index.local.vector_kinds import Policy

IN_A_ROW = 4
"""Kills of one piece of work before another is begun on what it left."""
EMBEDDING_SECONDS = 0.01
"""What a batch takes, so that moments between two documents are as likely as those within one."""


class Slow(FakeEmbedder):
    def encode_passages(self, texts: Sequence[str]) -> Vectors:
        time.sleep(EMBEDDING_SECONDS)
        return super().encode_passages(texts)


# -- what a victim does ----------------------------------------------------------------------------------------------


def updating(documents: Path, index_folder: Path) -> None:
    index = open_index(index_folder, Slow(), FAKE_SETTINGS, create=True)
    report = update_index(index, Slow(), [documents], FAKE_SETTINGS)
    index.close()
    assert not report.failed


def removing(documents: Path, index_folder: Path) -> None:
    index = open_without_model(index_folder)
    remove_documents(index, [str(folder) for folder in sorted(documents.iterdir()) if folder.name != "folder0"])
    index.close()


def rebuilding(documents: Path, index_folder: Path) -> None:
    index = open_index(index_folder, Slow(), FAKE_SETTINGS, create=True, rebuild=True)
    report = update_index(index, Slow(), [documents], FAKE_SETTINGS)
    index.close()
    assert not report.failed


def _prefixes(before: dict[str, str], after: dict[str, str]) -> Iterator[dict[str, str]]:
    """Files that are gone are removed first; the others follow in the order of their names."""
    state = dict(before)
    yield dict(state)
    for name in [name for name in sorted(before) if name not in after]:
        del state[name]
        yield dict(state)
    for name in sorted(after):
        if state.get(name) != after[name]:
            state[name] = after[name]
            yield dict(state)


def kill_one(work: Callable[[Path, Path], None], documents: Path, index_folder: Path, after: float) -> float | None:
    """Starts the work in a fork and kills it after so many seconds; how long it took where it ended before that."""
    began = time.monotonic()
    pid = os.fork()
    if pid == 0:
        status = 1
        try:
            work(documents, index_folder)
            status = 0
        finally:
            os._exit(status)
    while (left := began + after - time.monotonic()) > 0:
        ended, status = os.waitpid(pid, os.WNOHANG)
        if ended:
            assert status == 0, f"the work failed by itself: {status}"
            return time.monotonic() - began
        time.sleep(min(left, 0.001))
    os.kill(pid, signal.SIGKILL)
    _, status = os.waitpid(pid, 0)
    assert status in (0, signal.SIGKILL), f"the work failed by itself: {status}"
    return None if status else after


WORK: dict[str, Callable[[Path, Path], None]] = {"index": updating, "remove": removing, "rebuild": rebuilding}


def _rehearsed(folder: Path) -> dict[str, float]:
    """How long each piece of work takes undisturbed; what they load is loaded here, so that forks have it."""
    documents = write_files(folder / "documents", corpus(0))
    took: dict[str, float] = {}
    for name, work in (("index", updating), *WORK.items()):  # the first time loads
        if name == "index":
            shutil.rmtree(folder / "index", ignore_errors=True)
        began = time.monotonic()
        work(documents, folder / "index")
        took[name] = time.monotonic() - began
    return took


def main(kills: int, seed: int, folder: Path) -> None:
    """Index, update, remove and rebuild in turns until so many processes were killed."""
    rag.index.ingest.pipeline.PENDING_CHUNKS = 8  # several batches, even of so few documents
    rag.index.local.vectors.Policy = partial(Policy, flat_up_to=60)  # type: ignore[misc]  # both kinds, to and fro
    rng = random.Random(seed)
    documents, index_folder = folder / "documents", folder / "index"
    took = _rehearsed(folder / "rehearsal")
    state: dict[str, str] = {}
    files: dict[str, str] = {}
    killed = version = era = 0
    of: Counter[str] = Counter()
    while killed < kills:
        possible = ["index"] if all(file.startswith("folder0/") for file in state) else list(WORK)
        name = min(possible, key=lambda one: (of[one], rng.random()))
        if name != "remove":
            version += 1
            for path in documents.rglob("*.txt"):
                path.unlink()
            wanted = files = corpus(version, era)
            write_files(documents, files)
        else:
            wanted = {file: text for file, text in state.items() if file.startswith("folder0/")}
        before = state
        for _ in range(IN_A_ROW):
            if killed == kills or (state == wanted and name != "rebuild"):
                break
            allowed = list(_prefixes(state, wanted)) + (list(_prefixes({}, wanted)) if name == "rebuild" else [])
            ended = kill_one(WORK[name], documents, index_folder, rng.uniform(0, took[name] * 1.1))
            if ended is None:
                killed += 1
                of[name] += 1
                seen = held_in(index_folder) if (index_folder / "library.sqlite").exists() else {}
                step = max((n for n, one in enumerate(allowed) if one == seen), default=None)
                kind = "update" if name == "index" and state else name
                print(json.dumps({"kill": killed, "of": kind, "step": step, "steps": len(allowed)}), flush=True)
                assert step is not None, f"not a state before or after one document: {sorted(seen)}"
                state = seen
            else:
                took[name] = (took[name] + ended) / 2
                state = held_in(index_folder)
                assert state == wanted
                break
        if name == "remove":
            era += 1
            untouched = state == before
            updating(documents, index_folder)
            state = held_in(index_folder)
            rest = {file: text for file, text in files.items() if file in wanted or file not in before}
            assert state == rest or (untouched and state == files), f"not removed, or not for long: {sorted(state)}"
            files = wanted = state
    WORK["index"](documents, index_folder)
    assert held_in(index_folder) == wanted
    left = {path.name for path in index_folder.iterdir()} - {"library.sqlite-wal", "library.sqlite-shm"}
    assert left <= {"library.sqlite", "vectors.faiss", "vectors.tmp", "index.lock"}, left


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]), Path(sys.argv[3]))
