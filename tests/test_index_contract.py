"""What every index promises (see ``rag.index.Index``), asked of each of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from core_fakes import DIMENSION, FAKE_SETTINGS, FakeEmbedder, add, make_document
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from postgres import new_library

from rag.errors import LibraryError
from rag.index import Index, Manifest, MemoryIndex, NewChunk, open_index
from rag.schema import Document, Section

Kind = Callable[[Path], Index]

TEXT = "# Attendance\nSeventy-six members attended. 👍 会议 <b>x</b>\fThe roof leaks."
MANIFEST = Manifest.of(FakeEmbedder(), FAKE_SETTINGS)
KINDS: dict[str, Kind] = {
    "on disk": lambda folder: open_index(folder, FakeEmbedder(), FAKE_SETTINGS, create=True),
    "in memory": lambda folder: MemoryIndex(folder, MANIFEST),
    "on a server": lambda folder: open_index(new_library(), FakeEmbedder(), FAKE_SETTINGS, create=True),
}


@pytest.fixture(params=list(KINDS))
def kind(request: pytest.FixtureRequest) -> Kind:
    return KINDS[request.param]


@pytest.fixture
def index(kind: Kind, tmp_path: Path) -> Iterator[Index]:
    opened = kind(tmp_path / "index")
    yield opened
    opened.close()


def unit_rows(count: int, seed: int = 0) -> NDArray[np.float32]:
    rows = np.random.default_rng(seed).normal(size=(count, DIMENSION)).astype(np.float32)
    return np.asarray(rows / np.linalg.norm(rows, axis=1, keepdims=True), dtype=np.float32)


def put(index: Index, document: Document, *spans: tuple[int, int], context: str = "") -> None:
    """Stores a document with chunks of these spans; of all of it if none is given."""
    wanted = spans or [(0, len(document.text))]
    rows = unit_rows(len(wanted))
    index.put(document, [NewChunk(span, context, row) for span, row in zip(wanted, rows, strict=True)])


def vector(text: str) -> NDArray[np.float32]:
    row: NDArray[np.float32] = FakeEmbedder().encode_queries([text])[0]
    return row


def all_ids(index: Index) -> set[int]:
    return {chunk_id for chunk_id, _ in index.search_dense(unit_rows(1)[0], 1_000_000)}


def texts_of(index: Index, hits: Sequence[tuple[int, float]]) -> list[str]:
    found = index.chunks([chunk_id for chunk_id, _ in hits])
    return [found[chunk_id].text for chunk_id, _ in hits]


def test_an_empty_index_holds_and_finds_nothing(index: Index) -> None:
    assert index.counts() == (0, 0, 0)
    assert index.sources() == []
    assert index.roots() == []
    assert index.search_dense(unit_rows(1)[0], 5) == []
    assert index.search_lexical(["roof"], 5) == []
    assert index.cosines(unit_rows(1)[0], [1]) == []
    assert index.chunk_frequency("roof") == 0
    assert index.chunks([1]) == {}
    assert index.manifest == MANIFEST
    index.save()


def test_a_document_comes_back_as_it_was_put(index: Index) -> None:
    plain = make_document("minutes/2021.md", TEXT, title="Minutes", day=date(2021, 3, 2))
    cut = TEXT.index("\f") + 1
    pages = (Section("page", "1", 0, cut), Section("page", "2", cut, len(TEXT)))
    sections = (pages[0], Section("heading", "Attendance", 0, len(TEXT)), pages[1])
    document = Document(replace(plain.source, pages=2, author="Ada Quist"), plain.text, sections, ("odd", "very"))
    put(index, document)
    put(index, make_document("a.txt", "The roof leaks."))
    assert index.document(document.source.id) == document
    assert [source.name for source in index.sources()] == ["a.txt", "minutes/2021.md"]
    assert index.sources()[1] == document.source
    assert index.warnings() == {document.source.id: document.warnings}
    assert index.counts() == (2, 2, len(TEXT) + len("The roof leaks."))


def test_chunks_come_back_as_they_were_put(index: Index) -> None:
    document = make_document("a.txt", "The roof leaks.")
    rows = unit_rows(2).astype(np.float16).astype(np.float32)
    chunks = [NewChunk((0, 8), "Minutes", rows[0], "before"), NewChunk((4, 15), "", rows[1])]
    index.put(document, chunks)
    put(index, make_document("b.txt", "The garden grows."))
    for stored, wanted in zip(index.stored_chunks(document.source.id), chunks, strict=True):
        assert (stored.span, stored.context, stored.reading) == (wanted.span, wanted.context, wanted.reading)
        np.testing.assert_array_equal(stored.vector, wanted.vector)
    assert index.stored_chunks("0" * 16) == []


def test_a_document_that_is_not_there_is_an_error(index: Index) -> None:
    with pytest.raises(LibraryError, match="gone"):
        index.document("0" * 16)
    assert index.remove("0" * 16) is False


def test_the_nearest_come_first_with_their_cosines(index: Index) -> None:
    rows, query = unit_rows(300), unit_rows(1, seed=1)[0]
    index.put(make_document("a.txt", "x" * 300), [NewChunk((i, i + 1), "", row) for i, row in enumerate(rows)])
    found = index.search_dense(query, 10)
    start_of = {chunk_id: one.chunk.start for chunk_id, one in index.chunks([i for i, _ in found]).items()}
    expected = np.argsort(-(rows @ query))[:10]
    assert [start_of[chunk_id] for chunk_id, _ in found] == expected.tolist()
    np.testing.assert_allclose([score for _, score in found], (rows @ query)[expected], atol=2e-3)
    again = dict(index.cosines(query, [chunk_id for chunk_id, _ in found[::-1]] + [10_000]))
    assert again == pytest.approx(dict(found), abs=1e-6)
    assert index.search_dense(query, 0) == []
    assert len(index.search_dense(query, 1_000)) == 300


def test_rare_words_and_more_words_score_higher_and_forms_of_a_word_are_one(index: Index) -> None:
    for n in range(10):
        put(index, make_document(f"{n}.txt", f"The committee met on day {n}."))
    put(index, make_document("roof.txt", "The committee spoke of the roof."))
    found = index.search_lexical(["committees", "roofs"], 20)
    assert texts_of(index, found[:1]) == ["The committee spoke of the roof."]
    assert len(found) == 11
    assert all(score > 0 for _, score in found)
    assert [score for _, score in found] == sorted((score for _, score in found), reverse=True)
    assert len(index.search_lexical(["committee"], 3)) == 3
    assert [index.chunk_frequency(word) for word in ("committee", "committees", "roofing", "boat")] == [11, 11, 1, 0]


def test_what_stands_before_a_chunk_is_searched_but_never_quoted(index: Index) -> None:
    put(index, make_document("a.txt", "The roof leaks."), context="Boathouse")
    assert texts_of(index, index.search_lexical(["boathouse"], 5)) == ["The roof leaks."]
    assert index.chunk_frequency("boathouse") == 1


def test_a_scope_leaves_out_all_other_documents(index: Index) -> None:
    documents = [make_document(f"{n}.txt", f"The roof of house {n} leaks.") for n in range(6)]
    for document in documents:
        put(index, document)
    wanted = [document.source.id for document in documents[2:4]]
    for hits in (index.search_dense(unit_rows(1)[0], 10, wanted), index.search_lexical(["roof"], 10, wanted)):
        assert {found.source.name for found in index.chunks([i for i, _ in hits]).values()} == {"2.txt", "3.txt"}
    for nothing in ([], ["0" * 16]):
        assert index.search_dense(unit_rows(1)[0], 10, nothing) == index.search_lexical(["roof"], 10, nothing) == []


def test_what_was_written_is_read_at_once(index: Index) -> None:
    seen = index.generation
    add(index, make_document("a.txt", "The roof leaks."))
    assert texts_of(index, index.search_dense(vector("roof"), 5)) == ["The roof leaks."]
    add(index, make_document("a.txt", "The gutter shines."))
    for hits in (index.search_dense(vector("roof"), 5), index.search_lexical(["gutter"], 5)):
        assert texts_of(index, hits) == ["The gutter shines."]
    assert index.search_lexical(["roof"], 5) == []
    assert [index.chunk_frequency(word) for word in ("roof", "gutters")] == [0, 1]
    assert index.counts() == (1, 1, len("The gutter shines."))
    assert index.generation > seen


def test_removing_takes_everything_and_says_whether_there_was_something(index: Index) -> None:
    document = make_document("a.txt", "The roof leaks.")
    put(index, document, context="Boathouse")
    put(index, make_document("b.txt", "The garden grows."))
    ids, generation = all_ids(index), index.generation
    assert index.remove(document.source.id) is True
    assert index.generation > generation
    assert index.remove(document.source.id) is False
    assert [source.name for source in index.sources()] == ["b.txt"]
    assert index.counts()[:2] == (1, 1)
    assert index.search_lexical(["roof", "boathouse"], 5) == []
    assert len(index.chunks(sorted(ids))) == len(index.cosines(unit_rows(1)[0], sorted(ids))) == 1
    with pytest.raises(LibraryError):
        index.document(document.source.id)


def test_ids_of_chunks_that_went_are_never_used_again(index: Index) -> None:
    document = make_document("a.txt", "one two three")
    seen: set[int] = set()
    for step in range(6):
        put(index, document, (0, 3), (4, 7))
        assert not all_ids(index) & seen
        seen |= all_ids(index)
        if step % 2:
            index.remove(document.source.id)


def test_a_put_that_fails_leaves_the_older_version(index: Index) -> None:
    document = make_document("a.txt", "The roof leaks.")
    put(index, document)
    ids, generation = all_ids(index), index.generation
    row = unit_rows(1)[0]
    broken = [NewChunk((0, 7), "", row), NewChunk((8, 16), None, row)]  # type: ignore[arg-type]
    with pytest.raises((LibraryError, AttributeError)):
        index.put(make_document("a.txt", "Changed entirely."), broken)
    assert index.document(document.source.id) == document
    assert [index.chunk_frequency(word) for word in ("roof", "changed")] == [1, 0]
    assert (all_ids(index), index.generation) == (ids, generation)


def test_a_document_may_have_no_chunks(index: Index) -> None:
    index.put(make_document("blank.txt", " \n "), [])
    assert index.counts() == (1, 0, 3)


def test_documents_without_a_path_may_be_many(index: Index) -> None:
    from rag.loading import document_from_text

    for name in ("one", "two"):
        put(index, document_from_text("The roof leaks.", name=name))
    assert index.counts()[0] == 2


def test_roots_are_kept_once_and_forgotten(index: Index) -> None:
    for root in ("/b", "/a", "/a"):
        index.add_root(Path(root))
    index.forget_root(Path("/nowhere"))
    assert index.roots() == [Path("/a"), Path("/b")]
    index.forget_root(Path("/a"))
    assert index.roots() == [Path("/b")]


def test_status_says_what_there_is(index: Index) -> None:
    put(index, replace(make_document("a.txt", "The roof leaks."), warnings=("odd",)))
    index.add_root(Path("/library"))
    status = index.status()
    assert (status.documents, status.chunks, status.characters) == index.counts()
    assert (status.generation, status.manifest) == (index.generation, index.manifest)
    assert (list(status.roots), list(status.sources)) == (index.roots(), index.sources())
    assert status.warnings == index.warnings()
    assert status.chunks_of.keys() == {source.id for source in status.sources}
    assert sum(status.chunks_of.values()) == status.chunks


def test_what_is_whole_is_found_whole_and_other_settings_are_named(index: Index) -> None:
    put(index, make_document("a.txt", TEXT))
    fitting = replace(FAKE_SETTINGS, embedding_model="fake")
    found = {finding.check: finding for finding in index.examine(fitting)}
    assert found["index"].ok
    assert found["settings"].ok
    other = {finding.check: finding for finding in index.examine(replace(fitting, chunk_tokens=64))}
    assert "chunk_tokens was 32, is 64" in other["settings"].detail
    assert "--rebuild" in other["settings"].mend


def test_one_at_a_time_may_write(index: Index) -> None:
    with index.writing():
        put(index, make_document("a.txt", "The roof leaks."))
        with pytest.raises(LibraryError, match="chang"), index.writing():
            pass
        assert index.counts()[0] == 1
    with index.writing():
        pass


@pytest.mark.parametrize(
    "words",
    [['"'], ["AND"], ["NEAR(roof"], ["roof*"], ["text:roof"], ["(("], ["' OR 1=1 --"], ["\0"], [""], ["🎉"]],
)
def test_no_word_is_taken_for_query_syntax(index: Index, words: list[str]) -> None:
    put(index, make_document("a.txt", "The committee met."))
    assert index.search_lexical(words, 5) == []
    assert [index.chunk_frequency(word) for word in words] == [0]


TEXTS = st.text(alphabet=st.one_of(st.characters(codec="utf-8", exclude_characters="\0"), st.sampled_from("👍会é \n")))


@pytest.mark.parametrize("name", list(KINDS))
def test_every_chunk_is_the_slice_that_its_span_names(name: str, tmp_path_factory: pytest.TempPathFactory) -> None:
    opened = KINDS[name](tmp_path_factory.mktemp("slices") / "index")

    @given(text=TEXTS, data=st.data())
    def check(text: str, data: st.DataObject) -> None:
        ends = st.integers(0, len(text))
        spans = [tuple(sorted(pair)) for pair in data.draw(st.lists(st.tuples(ends, ends), max_size=5))]
        document = replace(make_document("a.txt", ""), text=text)
        index_before = all_ids(opened)
        opened.put(document, [NewChunk(span, "", unit_rows(1)[0]) for span in spans])  # type: ignore[arg-type]
        found = opened.chunks(sorted(all_ids(opened)))
        assert not set(found) & index_before
        assert [(one.chunk.start, one.chunk.end) for one in found.values()] == spans
        for one in found.values():
            chunk, source, part = one.chunk, one.source, one.text
            assert source == document.source
            assert part == opened.document(source.id).text[chunk.start : chunk.end] == text[chunk.start : chunk.end]

    check()
    opened.close()


CHANGES = st.lists(
    st.tuples(
        st.sampled_from(["a.txt", "b.txt", "c.txt"]),
        st.none() | st.lists(st.sampled_from(["roof", "garden", "harbour"]), min_size=1, max_size=4),
    ),
    max_size=12,
)


@given(changes=CHANGES)
def test_all_kinds_find_the_same_with_the_same_scores(
    tmp_path_factory: pytest.TempPathFactory, changes: list[tuple[str, list[str] | None]]
) -> None:
    indexes = [kind(tmp_path_factory.mktemp("same") / "index") for kind in KINDS.values()]
    results = []
    for opened in indexes:
        for name, words in changes:
            text = f"The {' and the '.join(words)} were spoken of." if words else ""
            if words is None:
                opened.remove(make_document(name, "").source.id)
            else:
                add(opened, make_document(name, text))
        hits = [opened.search_dense(vector("roof"), 10), opened.search_lexical(["roof", "garden"], 10)]
        scored = [
            {one.source.name: pytest.approx(dict(found)[i], abs=2e-3) for i, one in opened.chunks(ids).items()}
            for found in hits
            for ids in [[i for i, _ in found]]
        ]
        results.append((scored, opened.counts(), [opened.chunk_frequency(word) for word in ("roof", "harbour")]))
        opened.close()
    for other in results[1:]:
        assert other == results[0]
