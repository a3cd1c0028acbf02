"""``docquote serve``: the page and the doors for programs, put together, served, and closed again."""

from __future__ import annotations

import shlex
import signal
import sys
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from importlib.util import find_spec
from pathlib import Path
from threading import Event, Thread
from typing import TYPE_CHECKING

from rag.cli.chat import index_sample
from rag.cli.console import err
from rag.errors import DocquoteError
from rag.index import has_index
from rag.place import Place
from rag.serving.binding import LOOPBACK, check_doors, check_port, is_loopback
from rag.serving.keys import Keys, check_keys
from rag.serving.users import Gate, Users, check_users
from rag.settings import Settings

if TYPE_CHECKING:
    from fastapi import FastAPI

NEEDED = ("mcp", "limits", "prometheus_client")
"""Packages of the extra ``serve``."""


def check_installed(command: str) -> None:
    """Refuses to serve programs where the extra ``serve`` is not installed.

    Raises:
        DocquoteError: with the command that installs it.
    """
    if not all(map(find_spec, NEEDED)):
        raise DocquoteError(f"{command} needs the extra serve; install it: pip install 'docquote[serve]'")


def serve_doors(
    place: Place,
    *,
    host: str,
    port: int,
    names: list[str],
    keys: Path | None,
    auth: Path | None,
    page: bool,
) -> None:
    """Serves REST, the Model Context Protocol, OpenAI-style chats and the page until interrupted or told to end.

    Args:
        place: of the index; one of the sample is made where there is none.
        host, port: where to listen.
        names: by which the server may be called besides those of this computer; for other hosts than these: any.
        keys: the file of keys; None: programs need none.
        auth: the file of users of the page; None: nobody has to log in.
        page: whether the page is served too.

    Raises:
        DocquoteError: the address may not be listened to, the index cannot be opened, or nothing be served there.
    """
    check_installed("docquote serve")
    check_doors(host, keys=keys is not None, auth=auth is not None, page=page)
    if keys is not None:
        check_keys(keys)
    if auth is not None:
        check_users(auth)
    check_port(host, port, f"docquote serve --index {shlex.quote(str(place))}")
    settings = Settings.load()
    if not has_index(place):
        index_sample(place, settings)
    import uvicorn

    hosts = (*LOOPBACK, *names) if is_loopback(host) or names else ()
    with _opened(place, settings, hosts, keys, auth, page) as app:
        err.print(f"Serving http://{host}:{port} - press Ctrl-C to stop.")
        config = uvicorn.Config(
            app, host=host, port=port, log_level="warning", access_log=False, server_header=False, ws="none"
        )
        server = uvicorn.Server(config)
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))  # raised again by uvicorn once it has ended all requests
        try:
            server.run()  # ends requests that are under way before it returns
        except SystemExit as stopped:
            if not server.started:
                raise DocquoteError(f"{host}:{port}: nothing can be served there; try another --port") from stopped
            raise


@contextmanager
def _opened(
    place: Place, settings: Settings, hosts: tuple[str, ...], keys: Path | None, auth: Path | None, page: bool
) -> Iterator[FastAPI]:
    from rag.assistant import Assistant
    from rag.history import Conversations, FeedbackStore, made_with
    from rag.index.ingest import IndexJobs, limits_from
    from rag.serving.app import Served, build_server
    from rag.serving.chats import Chats

    with ExitStack() as opened:
        assistant = opened.enter_context(Assistant.open(place, settings))
        folder = assistant.index.folder
        provenance = made_with(assistant.index.manifest, assistant.reader.name, settings)
        kept = opened.enter_context(closing(Conversations(folder, provenance)))
        feedback = opened.enter_context(closing(FeedbackStore(folder)))
        jobs = opened.enter_context(closing(IndexJobs(assistant.index, assistant.embedder, settings)))
        prepared = Event()

        def prepare() -> None:
            assistant.reader.prepare()
            prepared.set()

        Thread(target=prepare, name="reader", daemon=True).start()
        chats, limits = Chats(assistant, kept, feedback), limits_from(settings)
        of_keys = Keys(keys) if keys is not None else None
        app = build_server(Served(chats, assistant.index, jobs, limits, of_keys, hosts, prepared.is_set))
        if page:
            from rag.ui.serve import mounted_page
            from rag.ui.views import Views

            gate = Gate(Users(auth)) if auth is not None else None
            views = Views(chats, jobs, folders=gate is None, limits=limits)
            opened.enter_context(mounted_page(app, views, auth=gate.authenticate if gate else None))
        yield app
