"""A question that was taken in another way than it was meant is asked again with one click."""

from __future__ import annotations

from conftest import Visit
from playwright.sync_api import Page, expect
from test_chat import ASKED, ask
from test_craft import needs_axe, serious
from ui_fake import MINUTES_DOCUMENT, REPORT_DOCUMENT

FOLLOW_UP = "And how many of them sent apologies?"
IN_2021 = "How many members were there in 2021?"
VAGUE = "How large is which club?"


def answered(page: Page, turn: int) -> Page:
    page.wait_for_selector(f".dq-turn[data-turn='{turn}'] :is(.dq-answer, .dq-notfound)")
    return page


def test_a_follow_up_is_asked_as_typed(visit: Visit, fake_server: str) -> None:
    page = visit(fake_server)
    ask(page, ASKED)
    ask(page, FOLLOW_UP)
    expect(page.locator(".dq-understood")).to_contain_text("Understood as: How many members sent apologies?")
    page.get_by_role("button", name="Ask it as typed").click()
    answered(page, 2)
    expect(page.locator(".dq-turn[data-turn='2'] .dq-question")).to_have_text(FOLLOW_UP)
    expect(page.locator(".dq-turn[data-turn='2'] .dq-understood")).to_have_count(0)
    expect(page.locator("#dq-box textarea")).to_be_focused()


def test_what_docquote_says_itself_is_no_refusal_and_the_documents_can_be_searched_all_the_same(
    visit: Visit, fake_server: str
) -> None:
    page = visit(fake_server)
    page.fill("#dq-box textarea", "Hello")
    page.press("#dq-box textarea", "Enter")
    expect(page.locator(".dq-reply")).to_have_text("Hello.\n- <b>Minutes</b>")
    expect(page.locator(".dq-notfound")).to_have_count(0)
    page.get_by_role("button", name="Search the documents for it").click()
    answered(page, 1)
    expect(page.locator(".dq-reply")).to_have_count(1)


def test_looking_at_one_time_first_is_undone(visit: Visit, fake_server: str) -> None:
    page = visit(fake_server)
    ask(page, IN_2021)
    expect(page.locator(".dq-understood")).to_contain_text("Looked first in the only document of 2021.")
    expect(page.locator(".dq-words")).to_have_count(1)
    page.get_by_role("button", name="Ask whatever the date").press("Enter")
    answered(page, 1)
    expect(page.locator(".dq-turn[data-turn='1'] .dq-understood")).to_have_count(0)
    expect(page.locator(".dq-turn[data-turn='1'] .dq-words")).to_have_count(2)


def test_a_question_that_may_mean_several_documents_is_asked_of_the_chosen_one(visit: Visit, fake_server: str) -> None:
    page = visit(fake_server)
    ask(page, VAGUE)
    choice = page.get_by_role("list", name="Ask again of one of them")
    expect(choice.get_by_role("button")).to_have_text(
        [f"{MINUTES_DOCUMENT.source.title} · 2 March 2021", REPORT_DOCUMENT.source.title]
    )
    choice.get_by_role("button").last.click()
    answered(page, 1)
    again = page.locator(".dq-turn[data-turn='1']")
    expect(again.locator(".dq-question")).to_have_text(VAGUE)
    expect(again.locator(".dq-choice")).to_have_count(0)
    expect(again).to_contain_text(f"Searched: only {REPORT_DOCUMENT.source.title}")
    ask(page, ASKED)  # the choice held for that question alone
    expect(page.locator(".dq-turn[data-turn='2'] .dq-words")).to_have_count(2)


def test_a_question_that_may_mean_several_persons_is_asked_of_the_chosen_one(visit: Visit, fake_server: str) -> None:
    page = visit(fake_server)
    ask(page, "How many members has the mayor?")
    page.get_by_role("list", name="Ask again of one of them").get_by_role("button", name="Tom Reyes").click()
    answered(page, 1)
    again = page.locator(".dq-turn[data-turn='1']")
    expect(again.locator(".dq-question")).to_have_text("How many members has Tom Reyes?")
    expect(again.locator(".dq-words")).to_have_count(2)


def test_a_forged_document_is_asked_of_nothing(visit: Visit, fake_server: str) -> None:
    page = visit(fake_server)
    ask(page, VAGUE)
    page.locator(".dq-choice button").first.evaluate("(button) => { button.dataset.document = '../secrets'; }")
    page.locator(".dq-choice button").first.click()
    expect(page.locator("#dq-hint")).to_contain_text("No document is chosen")
    expect(page.locator(".dq-turn")).to_have_count(1)


@needs_axe
def test_axe_finds_no_serious_issue_with_these_buttons(visit: Visit, fake_server: str) -> None:
    for scheme in ("light", "dark"):
        page = visit(fake_server, scheme=scheme)
        for question in (ASKED, FOLLOW_UP, IN_2021, VAGUE):
            ask(page, question)
        assert serious(page) == []
