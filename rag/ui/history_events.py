"""The conversations panel: everyone's own, listed, searched, opened, renamed, exported and deleted."""

from __future__ import annotations

from typing import Any

import gradio as gr

from rag.errors import DocquoteError
from rag.history import Conversations, Exchanges, export_json, export_markdown
from rag.serving.chats import owner_of, token_or_new
from rag.ui.html.history import MAX_SEARCH_CHARACTERS, download_html, file_stem, history_head_html, parse_id
from rag.ui.html.source import empty_html
from rag.ui.page import Page, asset, html, quiet, sent_with
from rag.ui.state import Filed, first_key
from rag.ui.views import Views


def wire_history(
    views: Views, conversations: Conversations, page: Page, app: gr.Blocks, asking: Any, shows: gr.State
) -> None:
    """Makes the panel and wires it.

    Args:
        asking: the event to keep answers after, and to cancel.
        shows: what changes with the documents.
    """
    with gr.Column(elem_id="dq-history"):
        html(history_head_html(), "dq-talkhead")
        listed = html("", "dq-talks", asset("history.js"))
        saved = html("", "dq-save", asset("save.js"))
    search = gr.State("")

    def keep(
        exchanges: Exchanges, filed: Filed, token: str, search: str, request: gr.Request
    ) -> tuple[Filed, str, str]:
        token = token_or_new(token)
        owner = owner_of(request.username, token)
        filed = views.keep(owner, exchanges, filed)
        return filed, token, views.history(owner, filed, search)

    def relist(filed: Filed, token: str, search: str, request: gr.Request) -> str:
        return views.history(owner_of(request.username, token), filed, search)

    def recheck(exchanges: Exchanges, filed: Filed, token: str, search: str, request: gr.Request) -> dict[Any, Any]:
        talks, rechecked = views.rechecked(owner_of(request.username, token), exchanges, filed, search)
        shown: dict[Any, Any] = {listed: talks}
        if rechecked != exchanges and not exchanges[-1].pending:
            shown |= {page.conversation: rechecked, page.thread: views.thread(rechecked)}
        return shown

    def look_for(filed: Filed, token: str, event: gr.EventData, request: gr.Request) -> tuple[str, str]:
        wanted = str(sent_with(event).get("search", "")).strip()[:MAX_SEARCH_CHARACTERS]
        return wanted, views.history(owner_of(request.username, token), filed, wanted)

    def open_kept(filed: Filed, token: str, search: str, event: gr.EventData, request: gr.Request) -> dict[Any, Any]:
        sent = sent_with(event)
        owner, wanted, turn = owner_of(request.username, token), parse_id(sent.get("id")), sent.get("turn")
        try:
            exchanges, filed = views.opened(owner, wanted or "")
        except DocquoteError:  # deleted in another window: the list says what there is
            return {listed: views.history(owner, filed, search)}
        at = turn if type(turn) is int and 0 <= turn < len(exchanges) else None
        view, source = views.source(exchanges, first_key(exchanges if at is None else exchanges[: at + 1]))
        return {
            page.conversation: exchanges,
            page.filed: filed,
            page.thread: views.thread(exchanges, at),
            page.view: view,
            page.source: source,
            page.box: gr.update(submit_btn="Ask", stop_btn=False),
            listed: views.history(owner, filed, search),
        }

    def rename(filed: Filed, token: str, search: str, event: gr.EventData, request: gr.Request) -> str:
        sent = sent_with(event)
        owner, wanted = owner_of(request.username, token), parse_id(sent.get("id"))
        if wanted is not None and any(one.id == wanted for one in conversations.list(owner)):
            conversations.rename(owner, wanted, str(sent.get("title", "")))
        return views.history(owner, filed, search)

    def delete(filed: Filed, token: str, search: str, event: gr.EventData, request: gr.Request) -> dict[Any, Any]:
        owner, wanted = owner_of(request.username, token), parse_id(sent_with(event).get("id"))
        if wanted is None or not conversations.delete(owner, wanted) or wanted != filed.id:
            return {listed: views.history(owner, filed, search)}
        return {
            page.conversation: (),
            page.filed: Filed(),
            page.view: None,
            page.thread: views.welcome(),
            page.source: empty_html(),
            listed: views.history(owner, Filed(), search),
        }

    def save(token: str, event: gr.EventData, request: gr.Request) -> str:
        sent = sent_with(event)
        try:
            found = conversations.open(owner_of(request.username, token), parse_id(sent.get("id")) or "")
        except DocquoteError:
            return ""
        if sent.get("form") == "json":
            return download_html(f"{file_stem(found.title)}.json", export_json(found))
        return download_html(f"{file_stem(found.title)}.md", export_markdown(found))

    session = [page.filed, page.token, search]
    whole = [page.conversation, page.filed, page.thread, page.view, page.source, page.box, listed]
    asking.success(keep, [page.conversation, *session], [page.filed, page.token, listed], **quiet())
    page.clear.click(relist, session, listed, **quiet())
    listed.input(look_for, [page.filed, page.token], [search, listed], **quiet())
    listed.select(open_kept, session, whole, cancels=asking, **quiet())
    listed.edit(rename, session, listed, **quiet())
    listed.delete(delete, session, whole, cancels=asking, **quiet())
    listed.download(save, page.token, saved, **quiet())
    shows.change(recheck, [page.conversation, *session], [page.conversation, page.thread, listed], **quiet())
    app.load(relist, session, listed, **quiet())
