"""The library panel: choosing what is asked, adding, removing and re-indexing documents while questions go on."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import gradio as gr

from rag.errors import DocquoteError
from rag.history import Exchanges
from rag.index.ingest import IndexJobs
from rag.loading.registry import is_supported, unsupported_reason
from rag.serving.chats import token_or_new
from rag.ui.html.conversation import sides_html
from rag.ui.html.jobs import progress_html
from rag.ui.html.library import Chosen, Listed, chosen_from, head_html, listed_of
from rag.ui.page import Page, asset, html, quiet, sent_with
from rag.ui.state import View, parse_key
from rag.ui.views import Views

TICK_SECONDS = 0.7
"""How often the page asks how far the work on the library is, while there is any."""
IDLE_SECONDS = 3.0
"""How often it asks whether there is any, where folders are followed."""


def wire_library(views: Views, page: Page, app: gr.Blocks) -> gr.State:
    """Makes the panel and wires it; returns what changes with the documents."""
    drawn = listed_of(views.sources())
    shows = gr.State(drawn)  # which documents the list in this browser has
    with gr.Column(elem_id="dq-library"):
        html(head_html(refreshable=views.jobs is not None), "dq-listhead")
        listed = html(views.documents(None), "dq-list", asset("library.js"))
        if views.jobs is not None:
            _wire_jobs(views, views.jobs, page, app, listed, shows)

    def choose(event: gr.EventData) -> tuple[Chosen, str]:
        chosen = chosen_from(sent_with(event).get("chosen"), views.sources())
        return chosen, views.hint(chosen)

    def start(token: str, exchanges: Exchanges, request: gr.Request) -> dict[Any, Any]:
        shown: dict[Any, Any] = {page.token: token_or_new(token)}
        if request.username:
            shown[page.sides] = sides_html(history=views.chats.conversations is not None, user=request.username)
        now = listed_of(views.sources())
        if now != drawn:  # what the page came with is out of date
            shown |= {
                shows: now,
                listed: views.documents(None),
                page.title: views.header(),
                page.hint: views.hint(None),
            }
            if not exchanges:
                shown[page.thread] = views.welcome()
        return shown

    listed.select(choose, None, [page.chosen, page.hint], **quiet())
    app.load(
        start,
        [page.token, page.conversation],
        [page.token, page.sides, page.title, listed, shows, page.hint, page.thread],
        **quiet(),
    )
    return shows


def _wire_jobs(views: Views, jobs: IndexJobs, page: Page, app: gr.Blocks, listed: gr.HTML, shows: gr.State) -> None:
    changes = html("", "dq-changes", asset("library_changes.js"))
    with gr.Column(elem_id="dq-add"):
        upload = gr.UploadButton(
            "Add files, or drop them here",
            file_count="multiple",
            elem_id="dq-upload",
            size="sm",
        )
        folder = gr.Textbox(
            label="Or a folder on this computer",
            placeholder="/home/me/Documents",
            lines=1,
            max_lines=1,
            submit_btn="Add",
            elem_id="dq-folder",
            visible=views.folders,
        )
        progress = html(progress_html(jobs.snapshot()), "dq-progress", asset("progress.js"))

    def pace(busy: bool) -> gr.Timer:
        return gr.Timer(TICK_SECONDS if busy else IDLE_SECONDS, active=busy or views.follows)

    timer = pace(busy=False)
    refused = gr.State(())  # what could not be begun; shown until something else is
    moving = [refused, progress, timer]

    def work(start: Callable[[], object], refusals: Sequence[str] = ()) -> dict[Any, Any]:
        try:
            start()
        except DocquoteError as error:
            refusals = [*refusals, str(error)]
        return {
            refused: refusals,
            progress: progress_html(jobs.snapshot(), refusals),
            timer: pace(jobs.busy or not refusals),
        }

    def add_files(paths: list[str]) -> dict[Any, Any]:
        files = [Path(path) for path in paths]
        readable = [(path.name, path) for path in files if is_supported(path)]
        refusals = [f"{path.name}: {unsupported_reason(path)}" for path in files if not is_supported(path)]
        return work(lambda: jobs.upload(readable) if readable else None, refusals)

    def add_folder(typed: str) -> dict[Any, Any]:
        if not views.folders or not typed.strip():
            return work(lambda: None)
        return work(lambda: jobs.add(Path(typed.strip()).expanduser())) | {folder: ""}

    def remove(event: gr.EventData) -> dict[Any, Any]:
        sent = sent_with(event).get("id")
        paths = [source.path for source in views.sources() if source.id == sent]
        return work(lambda: jobs.remove(paths) if paths else None)

    def refresh() -> dict[Any, Any]:
        return work(jobs.refresh)

    def refresh_one(view: View | None, event: gr.EventData) -> dict[Any, Any]:
        if view is None or parse_key(sent_with(event).get("again")) != view.key:
            return work(lambda: None)
        return work(lambda: jobs.add(Path(views.chats.assistant.document(view.document_id).source.path)))

    def cancel(event: gr.EventData) -> dict[Any, Any]:
        sent = sent_with(event).get("cancel")
        return work(lambda: jobs.cancel(sent) if type(sent) is int else None)

    def tick(
        exchanges: Exchanges, chosen: Chosen, view: View | None, refusals: Sequence[str], before: Listed
    ) -> dict[Any, Any]:
        busy = jobs.busy  # before the documents are looked at, so that the last tick sees all that was done
        now = listed_of(views.sources())
        shown: dict[Any, Any] = {
            progress: progress_html(jobs.snapshot(), refusals),
            timer: pace(busy or jobs.busy),
        }
        if now != before:
            shown |= {shows: now, page.title: views.header(), page.hint: views.hint(chosen)}
            if now and before:
                shown[changes] = views.changes(before, chosen)
            else:
                shown[listed] = views.documents(chosen)
            if not exchanges:
                shown[page.thread] = views.welcome()
        if view is not None and not busy and views.version(view.document_id) != view.version:
            shown[page.view], shown[page.source] = views.source(exchanges, view.key)
        return shown

    everything = [*moving, listed, changes, shows, page.title, page.hint, page.thread, page.view, page.source]
    upload.upload(add_files, upload, moving, **quiet())
    folder.submit(add_folder, folder, [*moving, folder], **quiet())
    listed.delete(remove, None, moving, **quiet())
    listed.apply(refresh, None, moving, **quiet())
    page.source.apply(refresh_one, page.view, moving, **quiet())
    progress.select(cancel, None, moving, **quiet())

    # only ever on: either may arrive after the answer to a click that has begun some work meanwhile
    def keep_on() -> gr.Timer | dict[str, Any]:
        return pace(busy=True) if jobs.busy else gr.skip()

    ticked = timer.tick(tick, [page.conversation, page.chosen, page.view, refused, shows], everything, **quiet())
    ticked.then(keep_on, None, timer, **quiet())  # a click came while the tick that switches off was on its way
    app.load(keep_on, None, timer, **quiet())
