"""The parser process: ``python -m rag.loading.sandbox.worker``; only ``rag.loading.sandbox.child`` starts it.

It serves one file after another until its input ends, which it does when the parent goes away, however that
happens. It imports what a format needs when the first such file comes, and nothing of models or pages.
"""

from __future__ import annotations

import contextlib
import faulthandler
import json
import os
import signal
import sys
from pathlib import Path

from rag.errors import Refused
from rag.loading.limits import Limits
from rag.loading.progress import told_to
from rag.loading.registry import parse
from rag.loading.sandbox.tasks import DrawTask, ParseTask
from rag.loading.sandbox.wire import pack_drawn, pack_parsed, read_frame, unpack_request, write_frame

if sys.platform != "win32":
    import resource

READY = b"ready"
_ORPHAN_SECONDS = 5.0  # past the limit at which the parent kills: if it did not, the parent is gone
_RETIRING_SHARE = 0.4  # of the memory limit; a process that grew so far would fail the next large file early


def main() -> None:
    """Serve until the input ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C goes to the whole group; the parent decides
    requests = sys.stdin.buffer
    replies = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())  # nothing that a parser prints gets between the frames
    write_frame(replies, READY)
    with contextlib.suppress(EOFError, BrokenPipeError):
        while True:
            task, limits = unpack_request(read_frame(requests))
            data = read_frame(requests)

            def page(number: int, pages: int, seconds: float = limits.recognition_seconds) -> None:
                faulthandler.dump_traceback_later(seconds + _ORPHAN_SECONDS, exit=True)
                write_frame(replies, json.dumps({"page": [number, pages]}).encode())

            faulthandler.dump_traceback_later(limits.parse_seconds + _ORPHAN_SECONDS, exit=True)
            with told_to(page):
                reply, png = _reply(task, data, limits)
            faulthandler.cancel_dump_traceback_later()
            write_frame(replies, reply)
            write_frame(replies, png)


def _reply(task: ParseTask | DrawTask, data: bytes, limits: Limits) -> tuple[bytes, bytes]:
    _limit_memory(limits.parse_memory_bytes)
    reply: dict[str, object]
    png = b""
    try:
        if isinstance(task, ParseTask):
            reply = {"done": pack_parsed(parse(task.suffix, data, limits))}
        else:
            from rag.loading.sandbox.draw import draw  # pdfium is needed for PDF files only

            drawn = draw(data, task, limits)
            reply, png = {"done": pack_drawn(drawn)}, drawn.png
    except Refused as refusal:
        reply = {"refused": str(refusal)}
    reply["retire"] = _peak_memory() > _RETIRING_SHARE * limits.parse_memory_bytes
    return json.dumps(reply).encode(), png


def _limit_memory(size: int) -> None:
    if sys.platform != "win32":
        _, hard = resource.getrlimit(resource.RLIMIT_AS)
        soft = size if hard == resource.RLIM_INFINITY else min(size, hard)
        with contextlib.suppress(ValueError, OSError):  # macOS knows the limit and refuses to set it
            resource.setrlimit(resource.RLIMIT_AS, (soft, hard))


def _peak_memory() -> int:
    """The most bytes that this process has held so far; 0 where that is not known.

    Linux counts in ``ru_maxrss`` what the parent held when it started this process, so it is asked elsewhere there.
    """
    if sys.platform == "win32":
        return 0
    with contextlib.suppress(OSError):
        for line in Path("/proc/self/status").read_text(encoding="ascii", errors="replace").splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) * 1024
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024


if __name__ == "__main__":
    main()
