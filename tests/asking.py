"""Files are indexed with the bundled model and asked: what a quote says, and where it is said to stand."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from loading_files import put
from test_assistant import assert_verbatim

from embeddings import Embedder
from rag import Assistant
from rag.index import open_index
from rag.index.ingest import update_index
from rag.reader import open_reader
from rag.settings import Settings


@contextmanager
def asking(
    folder: Path, files: Mapping[str, bytes | str], embedder: Embedder, warnings: Mapping[str, tuple[str, ...]]
) -> Iterator[Assistant]:
    """An assistant over files by their names, which have these warnings and no others."""
    for name, data in files.items():
        put(folder / "documents", name, data)
    index = open_index(folder / "index", embedder, Settings(), create=True)
    report = update_index(index, embedder, [folder / "documents"], Settings())
    assert report.failed == [] and len(report.added) == len(files) and report.warnings == warnings
    yield Assistant(index, embedder, open_reader(Settings(), embedder, index), Settings())
    index.close()


def assert_cited(assistant: Assistant, question: str, quote: str, document: str, place: str, heading: str) -> None:
    """Among the quotes, how sure the reader may be of them, is one with these words; and it stands there."""
    answer = assistant.ask(question)
    assert_verbatim(assistant, answer)
    citation = next(one for one in answer.citations or answer.nearest if quote in one.quote)
    assert citation.document == document
    assert assistant.document(citation.document_id).place_at(citation.start) == place
    assert heading in (citation.heading or "")
