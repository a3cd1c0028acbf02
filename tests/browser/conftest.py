"""A real server in a process of its own, and a real Chromium that must reach nothing but it."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome")
CHROMIUM_ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
START_SECONDS = 240
PATIENCE_MILLISECONDS = 20_000
"""A busy machine is slow, not wrong; what is right is there long before."""
WIDE = {"width": 1400, "height": 900}
NARROW = {"width": 390, "height": 844}

expect.set_options(timeout=PATIENCE_MILLISECONDS)


def chromium() -> str | None:
    named = os.environ.get("CHROMIUM")
    return named or next((path for path in map(shutil.which, CHROMIUM_NAMES) if path), None)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    path = chromium()
    if path is None:
        pytest.skip("no Chromium found: install Debian's chromium, or name one in the environment variable CHROMIUM")
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=path, args=list(CHROMIUM_ARGUMENTS))
        yield opened
        opened.close()


@contextmanager
def running(log: Path, *arguments: str) -> Iterator[str]:
    """The address of ``server.py`` started with ``arguments``; ended with the block."""
    with started(log, lambda port: [str(Path(__file__).with_name("server.py")), port, *arguments]) as address:
        yield address


@contextmanager
def started(log: Path, arguments: Callable[[str], list[str]]) -> Iterator[str]:
    """The address of a server for whose port Python is started with ``arguments``; ended with the block."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    address = f"http://127.0.0.1:{port}"
    command = [sys.executable, *arguments(str(port))]
    with log.open("w") as output:
        process = subprocess.Popen(command, stdout=output, stderr=subprocess.STDOUT)
    try:
        wait_for(address, process, log)
        yield address
    finally:
        process.terminate()
        process.wait(timeout=30)


def wait_for(address: str, process: subprocess.Popen[bytes], log: Path) -> None:
    direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        try:
            direct.open(address, timeout=5).close()
            return
        except OSError:
            time.sleep(0.2)
    pytest.fail(f"the server did not start: {log.read_text()[-2000:]}")


@pytest.fixture(scope="module")
def fake_server(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("fake")
    with running(folder / "server.log", str(folder / "kept")) as address:
        yield address


class Visit:
    """Pages that fail the test for a request to another host, a dialog, or an error in the console."""

    def __init__(self, browser: Browser) -> None:
        self._browser = browser
        self._contexts: list[Any] = []
        self.complaints: list[str] = []

    def __call__(self, address: str, *, viewport: dict[str, int] | None = None, scheme: str = "light") -> Page:
        context = self._browser.new_context(
            viewport=viewport or WIDE, color_scheme=scheme, permissions=["clipboard-read", "clipboard-write"]
        )  # type: ignore[arg-type]
        self._contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(PATIENCE_MILLISECONDS)
        host = urlsplit(address).netloc
        page.on("request", lambda r: self._check(r.url, host))
        page.on("response", lambda r: r.status >= 400 and self.complaints.append(f"{r.status} {r.url}"))
        page.on("console", lambda m: m.type == "error" and self.complaints.append(f"console: {m.text}"))
        page.on("pageerror", lambda error: self.complaints.append(f"error: {error}"))
        page.on("dialog", lambda dialog: (self.complaints.append(f"dialog: {dialog.message}"), dialog.dismiss()))
        page.goto(address)
        page.wait_for_selector("#dq-thread :is(.dq-welcome, .dq-turn)")
        return page

    def _check(self, url: str, host: str) -> None:
        parts = urlsplit(url)
        if parts.scheme not in ("data", "blob") and parts.netloc != host:
            self.complaints.append(f"request to another host: {url}")

    def close(self) -> None:
        for context in self._contexts:
            context.close()


@pytest.fixture
def visit(browser: Browser) -> Iterator[Visit]:
    opened = Visit(browser)
    yield opened
    opened.close()
    assert opened.complaints == []


SAMPLE = Path(__file__).parents[2] / "rag" / "sample" / "documents"


@pytest.fixture(scope="module")
def sample_server(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("sample")
    with running(folder / "server.log", str(folder / "index"), str(SAMPLE)) as address:
        yield address
