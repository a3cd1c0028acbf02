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

    def parse(self, suffix: str, data: bytes, limits: Limits) -> Parsed:
        """Parse the bytes of a file with the suffix ``suffix``, within the limits.

        Raises:
            Refused: for whatever keeps it from being a document, the limits included.
        """
        return unpack_parsed(self._asked(ParseTask(suffix), data, limits)[0])

    def draw(self, task: DrawTask, data: bytes, limits: Limits) -> PageImage:
        """Draw a page of the bytes of a PDF file, within the limits.

        Raises:
            Refused: for whatever keeps it from being drawn, the limits included.
        """
        return unpack_drawn(*self._asked(task, data, limits))

    def _asked(self, task: ParseTask | DrawTask, data: bytes, limits: Limits) -> tuple[dict[str, Any], bytes]:
        with self._lock:
            try:
                return self._exchange(self._running(), task, data, limits)
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
        self, process: subprocess.Popen[bytes], task: ParseTask | DrawTask, data: bytes, limits: Limits
    ) -> tuple[dict[str, Any], bytes]:
        assert process.stdin and process.stdout
        late = threading.Event()

        def expire() -> None:
            late.set()
            process.kill()

        timer = threading.Timer(limits.parse_seconds, expire)
        timer.daemon = True
        timer.start()
        try:
            write_frame(process.stdin, pack_request(task, limits))
            write_frame(process.stdin, data)
            reply = json.loads(read_frame(process.stdout))
            image = read_frame(process.stdout)
        except (EOFError, BrokenPipeError) as error:
            self._stop()
            raise Refused(_reason(process.returncode, late.is_set(), limits)) from error
        finally:
            timer.cancel()
            timer.join()
        if reply["retire"] or late.is_set():
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


def _start() -> subprocess.Popen[bytes]:
    """A process that has said it is ready; its start counts against no file's time."""
    folders = [folder for folder in sys.path if folder]
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(dict.fromkeys([*folders, _CODE_FOLDER]))}
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
    except EOFError as error:
        with process:
            pass
        raise Refused("the parser process does not start; see: python -m rag.loading.sandbox.worker") from error
    return process


def _reason(code: int, late: bool, limits: Limits) -> str:
    if late:
        return f"takes longer than {limits.parse_seconds:g} seconds to read"
    how = signal.Signals(-code).name if code < 0 else f"exit status {code}"
    memory = in_words(limits.parse_memory_bytes)
    return f"makes its parser crash ({how}): it is damaged, or needs more than {memory} of memory"


PARSER = ParserProcess()
"""The one that ``load_file`` uses; it starts with the first file that needs it."""
DRAWER = ParserProcess()
"""The one that ``rag.loading.pages`` uses, so that a page on show does not wait for a file that is being indexed."""

atexit.register(PARSER.close)
atexit.register(DRAWER.close)
