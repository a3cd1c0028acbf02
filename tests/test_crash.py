"""A kill at any moment of ``docquote index``: what is there is whole, and the next run finishes the rest."""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
import time
from pathlib import Path

import pytest
from core_fakes import FakeEmbedder, write_files

from rag.index import open_index, open_without_model
from rag.index.local.files import LIBRARY_FILE
from rag.settings import Settings

CHECKOUT = Path(__file__).resolve().parents[1]
WORDS = "committee roof harbour garden budget election library member vote meeting tulip crown".split()
FILES = 48
KILLS = 2
AT_WORK = 0.8
"""The share of the time from the library being made to the end of the process in which documents are stored."""
PATIENCE_SECONDS = 120


def corpus(version: int) -> dict[str, str]:
    """Small files, one of them with many chunks; each says its version in every sentence."""
    rng = random.Random(version)
    files = {}
    for n in range(FILES):
        sentences = 120 if n == FILES // 2 else rng.randint(2, 12)
        body = " ".join(
            f"Version {version} of file {n} tells of the {' and the '.join(rng.sample(WORDS, 4))}."
            for _ in range(sentences)
        )
        files[f"folder{n % 3}/{n:02}.txt"] = body
    return files


def start(*arguments: str, cwd: Path) -> subprocess.Popen[str]:
    """A process of its own that can be killed; its working folder is ``cwd``."""
    environment = os.environ | {"PYTHONPATH": os.pathsep.join([str(CHECKOUT), str(CHECKOUT / "tests")])}
    command = [sys.executable, str(CHECKOUT / "tests" / "slow_docquote.py"), *arguments]
    return subprocess.Popen(
        command, cwd=cwd, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


def run(*arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    process = start(*arguments, cwd=cwd)
    out, err = process.communicate(timeout=PATIENCE_SECONDS)
    return subprocess.CompletedProcess(arguments, process.returncode, out, err)


def wait_for(path: Path, process: subprocess.Popen[str]) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not path.exists() and process.poll() is None and time.monotonic() < deadline:
        time.sleep(0.002)


def check_whole(folder: Path, *versions: dict[str, str]) -> int:
    """Every document in the index is one of the versions of its file, whole; the number of documents."""
    index = open_index(folder, FakeEmbedder(), Settings())
    ids = [chunk_id for chunk_id, _ in index.search_dense(FakeEmbedder().encode_queries(["committee"])[0], 100_000)]
    chunks = index.chunks(ids)
    covered: dict[str, str] = {}
    for found in sorted(chunks.values(), key=lambda found: found.chunk.start):
        chunk, source, text = found.chunk, found.source, found.text
        document = index.document(source.id)
        assert document.text in [version[source.name] for version in versions]
        assert text == document.text[chunk.start : chunk.end]
        covered[source.name] = text
    sources = index.sources()
    assert {source.name for source in sources} == set(covered)
    for source in sources:
        assert index.document(source.id).text.endswith(covered[source.name])
    assert index.counts()[:2] == (len(sources), len(chunks))
    assert index.chunk_frequency("version") == len(chunks)
    index.close()
    return len(sources)


@pytest.fixture(scope="module")
def working_seconds(tmp_path_factory: pytest.TempPathFactory) -> float:
    """How long indexing the corpus takes here once the library is made, to choose the moments of the kills."""
    folder = tmp_path_factory.mktemp("whole")
    write_files(folder / "documents", corpus(1))
    process = start("index", "documents", cwd=folder)
    wait_for(folder / ".docquote" / LIBRARY_FILE, process)
    began = time.monotonic()
    _, err = process.communicate(timeout=PATIENCE_SECONDS)
    assert process.returncode == 0, err
    return time.monotonic() - began


@pytest.mark.parametrize("seed", range(KILLS))
def test_a_kill_tears_nothing_and_a_second_run_finishes(tmp_path: Path, working_seconds: float, seed: int) -> None:
    rng = random.Random(seed)
    versions = [corpus(1), corpus(2)]
    write_files(tmp_path / "documents", versions[0])
    library = tmp_path / ".docquote" / LIBRARY_FILE
    if seed % 2:  # the kill comes while an index is updated, not while it is made
        assert run("index", "documents", cwd=tmp_path).returncode == 0
        write_files(tmp_path / "documents", versions[1])
    process = start("index", "documents", cwd=tmp_path)
    wait_for(tmp_path / ".docquote" / ("index.lock" if seed % 2 else LIBRARY_FILE), process)
    time.sleep(AT_WORK * working_seconds * (seed + rng.random()) / KILLS)
    process.kill()
    process.communicate(timeout=PATIENCE_SECONDS)
    assert library.is_file()
    shown = run("status", "--json", cwd=tmp_path)
    assert shown.returncode == 0, shown.stderr
    held = check_whole(tmp_path / ".docquote", *versions)
    assert json.loads(shown.stdout)["documents"] == held
    again = run("index", "documents", "--json", cwd=tmp_path)
    assert again.returncode == 0, again.stderr
    report = json.loads(again.stdout)
    assert len(report["added"]) + len(report["updated"]) + len(report["unchanged"]) == FILES
    assert len(report["added"]) == FILES - held
    assert check_whole(tmp_path / ".docquote", versions[seed % 2]) == FILES
    left = {path.name for path in library.parent.iterdir()} - {f"{LIBRARY_FILE}-wal", f"{LIBRARY_FILE}-shm"}
    assert left <= {LIBRARY_FILE, "vectors.faiss", "index.lock"}


def test_of_two_indexers_at_once_the_second_says_so(tmp_path: Path) -> None:
    write_files(tmp_path / "documents", corpus(1))
    assert run("index", "documents/folder0", cwd=tmp_path).returncode == 0
    index = open_without_model(tmp_path / ".docquote")
    with index.writing():
        second = run("index", "documents", cwd=tmp_path)
        assert second.returncode == 2
        assert second.stderr.startswith("error:")
        assert "another docquote is changing this index" in second.stderr
    index.close()
    assert (
        check_whole(tmp_path / ".docquote", {Path(name).name: text for name, text in corpus(1).items()}) == FILES // 3
    )


def test_two_indexers_that_start_together_leave_a_whole_index(tmp_path: Path) -> None:
    write_files(tmp_path / "documents", corpus(1))
    both = [start("index", "documents", cwd=tmp_path) for _ in range(2)]
    ended = [(process.communicate(timeout=PATIENCE_SECONDS)[1], process.returncode) for process in both]
    for err, status in ended:
        assert status == 0 or (status == 2 and "another docquote is changing this index" in err), err
    assert 0 in [status for _, status in ended]
    assert check_whole(tmp_path / ".docquote", corpus(1)) == FILES
