"""Serves the page: ``server.py PORT`` for the hand-made assistant, ``server.py PORT INDEX DOCUMENTS`` for documents."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path[:0] = [str(Path(__file__).parents[1]), str(Path(__file__).parents[2])]

from ui_fake import FakeAssistant  # noqa: E402

from rag.ui.app import Library, serve  # noqa: E402


def indexed(folder: Path, documents: Path) -> Library:
    from embeddings import open_embedder
    from rag.assistant import Assistant
    from rag.index import Index
    from rag.indexing import update_index
    from rag.settings import Settings

    settings = Settings.load()
    embedder = open_embedder(settings.embedding_model)
    index = Index.open(folder, embedder, settings, create=True)
    report = update_index(index, embedder, [documents], settings)
    index.close()
    assert not report.failed, report.failed
    return Assistant.open(folder)


port, *paths = sys.argv[1:]
if paths:
    serve(indexed(*map(Path, paths)), port=int(port))
else:
    serve(FakeAssistant(), port=int(port))
