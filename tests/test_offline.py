"""Nothing is connected to, or looked up, but this machine itself: indexing and asking in a process that forbids it."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import signal
import subprocess
import sys
from functools import cache
from pathlib import Path

from core_fakes import write_files
from loading_files import pdf, put, word
from ocr_pictures import page, saved
from people import crowd, free_port, wait_until_it_answers

CHECKOUT = Path(__file__).resolve().parents[1]

GUARDED = """
import ipaddress, json, signal, socket, sys

signal.signal(signal.SIGINT, signal.default_int_handler)  # what a shell starts in the background ignores it
attempts = []

def is_loopback(host):
    if host in (None, "", "localhost", b"localhost"):
        return True
    try:
        return ipaddress.ip_address(host.decode() if isinstance(host, bytes) else host).is_loopback
    except ValueError:
        return False

def guard(event, arguments):
    if event in ("socket.connect", "socket.sendto", "socket.sendmsg"):
        address = arguments[1]
        inside = not isinstance(address, tuple) or is_loopback(address[0])
    elif event in ("socket.getaddrinfo", "socket.gethostbyname", "socket.gethostbyaddr", "socket.getnameinfo"):
        host = arguments[0]
        inside = is_loopback(host[0] if isinstance(host, tuple) else host)
    else:
        return
    if not inside:
        attempts.append([event, repr(arguments)])
        raise OSError(f"{event} {arguments!r} is not allowed")

sys.addaudithook(guard)
if sys.argv[1] == "probe":
    for attempt in (
        lambda: socket.socket().connect(("192.0.2.1", 80)),
        lambda: socket.getaddrinfo("example.org", 80),
        lambda: socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b"x", ("192.0.2.1", 53)),
    ):
        try:
            attempt()
        except OSError:
            pass
else:
    import rag.cli.main
    for line in sys.argv[1:]:
        sys.argv = ["docquote", *json.loads(line)]
        try:
            rag.cli.main.main()
        except SystemExit as ended:
            print("status", ended.code or 0)
print("attempts", json.dumps(attempts))
"""


def guarded(folder: Path, *arguments: str) -> tuple[list[str], list[list[str]], str]:
    """What a guarded process printed, what it tried to reach, and its errors."""
    code = f"import sys\nsys.path.insert(0, {str(CHECKOUT)!r})\n{GUARDED}"
    ran = subprocess.run(
        [*without_network(), sys.executable, "-c", code, *arguments],
        capture_output=True,
        text=True,
        cwd=folder,
        check=False,
    )
    return read(ran.stdout, ran.stderr)


def read(stdout: str, stderr: str) -> tuple[list[str], list[list[str]], str]:
    *printed, last = stdout.splitlines() or [""]
    assert last.startswith("attempts "), stderr
    return printed, json.loads(last.removeprefix("attempts ")), stderr


@cache
def without_network() -> tuple[str, ...]:
    """What to put before a command so that it and its children have no network at all, where the system can do that."""
    command = ("unshare", "--user", "--map-root-user", "--net")
    works = shutil.which("unshare") and subprocess.run([*command, "true"], capture_output=True, check=False)
    return command if works and works.returncode == 0 else ()


def test_the_guard_sees_attempts(tmp_path: Path) -> None:
    _, attempts, _ = guarded(tmp_path, "probe")
    assert [event for event, _ in attempts] == ["socket.connect", "socket.getaddrinfo", "socket.sendto"]


def test_indexing_and_asking_reach_nothing_outside(tmp_path: Path) -> None:
    text = "Seventy-six members attended the spring meeting of the rowing club. The roof will be repaired in May."
    write_files(tmp_path / "documents", {"minutes.txt": text, "page.html": "<p>See https://example.org/a.png</p>"})
    put(tmp_path / "documents", "a.pdf", pdf(["The board met on Tuesday."]))
    put(tmp_path / "documents", "b.docx", word())
    put(tmp_path / "documents", "c.png", saved(page("The deposit is 1,480 pounds."), "PNG"))
    commands = (
        ["index", "documents"],
        ["ask", "How many members attended the spring meeting?"],
        ["ask", "What is the capital of France?"],
        ["status"],
    )
    printed, attempts, errors = guarded(tmp_path, *map(json.dumps, commands))
    assert attempts == []
    assert [line for line in printed if line.startswith("status ")] == ["status 0", "status 0", "status 1", "status 0"]
    assert any("Seventy-six members" in line for line in printed)
    assert errors == ""


def test_the_chat_reaches_nothing_outside(tmp_path: Path, sample_index: Path) -> None:
    shutil.copytree(sample_index, tmp_path / "index")
    port = free_port()
    chat = ["chat", "--index", "index", "--port", str(port), "--no-browser"]
    code = f"import sys\nsys.path.insert(0, {str(CHECKOUT)!r})\n{GUARDED}"
    process = subprocess.Popen(
        [sys.executable, "-c", code, json.dumps(chat)],
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": str(CHECKOUT)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        wait_until_it_answers(port, process)
        (person,) = asyncio.run(crowd(f"http://127.0.0.1:{port}", 1, "How many members attended the annual meeting?"))
    finally:
        process.send_signal(signal.SIGINT)
        stdout, stderr = process.communicate(timeout=60)
    assert (person.problems, len(person.seconds)) == ([], 1)
    _, attempts, _ = read(stdout, stderr)
    assert attempts == []
