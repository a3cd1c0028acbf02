"""A library on a PostgreSQL server: what only it does. What every index promises is in test_index_contract.py."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import postgres
import pytest
from core_fakes import DIMENSION, FAKE_SETTINGS, FakeEmbedder, add, make_document
from hypothesis import given
from hypothesis import strategies as st

from rag.errors import LibraryError
from rag.index import Index, Manifest, NewChunk, has_index, index_status, open_index, open_without_model
from rag.index.copying import copy_library
from rag.place import Place, ServerUrl, place_of, state_folder
from rag.schema import Section

SECRET = "s3cr%40t"  # as it is written in a URL
WORDS = [
    "roof", "roofs", "roofing", "leak", "leaks", "garden", "committee", "committees", "naïve", "été", "ﬁrst", "2021",
    "don't", "harbour", "harbours", "会议", "running", "runner", "a", "the", "🎉", "İstanbul", "straße", "x" * 300,
]  # fmt: skip


@pytest.fixture
def place() -> ServerUrl:
    return postgres.new_library()


@pytest.fixture
def index(place: ServerUrl) -> Iterator[Index]:
    with closing(made(place)) as opened:
        yield opened


def made(place: Place, **options: Any) -> Index:
    return open_index(place, FakeEmbedder(), FAKE_SETTINGS, create=True, **options)


def as_user(place: ServerUrl, name: str, password: str) -> ServerUrl:
    return ServerUrl.of(place.url.replace("postgres:@", f"{name}:{password}@"))


# -- the same scores as on disk ----------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Index, Index]]:
    """The same 400 chunks of 80 documents on disk and on a server, after some changes."""
    with closing(made(tmp_path_factory.mktemp("both"))) as local, closing(made(postgres.new_library())) as remote:
        for opened in (local, remote):
            chance = np.random.default_rng(7)
            for number in [*range(80), 3, 5, 8]:
                words = chance.choice(WORDS, size=60, p=_falling(len(WORDS)))
                document = make_document(f"{number}.txt", " ".join(words))
                cuts = [
                    0,
                    *sorted(chance.choice(len(document.text), size=4, replace=False).tolist()),
                    len(document.text),
                ]
                vectors = chance.normal(size=(5, DIMENSION)).astype(np.float32)
                vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
                spans = pairwise(cuts)
                context = str(chance.choice(["", "Minutes of the committee", "naïve -\nroof"]))
                opened.put(document, [NewChunk(span, context, row) for span, row in zip(spans, vectors, strict=True)])
            opened.remove(make_document("9.txt", "").source.id)
        yield local, remote


def _falling(count: int) -> list[float]:
    weights = 1 / np.arange(1, count + 1)
    return (weights / weights.sum()).tolist()  # type: ignore[no-any-return]


@given(
    words=st.lists(st.sampled_from([word.lower() for word in WORDS]), min_size=1, max_size=6),
    k=st.sampled_from([1, 10, 1_000]),
    scope=st.none() | st.lists(st.integers(0, 90), max_size=20),
)
def test_words_score_as_on_disk(both: tuple[Index, Index], words: list[str], k: int, scope: list[int] | None) -> None:
    words = [word for word in words if word != "don't"]  # of questions come words without marks alone
    ids = None if scope is None else [make_document(f"{number}.txt", "").source.id for number in scope]
    local, remote = (opened.search_lexical(words, k, ids) for opened in both)
    assert [score for _, score in remote] == pytest.approx([score for _, score in local], rel=0, abs=1e-6)
    if k == 1_000:
        assert _by_slice(both[1], remote) == pytest.approx(_by_slice(both[0], local), rel=0, abs=1e-6)
    assert [both[1].chunk_frequency(word) for word in words] == [both[0].chunk_frequency(word) for word in words]


def _by_slice(index: Index, hits: list[tuple[int, float]]) -> dict[tuple[str, int, int], float]:
    scores = dict(hits)
    return {
        (one.source.name, one.chunk.start, one.chunk.end): scores[chunk_id]
        for chunk_id, one in index.chunks(list(scores)).items()
    }


def test_in_a_large_library_the_rarest_words_choose_as_on_disk(
    both: tuple[Index, Index], monkeypatch: pytest.MonkeyPatch
) -> None:
    everything = both[1].search_lexical(["roof", "harbour", "garden"], 1_000)
    monkeypatch.setattr("rag.index.bm25.RARE_ROWS", 40)
    local, remote = (opened.search_lexical(["roof", "harbour", "garden"], 1_000) for opened in both)
    assert 0 < len(remote) < len(everything)
    assert _by_slice(both[1], remote) == pytest.approx(_by_slice(both[0], local), rel=0, abs=1e-6)


def test_cosines_are_as_on_disk_also_by_the_index_of_vectors(
    both: tuple[Index, Index], monkeypatch: pytest.MonkeyPatch
) -> None:
    chance, found = np.random.default_rng(1), 0
    scope = [source.id for source in both[0].sources()][:60]
    monkeypatch.setattr("rag.index.server.chunks.EXACT_UP_TO", 20)
    for document_ids in (None, scope):
        for _ in range(20):
            query = chance.normal(size=DIMENSION).astype(np.float32)
            query /= np.linalg.norm(query)
            local, remote = (_by_slice(one, one.search_dense(query, 10, document_ids)) for one in both)
            found += len(local.keys() & remote.keys())
            for name in local.keys() & remote.keys():
                assert remote[name] == pytest.approx(local[name], abs=1e-6)
    assert found / 400 > 0.98


def test_what_is_not_stored_as_it_was_put_is_found(index: Index, place: ServerUrl) -> None:
    add(index, make_document("a.txt", "The roof leaks."), make_document("b.txt", "The garden grows."))
    fitting = replace(FAKE_SETTINGS, embedding_model="fake")
    assert all(finding.ok for finding in index.examine(fitting))
    for damage, told in (
        ("UPDATE docquote.postings SET times = 2 WHERE term = 'roof'", "a.txt: full-text search"),
        ("UPDATE docquote.chunks SET context = 'x'", "its chunks"),
        ("UPDATE docquote.documents SET text = replace(text, 'garden', 'warden')", "b.txt is not what was indexed"),
    ):
        postgres.run(damage, url=place.url)
        assert any(told in finding.detail for finding in index.examine(fitting) if not finding.ok), told
    with pytest.raises(LibraryError, match="not what was indexed"):
        index.document(make_document("b.txt", "").source.id)


# -- several writers ---------------------------------------------------------------------------------------------------


def test_two_may_write_at_once_but_not_while_one_rebuilds(index: Index, place: ServerUrl) -> None:
    with closing(made(place)) as other:
        with index.writing(), other.writing():
            add(index, make_document("a.txt", "The roof leaks."))
            add(other, make_document("b.txt", "The garden grows."))
            with pytest.raises(LibraryError, match="is changing this library"):
                made(place, rebuild=True)
        assert [source.name for source in index.sources()] == ["a.txt", "b.txt"]
        seen = {chunk_id for chunk_id, _ in index.search_lexical(["roof", "garden"], 10)}
        with closing(made(place, rebuild=True)) as rebuilt:
            assert rebuilt.counts() == other.counts() == (0, 0, 0)
            add(rebuilt, make_document("a.txt", "The roof leaks."))
        assert not seen & {chunk_id for chunk_id, _ in index.search_lexical(["roof"], 10)}


def test_the_same_document_is_written_by_one_at_a_time(index: Index, place: ServerUrl) -> None:
    failures: list[Exception] = []

    def write(opened: Index, words: str) -> None:
        try:
            for number in range(15):
                add(opened, make_document("a.txt", f"{words} {number}."), make_document(f"{words}.txt", words))
        except Exception as error:  # told to the test by the list
            failures.append(error)

    with closing(made(place)) as other:
        threads = [threading.Thread(target=write, args=pair) for pair in ((index, "The roof"), (other, "The garden"))]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert failures == []
        last = other.document(make_document("a.txt", "").source.id).text
        assert last in ("The roof 14.", "The garden 14.")
        assert index.counts()[0] == 3
        assert index.generation >= 60
        assert all(finding.ok for finding in index.examine(replace(FAKE_SETTINGS, embedding_model="fake")))


def test_what_two_leave_out_at_once_is_all_left_out(index: Index, place: ServerUrl) -> None:
    with closing(made(place)) as other:
        before = index.left_out(), other.left_out()
        index.leave_out(before[0] | {Path("/a"), Path("/c")})
        other.leave_out(before[1] | {Path("/b")})
        assert index.left_out() == {Path("/a"), Path("/b"), Path("/c")}
        index.leave_out({Path("/b")})
        assert other.left_out() == {Path("/b")}


WRITER = """
import sys
from contextlib import closing
from core_fakes import FAKE_SETTINGS, FakeEmbedder, add, make_document
from rag.index import open_index
from rag.place import ServerUrl
place, prefix = ServerUrl.of(sys.argv[1]), sys.argv[2]
with closing(open_index(place, FakeEmbedder(), FAKE_SETTINGS, create=True)) as index, index.writing():
    for number in range(int(sys.argv[3])):
        add(index, make_document(f"{prefix}{number}.txt", f"The {prefix} roof number {number} leaks. " * 40))
        print(number, flush=True)
