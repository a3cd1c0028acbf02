"""The index as a whole: documents, full text and vectors stay in step through any changes."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from core_fakes import FAKE_SETTINGS, FakeEmbedder, add, make_document, make_index
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test
from numpy.typing import NDArray

from rag.errors import LibraryError
from rag.index import Index, index_status, open_index, open_without_model
from rag.index.ingest.pipeline import PENDING_CHUNKS, add_documents
from rag.index.local.files import LIBRARY_FILE, VECTORS_FILE
from rag.text.context import embedding_context
from rag.text.words import content_words, stem, words

EMBEDDER = FakeEmbedder()
SUBJECTS = ("roof", "harbour", "garden", "budget", "election", "library")
NAMES = ("a.txt", "b.txt", "folder/c.txt", "d.txt")


def story(subjects: Sequence[str]) -> str:
    return " ".join(f"The committee spoke at length of the {subject} on day {n}." for n, subject in enumerate(subjects))


def vector(text: str) -> NDArray[np.float32]:
    row: NDArray[np.float32] = EMBEDDER.encode_queries([text])[0]
    return row


@pytest.fixture
def index(tmp_path: Path) -> Iterator[Index]:
    opened = make_index(tmp_path / "index")
    yield opened
    opened.close()


class Changes(RuleBasedStateMachine):
    """Adds, replaces and removes at random, reopens and damages, and compares with a plain dictionary."""

    folder: Path

    @initialize()
    def start(self) -> None:
        self.path = Path(self.folder / f"{id(self)}")
        self.index = make_index(self.path)
        self.reader = open_index(self.path, EMBEDDER, FAKE_SETTINGS)
        self.texts: dict[str, str] = {}
        self.used: set[int] = set()
        self.living: set[int] = set()

    def note_ids(self) -> None:
        now = {chunk_id for chunk_id, _ in self.index.search_dense(vector("committee"), 10_000)}
        assert not (now - self.living) & self.used
        self.used |= now
        self.living = now

    @rule(name=st.sampled_from(NAMES), subjects=st.lists(st.sampled_from(SUBJECTS), max_size=8))
    def put(self, name: str, subjects: list[str]) -> None:
        add(self.index, make_document(name, story(subjects)))
        self.texts[name] = story(subjects)
        self.note_ids()

    @rule(names=st.lists(st.sampled_from(NAMES), unique=True), subjects=st.lists(st.sampled_from(SUBJECTS), max_size=4))
    def put_several(self, names: list[str], subjects: list[str]) -> None:
        add(self.index, *(make_document(name, f"{name}. {story(subjects)}") for name in names))
        self.texts |= {name: f"{name}. {story(subjects)}" for name in names}
        self.note_ids()

    @rule(name=st.sampled_from(NAMES))
    def remove(self, name: str) -> None:
        assert self.index.remove(make_document(name, "").source.id) is (name in self.texts)
        self.texts.pop(name, None)
        self.note_ids()

    @rule()
    def reopen(self) -> None:
        self.index.close()
        self.index = open_index(self.path, EMBEDDER, FAKE_SETTINGS)

    @rule(data=st.binary(max_size=20))
    def damage_vectors_and_reopen(self, data: bytes) -> None:
        self.index.close()
        (self.path / VECTORS_FILE).write_bytes(data)
        self.index = open_index(self.path, EMBEDDER, FAKE_SETTINGS)

    @invariant()
    def everything_is_in_step(self) -> None:
        for index in (self.index, self.reader):
            held = {source.name: index.document(source.id).text for source in index.sources()}
            assert held == self.texts
            dense = dict(index.search_dense(vector("committee roof"), 10_000))
            chunks = index.chunks(list(dense))
            assert set(chunks) == set(dense)
            assert index.counts() == (len(held), len(chunks), sum(map(len, held.values())))
            for found in chunks.values():
                chunk, source, text = found.chunk, found.source, found.text
                assert text == held[source.name][chunk.start : chunk.end] != ""
            for subject in SUBJECTS:
                having = {i for i, one in chunks.items() if stem(subject) in map(stem, words(one.text))}
                assert {i for i, _ in index.search_lexical([subject], 10_000)} == having
                assert index.chunk_frequency(subject) == len(having)

    def teardown(self) -> None:
        if hasattr(self, "index"):
            self.index.close()
            self.reader.close()


def test_any_changes_keep_library_full_text_and_vectors_in_step(tmp_path_factory: pytest.TempPathFactory) -> None:
    Changes.folder = tmp_path_factory.mktemp("changes")
    run_state_machine_as_test(
        Changes,
        settings=settings(max_examples=10, stateful_step_count=12, suppress_health_check=list(HealthCheck)),
    )


def test_a_removed_document_stops_answering_everywhere(index: Index) -> None:
    roof, garden = make_document("roof.txt", story(["roof"])), make_document("garden.txt", story(["garden"]))
    add(index, roof, garden)
    index.remove(roof.source.id)
    assert index.search_lexical(["roof"], 5) == []
    assert index.chunk_frequency("roof") == 0
    dense = index.search_dense(vector("roof"), 5)
    assert [index.chunks([i])[i].source.name for i, _ in dense] == ["garden.txt"]


def test_the_stored_vector_is_that_of_context_and_chunk(index: Index) -> None:
    document = make_document("a.txt", story(SUBJECTS), title="Minutes of the committee")
    add(index, document)
    chunks = index.chunks(range(1, 100))
    assert len(chunks) > 1
    expected = EMBEDDER.encode_passages(
        [
            f"{embedding_context(document, one.chunk.start, EMBEDDER.count_tokens)}\n{one.text}"
            for one in chunks.values()
        ]
    )
    cosines = dict(index.cosines(expected[0], list(chunks)))
    np.testing.assert_allclose([cosines[chunk_id] for chunk_id in chunks], expected @ expected[0], atol=2e-3)


def test_the_title_is_searched_but_never_quoted(index: Index) -> None:
    add(index, make_document("a.txt", story(["roof"]), title="Boathouse"))
    assert len(index.search_lexical(["boathouse"], 5)) == 1
    assert not any("Boathouse" in found.text for found in index.chunks([1]).values())


def test_another_reader_of_the_same_folder_sees_every_change(index: Index) -> None:
    other = open_index(index.folder, EMBEDDER, FAKE_SETTINGS)
    document = make_document("a.txt", story(["roof"]))
    add(index, document)
    assert len(other.search_dense(vector("roof"), 5)) == len(other.search_lexical(["roof"], 5)) == 1
    assert other.generation == index.generation
    index.remove(document.source.id)
    assert other.search_dense(vector("roof"), 5) == other.search_lexical(["roof"], 5) == []
    other.close()


def test_documents_are_stored_one_by_one_until_an_error(index: Index) -> None:
    class Broken(Exception):
        pass

    def documents() -> Iterator[object]:
        for n in range(PENDING_CHUNKS + 1):
            yield make_document(f"{n}.txt", story(["roof"]))
        raise Broken

    stored: list[str] = []
    with pytest.raises(Broken):
        add_documents(index, documents(), EMBEDDER, lambda document: stored.append(document.source.name))  # type: ignore[arg-type]
    assert sorted(stored) == sorted(source.name for source in index.sources())
    assert index.counts()[0] == PENDING_CHUNKS
    assert len(index.search_dense(vector("roof"), 10_000)) == PENDING_CHUNKS


def test_a_document_without_words_is_held_without_chunks(index: Index) -> None:
    add(index, make_document("blank.txt", " \n "), make_document("a.txt", story(["roof"])))
    assert index.counts()[:2] == (2, 1)


@pytest.mark.parametrize(
    ("embedder", "change", "named"),
    [
        ({"name": "other"}, {}, "embedding_model was fake, is now other"),
        ({"fingerprint": "1" * 64}, {}, "embedding_fingerprint"),
        ({"dimension": 32}, {}, "dimension was 64, is now 32"),
        ({}, {"chunk_tokens": 64}, "chunk_tokens was 32, is now 64"),
        ({}, {"overlap_tokens": 4}, "overlap_tokens was 8, is now 4"),
    ],
)
def test_other_settings_are_an_error_that_names_them_and_the_command(
    index: Index, embedder: dict[str, object], change: dict[str, Any], named: str
) -> None:
    other = FakeEmbedder()
    for attribute, value in embedder.items():
        setattr(other, attribute, value)
    add(index, make_document("a.txt", story(["roof"])))
    wanted = replace(FAKE_SETTINGS, **change)
    with pytest.raises(LibraryError, match=f"{named}.*docquote index FOLDER --index .* --rebuild"):
        open_index(index.folder, other, wanted)
    rebuilt = open_index(index.folder, other, wanted, create=True, rebuild=True)
    assert rebuilt.counts() == (0, 0, 0)
    rebuilt.close()


def test_a_missing_index_is_an_error_that_names_the_command(tmp_path: Path) -> None:
    message = r"no index here.*docquote index FOLDER"
    with pytest.raises(LibraryError, match=message):
        open_index(tmp_path, EMBEDDER, FAKE_SETTINGS)
    with pytest.raises(LibraryError, match=message):
        open_without_model(tmp_path)
    with pytest.raises(LibraryError, match=message):
        index_status(tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_an_index_cannot_be_made_in_a_file(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(LibraryError, match=r"cannot be made.*--index"):
        open_index(tmp_path / "file", EMBEDDER, FAKE_SETTINGS, create=True)


def test_an_index_that_another_process_rebuilt_answers_no_more(tmp_path: Path) -> None:
    with closing(make_index(tmp_path, make_document("gone.txt", "The roof leaks."))) as index:
        assert index.search_lexical(["roof"], 1)
        with closing(open_index(tmp_path, EMBEDDER, FAKE_SETTINGS, create=True, rebuild=True)) as rebuilt:
            assert rebuilt.sources() == []
            for look in (index.sources, lambda: index.search_lexical(["roof"], 1)):
                with pytest.raises(LibraryError, match=r"rebuilt.*start docquote again"):
                    look()


def test_a_damaged_library_is_an_error_and_a_rebuild_mends_it(tmp_path: Path) -> None:
    make_index(tmp_path, make_document("a.txt", story(["roof"]))).close()
    (tmp_path / LIBRARY_FILE).write_bytes(b"\0garbage" * 1000)
    with pytest.raises(LibraryError, match="--rebuild"):
        open_index(tmp_path, EMBEDDER, FAKE_SETTINGS)
    mended = open_index(tmp_path, EMBEDDER, FAKE_SETTINGS, create=True, rebuild=True)
    add(mended, make_document("b.txt", story(["garden"])))
    assert len(mended.search_dense(vector("garden"), 5)) == 1
    mended.close()


def test_one_at_a_time_may_write_and_nobody_may_throw_away_what_is_being_written(index: Index) -> None:
    other = open_index(index.folder, EMBEDDER, FAKE_SETTINGS)
    add(index, make_document("a.txt", story(["roof"])))
    with index.writing():
        with pytest.raises(LibraryError, match="another docquote is changing"), other.writing():
            pass
        with pytest.raises(LibraryError, match="another docquote is changing"):
            open_index(index.folder, EMBEDDER, FAKE_SETTINGS, create=True, rebuild=True)
        assert other.counts()[0] == 1  # reading goes on
    with other.writing():
        pass
    other.close()


def test_status_tells_what_the_index_holds(index: Index) -> None:
    add(index, make_document("minutes/a.txt", story(SUBJECTS), title="Minutes"))
    index.add_root(Path("/library"))
    found = index_status(index.folder)
    documents, chunks, characters = index.counts()
    assert (found.documents, found.chunks, found.characters) == (documents, chunks, characters)
    assert found.roots == (Path("/library"),)
    assert found.bytes > 0
    assert found.manifest == index.manifest
    assert found.sources == tuple(index.sources())


def test_questions_are_answered_while_documents_change(index: Index) -> None:
    add(index, make_document("a.txt", story(["roof"])))
    problems: list[str] = []

    def ask() -> None:
        for _ in range(60):
            ids = [i for i, _ in index.search_dense(vector("roof"), 10)]
            texts = [found.text for found in index.chunks(ids).values()]
            if not all(set(content_words(text)) & {"roof", "garden"} for text in texts):
                problems.append(str(texts))

    threads = [threading.Thread(target=ask) for _ in range(3)]
    for thread in threads:
        thread.start()
    for n in range(20):
        add(index, make_document(f"{n % 3}.txt", story([SUBJECTS[n % 2 * 2]])))
    for thread in threads:
        thread.join()
    assert problems == []
