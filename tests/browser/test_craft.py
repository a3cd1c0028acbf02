"""What nobody asks for and everybody notices: access for all, nothing that jumps, a quick first look, and log-in."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from conftest import NARROW, Visit, running
from playwright.sync_api import Browser, Page, expect
from test_chat import ASKED, ask

AXE = Path(os.environ.get("AXE_CORE", Path(__file__).parents[2] / "node_modules" / "axe-core" / "axe.min.js"))
"""The script of the npm package axe-core: ``npm install axe-core``, or its place in the variable AXE_CORE."""

needs_axe = pytest.mark.skipif(not AXE.is_file(), reason="axe-core is not here: npm install axe-core, or set AXE_CORE")


def serious(page: Page) -> list[str]:
    """What axe finds that it calls serious or critical."""
    page.evaluate(AXE.read_text(encoding="utf-8"))
    found: dict[str, Any] = page.evaluate("axe.run(document, { resultTypes: ['violations'] })")
    return [
        f"{one['id']} ({one['impact']}): {json.dumps([node['html'][:160] for node in one['nodes'][:3]])}"
        for one in found["violations"]
        if one["impact"] in ("serious", "critical")
    ]


@needs_axe
@pytest.mark.parametrize("viewport", [None, NARROW], ids=["wide", "narrow"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_no_serious_issue(
    visit: Visit, fake_server: str, viewport: dict[str, int] | None, scheme: str
) -> None:
    page = visit(fake_server, viewport=viewport, scheme=scheme)
    assert serious(page) == []
    ask(page, ASKED)
    page.click("[data-rate='down']")
    expect(page.locator(".dq-correct")).to_be_visible()
    ask(page, "What is the capital of France?")
    assert serious(page) == []
    page.click("#dq-thread [data-open='0.cite.2']")
    page.wait_for_selector("#dq-panel .dq-doc[data-key='0.cite.2']")
    page.wait_for_timeout(400)  # the sheet slides in
    page.click(".dq-why summary")
    assert serious(page) == []
    page.keyboard.press("Escape")
    for side in ("library", "history"):
        page.click(f"#dq-sides [data-side='{side}']")
        assert serious(page) == []


def test_nothing_jumps_while_an_answer_comes(visit: Visit, fake_server: str) -> None:
    page = visit(fake_server)
    page.wait_for_timeout(500)
    page.evaluate(
        """() => { window.jumped = [];
          new PerformanceObserver((list) => {
            for (const one of list.getEntries()) if (!one.hadRecentInput) window.jumped.push(one.value);
          }).observe({ type: "layout-shift" }); }"""
    )
    box = page.locator("#dq-box").bounding_box()
    ask(page, ASKED)
    page.click("#dq-thread [data-open='0.cite.2']")
    page.wait_for_selector("#dq-panel .dq-doc[data-key='0.cite.2']")
    assert page.locator("#dq-box").bounding_box() == box
    assert sum(page.evaluate("window.jumped")) < 0.1  # "good" by web.dev's measure of cumulative layout shift


def test_the_page_says_what_it_is_doing_before_it_is_there(browser: Browser, fake_server: str) -> None:
    page = browser.new_context().new_page()
    page.route("**/assets/*.js", lambda route: (time.sleep(0.2), route.continue_()))
    page.goto(fake_server, wait_until="commit")
    page.wait_for_function(
        "getComputedStyle(document.body, '::before').content.includes('Opening docquote')"
        " && !document.querySelector('#dq-thread')"
    )
    page.wait_for_selector("#dq-thread .dq-welcome")
    assert page.evaluate("getComputedStyle(document.body, '::before').content") == "none"
    page.context.close()


@pytest.fixture(scope="module")
def locked_server(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    from rag.serving.users import Users

    folder = tmp_path_factory.mktemp("locked")
    for name in ("ann", "ben"):
        Users(folder / "users.jsonl").add(name, f"{name}'s password")
    with running(folder / "server.log", str(folder / "kept"), "--auth", str(folder / "users.jsonl")) as address:
        yield address


def log_in(page: Page, name: str, password: str) -> None:
    page.fill("input[type='text'], input:not([type])", name)
    page.fill("input[type='password']", password)
    page.keyboard.press("Enter")


def test_people_log_in_and_have_their_own_conversations(browser: Browser, locked_server: str) -> None:
    for name in ("ann", "ben"):
        context = browser.new_context()
        page = context.new_page()
        page.goto(locked_server)
        page.wait_for_selector("input[type='password']")
        assert page.locator("#dq-thread").count() == 0
        if name == "ann":
            log_in(page, name, "a wrong password")
            page.wait_for_timeout(1_000)
            assert page.locator("#dq-thread").count() == 0
        log_in(page, name, f"{name}'s password")
        page.wait_for_selector(".dq-welcome")
        page.click("#dq-sides [data-side='history']")
        expect(page.locator("#dq-talks")).to_contain_text("Your questions and their answers are kept here")
        ask(page, ASKED)
        expect(page.locator(".dq-talk")).to_have_text([ASKED])
        page.click("text=Log out")
        page.wait_for_selector("input[type='password']")
        context.close()
