"""The page: a conversation on the left, the source on the right, the library and earlier conversations at the side.

A button in the page carries only a key: a place in the conversation ("0.cite.1"), or the id of a document or of a
kept conversation. The conversation itself stays in the session on the server, so nothing that a browser sends is
ever taken for a document, a path or a span.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import gradio as gr

from rag.history import Exchange, Exchanges
from rag.serving.base import MAX_QUESTION_CHARACTERS
from rag.serving.chats import owner_of
from rag.ui.history_events import wire_history
from rag.ui.html.conversation import MAX_CORRECTION_CHARACTERS, sides_html
from rag.ui.html.library import Chosen, still_there
from rag.ui.html.source import empty_html
from rag.ui.library_events import wire_library
from rag.ui.page import Page, asset, html, quiet, sent_with
from rag.ui.state import Filed, View, first_key, parse_key
from rag.ui.views import Views

QUESTIONS_AT_ONCE = 4
"""Answered side by side; with one only, a question after a stopped one would wait for that to end unseen."""

STOPPED = "Stopped before an answer was found."
NONE_CHOSEN = "No document is chosen. Choose at least one in the library."


def build_app(views: Views) -> gr.Blocks:
    """The page over one library."""
    app: gr.Blocks = gr.Blocks(title="docquote", analytics_enabled=False, fill_width=True, fill_height=True)
    with app:
        page = _laid_out(views)
        asking = _wire_asking(views, page)
        _wire_sources(views, page)
        with gr.Column(elem_id="dq-side"):
            shows = wire_library(views, page, app)
            if views.chats.conversations is not None:
                wire_history(views, views.chats.conversations, page, app, asking, shows)
    return app


def _laid_out(views: Views) -> Page:
    script = asset("page.js")
    with gr.Row(elem_id="dq-header"):
        title = html(views.header(), "dq-title")
        sides = html(sides_html(history=views.chats.conversations is not None, user=""), "dq-sides", asset("side.js"))
        clear = gr.Button("New chat", elem_id="dq-new", size="sm")
    with gr.Row(elem_id="dq-main"):
        with gr.Column(elem_id="dq-chat"):
            thread = html(views.welcome(), "dq-thread", script)
            box = gr.Textbox(
                label="Your question",
                placeholder="Ask your documents",
                show_label=False,
                container=False,
                lines=1,
                max_lines=6,
                autofocus=True,
                submit_btn="Ask",
                elem_id="dq-box",
            )
            hint = html(views.hint(None), "dq-hint")
        with gr.Column(elem_id="dq-source"):
            source = html(empty_html(), "dq-panel", script)
    return Page(
        conversation=gr.State(()),
        view=gr.State(None),
        chosen=gr.State(None),
        filed=gr.State(Filed()),
        token=gr.BrowserState("", storage_key="docquote", secret="docquote"),
        title=title,
        sides=sides,
        clear=clear,
        thread=thread,
        box=box,
        hint=hint,
        source=source,
    )


def _wire_asking(views: Views, page: Page) -> Any:
    """Asking, stopping, and starting over; returns the event that asks, which others may cancel."""

    def respond(typed: str, exchanges: Exchanges, chosen: Chosen, event: gr.EventData) -> Iterator[dict[Any, Any]]:
        sent = sent_with(event)
        question = str(sent.get("question", typed)).strip()
        chosen = None if sent.get("everywhere") else still_there(chosen, views.sources())
        only = sent.get("document")  # for this question alone
        asked_of = still_there(frozenset({str(only)}), views.sources()) if only else chosen
        if not question or (exchanges and exchanges[-1].pending):
            yield {page.hint: views.hint(chosen)}
            return
        refusal = _refusal(question, asked_of)
        if refusal:
            yield {page.hint: views.hint(chosen, refusal)}
            return
        asked = (*exchanges, Exchange(question))
        yield {
            page.conversation: asked,
            page.chosen: chosen,
            page.thread: views.thread(asked),
            page.box: gr.update(submit_btn=False, stop_btn="Stop"),  # page.js clears it
            page.hint: views.hint(chosen),
        }
        how = {"as_typed": bool(sent.get("typed")), "any_date": bool(sent.get("anydate"))}
        answered = (*exchanges, views.ask(question, exchanges, asked_of, **how))
        view, source = views.source(answered, first_key(answered))
        yield {
            page.conversation: answered,
            page.thread: views.thread(answered),
            page.box: gr.update(submit_btn="Ask", stop_btn=False),
            page.view: view,
            page.source: source,
        }

    def stop(exchanges: Exchanges) -> dict[Any, Any]:
        stopped = tuple(Exchange(e.question, problem=STOPPED) if e.pending else e for e in exchanges)
        return {
            page.conversation: stopped,
            page.thread: views.thread(stopped),
            page.box: gr.update(submit_btn="Ask", stop_btn=False),
        }

    def start_over(chosen: Chosen) -> dict[Any, Any]:
        return {
            page.conversation: (),
            page.filed: Filed(),
            page.view: None,
            page.thread: views.welcome(),
            page.source: empty_html(),
            page.box: gr.update(value="", submit_btn="Ask", stop_btn=False),
            page.hint: views.hint(chosen),
        }

    shown = [page.conversation, page.view, page.thread, page.source, page.box, page.hint]
    asking = gr.on(
        [page.box.submit, page.thread.submit],
        respond,
        [page.box, page.conversation, page.chosen],
        [*shown, page.chosen],
        concurrency_limit=QUESTIONS_AT_ONCE,
        trigger_mode="multiple",
        **quiet(),
    )
    page.box.stop(stop, page.conversation, [page.conversation, page.thread, page.box], cancels=asking, **quiet())
    page.clear.click(start_over, page.chosen, [*shown, page.filed], cancels=asking, **quiet())
    return asking


def _wire_sources(views: Views, page: Page) -> None:
    """Opening citations, turning pages, and saying what one thinks of an answer."""

    def show(exchanges: Exchanges, shown: View | None, event: gr.EventData) -> tuple[View | None, str]:
        sent = sent_with(event)
        return views.source(exchanges, parse_key(sent.get("open")), shown, more=sent.get("more"), page=sent.get("page"))

    def rate(
        exchanges: Exchanges, filed: Filed, token: str, event: gr.EventData, request: gr.Request
    ) -> tuple[Exchanges, str]:
        sent = sent_with(event)
        turn, rating = sent.get("turn"), sent.get("rate")
        correction = str(sent.get("correction", "")).strip()[:MAX_CORRECTION_CHARACTERS]
        if type(turn) is int and (rating == "up" or rating == "down"):
            exchanges = views.rate(owner_of(request.username, token), exchanges, filed, turn, rating, correction)
        return exchanges, views.thread(exchanges)

    page_of = [page.view, page.source]
    gr.on([page.thread.select, page.source.select], show, [page.conversation, page.view], page_of, **quiet())
    if views.chats.feedback is not None:
        page.thread.like(rate, [page.conversation, page.filed, page.token], [page.conversation, page.thread], **quiet())


def _refusal(question: str, chosen: Chosen) -> str:
    """Why a question is not asked; "" where it is."""
    if len(question) > MAX_QUESTION_CHARACTERS:
        return (
            f"That question has {len(question):,} characters; up to {MAX_QUESTION_CHARACTERS:,} can be read. "
            "Please ask it in fewer words."
        )
    return NONE_CHOSEN if chosen is not None and not chosen else ""
