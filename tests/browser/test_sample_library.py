"""The page over the real sample library: asked, opened, checked against the files on disk, and photographed."""

from __future__ import annotations

from conftest import SAMPLE, Visit
from playwright.sync_api import expect
from test_chat import MARKED, QUOTE_IN_VIEW, ask, open_citation

QUESTION = "Why did the water pump need a repair?"


def test_the_highlighted_text_is_a_slice_of_the_file(visit: Visit, sample_server: str) -> None:
    page = visit(sample_server)
    expect(page.locator("#dq-title")).to_contain_text("Sample library 12 documents")
    ask(page, QUESTION)
    expect(page.locator(".dq-answer")).to_contain_text("frost had cracked the housing")
    for number in range(1, page.locator("#dq-thread .dq-cite").count() + 1):
        open_citation(page, f"0.cite.{number}")
        name = page.locator("#dq-panel .dq-facts li >> nth=-1").text_content()
        assert name is not None and name.endswith(".txt")
        marked = page.evaluate(MARKED)
        assert marked == page.locator(f".dq-words >> nth={number - 1}").evaluate("(words) => words.textContent")
        assert marked in (SAMPLE / name).read_text(encoding="utf-8")
        assert page.evaluate(QUOTE_IN_VIEW)


def test_what_the_library_does_not_hold_is_not_answered(visit: Visit, sample_server: str) -> None:
    page = visit(sample_server)
    ask(page, "What is the capital of France?")
    expect(page.locator(".dq-notfound")).to_contain_text("Not in your documents")
    expect(page.locator(".dq-notfound")).to_contain_text("France")
    open_citation(page, "0.near.1")
    assert page.evaluate(MARKED)


def test_a_follow_up_leans_on_the_question_before(visit: Visit, sample_server: str) -> None:
    page = visit(sample_server)
    ask(page, "Why did the water pump need a repair?")
    ask(page, "And how much did it cost?")
    expect(page.locator(".dq-turn[data-turn='1'] .dq-understood")).to_be_visible()
    expect(page.locator(".dq-turn[data-turn='1'] .dq-answer")).to_contain_text("1,120 pounds")


def test_every_example_is_answered(visit: Visit, sample_server: str) -> None:
    page = visit(sample_server)
    for number in range(page.locator("[data-ask]").count()):
        page.click(f"[data-ask] >> nth={number}")
        expect(page.locator(".dq-answer:not(.dq-nearest)")).to_be_visible()
        page.click("#dq-new")
        expect(page.locator(".dq-welcome")).to_be_visible()
