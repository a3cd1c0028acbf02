"""What is slow is made once: the bundled model, and an index of the sample library."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings as hypothesis_settings

from embeddings import Embedder, open_embedder
from rag import Assistant
from rag.index import open_index
from rag.index.ingest import update_index
from rag.loading.limits import Limits
from rag.loading.parsed import Parsed
from rag.loading.progress import PageReport, told_to
from rag.loading.registry import parse
from rag.loading.sandbox.child import DRAWER, PARSER
from rag.loading.sandbox.draw import draw
from rag.reader import open_reader
from rag.sample import documents_folder
from rag.settings import ENVIRONMENT_PREFIX, Settings

CHECKOUT = Path(__file__).resolve().parents[1]
FOR_TESTS = {"DOCQUOTE_SHARED", "DOCQUOTE_SCREENSHOTS"}

# Threads of torch that wait for each other should sleep: on a busy machine they otherwise keep the cores from those
# that work. Read when torch is loaded, which is not yet.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")

hypothesis_settings.register_profile("docquote", derandomize=True, deadline=None, max_examples=50)
hypothesis_settings.load_profile("docquote")


@pytest.fixture(scope="session", autouse=True)
def built_in_settings() -> Iterator[None]:
    """Settings of whoever runs the tests must not change what they see."""
    with pytest.MonkeyPatch.context() as patch:
        for name in os.environ:
            if name.startswith(ENVIRONMENT_PREFIX) and name not in FOR_TESTS:
                patch.delenv(name)
        yield


@pytest.fixture
def parsed_here(monkeypatch: pytest.MonkeyPatch) -> None:
    """Files are parsed and pages drawn by the test's own process, where coverage counts, warnings are errors and a
    debugger works; what the parser process adds, its limits and its end, is tested in test_loading_hostile.py."""

    def parse_here(suffix: str, data: bytes, limits: Limits, on_page: PageReport | None = None) -> Parsed:
        with told_to(on_page or (lambda number, pages: None)):
            return parse(suffix, data, limits)

    monkeypatch.setattr(PARSER, "parse", parse_here)
    monkeypatch.setattr(DRAWER, "draw", lambda task, data, limits: draw(data, task, limits))


@pytest.fixture(scope="session")
def embedder() -> Embedder:
    """The bundled model."""
    return open_embedder()


@pytest.fixture(scope="session")
def sample_index(embedder: Embedder, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of an index of the sample library; not to be changed."""
    folder = tmp_path_factory.mktemp("sample") / "index"
    index = open_index(folder, embedder, Settings(), create=True)
    with documents_folder() as documents:
        report = update_index(index, embedder, [documents], Settings())
    index.close()
    assert report.failed == []
    return folder


@pytest.fixture(scope="session")
def sample_assistant(embedder: Embedder, sample_index: Path) -> Iterator[Assistant]:
    """An assistant over the sample library; not to be changed."""
    index = open_index(sample_index, embedder, Settings())
    assistant = Assistant(index, embedder, open_reader(Settings(), embedder, index), Settings())
    yield assistant
    assistant.close()


@pytest.fixture(scope="session")
def shared_documents() -> Path:
    """The folder of five real news pages, which does not come with the project."""
    folder = Path(os.environ.get("DOCQUOTE_SHARED", CHECKOUT.parent / "shared")).resolve() / "documents"
    if not folder.is_dir():
        pytest.skip(f"no news documents in {folder}")
    return folder
