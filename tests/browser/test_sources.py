"""Sources of every kind, opened as a person opens them: pages of a PDF, text, and files that changed since."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from conftest import NARROW, Visit, running
from papers import make_papers
from playwright.sync_api import Browser, Page, expect
from test_chat import MARKED, QUOTE_IN_VIEW, ask

BREAKWATER = "How long is the breakwater?"


@pytest.fixture(scope="module")
def papers(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_papers(tmp_path_factory.mktemp("papers") / "papers")


@pytest.fixture(scope="module")
def papers_server(browser: Browser, papers: Path) -> Iterator[str]:
    with running(papers.parent / "server.log", str(papers.parent / "index"), str(papers)) as address:
        yield address


def boxes(page: Page) -> list[dict[str, float]]:
    """Where the marks of the page image stand, in fractions of the image."""
    found: list[dict[str, float]] = page.evaluate(
        """() => {
          const page = document.querySelector(".dq-sheet img").getBoundingClientRect();
          return [...document.querySelectorAll(".dq-box:not(.dq-strong)")].map((box) => {
            const at = box.getBoundingClientRect();
            return { left: (at.left - page.left) / page.width, top: (at.top - page.top) / page.height,
                     width: at.width / page.width, height: at.height / page.height };
          });
        }"""
    )
    return found


@pytest.mark.parametrize("viewport", [None, NARROW], ids=["wide", "narrow"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_pdf_opens_as_its_page_with_the_quote_marked(
    visit: Visit, papers_server: str, viewport: dict[str, int] | None, scheme: str
) -> None:
    page = visit(papers_server, viewport=viewport, scheme=scheme)
    ask(page, BREAKWATER)
    expect(page.locator(".dq-words").first).to_contain_text("340 metres")
    page.click("#dq-thread .dq-cite >> nth=0")
    expect(page.locator(".dq-number")).to_have_text("Page 2 of 3")
    expect(page.locator(".dq-check")).to_contain_text("Verified")
    expect(page.locator(".dq-sheet img")).to_have_attribute("src", re.compile("^data:image/png;base64,"))
    marks = boxes(page)
    assert len(marks) == 1  # the quote is one line, in the upper third of the page
    assert 0.1 < marks[0]["left"] < 0.2 and 0.1 < marks[0]["top"] < 0.3
    assert 0.4 < marks[0]["width"] < 0.8 and 0.005 < marks[0]["height"] < 0.03
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_pages_are_turned_and_enlarged_and_the_text_is_there_too(visit: Visit, papers_server: str) -> None:
    page = visit(papers_server)
    ask(page, BREAKWATER)
    page.click("[aria-label='Page forward']")
    expect(page.locator(".dq-number")).to_have_text("Page 3 of 3")
    expect(page.locator(".dq-box")).to_have_count(0)
    expect(page.locator("[aria-label='Page forward']")).to_be_disabled()
    page.click("text=Back to the quote")
    expect(page.locator(".dq-number")).to_have_text("Page 2 of 3")
    expect(page.locator(".dq-box:not(.dq-strong)")).to_have_count(1)
    before = page.locator(".dq-sheet").bounding_box()
    page.click("[aria-label='Larger']")
    after = page.locator(".dq-sheet").bounding_box()
    assert before is not None and after is not None and after["width"] > 1.4 * before["width"]
    page.click("[aria-label='Smaller']")
    expect(page.locator("[aria-label='Smaller']")).to_be_disabled()
    page.click(".dq-tools >> text=Text")
    expect(page.locator("#dq-panel mark")).to_be_visible()
    assert page.evaluate(MARKED) == page.locator(".dq-words >> nth=0").evaluate("(words) => words.textContent")
    page.click("text=Show the page")
    expect(page.locator(".dq-sheet")).to_be_visible()


def test_a_page_that_the_document_does_not_have_is_not_opened(visit: Visit, papers_server: str) -> None:
    page = visit(papers_server)
    ask(page, BREAKWATER)
    for forged in ("99", "-1", "../../etc/passwd", "9" * 40):
        page.locator("[aria-label='Page forward']").evaluate(f"(one) => {{ one.dataset.page = {forged!r}; }}")
        page.click("[aria-label='Page forward']")
        page.wait_for_timeout(300)
        expect(page.locator(".dq-number")).to_have_text("Page 2 of 3")


@pytest.mark.parametrize(
    ("question", "title", "says", "heading"),
    [
        ("When are the apple trees pruned?", "Handbook of the orchard", "late February", "Pruning"),
        ("When does the winter timetable start?", "Notice of the ferry company", "6 November", "Bicycles"),
        ("Where does the key of the boathouse hang?", "Rules of the swimming club", "behind the clock", "Keys"),
    ],
    ids=["word", "html", "markdown"],
)
def test_text_opens_readable_with_headings_at_the_quote(
    visit: Visit, papers_server: str, question: str, title: str, says: str, heading: str
) -> None:
    page = visit(papers_server)
    ask(page, question)
    expect(page.locator("#dq-panel h2")).to_have_text(title)
    assert says in page.evaluate(MARKED)
    expect(page.locator(".dq-body h3", has_text=heading)).to_be_visible()
    assert page.evaluate(QUOTE_IN_VIEW)
    assert page.evaluate("window.pwned") is None
    assert page.locator("#dq-panel .dq-body :is(script, img)").count() == 0


def test_why_a_passage_was_read_is_said_in_plain_words(visit: Visit, papers_server: str) -> None:
    page = visit(papers_server)
    ask(page, BREAKWATER)
    expect(page.locator(".dq-why ul")).to_be_hidden()
    page.click(".dq-why summary")
    expect(page.locator(".dq-why ul")).to_contain_text("By meaning 1st of all passages searched")
    expect(page.locator(".dq-why ul")).to_contain_text("it holds long, breakwater")
    expect(page.locator(".dq-why ul")).to_contain_text("estimated probability of")


def test_a_changed_file_is_said_and_indexed_again_and_a_lost_one_is_said(
    visit: Visit, papers_server: str, papers: Path
) -> None:
    page = visit(papers_server)
    ask(page, "Where does the key of the boathouse hang?")
    expect(page.locator(".dq-check")).to_contain_text("Verified")
    path = papers / "swimming.md"
    rules = path.read_text(encoding="utf-8")
    path.write_text(f"# Rules of the swimming club\n\nA new rule.\n\n{rules}", encoding="utf-8")
    ask(page, "Where does the boathouse key hang?")
    expect(page.locator(".dq-check")).to_contain_text("Changed since indexing")
    expect(page.locator(".dq-check")).to_contain_text("the quote is still in it")
    page.click("[data-again]")
    expect(page.locator("#dq-panel")).to_contain_text("A new rule.", timeout=30_000)
    expect(page.locator(".dq-check")).to_contain_text("Verified")
    assert "behind the clock" in page.evaluate(MARKED)  # the quote moved, and opens where it stands now
    ask(page, "Where is the key of the boathouse?")
    expect(page.locator(".dq-check")).to_contain_text("Verified")
    assert "behind the clock" in page.evaluate(MARKED)
    path.rename(path.with_suffix(".away"))
    ask(page, "Where is the boathouse key?")
    expect(page.locator(".dq-check")).to_contain_text("File is gone")
    path.with_suffix(".away").rename(path)


def test_sources_that_agree_and_are_at_odds_are_grouped_newest_first(visit: Visit, papers_server: str) -> None:
    page = visit(papers_server)
    ask(page, "How many members does the chess club have?")
    expect(page.locator(".dq-conflict")).to_have_text(
        re.compile(r"2 sources say 76( members)?; 1 says 74( members)?, of 2022-12-31\.")
    )
    expect(page.locator(".dq-grouped section")).to_have_count(2)
    agreeing = page.locator(".dq-grouped section >> nth=0").locator("footer")
    expect(agreeing).to_have_text([re.compile("Letter.*15 January 2024"), re.compile("Yearbook.*31 December 2023")])
    page.click(".dq-grouped section >> nth=1 >> .dq-cite")
    expect(page.locator("#dq-panel h2")).to_have_text("Yearbook of the chess club 2022")
    assert page.evaluate(MARKED) == "The chess club has 74 members."
