"""Kept conversations and what people think of answers, as they use them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from conftest import Visit, running
from core_fakes import write_files
from playwright.sync_api import Browser, Page, expect
from test_chat import ASKED, MARKED, ask
from ui_fake import MEMBERS, SPANNING


def open_history(page: Page) -> None:
    page.click("#dq-sides [data-side='history']")
    expect(page.locator("[data-search]")).to_be_focused()


def test_conversations_are_kept_searched_opened_renamed_and_deleted(visit: Visit, fake_server: str) -> None:
    page = visit(fake_server)
    open_history(page)
    expect(page.locator("#dq-talks")).to_contain_text("Your questions and their answers are kept here")
    ask(page, ASKED)
    expect(page.locator("#dq-talks li")).to_have_count(1)
    page.click("#dq-new")
    page.wait_for_selector(".dq-welcome")
    ask(page, "What was decided?")
    ask(page, "And how many of them sent apologies?")
    expect(page.locator(".dq-talk")).to_have_text(["What was decided?", ASKED])

    page.fill("[data-search]", "HAD 212")
    expect(page.locator(".dq-talk")).to_have_text([ASKED])
    page.fill("[data-search]", "no such words")
    expect(page.locator("#dq-talks")).to_contain_text("No conversation holds these words")
    page.fill("[data-search]", "")
    expect(page.locator(".dq-talk")).to_have_count(2)

    page.reload()
    page.wait_for_selector(".dq-welcome")
    open_history(page)
    page.click(".dq-talk >> text=What was decided?")
    expect(page.locator(".dq-turn")).to_have_count(2)
    expect(page.locator(".dq-question").first).to_have_text("What was decided?")
    page.click("#dq-thread [data-open='0.cite.1']")
    page.wait_for_selector("#dq-panel .dq-doc[data-key='0.cite.1']")
    assert page.evaluate(MARKED) == SPANNING.quote
    ask(page, ASKED)  # goes on where it was left
    expect(page.locator(".dq-turn")).to_have_count(3)
    expect(page.locator(".dq-talk")).to_have_count(2)

    page.click("#dq-talks li:has-text('What was decided?') [data-rename]")
    page.keyboard.type('<b>Spring</b> & "summer"')
    page.keyboard.press("Enter")
    expect(page.locator(".dq-talk").first).to_have_text('<b>Spring</b> & "summer"')
    page.click("#dq-talks li:has-text('Spring') [data-delete]")
    page.click("#dq-talks li:has-text('Spring') [data-delete] >> text=Really delete?")
    expect(page.locator(".dq-talk")).to_have_text([ASKED])
    expect(page.locator(".dq-welcome")).to_be_visible()  # it was the one on the page


def test_conversations_are_exported_with_their_citations(visit: Visit, fake_server: str) -> None:
    page = visit(fake_server)
    ask(page, ASKED)
    open_history(page)
    with page.expect_download() as saved:
        page.click("[data-markdown]")
    assert saved.value.suggested_filename == "how-many-members-attended.md"
    assert "Minutes of the spring meeting" in Path(saved.value.path()).read_text(encoding="utf-8")
    for _ in range(2):  # the same file twice
        with page.expect_download() as saved:
            page.click("[data-json]")
    content = json.loads(Path(saved.value.path()).read_text(encoding="utf-8"))
    assert MEMBERS[0].quote in json.dumps(content, ensure_ascii=False)


def test_nobody_sees_the_conversations_of_another_browser(visit: Visit, fake_server: str) -> None:
    one, other = visit(fake_server), visit(fake_server)
    ask(one, ASKED)
    ask(other, "What was decided?")
    for page, own in ((one, ASKED), (other, "What was decided?")):
        page.reload()
        page.wait_for_selector(".dq-welcome")
        open_history(page)
        expect(page.locator(".dq-talk")).to_have_text([own])
    theirs = one.locator("[data-talk]").get_attribute("data-talk")
    for forged in (theirs, "../../etc/passwd", "0" * 32):
        other.locator("[data-talk]").evaluate(f"(one) => {{ one.dataset.talk = {forged!r}; }}")
        other.click("[data-talk]")
        other.wait_for_timeout(500)
        expect(other.locator(".dq-turn")).to_have_count(0)


def test_thumbs_are_kept_and_a_wrong_answer_can_be_put_right(visit: Visit, fake_server: str) -> None:
    page = visit(fake_server)
    ask(page, ASKED)
    page.click("[data-rate='up']")
    expect(page.locator("[data-rate='up']")).to_have_attribute("aria-pressed", "true")
    expect(page.locator(".dq-thanks")).to_contain_text("Your rating is kept")
    page.click("[data-rate='down']")
    expect(page.locator(".dq-correct textarea")).to_be_focused()
    page.keyboard.type("76 <b>members</b>")
    page.click(".dq-correct button")
    expect(page.locator(".dq-thanks")).to_contain_text("Your answer is kept beside this question")
    page.reload()
    page.wait_for_selector(".dq-welcome")
    open_history(page)
    page.click(".dq-talk")
    expect(page.locator("[data-rate='down']")).to_have_attribute("aria-pressed", "true")
    page.click("[data-rate='down']")  # taken back
    expect(page.locator("[data-rate='down']")).to_have_attribute("aria-pressed", "false")


MOLE = "Survey of the mole\n\nThe mole of the north harbour is 340 metres long.\n"
BOATS = "Register of boats\n\nThe ferry Alma has 120 seats.\n"


@pytest.fixture
def harbour_server(browser: Browser, tmp_path: Path) -> Iterator[str]:
    folder = write_files(tmp_path / "papers", {"mole.txt": MOLE, "boats.txt": BOATS})
    with running(tmp_path / "server.log", str(tmp_path / "index"), str(folder)) as address:
        yield address


def test_an_answer_that_no_longer_stands_is_marked_and_listed(
    harbour_server: str, visit: Visit, tmp_path: Path
) -> None:
    page, papers = visit(harbour_server), tmp_path / "papers"
    ask(page, "How long is the mole of the north harbour?")
    ask(page, "How many seats has the ferry Alma?")
    expect(page.locator(".dq-outdated")).to_have_count(0)

    def reindex() -> None:
        page.click("#dq-sides [data-side='library']")
        page.click("[data-refresh]")
        expect(page.locator("#dq-progress")).to_contain_text("updated")

    write_files(
        papers,
        {
            "mole.txt": MOLE.replace("340", "410"),
            "boats.txt": "Boats of the harbour\n\nThe ferry Alma has 120 seats.\n",
        },
    )
    reindex()
    marks = page.locator(".dq-turn .dq-outdated")
    expect(marks).to_have_count(1)  # the ferry's quote stands elsewhere in its document now
    expect(page.locator(".dq-turn[data-turn='0'] .dq-outdated")).to_contain_text(
        "This no longer stands in mole.txt: the document was changed on "
    )
    page.click("#dq-thread [data-open='1.cite.1']")
    page.wait_for_selector("#dq-panel .dq-doc[data-key='1.cite.1']")
    assert page.evaluate(MARKED) == "The ferry Alma has 120 seats."

    page.click("#dq-new")
    page.wait_for_selector(".dq-welcome")
    open_history(page)
    page.click("#dq-talks summary")
    expect(page.locator("#dq-talks summary")).to_contain_text("1 answer given in ")
    expect(page.locator("#dq-talks .dq-outdated li")).to_contain_text("mole.txt was changed on ")
    page.click("#dq-talks .dq-outdated .dq-talk")
    expect(marks).to_have_count(1)
    expect(page.locator("#dq-panel")).to_contain_text("has changed since this answer was given")
    expect(page.locator(".dq-turn[data-turn='0'] .dq-question")).to_be_in_viewport()

    write_files(papers, {"mole.txt": MOLE})
    reindex()
    expect(page.locator(".dq-outdated")).to_have_count(0)  # it stands again


def test_sources_at_odds_are_grouped(visit: Visit, fake_server: str) -> None:
    page = visit(fake_server)
    ask(page, ASKED)
    expect(page.locator(".dq-conflict")).to_have_text("1 source says Seventy-six; 1 says 212.")
    expect(page.locator(".dq-grouped .dq-label")).to_have_text(["“Seventy-six”", "“212”"])
    expect(page.locator(".dq-grouped section:nth-child(2) .dq-cite")).to_have_text("2")
