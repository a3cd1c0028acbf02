"""Serves the page: ``server.py PORT KEPT`` for the hand-made assistant, or ``server.py PORT INDEX DOCUMENTS``.

With ``server.py PORT KEPT --auth USERS``, people log in. KEPT is the folder for what is kept beside an index. An empty
DOCUMENTS makes an empty library.
"""

from __future__ import annotations

import sys
from pathlib import Path

sys.path[:0] = [str(Path(__file__).parents[1]), str(Path(__file__).parents[2])]

from ui_fake import FakeAssistant  # noqa: E402

from rag.history.conversations import Conversations  # noqa: E402
from rag.history.feedback import FeedbackStore  # noqa: E402
from rag.serving.chats import Chats  # noqa: E402
from rag.serving.users import Gate, Users  # noqa: E402
from rag.ui.serve import serve  # noqa: E402
from rag.ui.views import Views  # noqa: E402


def indexed(folder: Path, documents: Path) -> Views:
    from embeddings import open_embedder
    from rag import Assistant
    from rag.index import open_index
    from rag.index.ingest import IndexJobs, update_index
    from rag.settings import Settings

    settings = Settings.load()
    embedder = open_embedder(settings.embedding_model)
    index = open_index(folder, embedder, settings, create=True)
    report = update_index(index, embedder, [documents], settings)
    index.close()
    assert not report.failed, report.failed
    assistant = Assistant.open(folder)
    jobs = IndexJobs(assistant.index, assistant.embedder, settings)
    return Views(Chats(assistant, Conversations(folder), FeedbackStore(folder)), jobs)


port, folder, *others = sys.argv[1:]
if others and others[0] != "--auth":
    serve(indexed(Path(folder), Path(others[0])), port=int(port))
else:
    kept = Path(folder)
    kept.mkdir(exist_ok=True)
    views = Views(Chats(FakeAssistant(), Conversations(kept), FeedbackStore(kept)))
    serve(views, port=int(port), auth=Gate(Users(Path(others[1]))).authenticate if others else None)
