"""The page as a person uses it, over a hand-made assistant: every state, hostile documents, all input devices."""

from __future__ import annotations

import re

import pytest
from conftest import NARROW, Visit
from playwright.sync_api import Page, expect
from ui_fake import HOSTILE, LONG, LOT, MEMBERS, MINUTES, SECRET, SLOW_SECONDS, SPANNING

ASKED = "How many members attended?"
MARKED = "[...document.querySelectorAll('#dq-panel mark')].map((mark) => mark.textContent).join('')"
QUOTE_IN_VIEW = """() => {
  const text = document.querySelector("#dq-panel .dq-text").getBoundingClientRect();
  const mark = document.querySelector("#dq-panel mark").getBoundingClientRect();
  return text.top <= mark.top && mark.bottom <= text.bottom;
}"""


def ask(page: Page, question: str) -> None:
    turns = page.locator(".dq-turn").count()
    page.fill("#dq-box textarea", question)
    page.press("#dq-box textarea", "Enter")
    page.wait_for_selector(f".dq-turn[data-turn='{turns}'] :is(.dq-answer, .dq-notfound, .dq-problem)")


def open_citation(page: Page, key: str) -> None:
    page.click(f"#dq-thread [data-open='{key}']")
    page.wait_for_selector(f"#dq-panel .dq-doc[data-key='{key}']")


def test_a_question_is_answered_in_quotes_and_a_click_opens_the_source(visit: Visit, fake_server: str) -> None:
    page = visit(fake_server)
    ask(page, ASKED)
    expect(page.locator(".dq-words")).to_have_text([quote.quote for quote in MEMBERS])
    expect(page.locator(".dq-foot")).to_contain_text("Very likely the answer (91%)")
    expect(page.locator("#dq-box textarea")).to_have_value("")
    open_citation(page, "0.cite.2")
    expect(page.locator("#dq-panel h2")).to_have_text("Annual report of the rowing club")
    expect(page.locator("#dq-panel .dq-facts")).to_contain_text("page 2")
    assert page.evaluate(MARKED) == MEMBERS[1].quote
    expect(page.locator("#dq-panel mark strong")).to_have_text("212")
    expect(page.locator("#dq-thread [aria-current]")).to_have_text("2")
    page.click("#dq-panel [data-open='0.cite.1']")
    page.wait_for_selector("#dq-panel .dq-doc[data-key='0.cite.1']")
    assert page.evaluate(MARKED) == MEMBERS[0].quote
    assert page.locator("#dq-panel .dq-body").evaluate("(body) => body.textContent") == MINUTES


def test_a_quote_over_two_paragraphs_is_marked_whole(visit: Visit, fake_server: str) -> None:
    page = visit(fake_server)
    ask(page, "What was decided?")
    assert page.evaluate(MARKED) == SPANNING.quote


def test_a_long_document_is_scrolled_to_its_quote_and_shows_more(visit: Visit, fake_server: str) -> None:
    page = visit(fake_server)
    ask(page, "Which lot is it?")
    page.wait_for_function(QUOTE_IN_VIEW)
    assert page.evaluate("window.scrollY") == 0
    before = page.locator("#dq-panel .dq-body").evaluate("(body) => body.textContent")
    assert before in LONG and len(before) < len(LONG)
    page.click("#dq-panel [data-more='above']")
    page.wait_for_function(f"document.querySelector('#dq-panel .dq-body').textContent.length > {len(before)}")
    assert page.locator("#dq-panel .dq-body").evaluate("(body) => body.textContent").endswith(before)
    assert page.evaluate(MARKED) == LOT.quote
    page.locator("#dq-panel .dq-text").evaluate("(text) => { text.scrollTop = 0; }")
    page.click("#dq-thread [data-open='0.cite.1']")
    page.wait_for_function(QUOTE_IN_VIEW)


def test_not_found_says_so_and_its_nearest_passages_open(visit: Visit, fake_server: str) -> None:
    page = visit(fake_server)
    ask(page, "What is the capital of France?")
    expect(page.locator(".dq-notfound")).to_contain_text("Not in your documents")
    expect(page.locator(".dq-notfound")).to_contain_text("These words occur nowhere in the library: capital, France.")
    expect(page.locator("#dq-panel mark")).to_have_count(0)
    open_citation(page, "0.near.1")
    assert page.evaluate(MARKED) == MEMBERS[0].quote


def test_a_follow_up_says_how_it_was_understood(visit: Visit, fake_server: str) -> None:
    page = visit(fake_server)
    ask(page, ASKED)
    ask(page, "And how many of them sent apologies?")
    expect(page.locator(".dq-understood")).to_contain_text("Understood as: How many members sent apologies?")


