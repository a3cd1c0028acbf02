"""Serves the page."""

from __future__ import annotations

import os
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from importlib.resources import as_file, files

import gradio as gr
from fastapi import FastAPI

from rag.ui.app import build_app
from rag.ui.page import asset
from rag.ui.views import Views

SANS = ("-apple-system", "Segoe UI", "Inter", "Roboto", "Noto Sans", "Liberation Sans", "Arial", "sans-serif")
MONO = ("ui-monospace", "SF Mono", "Consolas", "Noto Sans Mono", "Liberation Mono", "monospace")
PAPER, PAPER_DARK = "#f7f6f2", "#161715"
ACCENT, ACCENT_DARK, ON_ACCENT_DARK = "#1d5c57", "#7fc9be", "#10201e"
SURFACE, SURFACE_DARK = "#ffffff", "#1e1f1d"
"""The colours while the page loads and where people log in, which style.css does not reach; it has them as --dq-*."""

MAX_WAITING = 100
"""Questions and clicks that may wait for their turn; a page that sends one more is told at once that docquote is busy.
On two cores some twenty seconds of questions, which is as long as anybody waits; see docs/reliability.md."""
MAX_SESSIONS = 1000
"""Pages whose conversations are held in memory; that of the page unused for longest goes first, and stays on disk."""

LOG_IN = "Ask the documents of this docquote library."


def serve(
    views: Views,
    *,
    host: str = "127.0.0.1",
    port: int = 7860,
    open_browser: bool = False,
    auth: Callable[[str, str], Awaitable[bool]] | None = None,
    max_waiting: int = MAX_WAITING,
) -> None:
    """Serve the page until interrupted.

    Nothing but ``host`` and ``port`` is contacted or listened on: no analytics, no share link, no web fonts.

    Args:
        views: the library and what is kept beside it.
        auth: whether a name and a password may enter; None: nobody has to log in.
        max_waiting: how many questions and clicks may wait for their turn before others are told to come back.

    Raises:
        OSError: the port is taken.
    """
    _bypass_proxy(host)
    app = build_app(views)
    app.queue(max_size=max_waiting)
    with as_file(files("rag.ui").joinpath("static").joinpath("icon.png")) as icon:
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
            state_session_capacity=MAX_SESSIONS,
            auth=auth,  # type: ignore[arg-type]  # gradio awaits what it returns
            auth_message=LOG_IN if auth is not None else None,
            theme=_theme(),
            head=f"<style>{asset('style.css')}</style>",
            favicon_path=icon,
        )
        app.block_thread()


@contextmanager
def mounted_page(
    app: FastAPI,
    views: Views,
    *,
    auth: Callable[[str, str], Awaitable[bool]] | None = None,
    max_waiting: int = MAX_WAITING,
) -> Iterator[None]:
    """Makes the page the part of an application that answers what no other of its routes does, while the block lasts.

    Args:
        app: with its other routes.
        views, auth, max_waiting: as for ``serve``.
    """
    page = build_app(views)
    page.queue(max_size=max_waiting)
    page.state_session_capacity = MAX_SESSIONS
    with as_file(files("rag.ui").joinpath("static").joinpath("icon.png")) as icon:
        gr.mount_gradio_app(
            app,
            page,
            path="/",
            footer_links=[],
            run_history=False,
            enable_monitoring=False,
            mcp_server=False,
            pwa=False,
            ssr_mode=False,
            auth=auth,
            auth_message=LOG_IN if auth is not None else None,
            theme=_theme(),
            head=f"<style>{asset('style.css')}</style>",
            favicon_path=str(icon),
        )
        yield


def _theme() -> gr.themes.Base:
    return gr.themes.Base(font=SANS, font_mono=MONO).set(
        body_background_fill=PAPER,
        body_background_fill_dark=PAPER_DARK,
        background_fill_primary=PAPER,
        background_fill_primary_dark=PAPER_DARK,
        block_background_fill=SURFACE,
        block_background_fill_dark=SURFACE_DARK,
        panel_background_fill=PAPER,
        panel_background_fill_dark=PAPER_DARK,
        button_primary_background_fill=ACCENT,
        button_primary_background_fill_dark=ACCENT_DARK,
        button_primary_background_fill_hover=ACCENT,
        button_primary_background_fill_hover_dark=ACCENT_DARK,
        button_primary_text_color_dark=ON_ACCENT_DARK,
    )


def _bypass_proxy(host: str) -> None:
    """Gradio checks its own address over HTTP when it starts; a proxy in the environment must not stand between."""
    for variable in ("no_proxy", "NO_PROXY"):
        exempt = os.environ.get(variable, "").split(",")
        os.environ[variable] = ",".join(filter(None, dict.fromkeys([*exempt, host, "127.0.0.1", "localhost"])))
