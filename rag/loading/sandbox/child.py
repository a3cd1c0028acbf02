"""Parsing in a child process, which may hang, grow or crash without harm.

One process serves many files (a start costs far more than a small file) and is started anew after it was
killed or retired. A subprocess and not ``multiprocessing``: that would run the caller's main module again.
"""

from __future__ import annotations

import atexit
import contextlib
import json
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

from rag.errors import Refused
from rag.loading.limits import Limits, in_words
from rag.loading.parsed import Parsed
from rag.loading.progress import PageReport
from rag.loading.sandbox.tasks import DrawTask, PageImage, ParseTask
from rag.loading.sandbox.wire import pack_request, read_frame, unpack_drawn, unpack_parsed, write_frame

_CODE_FOLDER = str(Path(__file__).resolve().parents[3])


class ParserProcess:
    """A child process that parses or draws one file at a time. Threads may share it; they take turns."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int | None:
        """The process id; None while no process runs."""
        return self._process.pid if self._process else None

    def parse(self, suffix: str, data: bytes, limits: Limits, on_page: PageReport | None = None) -> Parsed:
        """Parse the bytes of a file with the suffix ``suffix``, within the limits; ``on_page`` is told of slow pages.

        Raises:
            Refused: for whatever keeps it from being a document, the limits included.
        """
        return unpack_parsed(self._asked(ParseTask(suffix), data, limits, on_page)[0])

    def draw(self, task: DrawTask, data: bytes, limits: Limits) -> PageImage:
        """Draw a page of the bytes of a file that has pages, within the limits.

        Raises:
            Refused: for whatever keeps it from being drawn, the limits included.
        """
        return unpack_drawn(*self._asked(task, data, limits))

    def _asked(
        self, task: ParseTask | DrawTask, data: bytes, limits: Limits, on_page: PageReport | None = None
    ) -> tuple[dict[str, Any], bytes]:
        with self._lock:
            try:
                return self._exchange(self._running(), task, data, limits, on_page)
            except Refused:
                raise
            except BaseException:  # an interrupt half-way through would leave the frames out of step
                self._stop()
                raise

    def close(self) -> None:
        """End the process; the next file starts another."""
        with self._lock:
            self._stop()

    def _exchange(
        self,
        process: subprocess.Popen[bytes],
        task: ParseTask | DrawTask,
        data: bytes,
        limits: Limits,
        on_page: PageReport | None,
    ) -> tuple[dict[str, Any], bytes]:
        assert process.stdin and process.stdout
        deadline = _Deadline(process, limits.parse_seconds)
        try:
            write_frame(process.stdin, pack_request(task, limits))
            write_frame(process.stdin, data)
            while "page" in (reply := json.loads(read_frame(process.stdout))):
                deadline.begin_anew(limits.recognition_seconds)
                if on_page is not None:
                    on_page(*reply["page"])
            image = read_frame(process.stdout)
        except (EOFError, BrokenPipeError) as error:
            self._stop()
            raise Refused(_reason(process.returncode, deadline, limits)) from error
        finally:
            deadline.cancel()
        if reply["retire"] or deadline.passed:
            self._stop()
        if "refused" in reply:
            raise Refused(reply["refused"])
        return reply["done"], image

    def _running(self) -> subprocess.Popen[bytes]:
        if self._process is None or self._process.poll() is not None:
            self._stop()
            self._process = _start()
        return self._process

    def _stop(self) -> None:
        process, self._process = self._process, None
        if process is not None:
            process.kill()
            process.wait()
            for stream in (process.stdin, process.stdout):
                with contextlib.suppress(BrokenPipeError):  # what was still to be sent
                    assert stream
                    stream.close()


class _Deadline:
    """Kills a process after so many ``seconds``, unless it is cancelled or begins anew before."""

    def __init__(self, process: subprocess.Popen[bytes], seconds: float) -> None:
        """Counts from now."""
        self.seconds = seconds
        self._process = process
        self._late = threading.Event()
        self._timer = self._started()

    @property
    def passed(self) -> bool:
        """Whether it has killed the process."""
        return self._late.is_set()

    def begin_anew(self, seconds: float) -> None:
        """Gives the process so many seconds from now."""
        self.cancel()
        self.seconds = seconds
        self._timer = self._started()

    def cancel(self) -> None:
        """It will not kill any more."""
        self._timer.cancel()
        self._timer.join()

    def _started(self) -> threading.Timer:
        timer = threading.Timer(self.seconds, self._expire)
        timer.daemon = True
        timer.start()
        return timer

    def _expire(self) -> None:
        self._late.set()
        self._process.kill()


def _start() -> subprocess.Popen[bytes]:
    """A process that has said it is ready; its start counts against no file's time."""
    folders = [folder for folder in sys.path if folder]
    environment = os.environ | {
        "PYTHONPATH": os.pathsep.join(dict.fromkeys([*folders, _CODE_FOLDER])),
        "MALLOC_ARENA_MAX": "2",  # glibc's heaps of many threads would use up the address space and hold nothing
    }
    process = subprocess.Popen(
        [sys.executable, "-P", "-m", "rag.loading.sandbox.worker"],  # -P: no module from a folder of documents
        env=environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    assert process.stdout
    try:
        read_frame(process.stdout)
    except BaseException as error:  # an interrupt too: nothing else knows yet that there is a process to end
        with process:
            process.kill()
        if isinstance(error, EOFError):
            raise Refused("the parser process does not start; see: python -m rag.loading.sandbox.worker") from error
        raise
    return process


def _reason(code: int, deadline: _Deadline, limits: Limits) -> str:
    if deadline.passed:
        return f"takes longer than {deadline.seconds:g} seconds to read"
    how = signal.Signals(-code).name if code < 0 else f"exit status {code}"
    memory = in_words(limits.parse_memory_bytes)
    return f"makes its parser crash ({how}): it is damaged, or needs more than {memory} of memory"


PARSER = ParserProcess()
"""The one that ``load_file`` uses; it starts with the first file that needs it."""
DRAWER = ParserProcess()
"""The one that ``rag.loading.pages`` uses, so that a page on show does not wait for a file that is being indexed."""

atexit.register(PARSER.close)
atexit.register(DRAWER.close)