"""


def writer(place: ServerUrl, prefix: str, count: int) -> subprocess.Popen[str]:
    paths = os.pathsep.join([str(Path(__file__).parent), str(Path(__file__).parents[1])])
    command = [sys.executable, "-c", WRITER, place.url, prefix, str(count)]
    environment = os.environ | {"PYTHONPATH": paths}
    return subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True)


def test_a_killed_writer_leaves_whole_documents_and_another_goes_on(index: Index, place: ServerUrl) -> None:
    with writer(place, "killed", 100_000) as killed, writer(place, "steady", 25) as steady:
        assert killed.stdout is not None and steady.stdout is not None
        acknowledged = [int(killed.stdout.readline()) for _ in range(20)]
        killed.send_signal(signal.SIGKILL)
        acknowledged += [int(line) for line in killed.stdout if line.endswith("\n")]
        assert [int(line) for line in steady.stdout] == list(range(25))
        assert steady.wait() == 0
        assert killed.wait() == -signal.SIGKILL
    names = {source.name for source in index.sources()}
    assert {f"killed{number}.txt" for number in acknowledged} | {f"steady{n}.txt" for n in range(25)} <= names
    assert len(names) <= len(acknowledged) + 1 + 25
    assert all(finding.ok for finding in index.examine(replace(FAKE_SETTINGS, embedding_model="fake")))
    with index.writing():  # its lock went with it
        add(index, make_document("killed0.txt", "Changed."))
    with closing(made(place, rebuild=True)) as rebuilt:
        assert rebuilt.counts()[0] == 0


# -- servers that stop, refuse, or are something else ------------------------------------------------------------------


def test_after_a_restart_of_the_server_the_next_call_works(index: Index, place: ServerUrl) -> None:
    add(index, make_document("a.txt", "The roof leaks."))
    server = postgres.server()
    server.stop()
    try:
        with pytest.raises(LibraryError, match="start it and try again"):
            open_without_model(place)
    finally:
        server.ensure_postgres_running()
    assert len(index.search_lexical(["roof"], 5)) == 1
    add(index, make_document("b.txt", "The roof shines."))
    assert index.counts()[0] == 2


def test_no_server_is_told_without_the_password() -> None:
    place = ServerUrl.of(f"postgresql://me:{SECRET}@127.0.0.1:1/library?password={SECRET}")
    assert str(place) == "postgresql://me@127.0.0.1:1/library"
    for text in (repr(place), f"{place}", _told(place)):
        assert "s3cr" not in text
    assert "no server answers there" in _told(place)


def _told(place: Place) -> str:
    with pytest.raises(LibraryError) as caught:
        made(place).close()
    assert caught.value.__cause__ is None and (caught.value.__suppress_context__ or caught.value.__context__ is None)
    return str(caught.value)


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://me:s3cr/et@host/library", "postgresql://me:12/s3cret@host/library",
        "postgresql://me:12?s3cret@host/library", "postgresql://me:s3cr#et@host/library",
        "postgresql://me:s3cr@et@host/library", "postgresql://me@host:s3cret/library",
        "postgresql:/me:s3cr@host/library",
        "postgresql://me@host/library?s3cret",
    ],
)  # fmt: skip
def test_a_malformed_url_is_refused_and_not_repeated(url: str) -> None:
    with pytest.raises(LibraryError, match="%40") as caught:
        place_of(url)
    assert "s3cr" not in str(caught.value)


def test_a_wrong_password_is_told_and_not_repeated() -> None:
    server = postgres.server()
    place = postgres.new_library()
    access = server.pgdata / "pg_hba.conf"
    before = access.read_text(encoding="utf-8")
    postgres.run("DROP ROLE IF EXISTS guarded", "CREATE ROLE guarded LOGIN PASSWORD 'right'")
    access.write_text(f"local all guarded scram-sha-256\n{before}", encoding="utf-8")
    postgres.run("SELECT pg_reload_conf()")
    try:
        told = _told(as_user(place, "guarded", SECRET))
        assert "the user or the password is wrong" in told and "s3cr" not in told
        assert "wants a password" in _told(as_user(place, "guarded", ""))
    finally:
        access.write_text(before, encoding="utf-8")
        postgres.run("SELECT pg_reload_conf()")


def test_a_user_without_rights_is_told(index: Index, place: ServerUrl) -> None:
    postgres.run("DROP ROLE IF EXISTS stranger", "CREATE ROLE stranger LOGIN")
    assert "has no right" in _told(as_user(place, "stranger", ""))
    assert "CREATE EXTENSION vector" in _told(as_user(postgres.new_library(), "stranger", ""))


def test_a_server_without_pgvector_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("rag.index.server.migrations.EXTENSION", "vector_of_nobody")
    assert "the server has no pgvector" in _told(postgres.new_library())


def test_a_database_without_a_library_names_the_command(place: ServerUrl) -> None:
    assert not has_index(place)
    with pytest.raises(LibraryError, match="docquote index FOLDER --library"):
        index_status(place)
    assert postgres.run("SELECT to_regnamespace('docquote')", url=place.url) == [(None,)]


def test_a_newer_schema_is_refused_by_name(index: Index, place: ServerUrl) -> None:
    postgres.run("INSERT INTO docquote.schema_version VALUES (7)", url=place.url)
    for open_it in (made, open_without_model):
        with pytest.raises(LibraryError, match=r"schema 7 by a newer docquote.*knows schema 1; update it"):
            open_it(place)


def test_an_older_schema_is_brought_up_to_date(
    index: Index, place: ServerUrl, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    add(index, make_document("a.txt", "The roof leaks."))
    steps = [tmp_path / "0002.sql", tmp_path / "0003.sql"]
    steps[0].write_text("ALTER TABLE documents ADD COLUMN shelf text; CREATE TABLE shelves (name text);")
    steps[1].write_text("ALTER TABLE documents ADD COLUMN lent date; SELECT 1 / 0;")
    monkeypatch.setattr("rag.index.server.migrations.STEPS", ("0001_tables.sql", *map(str, steps)))
    with pytest.raises(LibraryError, match="division by zero"):
        open_without_model(place)
    columns = "SELECT column_name FROM information_schema.columns WHERE column_name IN ('shelf', 'lent')"
    assert postgres.run(columns, url=place.url) == [("shelf",)]  # a step is taken whole or not at all
    steps[1].write_text("ALTER TABLE documents ADD COLUMN lent date;")
    with closing(open_without_model(place)) as opened:
        assert opened.counts()[0] == 1
    assert postgres.run("SELECT max(version) FROM docquote.schema_version", url=place.url) == [(3,)]


def test_another_model_is_refused(index: Index, place: ServerUrl) -> None:
    class Other(FakeEmbedder):
        name = "other"

    with pytest.raises(LibraryError, match="embedding_model was fake, is now other"):
        open_index(place, Other(), FAKE_SETTINGS)


def test_without_the_driver_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "psycopg", None)
    with pytest.raises(LibraryError, match=r"docquote\[postgres\]"):
        made(ServerUrl.of("postgresql://host/library"))


# -- reading from another server ---------------------------------------------------------------------------------------


def test_questions_are_read_from_the_replica(place: ServerUrl, monkeypatch: pytest.MonkeyPatch) -> None:
    replica = postgres.new_library()  # a database of its own shows which one is read
    with closing(made(place)) as first, closing(made(replica)) as second:
        add(first, make_document("a.txt", "The roof leaks."))
        add(second, make_document("b.txt", "The garden grows."))
    monkeypatch.setenv("DOCQUOTE_LIBRARY_READ", replica.url)
    with closing(open_index(place, FakeEmbedder(), FAKE_SETTINGS)) as index:
        assert [source.name for source in index.sources()] == ["b.txt"]
        index.remove(make_document("a.txt", "").source.id)
    monkeypatch.setenv("DOCQUOTE_LIBRARY_READ", "elsewhere")
    with pytest.raises(LibraryError, match="DOCQUOTE_LIBRARY_READ is elsewhere"):
        made(place)
    monkeypatch.delenv("DOCQUOTE_LIBRARY_READ")
    assert index_status(place).documents == 0  # what was written went to the primary


# -- copies ------------------------------------------------------------------------------------------------------------


def test_a_library_is_copied_there_and_back(tmp_path: Path, place: ServerUrl) -> None:
    with closing(made(tmp_path / "first")) as first:
        for number in range(5):
            text = f"# Minutes {number}\nThe roof of house {number} leaks.\fThe garden grows."
            document = make_document(f"{number}.md", text, title=f"Minutes {number}")
            add(first, replace(document, sections=(Section("heading", "Minutes", 0, len(text)),), warnings=("odd",)))
        first.add_root(Path("/library"))
        first.leave_out({Path("/library/left.txt")})
    (tmp_path / "first" / "calibration.json").write_text("{}", encoding="utf-8")
    told: list[tuple[str, int, int]] = []
    report = copy_library(
        tmp_path / "first", place, lambda source, done, total: told.append((source.name, done, total))
    )
    assert (report.copied, report.there) == (5, 0)
    assert told[-1] == ("4.md", 4, 5)
    assert (state_folder(place) / "calibration.json").read_text(encoding="utf-8") == "{}"
    again = copy_library(tmp_path / "first", place)
    assert (again.copied, again.there) == (0, 5)
    copy_library(place, tmp_path / "second")
    query = FakeEmbedder().encode_queries(["roof of house 3"])[0]
    seen = []
    for where in (tmp_path / "first", place, tmp_path / "second"):
        with closing(open_index(where, FakeEmbedder(), FAKE_SETTINGS)) as opened:
            documents = [opened.document(source.id) for source in opened.sources()]
            dense, lexical = opened.search_dense(query, 10), opened.search_lexical(["roof", "3"], 10)
            scores = [
                {name: pytest.approx(score) for name, score in _by_slice(opened, one).items()}
                for one in (dense, lexical)
            ]
            seen.append((documents, scores, opened.roots(), opened.left_out(), opened.counts()))
    assert seen[0] == seen[1] == seen[2]
    with closing(made(tmp_path / "other")) as other:
        add(other, make_document("z.txt", "Something else."))
    with pytest.raises(LibraryError, match="there is another library here already"):
        copy_library(tmp_path / "first", tmp_path / "other")


def test_the_manifest_is_that_of_the_library(index: Index) -> None:
    assert index.manifest == Manifest.of(FakeEmbedder(), FAKE_SETTINGS)
    assert index.status().bytes > 0
