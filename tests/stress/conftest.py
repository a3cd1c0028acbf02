"""Says at the end what each suite has counted: these are the figures of docs/reliability.md."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

_COUNTED: list[str] = []


@pytest.fixture
def counted() -> Iterator[Callable[[str], None]]:
    """Called with a line for the summary."""
    yield _COUNTED.append


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """The lines, in their order."""
    if _COUNTED:
        terminalreporter.section("stress")
        for line in _COUNTED:
            terminalreporter.write_line(line)
