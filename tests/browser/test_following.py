"""``docquote chat --watch``: the page shows what changes in the folders, and nobody clicks anything."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from conftest import Visit, started
from core_fakes import write_files
from playwright.sync_api import Browser, expect
from test_chat import ask
from test_library_panel import open_library, titles

NOTICED_SECONDS = 60
MOLE = "Survey of the mole\n\nThe mole of the north harbour is 340 metres long.\n"


@pytest.fixture
def watching_server(browser: Browser, tmp_path: Path) -> Iterator[str]:
    def chat(port: str) -> list[str]:
        index = str(tmp_path / "index")
        return ["-m", "rag.cli", "chat", "--watch", "--index", index, "--port", port, "--no-browser"]

    with started(tmp_path / "server.log", chat) as address:
        yield address


def test_a_folder_that_was_added_on_the_page_is_followed(watching_server: str, visit: Visit, tmp_path: Path) -> None:
    page = visit(watching_server)
    papers = write_files(tmp_path / "papers", {"mole.txt": MOLE})
    rows = page.locator("#dq-list li")
    open_library(page)
    page.fill("#dq-folder textarea, #dq-folder input", str(papers))
    page.click("#dq-folder .submit-button")
    expect(rows).to_have_count(1, timeout=1_000 * NOTICED_SECONDS)
    ask(page, "How long is the mole of the north harbour?")
    expect(page.locator(".dq-words").first).to_contain_text("340 metres")

    write_files(papers, {"boats.txt": "Register of boats\n\nThe ferry Alma has 120 seats.\n"})
    expect(rows).to_have_count(2, timeout=1_000 * NOTICED_SECONDS)
    assert titles(page) == ["Register of boats", "Survey of the mole"]
    ask(page, "How many seats has the ferry Alma?")
    expect(page.locator(".dq-turn[data-turn='1'] .dq-words").first).to_contain_text("120 seats")

    write_files(papers, {"mole.txt": MOLE.replace("340", "410")})
    expect(page.locator(".dq-turn[data-turn='0'] .dq-outdated")).to_contain_text(
        "This no longer stands in mole.txt", timeout=1_000 * NOTICED_SECONDS
    )
    (papers / "boats.txt").unlink()
    expect(rows).to_have_count(1, timeout=1_000 * NOTICED_SECONDS)
    expect(page.locator(".dq-turn[data-turn='1'] .dq-outdated")).to_contain_text("the document was removed on")
