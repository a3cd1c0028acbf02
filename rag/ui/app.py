"""The page: a conversation on the left, the source on the right. ``build_app`` wires it, ``serve`` runs it.

A citation's button carries only its place in the conversation ("0.cite.1"); the conversation itself stays in
the session on the server, so nothing that a browser sends is ever taken for a document, a path or a span.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator, Sequence
from importlib.resources import as_file, files
from typing import Any, Protocol

os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"  # read by gradio when it is imported

import gradio as gr

from rag.errors import DocquoteError
from rag.schema import Answer, Document, Source, Turn
from rag.ui.examples import Example, examples_for, is_sample
from rag.ui.panel import empty_html, first_window, panel_html, wider_window
from rag.ui.render import header_html, thread_html, welcome_html
from rag.ui.state import Conversation, Exchange, Key, View, first_key, history, parse_key, resolve, siblings

MAX_QUESTION_CHARACTERS = 1000
"""Longer questions are refused: the embedding model reads about 256 word pieces, some 1,000 characters."""

QUESTIONS_AT_ONCE = 4
"""Answered side by side; with one only, a question after a stopped one would wait for that to end unseen."""

HINT = "Follow-up questions may lean on earlier ones."
STOPPED = "Stopped before an answer was found."
SANS = ("-apple-system", "Segoe UI", "Inter", "Roboto", "Noto Sans", "Liberation Sans", "Arial", "sans-serif")
MONO = ("ui-monospace", "SF Mono", "Consolas", "Noto Sans Mono", "Liberation Mono", "monospace")
PAPER, PAPER_DARK = "#f7f6f2", "#161715"
"""The background while the page loads; --dq-paper in style.css from then on."""

log = logging.getLogger(__name__)


class Library(Protocol):
    """What the page needs of ``rag.assistant.Assistant``."""

    def ask(self, question: str, history: Sequence[Turn] = ()) -> Answer:
        """Answer a question; the history is that of one browser session."""

    def sources(self) -> list[Source]:
        """The documents of the library."""

    def document(self, document_id: str) -> Document:
        """A document by its id; raises DocquoteError where the library no longer holds it."""


def _asset(name: str) -> str:
    return files("rag.ui").joinpath(name).read_text(encoding="utf-8")


def build_app(assistant: Library, *, name: str = "", examples: Sequence[Example] | None = None) -> gr.Blocks:
    """The page over one library.

    Args:
        assistant: answers questions and holds the documents.
        name: what to call the library; if "", "Sample library" or the name of its folder.
        examples: questions on offer before the first one; made from the library if None.
    """
    sources = assistant.sources()
    offered = examples_for(sources) if examples is None else examples
    welcome = welcome_html(offered, len(sources))
    script = _asset("page.js")

    app: gr.Blocks = gr.Blocks(title="docquote", analytics_enabled=False, fill_width=True, fill_height=True)
    with app:
        conversation = gr.State(())
        view = gr.State(None)
        with gr.Row(elem_id="dq-header"):
            title = gr.HTML(_header(sources, name), js_on_load=None, elem_id="dq-title", apply_default_css=False)
            clear = gr.Button("New chat", elem_id="dq-new", size="sm")
        with gr.Row(elem_id="dq-main"):
            with gr.Column(elem_id="dq-chat"):
                thread = gr.HTML(welcome, js_on_load=script, elem_id="dq-thread", apply_default_css=False)
                box = gr.Textbox(
                    label="Your question",
                    placeholder="Ask a question of your documents",
                    show_label=False,
                    container=False,
                    lines=1,
                    max_lines=6,
                    autofocus=True,
                    submit_btn="Ask",
                    elem_id="dq-box",
                )
                hint = gr.HTML(_hint(HINT), js_on_load=None, elem_id="dq-hint", apply_default_css=False)
            with gr.Column(elem_id="dq-source"):
                source = gr.HTML(empty_html(), js_on_load=script, elem_id="dq-panel", apply_default_css=False)

        def respond(typed: str, talk: Conversation, event: gr.EventData) -> Iterator[dict[Any, Any]]:
            question = str(_sent(event).get("question", typed)).strip()
            if not question or (talk and talk[-1].pending):
                yield {hint: _hint(HINT)}
                return
            if len(question) > MAX_QUESTION_CHARACTERS:
                yield {hint: _hint(_too_long(question), warning=True)}
                return
            asked = (*talk, Exchange(question))
            yield {
                conversation: asked,
                thread: thread_html(asked, welcome),
                box: gr.update(submit_btn=False, stop_btn="Stop"),  # page.js clears it
                hint: _hint(HINT),
            }
            answered = (*talk, answer_to(assistant, question, talk))
            opened = open_source(assistant, answered, first_key(answered))
            yield {
                conversation: answered,
                thread: thread_html(answered, welcome),
                box: gr.update(submit_btn="Ask", stop_btn=False),
                view: opened[0],
                source: opened[1],
            }

        def stop(talk: Conversation) -> dict[Any, Any]:
            stopped = tuple(Exchange(e.question, problem=STOPPED) if e.pending else e for e in talk)
            return {
                conversation: stopped,
                thread: thread_html(stopped, welcome),
                box: gr.update(submit_btn="Ask", stop_btn=False),
            }

        def start_over() -> dict[Any, Any]:
            return {
                conversation: (),
                view: None,
                thread: welcome,
                source: empty_html(),
                box: gr.update(value="", submit_btn="Ask", stop_btn=False),
                hint: _hint(HINT),
            }

        def show(talk: Conversation, shown: View | None, event: gr.EventData) -> tuple[View | None, str]:
            sent = _sent(event)
            return open_source(assistant, talk, parse_key(sent.get("open")), shown, sent.get("more"))

        quiet: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}
        everything = [conversation, view, thread, source, box, hint]
        asking = gr.on(
            [box.submit, thread.submit],
            respond,
            [box, conversation],
            everything,
            concurrency_limit=QUESTIONS_AT_ONCE,
            trigger_mode="multiple",
            **quiet,
        )
        box.stop(stop, conversation, [conversation, thread, box], cancels=asking, **quiet)
        clear.click(start_over, None, everything, cancels=asking, **quiet)
        app.load(lambda: _header(assistant.sources(), name), None, title, **quiet)
        gr.on([thread.select, source.select], show, [conversation, view], [view, source], **quiet)
    return app


def answer_to(assistant: Library, question: str, talk: Conversation) -> Exchange:
    """Ask, and turn whatever goes wrong into words on the page; the rest of the page goes on working."""
    try:
        return Exchange(question, answer=assistant.ask(question, history=history(talk)))
    except DocquoteError as error:
        return Exchange(question, problem=str(error))
    except Exception as error:  # the page is the last stop: say it, log it, stay alive
        log.exception("asking failed: %r", question)
        return Exchange(question, problem=f"Something went wrong while answering ({type(error).__name__}: {error}).")


def open_source(
    assistant: Library, talk: Conversation, key: Key | None, shown: View | None = None, more: object = None
) -> tuple[View | None, str]:
    """The source panel for a citation of this conversation, as a view and its HTML.

    Args:
        key: which citation; None or one that names nothing gives an empty panel that says so.
        shown: the view now on the page.
        more: "above" or "below" widens ``shown`` where it shows the same citation; anything else does not.
    """
    if key is None:
        return None, empty_html()
    citation = resolve(talk, key)
    if citation is None:
        return None, empty_html("This conversation has no such citation.")
    try:
        document = assistant.document(citation.document_id)
    except DocquoteError as error:
        return None, empty_html(str(error))
    window = first_window(document.text, (citation.start, citation.end))
    if shown is not None and shown.key == key and (more == "above" or more == "below"):
        window = wider_window(document.text, shown.window, more)
    return View(key, window), panel_html(document, citation, key, len(siblings(talk, key)), window)


def serve(
    assistant: Library,
    *,
    host: str = "127.0.0.1",
    port: int = 7860,
    open_browser: bool = False,
    name: str = "",
    examples: Sequence[Example] | None = None,
) -> None:
    """Serve the page until interrupted.

    Nothing but ``host`` and ``port`` is contacted or listened on: no analytics, no share link, no web fonts.

    Raises:
        OSError: the port is taken.
    """
    _bypass_proxy(host)
    app = build_app(assistant, name=name, examples=examples)
    with as_file(files("rag.ui").joinpath("icon.png")) as icon:
        app.launch(
            server_name=host,
            server_port=port,
            inbrowser=open_browser,
            prevent_thread_lock=True,
            share=False,
            quiet=True,
            footer_links=[],
            run_history=False,
            enable_monitoring=False,
            mcp_server=False,
            pwa=False,
            ssr_mode=False,
            theme=gr.themes.Base(font=SANS, font_mono=MONO).set(
                body_background_fill=PAPER, body_background_fill_dark=PAPER_DARK
            ),
            head=f"<style>{_asset('style.css')}</style>",
            favicon_path=icon,
        )
        app.block_thread()


def _bypass_proxy(host: str) -> None:
    """Gradio checks its own address over HTTP when it starts; a proxy in the environment must not stand between."""
    for variable in ("no_proxy", "NO_PROXY"):
        exempt = os.environ.get(variable, "").split(",")
        os.environ[variable] = ",".join(filter(None, dict.fromkeys([*exempt, host, "127.0.0.1", "localhost"])))


def _sent(event: gr.EventData) -> dict[str, Any]:
    """What page.js sent with the event; empty for gradio's own events. Not to be trusted."""
    return event._data if isinstance(event._data, dict) else {}


def _header(sources: Sequence[Source], name: str) -> str:
    return header_html(sources, name or ("Sample library" if is_sample(sources) else ""))


def _hint(text: str, *, warning: bool = False) -> str:
    return f'<p role="{"alert" if warning else "note"}">{text}</p>'


def _too_long(question: str) -> str:
    return (
        f"That question has {len(question):,} characters; up to {MAX_QUESTION_CHARACTERS:,} can be read. "
        "Please ask it in fewer words."
    )
