"""Answers of several quotes on the page: under the document they are from, and the sides of a comparison."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from conftest import NARROW, Visit
from playwright.sync_api import Page, expect
from test_chat import MARKED, ask, open_citation
from test_craft import needs_axe, serious
from ui_fake import ROOF

IMAGES = Path(__file__).parents[2] / "docs" / "images"


def left_edges(page: Page) -> list[float]:
    return [box["x"] for part in page.locator(".dq-told").all() if (box := part.bounding_box()) is not None]


def test_quotes_stand_under_the_document_that_they_are_from(visit: Visit, fake_server: str) -> None:
    page = visit(fake_server)
    ask(page, "Describe the club.")
    expect(page.locator(".dq-frame")).to_have_text(
        ["From Minutes of the spring meeting, 2021-03-02:", "From Annual report of the rowing club:"]
    )
    expect(page.locator(".dq-words")).to_have_text([quote.quote for quote in ROOF])
    expect(page.locator("#dq-thread [aria-current]")).to_have_text("2")  # the likeliest one is open
    for number, quote in enumerate(ROOF, start=1):
        open_citation(page, f"0.cite.{number}")
        assert page.evaluate(MARKED) == quote.quote
    frame, words = (
        page.locator(f"{name} >> nth=0").evaluate(
            "(e) => getComputedStyle(e).fontStyle + getComputedStyle(e).fontFamily"
        )
        for name in (".dq-frame", ".dq-words")
    )
    assert frame != words


def test_sides_stand_beside_each_other_on_a_wide_page_and_stacked_on_a_narrow_one(
    visit: Visit, fake_server: str
) -> None:
    page = visit(fake_server)
    ask(page, "Compare the minutes and the report.")
    expect(page.locator(".dq-told h3")).to_have_text(["the minutes", "the report", "<b>the moon</b>"])
    expect(page.locator(".dq-told >> nth=2")).to_contain_text("Nothing found about <b>the moon</b>.")
    assert len(set(left_edges(page))) > 1
    narrow = visit(fake_server, viewport=NARROW)
    ask(narrow, "Compare the minutes and the report.")
    assert len(set(left_edges(narrow))) == 1
    assert narrow.evaluate("document.documentElement.scrollWidth <= innerWidth")


@pytest.mark.parametrize("question", ["Summarise the minutes.", "Compare the minutes and the report."])
def test_overviews_and_comparisons_claim_no_likelihood(visit: Visit, fake_server: str, question: str) -> None:
    page = visit(fake_server)
    ask(page, question)
    expect(page.locator(".dq-frame").first).to_be_visible()
    expect(page.locator(".dq-confidence")).to_have_text("")


@needs_axe
@pytest.mark.parametrize("viewport", [None, NARROW], ids=["wide", "narrow"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_no_serious_issue(
    visit: Visit, fake_server: str, viewport: dict[str, int] | None, scheme: str
) -> None:
    page = visit(fake_server, viewport=viewport, scheme=scheme)
    ask(page, "Describe the club.")
    ask(page, "Compare the minutes and the report.")
    assert serious(page) == []


@pytest.mark.skipif(not os.environ.get("DOCQUOTE_SCREENSHOTS"), reason="pictures are taken with DOCQUOTE_SCREENSHOTS=1")
def test_the_picture_of_a_comparison(visit: Visit, sample_server: str) -> None:
    page = visit(sample_server)
    ask(page, "What do Shanghai and Chongqing say about the epidemic?")
    page.wait_for_timeout(600)
    page.screenshot(path=IMAGES / "comparison.png")