def test_hostile_documents_and_questions_inject_nothing(visit: Visit, fake_server: str) -> None:
    page = visit(fake_server)
    question = '<img src=x onerror="window.pwned=1"> the secret $x^2$ **now**?'
    ask(page, question)
    expect(page.locator(".dq-question")).to_have_text(question)
    assert page.locator(".dq-words").evaluate("(words) => words.textContent") == SECRET.quote
    assert page.evaluate(MARKED) == SECRET.quote
    assert page.locator("#dq-panel .dq-body").evaluate("(body) => body.textContent") == HOSTILE
    for selector in ("#dq-thread", "#dq-panel", "#dq-title", "#dq-side"):
        injected = ":is(script, img, a, iframe, b:not(.dq-context b, .dq-check b, .dq-why b), em, math, .katex)"
        assert page.locator(f"{selector} {injected}").count() == 0
    page.hover(".dq-cite")
    expect(page.locator(".dq-card")).to_be_visible()
    assert page.evaluate("window.pwned") is None


def test_the_keyboard_is_enough(visit: Visit, fake_server: str) -> None:
    page = visit(fake_server)
    expect(page.locator("#dq-box textarea")).to_be_focused()
    page.keyboard.type(ASKED)
    page.keyboard.press("Enter")
    page.wait_for_selector(".dq-answer")
    for _ in range(12):
        page.keyboard.press("Shift+Tab")
        if page.evaluate("document.activeElement.dataset.open") == "0.cite.2":
            break
    expect(page.locator("#dq-thread [data-open='0.cite.2']")).to_be_focused()
    card = page.locator("#dq-thread [data-open='0.cite.2'] + .dq-card")
    expect(card).to_be_visible()
    page.keyboard.press("Escape")
    expect(card).to_be_hidden()
    page.keyboard.press("Enter")
    page.wait_for_selector("#dq-panel .dq-doc[data-key='0.cite.2']")
    expect(page.locator("#dq-thread [data-open='0.cite.2']")).to_be_focused()
    page.keyboard.press("ArrowLeft")
    expect(page.locator("#dq-thread [data-open='0.cite.1']")).to_be_focused()
    page.keyboard.press("Space")
    page.wait_for_selector("#dq-panel .dq-doc[data-key='0.cite.1']")


def test_stop_leaves_the_question_unanswered_and_the_page_ready(visit: Visit, fake_server: str) -> None:
    page = visit(fake_server)
    page.fill("#dq-box textarea", "A slow one?")
    page.press("#dq-box textarea", "Enter")
    expect(page.locator(".dq-pending")).to_be_visible()
    page.click("#dq-box .stop-button")
    expect(page.locator(".dq-problem")).to_contain_text("Stopped")
    expect(page.locator("#dq-box .submit-button")).to_be_visible()
    ask(page, ASKED)
    page.wait_for_timeout(1_000 * SLOW_SECONDS)  # the stopped answer must not come after all
    expect(page.locator(".dq-turn")).to_have_count(2)
    expect(page.locator(".dq-turn[data-turn='0'] .dq-problem")).to_contain_text("Stopped")


def test_an_answer_is_copied_with_its_sources(visit: Visit, fake_server: str) -> None:
    page = visit(fake_server)
    ask(page, ASKED)
    page.click("[data-copy]")
    expect(page.locator("[data-copy]")).to_have_text("Copied")
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied.startswith(ASKED)
    assert all(quote.quote in copied and quote.document in copied for quote in MEMBERS)


def test_errors_are_said_and_the_page_goes_on(visit: Visit, fake_server: str) -> None:
    page = visit(fake_server)
    ask(page, "Is the broken index damaged?")
    expect(page.locator(".dq-problem")).to_have_text("the index <b>is</b> damaged: run docquote index again")
    ask(page, "Is there a bug?")
    expect(page.locator(".dq-turn[data-turn='1'] .dq-problem")).to_contain_text("division by zero")
    ask(page, ASKED)
    expect(page.locator(".dq-turn[data-turn='2'] .dq-words")).to_have_count(2)


def test_empty_and_endless_questions_are_not_asked(visit: Visit, fake_server: str) -> None:
    page = visit(fake_server)
    page.press("#dq-box textarea", "Enter")
    page.wait_for_timeout(1_000)  # for the server to have made nothing of it
    expect(page.locator(".dq-turn")).to_have_count(0)
    endless = "why " * 300
    page.fill("#dq-box textarea", endless)
    page.press("#dq-box textarea", "Enter")
    expect(page.locator("#dq-hint")).to_contain_text("up to 1,000 can be read")
    expect(page.locator("#dq-box textarea")).to_have_value(re.compile("^why why"))
    expect(page.locator(".dq-turn")).to_have_count(0)
    ask(page, ASKED)
    expect(page.locator("#dq-hint")).not_to_contain_text("1,000")


