"""The pictures in docs/images, taken anew with DOCQUOTE_SCREENSHOTS=1: look at them when the page changes."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from conftest import NARROW, Visit, running
from papers import make_papers
from playwright.sync_api import Browser, Page
from test_chat import ask
from test_sample_library import QUESTION

IMAGES = Path(__file__).parents[2] / "docs" / "images"

pytestmark = pytest.mark.skipif(
    not os.environ.get("DOCQUOTE_SCREENSHOTS"), reason="pictures are taken with DOCQUOTE_SCREENSHOTS=1"
)


@pytest.fixture(scope="module")
def papers_server(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("pictures")
    papers = make_papers(folder / "Harbour papers")
    with running(folder / "server.log", str(folder / "index"), str(papers)) as address:
        yield address


def take(page: Page, name: str) -> None:
    page.wait_for_timeout(600)
    IMAGES.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=IMAGES / name)


@pytest.mark.parametrize(("scheme", "name"), [("light", "chat.png"), ("dark", "chat-dark.png")])
def test_the_chat(visit: Visit, sample_server: str, scheme: str, name: str) -> None:
    page = visit(sample_server, scheme=scheme)
    ask(page, QUESTION)
    take(page, name)


def test_the_chat_on_a_phone(visit: Visit, sample_server: str) -> None:
    page = visit(sample_server, viewport=NARROW)
    ask(page, QUESTION)
    take(page, "narrow.png")
    page.click("#dq-thread .dq-cite >> nth=0")
    take(page, "narrow-source.png")


def test_a_follow_up(visit: Visit, sample_server: str) -> None:
    page = visit(sample_server)
    ask(page, "Who presented the accounts of the allotment garden?")
    ask(page, "What did she present?")
    take(page, "follow-up.png")


def test_not_found(visit: Visit, sample_server: str) -> None:
    page = visit(sample_server)
    page.click("#dq-sides [data-side='library']")
    page.fill("[data-filter]", "minutes")
    page.click("[data-choose='only']")
    page.fill("[data-filter]", "")
    page.click("#dq-side [data-side='']")
    ask(page, "What does the swimming pool in Lisbon cost?")
    page.click("#dq-thread .dq-cite >> nth=0")
    take(page, "not-found.png")


def test_a_pdf_and_the_library(visit: Visit, papers_server: str) -> None:
    page = visit(papers_server)
    ask(page, "How many blocks of the breakwater have shifted?")
    page.wait_for_selector(".dq-sheet")
    page.click(".dq-why summary")
    take(page, "pdf-source.png")
    page.click(".dq-why summary")
    page.click("#dq-sides [data-side='library']")
    take(page, "library.png")


def test_a_conflict(visit: Visit, papers_server: str) -> None:
    page = visit(papers_server)
    ask(page, "How many members does the chess club have?")
    take(page, "conflict.png")
