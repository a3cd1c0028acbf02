"""Serves the page: ``server.py PORT KEPT`` for the hand-made assistant, or ``server.py PORT INDEX DOCUMENTS``.

With ``server.py PORT KEPT --auth USERS``, people log in. KEPT is the folder for what is kept beside an index. An empty
DOCUMENTS makes an empty library.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

sys.path[:0] = [str(Path(__file__).parents[1]), str(Path(__file__).parents[2])]

from ui_fake import FakeAssistant  # noqa: E402

from rag.conversations import Conversations  # noqa: E402
from rag.feedback import FeedbackStore  # noqa: E402
from rag.reader import Reader  # noqa: E402
from rag.schema import AnswerSpan, Passage, Reading  # noqa: E402
from rag.ui.desk import Desk  # noqa: E402
from rag.ui.serve import serve  # noqa: E402
from rag.users import Gate, Users  # noqa: E402


class NumberReader:
    """A reader that marks the first number of each sentence as what answers, whatever else its own reader does."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader
        self.name = reader.name
        self.calibration = reader.calibration

    def read(self, question: str, passages: Sequence[Passage]) -> Reading:
        reading = self._reader.read(question, passages)
        return replace(reading, spans=tuple(map(self._marked, reading.spans)))

    def _marked(self, span: AnswerSpan) -> AnswerSpan:
        number = re.search(r"\b\d+ \w+", span.text)
        return replace(span, highlight=(span.start + number.start(), span.start + number.end())) if number else span


def indexed(folder: Path, documents: Path) -> Desk:
    from embeddings import open_embedder
    from rag.assistant import Assistant
    from rag.background import IndexJobs
    from rag.index import Index
    from rag.indexing import update_index
    from rag.settings import Settings

    settings = Settings.load()
    embedder = open_embedder(settings.embedding_model)
    index = Index.open(folder, embedder, settings, create=True)
    report = update_index(index, embedder, [documents], settings)
    index.close()
    assert not report.failed, report.failed
    assistant = Assistant.open(folder)
    assistant.reader = NumberReader(assistant.reader)
    jobs = IndexJobs(assistant.index, assistant.embedder, settings)
    return Desk(assistant, jobs=jobs, conversations=Conversations(folder), feedback=FeedbackStore(folder))


port, folder, *others = sys.argv[1:]
if others and others[0] != "--auth":
    serve(indexed(Path(folder), Path(others[0])), port=int(port))
else:
    kept = Path(folder)
    kept.mkdir(exist_ok=True)
    desk = Desk(FakeAssistant(), conversations=Conversations(kept), feedback=FeedbackStore(kept))
    serve(desk, port=int(port), auth=Gate(Users(Path(others[1]))).authenticate if others else None)
