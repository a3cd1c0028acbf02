"""Nothing is connected to, or looked up, but this machine itself: indexing and asking in a process that forbids it."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from core_fakes import write_files

CHECKOUT = Path(__file__).resolve().parents[1]

GUARDED = """
import ipaddress, json, socket, sys

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
    import rag.cli
    for line in sys.argv[1:]:
        sys.argv = ["docquote", *json.loads(line)]
        try:
            rag.cli.main()
        except SystemExit as ended:
            print("status", ended.code or 0)
print("attempts", json.dumps(attempts))
"""


def guarded(folder: Path, *arguments: str) -> tuple[list[str], list[list[str]], str]:
    """What a guarded process printed, what it tried to reach, and its errors."""
    code = f"import sys\nsys.path.insert(0, {str(CHECKOUT)!r})\n{GUARDED}"
    ran = subprocess.run(
        [sys.executable, "-c", code, *arguments],
        capture_output=True,
        text=True,
        cwd=folder,
        check=False,
    )
    *printed, last = ran.stdout.splitlines() or [""]
    assert last.startswith("attempts "), ran.stderr
    return printed, json.loads(last.removeprefix("attempts ")), ran.stderr


def test_the_guard_sees_attempts(tmp_path: Path) -> None:
    _, attempts, _ = guarded(tmp_path, "probe")
    assert [event for event, _ in attempts] == ["socket.connect", "socket.getaddrinfo", "socket.sendto"]


def test_indexing_and_asking_reach_nothing_outside(tmp_path: Path) -> None:
    text = "Seventy-six members attended the spring meeting of the rowing club. The roof will be repaired in May."
    write_files(tmp_path / "documents", {"minutes.txt": text, "page.html": "<p>See https://example.org/a.png</p>"})
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
