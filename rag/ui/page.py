"""The parts of one page that events are wired to, and how they are made."""

from __future__ import annotations

from dataclasses import dataclass
from importlib.resources import files
from typing import Any

import gradio as gr


@dataclass(frozen=True)
class Page:
    """What a session holds and shows.

    Attributes:
        conversation: the exchanges on the page.
        view: the source on show.
        chosen: the documents that are asked.
        filed: where the conversation is kept.
        token: the secret by which this browser is known again.
        title, sides, clear: the header.
        thread, box, hint: the conversation, the question box and the line below it.
        source: the source panel.
    """

    conversation: gr.State
    view: gr.State
    chosen: gr.State
    filed: gr.State
    token: gr.BrowserState
    title: gr.HTML
    sides: gr.HTML
    clear: gr.Button
    thread: gr.HTML
    box: gr.Textbox
    hint: gr.HTML
    source: gr.HTML


def asset(name: str) -> str:
    """The text of a file that the browser gets."""
    return files("rag.ui").joinpath("static").joinpath(name).read_text(encoding="utf-8")


def html(value: str, elem_id: str, script: str | None = None) -> gr.HTML:
    """A part of the page that is drawn by us and not by gradio."""
    return gr.HTML(value, js_on_load=script, elem_id=elem_id, apply_default_css=False)


def quiet() -> dict[str, Any]:
    """How all events are wired: without gradio's spinner, and not as an endpoint for others."""
    return {"show_progress": "hidden", "api_visibility": "private"}


def sent_with(event: gr.EventData) -> dict[str, Any]:
    """What a script of ours sent with the event; empty for gradio's own events. Not to be trusted."""
    return event._data if isinstance(event._data, dict) else {}
