"""How long the command line takes from cold: a process that has nothing loaded."""

from __future__ import annotations

import socket
import subprocess
import time
import urllib.error
import urllib.request
from pathlib import Path

from benchmarks.environments import Environment

START_SECONDS = 120.0
"""How long the chat may take to start."""


def measure(environment: Environment, index: Path, question: str) -> dict[str, float]:
    """Seconds of ``docquote ask`` and of ``docquote chat`` until its page is served."""
    return {
        "ask_seconds": ask_seconds(environment, index, question),
        "chat_seconds": chat_seconds(environment, index),
    }


def ask_seconds(environment: Environment, index: Path, question: str) -> float:
    """From the start of the process to its end.

    Raises:
        RuntimeError: it failed.
    """
    started = time.perf_counter()
    ran = subprocess.run(
        [environment.folder / "bin" / "docquote", "ask", question, "--index", index],
        env=environment.variables,
        capture_output=True,
        text=True,
    )
    seconds = time.perf_counter() - started
    if ran.returncode not in (0, 1):  # 1: not in the documents
        raise RuntimeError(f"docquote ask failed: {ran.stderr}")
    return seconds


def chat_seconds(environment: Environment, index: Path) -> float:
    """From the start of the process until its page is served.

    Raises:
        RuntimeError: it ended, or did not serve the page in time.
    """
    port = _free_port()
    started = time.perf_counter()
    docquote = environment.folder / "bin" / "docquote"
    command: list[str | Path] = [docquote, "chat", "--no-browser", "--port", str(port), "--index", index]
    with subprocess.Popen(
        command, env=environment.variables, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as process:
        try:
            while not _is_served(port):
                if process.poll() is not None or time.perf_counter() - started > START_SECONDS:
                    raise RuntimeError("docquote chat did not serve its page")
                time.sleep(0.02)
            return time.perf_counter() - started
        finally:
            process.terminate()  # Ctrl-C is ignored by what a shell script starts in the background


def _is_served(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=START_SECONDS) as page:
            return bool(page.status == 200)
    except (urllib.error.URLError, ConnectionError):
        return False


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])
