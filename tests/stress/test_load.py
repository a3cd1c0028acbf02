"""Many people at once over the real server on loopback: no error, nobody sees another's conversation, memory holds."""

from __future__ import annotations

import asyncio
import os
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest
from counts import PEOPLE, SECONDS
from people import crowd, free_port, meet, wait_until_it_answers

HERE = Path(__file__).resolve().parent
ENVIRONMENT = os.environ | {"PYTHONPATH": os.pathsep.join(map(str, [HERE.parents[1], HERE.parent, HERE]))}
MAX_GROWTH_MIB = 400
"""From the first fifth of the time to the end; conversations are held in memory while their pages are open."""
QUESTIONS = [
    "How many members attended the annual meeting?",
    "When was the boat house built?",
    "Who is the treasurer?",
    "What does it cost to hire the hall?",
    "Why was the bridge closed?",
    "What is the capital of France?",
    "And when was that?",
    "Describe how the library lends books.",
]


@contextmanager
def serving(port: int, *command: str) -> Iterator[subprocess.Popen[bytes]]:
    """A server that answers, ended afterwards; what it logged is shown where the test fails."""
    process = subprocess.Popen([sys.executable, *command], env=ENVIRONMENT, stderr=subprocess.STDOUT)
    try:
        wait_until_it_answers(port, process)
        yield process
    finally:
        process.terminate()
        process.wait(30)


def resident_mib(pid: int) -> int:
    status = Path(f"/proc/{pid}/status").read_text(encoding="ascii")
    return int(next(line for line in status.splitlines() if line.startswith("VmRSS:")).split()[1]) // 1024


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="needs /proc to see another process's memory")
@pytest.mark.timeout(300 + 2 * SECONDS)
def test_many_people_ask_at_once(sample_index: Path, tmp_path: Path, counted: Callable[[str], None]) -> None:
    shutil.copytree(sample_index, tmp_path / "index")
    port = free_port()
    chat = ["-m", "rag.cli", "chat", "--index", str(tmp_path / "index"), "--port", str(port), "--no-browser"]
    with serving(port, *chat) as server:
        url, memory, stop = f"http://127.0.0.1:{port}", [], threading.Event()
        asyncio.run(meet(url, 2, QUESTIONS, 1))  # the first questions load what is loaded late
        alone = asyncio.run(meet(url, 1, QUESTIONS, max(1.0, SECONDS / 30)))

        def watch() -> None:
            while not stop.wait(max(0.2, SECONDS / 60)):
                memory.append(resident_mib(server.pid))

        watching = threading.Thread(target=watch)
        watching.start()
        began = time.monotonic()
        people = asyncio.run(meet(url, PEOPLE, QUESTIONS, SECONDS))
        lasted = time.monotonic() - began
        stop.set()
        watching.join()
        assert server.poll() is None
    problems = [problem for person in people for problem in person.problems]
    assert not problems, problems[:5]
    answers = [len(person.seconds) for person in people]
    assert min(answers) > 0
    assert sum(person.busy for person in people) == 0
    early = max(memory[: max(1, len(memory) // 5)])
    assert memory[-1] - early < MAX_GROWTH_MIB, memory
    seconds = np.array([took for person in people for took in person.seconds])
    p50, p95, p99 = np.percentile(seconds, [50, 95, 99])
    counted(
        f"{PEOPLE} people for {lasted:.0f} s: {len(seconds)} answers ({len(seconds) / lasted:.1f} a second), latency "
        f"p50 {p50:.2f} s, p95 {p95:.2f} s, p99 {p99:.2f} s (one person alone: {np.median(alone[0].seconds):.2f} s); "
        f"each person got {min(answers)} to {max(answers)}; memory {memory[0]} MiB at first, {early} MiB in the first "
        f"fifth, {memory[-1]} MiB at the end; no error, nobody saw another's questions"
    )


@pytest.mark.timeout(300)
def test_more_than_can_wait_are_told_that_it_is_busy(tmp_path: Path, counted: Callable[[str], None]) -> None:
    port, waiting, coming = free_port(), 5, 30
    with serving(port, str(HERE / "small_server.py"), str(port), str(tmp_path / "kept"), str(waiting)) as server:
        url = f"http://127.0.0.1:{port}"
        people = asyncio.run(crowd(url, coming, "How many members are there? Be slow."))
        assert not [problem for person in people for problem in person.problems]
        answered, busy = sum(len(person.seconds) for person in people), sum(person.busy for person in people)
        assert answered + busy == coming
        assert answered >= waiting and busy > 0
        (after,) = asyncio.run(crowd(url, 1, "How many members are there?"))
        assert len(after.seconds) == 1
        assert server.poll() is None
    counted(f"overload: {coming} at once where {waiting} may wait: {answered} answered, {busy} told that it is busy")
