"""An index of a former version opens, answers and is whole, with nothing embedded again; or stays as it was."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from core_fakes import FAKE_SETTINGS, FakeEmbedder, add, make_document, make_index

from embeddings import Vectors
from rag.errors import LibraryError
from rag.index import Index, index_status, open_index, open_without_model
from rag.index.local import upgrades
from rag.index.local.files import LIBRARY_FILE, VECTORS_FILE
from rag.index.local.lock import write_lock
from rag.index.local.upgrades import STEPS
from rag.index.local.upgrades.from_3 import former_checksum
from rag.index.manifest import FORMAT_VERSION
from rag.schema import Finding, Section

CHECKOUT = Path(__file__).resolve().parents[1]
DATA = CHECKOUT / "tests" / "data"


class QuestionsOnly(FakeEmbedder):
    """Encodes no passage: what is stored must do."""

    def encode_passages(self, texts: object) -> Vectors:
        raise AssertionError("a passage was embedded again")

    def encode_queries(self, texts: object) -> Vectors:
        return FakeEmbedder().encode_passages(texts)  # type: ignore[arg-type]


@pytest.fixture
def former(tmp_path: Path) -> Path:
    """The folder of an index of format 2."""
    return index_of_format(2, tmp_path / "index")


def index_of_format(version: int, folder: Path) -> Path:
    """The folder of an index that was written then."""
    folder.mkdir()
    with closing(sqlite3.connect(folder / LIBRARY_FILE)) as db:
        db.executescript((DATA / f"index_format_{version}.sql").read_text(encoding="utf-8"))
    return folder


def dump(folder: Path) -> list[str]:
    with closing(sqlite3.connect(folder / LIBRARY_FILE)) as db:
        return list(db.iterdump())


def bad(index: Index) -> list[Finding]:
    return [finding for finding in index.examine(FAKE_SETTINGS) if finding.check == "index" and not finding.ok]


def test_every_version_before_that_of_today_has_a_step() -> None:
    assert list(STEPS) == list(range(2, FORMAT_VERSION))


def test_it_opens_answers_and_is_whole(former: Path) -> None:
    with closing(open_index(former, QuestionsOnly(), FAKE_SETTINGS)) as index:
        assert index.manifest.format_version == FORMAT_VERSION
        assert [(source.name, source.pages) for source in index.sources()] == [("notes.md", None), ("report.pdf", 2)]
        report = index.document(index.sources()[1].id)
        assert report.source == index.sources()[1]
        assert report.warnings == ("page 3 has no text",)
        assert report.page_at(report.text.index("Seventy-six")) == 2
        for hits in (
            index.search_dense(QuestionsOnly().encode_queries(["roof"])[0], 1),
            index.search_lexical(["roofs"], 1),
        ):
            assert [found.source.name for found in index.chunks([i for i, _ in hits]).values()] == ["report.pdf"]
        assert bad(index) == []
        assert index.remove(report.source.id)
        add(index, make_document("new.txt", "The garden grows."))
        assert max(i for i, _ in index.search_lexical(["garden", "harbour"], 5)) == 4
        assert bad(index) == []
    assert index_status(former).generation == 6


def test_what_was_stored_without_structure_is_whole_and_gets_it_when_it_is_indexed_again(tmp_path: Path) -> None:
    folder = index_of_format(3, tmp_path / "index")
    vectors = "SELECT id, vector FROM chunks ORDER BY id"
    with closing(sqlite3.connect(folder / LIBRARY_FILE)) as db:
        before = db.execute(vectors).fetchall()
    with closing(open_index(folder, QuestionsOnly(), FAKE_SETTINGS)) as index:
        assert bad(index) == []
        plots, _ = (index.document(source.id) for source in index.sources())
        assert plots.heading_path_at(plots.text.index("gate")) == ("Duties",)
        assert {section.level for section in plots.sections} == {0}
        read_under = {one.text: one.reading for one in index.chunks(range(8)).values()}
        assert read_under[plots.text[309:412]] == "Allotments. Duties."
        assert read_under[plots.text[413:]] == "Allotments. Duties. Every tenant has to:"
        row = next(text for text in read_under if text.startswith("2 |"))
        assert read_under[row] == "Allotments. Plots. Plot | Tenant | Rent."
        with closing(sqlite3.connect(folder / LIBRARY_FILE)) as db:
            assert db.execute(vectors).fetchall() == before
        table = Section("table", "Plot | Tenant | Rent", plots.text.index("Plot |"), plots.text.index("Duties") - 2)
        item = Section("item", "-", plots.text.index("- lock"), len(plots.text), 1)
        add(index, replace(plots, sections=(*plots.sections, table, item)))
        assert index.document(plots.source.id).sections[-2:] == (table, item)
        assert bad(index) == []


def test_damage_of_before_is_still_found(tmp_path: Path) -> None:
    folder = index_of_format(3, tmp_path / "index")
    with closing(sqlite3.connect(folder / LIBRARY_FILE)) as db, db:
        db.execute("UPDATE chunks SET vector = zeroblob(length(vector)) WHERE id = 3")
    with closing(open_index(folder, QuestionsOnly(), FAKE_SETTINGS)) as index:
        assert ["plots.md: its chunks" in finding.detail for finding in bad(index)] == [True]


def test_words_hyphenated_at_a_lines_end_are_found_after_an_upgrade(tmp_path: Path) -> None:
    make_index(tmp_path, make_document("a.txt", "The commit-\ntee met."), make_document("b.txt", "The roof.")).close()
    with closing(sqlite3.connect(tmp_path / LIBRARY_FILE)) as db:  # as format 4 had it
        db.execute("INSERT INTO chunk_text (chunk_text) VALUES ('delete-all')")
        rows = [(1, "A", "The commit-\ntee met."), (2, "B", "The roof.")]
        db.executemany("INSERT INTO chunk_text (rowid, context, text) VALUES (?, ?, ?)", rows)
        db.execute("UPDATE meta SET value = json_set(value, '$.format_version', 4) WHERE key = 'manifest'")
        db.commit()
    with closing(open_index(tmp_path, QuestionsOnly(), FAKE_SETTINGS)) as index:
        assert [index.chunk_frequency(word) for word in ("committee", "commit", "roof")] == [1, 1, 1]
        assert index.remove(index.sources()[0].id)
        assert index.chunk_frequency("committee") == 0 and bad(index) == []


def test_who_wrote_a_document_is_known_once_it_is_indexed_again(tmp_path: Path) -> None:
    document = make_document("a.txt", "The roof leaks.")
    make_index(tmp_path, document).close()
    with closing(sqlite3.connect(tmp_path / LIBRARY_FILE)) as db, db:  # as format 5 had it
        db.execute("DROP TABLE authors")
        db.execute("UPDATE meta SET value = json_set(value, '$.format_version', 5) WHERE key = 'manifest'")
    with closing(open_index(tmp_path, QuestionsOnly(), FAKE_SETTINGS)) as index:
        assert [source.author for source in index.sources()] == [""] and bad(index) == []
        add(index, replace(document, source=replace(document.source, author="Ada Quist")))
        assert [source.author for source in index.sources()] == ["Ada Quist"] and bad(index) == []


def test_looking_at_it_is_enough_and_the_vectors_file_stays(tmp_path: Path) -> None:
    with closing(make_index(tmp_path, make_document("a.txt", "The roof leaks."))) as index:
        add(index, make_document("b.txt", "The garden grows."))
    with closing(sqlite3.connect(tmp_path / LIBRARY_FILE)) as db, db:
        db.execute("DROP TABLE page_counts")
        db.execute("ALTER TABLE sections DROP COLUMN level")
        db.execute("ALTER TABLE chunks DROP COLUMN reading")
        for (key,) in db.execute("SELECT id FROM documents").fetchall():
            rows = db.execute(
                'SELECT id, start, "end", context, vector FROM chunks WHERE document_id = ?', (key,)
            ).fetchall()
            db.execute("UPDATE documents SET chunks_checksum = ? WHERE id = ?", (former_checksum(rows), key))
        db.execute("UPDATE meta SET value = json_set(value, '$.format_version', 2) WHERE key = 'manifest'")
    before = (tmp_path / VECTORS_FILE).stat()
    status = index_status(tmp_path)
    assert status.manifest is not None and status.manifest.format_version == FORMAT_VERSION
    with closing(open_without_model(tmp_path)) as index:
        assert all(finding.ok for finding in index.examine(FAKE_SETTINGS) if finding.check in ("index", "vectors"))
    with closing(open_index(tmp_path, QuestionsOnly(), FAKE_SETTINGS)) as index:
        assert len(index.search_dense(QuestionsOnly().encode_queries(["roof"])[0], 5)) == 2
        index.save()
    after = (tmp_path / VECTORS_FILE).stat()
    assert (after.st_ino, after.st_mtime_ns) == (before.st_ino, before.st_mtime_ns)


def test_a_step_that_fails_leaves_it_as_it_was(former: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = dump(former)

    def failing(db: sqlite3.Connection) -> None:
        whole(db)
        db.execute("SELECT * FROM nowhere")

    whole = STEPS[2]
    with monkeypatch.context() as patch:
        patch.setitem(upgrades.STEPS, 2, failing)
        with pytest.raises(LibraryError, match="nowhere"):
            open_without_model(former)
    assert dump(former) == before
    assert [source.pages for source in index_status(former).sources] == [None, 2]


def test_a_kill_half_way_leaves_it_as_it_was(former: Path) -> None:
    before = dump(former)
    code = (
        "import os, sys; from pathlib import Path; from rag.index import open_without_model\n"
        "from rag.index.local import upgrades\n"
        "step = upgrades.STEPS[2]\n"
        "upgrades.STEPS[2] = lambda db: (step(db), os._exit(9))\n"
        "open_without_model(Path(sys.argv[1]))\n"
    )
    ran = subprocess.run([sys.executable, "-c", code, str(former)], cwd=CHECKOUT, check=False)
    assert ran.returncode == 9
    assert dump(former) == before
    assert [source.pages for source in index_status(former).sources] == [None, 2]


def test_whoever_is_changing_the_index_is_not_disturbed(former: Path) -> None:
    before = dump(former)
    with write_lock(former), pytest.raises(LibraryError, match="another docquote is changing"):
        open_without_model(former)
    assert dump(former) == before


def test_an_index_older_than_all_steps_is_rebuilt(former: Path) -> None:
    with closing(sqlite3.connect(former / LIBRARY_FILE)) as db, db:
        db.execute("UPDATE meta SET value = json_set(value, '$.format_version', 1) WHERE key = 'manifest'")
    with pytest.raises(LibraryError, match=r"format_version was 1.*--rebuild"):
        open_index(former, FakeEmbedder(), FAKE_SETTINGS)