def test_a_new_chat_starts_empty(visit: Visit, fake_server: str) -> None:
    page = visit(fake_server)
    ask(page, ASKED)
    page.click("#dq-new")
    expect(page.locator(".dq-welcome")).to_be_visible()
    expect(page.locator("#dq-panel mark")).to_have_count(0)
    ask(page, "What was decided?")
    expect(page.locator(".dq-turn")).to_have_count(1)


def test_an_example_begins_a_question(visit: Visit, fake_server: str) -> None:
    page = visit(fake_server)
    page.click("[data-fill] >> nth=0")
    expect(page.locator("#dq-box textarea")).to_be_focused()
    page.keyboard.type("members?")
    page.keyboard.press("Enter")
    expect(page.locator(".dq-question")).to_have_text("What does Minutes of the spring meeting say about members?")


def test_a_question_in_the_address_is_asked(visit: Visit, fake_server: str) -> None:
    page = visit(f"{fake_server}/?q=How+many+members%3F")
    expect(page.locator(".dq-question")).to_have_text("How many members?")
    expect(page.locator(".dq-words")).to_have_count(2)


def test_two_browsers_have_two_conversations(visit: Visit, fake_server: str) -> None:
    one, other = visit(fake_server), visit(fake_server)
    ask(one, ASKED)
    ask(other, "What was decided?")
    expect(one.locator(".dq-turn")).to_have_count(1)
    open_citation(other, "0.cite.1")
    assert other.evaluate(MARKED) == SPANNING.quote
    open_citation(one, "0.cite.1")
    assert one.evaluate(MARKED) == MEMBERS[0].quote


def test_a_forged_citation_opens_nothing(visit: Visit, fake_server: str) -> None:
    page = visit(fake_server)
    ask(page, ASKED)
    for forged in ("7.cite.1", "../../etc/passwd", "0.cite.99"):
        page.locator("#dq-thread .dq-cite >> nth=0").evaluate(f"(button) => {{ button.dataset.open = {forged!r}; }}")
        page.click("#dq-thread .dq-cite >> nth=0")
        expect(page.locator("#dq-panel .dq-empty")).to_be_visible()


def test_a_narrow_screen_has_no_sideways_scroll_and_a_sheet_for_the_source(visit: Visit, fake_server: str) -> None:
    page = visit(fake_server, viewport=NARROW)
    expect(page.locator("#dq-source")).to_be_hidden()
    ask(page, "What is the secret?")
    expect(page.locator("#dq-source")).to_be_hidden()
    for _ in range(2):
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        page.click("#dq-thread .dq-cite")
        expect(page.locator("#dq-source")).to_be_visible()
        expect(page.locator("#dq-panel .dq-close")).to_be_focused()
        assert page.evaluate(MARKED) == SECRET.quote
        page.keyboard.press("Escape")
        expect(page.locator("#dq-source")).to_be_hidden()
        expect(page.locator("#dq-thread .dq-cite")).to_be_focused()
    page.click("#dq-thread .dq-cite")
    page.click("#dq-panel .dq-close")
    expect(page.locator("#dq-source")).to_be_hidden()
    expect(page.locator("#dq-thread .dq-cite")).to_be_focused()


@pytest.mark.parametrize(("scheme", "dark"), [("light", False), ("dark", True)])
def test_light_and_dark_are_readable(visit: Visit, fake_server: str, scheme: str, dark: bool) -> None:
    page = visit(fake_server, scheme=scheme)
    ask(page, ASKED)
    for selector in (".dq-question", ".dq-words", ".dq-answer footer", "#dq-panel mark", "#dq-hint p", ".dq-cite"):
        assert page.evaluate(CONTRAST, selector) >= 4.5, selector
    background = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert (sum(map(int, re.findall(r"\d+", background)[:3])) < 3 * 128) is dark


CONTRAST = """(selector) => {
  const parse = (colour) => colour.match(/[\\d.]+/g).map(Number);
  const light = (colour) => {
    const [r, g, b] = parse(colour).map((c) => (c /= 255) <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4);
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const element = document.querySelector(selector);
  let under = element;
  while (parse(getComputedStyle(under).backgroundColor)[3] === 0) under = under.parentElement;
  const [ink, paper] = [getComputedStyle(element).color, getComputedStyle(under).backgroundColor].map(light);
  return (Math.max(ink, paper) + 0.05) / (Math.min(ink, paper) + 0.05);
}"""
