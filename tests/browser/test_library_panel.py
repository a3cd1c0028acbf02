"""The library as a person manages it, from empty: adding, choosing, filtering, removing, and asking meanwhile."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from conftest import NARROW, Visit, running
from papers import ANNUAL, PDF_NAME, make_papers
from playwright.sync_api import Browser, Page, expect
from test_chat import ASKED, ask

ADDED_SECONDS = 60
DROP = """async ([names, texts]) => {
  const carried = new DataTransfer();
  names.forEach((name, n) => carried.items.add(new File([texts[n]], name)));
  for (const kind of ["dragover", "drop"]) {
    document.querySelector("#dq-thread").dispatchEvent(
      new DragEvent(kind, { dataTransfer: carried, bubbles: true, cancelable: true })
    );
  }
}"""


@pytest.fixture
def empty_server(browser: Browser, tmp_path: Path) -> Iterator[str]:
    (tmp_path / "nothing").mkdir()
    with running(tmp_path / "server.log", str(tmp_path / "index"), str(tmp_path / "nothing")) as address:
        yield address


def open_library(page: Page) -> None:
    page.click("#dq-sides [data-side='library']")
    expect(page.locator("[data-filter]")).to_be_focused()


def titles(page: Page) -> list[str]:
    return [title.strip() for title in page.locator("#dq-list li:visible label").all_text_contents()]


def test_an_empty_library_is_filled_filtered_and_emptied(empty_server: str, visit: Visit, tmp_path: Path) -> None:
    page = visit(empty_server)
    expect(page.locator(".dq-welcome")).to_contain_text("This library is empty")
    page.click(".dq-welcome [data-side='library']")
    expect(page.locator("#dq-list")).to_contain_text("No documents yet")

    # dropped anywhere on the page: what can be read is added, what cannot is named
    notes = "# Notes of the gardener\n\nThe hedge is cut in August.\n"
    page.evaluate(DROP, [["notes.md", "picture.bmp"], [notes, "BM"]])
    expect(page.locator("#dq-list li")).to_have_count(1, timeout=1_000 * ADDED_SECONDS)
    expect(page.locator("#dq-list")).to_contain_text("Notes of the gardener")
    expect(page.locator("#dq-progress")).to_contain_text("picture.bmp: ")
    expect(page.locator(".dq-welcome")).to_contain_text("Ask your documents")
    expect(page.locator("#dq-hint")).to_contain_text("Asking 1 document")

    page.evaluate("document.querySelector('#dq-list li').drawnOnce = true")

    # chosen from the disk, and a folder by its path, with a damaged file in it
    papers = make_papers(tmp_path / "papers")
    (papers / "damaged.pdf").write_bytes(b"%PDF-1.7 nothing more")
    page.fill("#dq-folder textarea, #dq-folder input", str(papers))
    page.click("#dq-folder .submit-button")
    expect(page.locator("#dq-list li")).to_have_count(8, timeout=1_000 * ADDED_SECONDS)
    expect(page.locator("#dq-progress")).to_contain_text("damaged.pdf")
    assert page.evaluate("[...document.querySelectorAll('#dq-list li')].filter((one) => one.drawnOnce).length") == 1
    again = visit(empty_server)
    open_library(again)
    assert titles(page) == titles(again)  # each was put where it stands in a list that is drawn at once
    survey = page.locator("#dq-list li", has_text="Survey of the North Harbour")
    expect(survey).to_contain_text("3 pages")
    expect(survey).to_contain_text(PDF_NAME)
    letter = page.locator("#dq-list li", has_text="Letter to the chess federation")
    expect(letter).to_contain_text("15 January 2024")
    page.fill("#dq-folder textarea, #dq-folder input", str(tmp_path / "no such folder"))
    page.click("#dq-folder .submit-button")
    expect(page.locator("#dq-progress")).to_contain_text("no such folder")

    # the filter hides, and choosing goes by what is shown
    page.fill("[data-filter]", "chess yearbook")
    assert len(titles(page)) == 2
    page.fill("[data-filter]", "nothing of the kind")
    expect(page.locator("#dq-list .dq-none")).to_be_visible()
    page.fill("[data-filter]", "chess")
    page.click("[data-choose='only']")
    expect(page.locator("#dq-hint")).to_contain_text(f"Asking {len(ANNUAL)} of 8 documents")

    # a question is answered from the chosen documents only, and asked of all with one click
    ask(page, "How long is the breakwater?")
    expect(page.locator(".dq-notfound")).to_contain_text("Searched: only")
    expect(page.locator(".dq-notfound")).to_contain_text("Yearbook of the chess club 2022")
    page.click("[data-everywhere]")
    expect(page.locator(".dq-turn[data-turn='1'] .dq-answer")).to_contain_text("340 metres")
    expect(page.locator("#dq-hint")).to_contain_text("Asking all 8 documents")
    page.fill("[data-filter]", "")
    assert page.locator("#dq-list input:checked").count() == 8
    page.click("[data-choose='none']")
    page.fill("#dq-box textarea", "Anything?")
    page.press("#dq-box textarea", "Enter")
    expect(page.locator("#dq-hint [role='alert']")).to_contain_text("No document is chosen")
    expect(page.locator(".dq-turn")).to_have_count(2)
    page.click("[data-choose='all']")

    # changed on disk: one button looks at everything
    path = papers / "swimming.md"
    path.write_text(path.read_text(encoding="utf-8").replace("Rules of", "Rules and fees of"), encoding="utf-8")
    page.click("[data-refresh]")
    expect(page.locator("#dq-list")).to_contain_text("Rules and fees of", timeout=1_000 * ADDED_SECONDS)

    # removed after a second click, and gone from the list; the file stays
    remove = page.locator("#dq-list li", has_text="Rules and fees of").locator("[data-remove]")
    remove.click()
    expect(remove).to_have_text("Really remove?")
    remove.click()
    expect(page.locator("#dq-list li")).to_have_count(7, timeout=1_000 * ADDED_SECONDS)
    assert path.exists()


def test_a_question_is_answered_while_documents_are_added(empty_server: str, visit: Visit, tmp_path: Path) -> None:
    page = visit(empty_server)
    open_library(page)
    many = tmp_path / "many"
    many.mkdir()
    make_papers(many)
    for number in range(150):
        words = " ".join(f"Parcel {number} row {row} was planted with oak and birch." for row in range(40))
        (many / f"wood-{number:03}.txt").write_text(f"Wood register {number}\n\n{words}\n", encoding="utf-8")
    page.fill("#dq-folder textarea, #dq-folder input", str(many))
    page.click("#dq-folder .submit-button")
    expect(page.locator("#dq-progress progress")).to_be_visible(timeout=1_000 * ADDED_SECONDS)
    ask(page, "How long is the breakwater?")
    expect(page.locator("#dq-progress progress")).to_be_visible()  # still at it
    page.click("[data-cancel]")
    expect(page.locator("#dq-progress progress")).to_have_count(0, timeout=1_000 * ADDED_SECONDS)


def test_the_scope_limits_and_a_click_widens(visit: Visit, fake_server: str) -> None:
    page = visit(fake_server)
    expect(page.locator("#dq-hint")).to_contain_text("Asking all 4 documents")
    page.click("#dq-hint [data-side='library']")
    page.fill("[data-filter]", "report")
    page.click("[data-choose='only']")
    expect(page.locator("#dq-hint")).to_contain_text("Asking 1 of 4 documents")
    ask(page, ASKED)
    expect(page.locator(".dq-notfound")).to_contain_text(
        "Searched: only Annual report of the rowing club (of 4 documents)"
    )
    page.click("[data-widen]")
    expect(page.locator("#dq-hint")).to_contain_text("Asking all 4 documents")
    ask(page, ASKED)
    expect(page.locator(".dq-turn[data-turn='1'] .dq-words")).to_have_count(2)
    expect(page.locator("#dq-add")).to_have_count(0)  # nothing to add to: no button that does nothing


def test_the_panels_open_and_close_by_keyboard_and_cover_a_narrow_screen(visit: Visit, fake_server: str) -> None:
    page = visit(fake_server, viewport=NARROW)
    page.focus("#dq-sides [data-side='library']")
    page.keyboard.press("Enter")
    expect(page.locator("[data-filter]")).to_be_focused()
    expect(page.locator("#dq-sides [data-side='library']")).to_have_attribute("aria-expanded", "true")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.keyboard.press("Escape")
    expect(page.locator("#dq-side")).to_be_hidden()
    expect(page.locator("#dq-sides [data-side='library']")).to_be_focused()
