"""``docquote chat``: the parts of the page put together, served, and closed again."""

from __future__ import annotations

import shlex
from contextlib import closing, nullcontext
from pathlib import Path
from threading import Thread

from rag.cli.console import err, plain
from rag.errors import DocquoteError
from rag.index import has_index, open_index
from rag.place import Place, state_folder
from rag.serving.binding import check_binding, check_port
from rag.serving.users import Gate, Users, check_users
from rag.settings import Settings


def open_chat(
    place: Place, *, host: str, port: int, browser: bool, watch: bool, auth: Path | None, no_auth: bool
) -> None:
    """Serves the page over the index in ``place`` until interrupted; makes one of the sample where there is none.

    Args:
        place: of the index; conversations, feedback and uploads are kept in its folder.
        host, port: where to listen.
        browser: whether to open the page in a browser here.
        watch: whether to follow what changes in the indexed folders.
        auth: the file of users; None: nobody has to log in. Those who log in may add files from their own computer,
            but no folders of the computer that serves the page.
        no_auth: whether a network may be listened to without it.

    Raises:
        DocquoteError: the address may not be listened to, the index cannot be opened, or the page not be served there.
    """
    check_binding(host, auth=auth is not None, no_auth=no_auth)
    if auth is not None:
        check_users(auth)
    check_port(host, port, f"docquote chat --index {shlex.quote(str(place))}")
    settings = Settings.load()
    if not has_index(place):
        index_sample(place, settings)
    err.print(f"Opening http://{host}:{port} - press Ctrl-C to stop.")
    try:
        _serve(place, settings, host, port, browser, watch, Gate(Users(auth)) if auth is not None else None)
    except OSError as error:
        raise DocquoteError(f"{host}:{port}: the page cannot be served there ({error}); try another --port") from error


def _serve(
    place: Place, settings: Settings, host: str, port: int, browser: bool, watch: bool, gate: Gate | None
) -> None:
    from rag.assistant import Assistant
    from rag.history import Conversations, FeedbackStore, made_with
    from rag.index.ingest import IndexJobs, following, limits_from
    from rag.serving.chats import Chats
    from rag.ui.serve import serve
    from rag.ui.views import Views

    folder = state_folder(place)
    with (
        Assistant.open(place, settings) as assistant,
        closing(Conversations(folder, made_with(assistant.index.manifest, assistant.reader.name, settings))) as kept,
        closing(FeedbackStore(folder)) as feedback,
        closing(IndexJobs(assistant.index, assistant.embedder, settings)) as jobs,
        following(assistant.index, jobs) if watch else nullcontext(),
    ):
        Thread(target=assistant.reader.prepare, name="reader", daemon=True).start()
        chats, limits = Chats(assistant, kept, feedback), limits_from(settings)
        views = Views(chats, jobs, folders=gate is None, follows=watch, limits=limits)
        serve(views, host=host, port=port, open_browser=browser, auth=gate.authenticate if gate else None)


def index_sample(place: Place, settings: Settings) -> None:
    """Makes an index of the sample library, and says so."""
    from embeddings import open_embedder
    from rag.cli.progress import file_progress
    from rag.index.ingest import update_index
    from rag.sample import documents_folder

    err.print(
        f"There is no index in {plain(place)} yet: making one of the sample library that comes with docquote. "
        f"For your own documents: docquote index FOLDER --index {plain(place)}"
    )
    embedder = open_embedder(settings.embedding_model)
    opened = open_index(place, embedder, settings, create=True)
    try:
        with documents_folder() as documents, file_progress(err) as progress:
            update_index(opened, embedder, [documents], settings, progress)
    finally:
        opened.close()
