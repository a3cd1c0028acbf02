"""The library changes while questions are asked: jobs in order, progress, named problems, cancelling."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest
from core_fakes import FAKE_SETTINGS, FakeEmbedder, make_index, write_files

from embeddings import Vectors
from rag.errors import DocquoteError, LoadError
from rag.index import Index, open_index
from rag.index.ingest import update_index
from rag.index.ingest.jobs import FINISHED_KEPT, POLITE_BATCH, IndexJobs, Job
from rag.index.names import UPLOADS
from rag.sample import documents_folder

WAIT = 30.0


class Gate(FakeEmbedder):
    """A fake embedder that can be held, and remembers how much it was given at once."""

    def __init__(self) -> None:
        self.open = threading.Event()
        self.open.set()
        self.reached = threading.Event()
        self.sizes: list[int] = []

    def encode_passages(self, texts: Sequence[str]) -> Vectors:
        self.reached.set()
        assert self.open.wait(WAIT)
        self.sizes.append(len(texts))
        return super().encode_passages(texts)


@pytest.fixture
def embedder() -> Gate:  # type: ignore[override]
    return Gate()


@pytest.fixture
def index(tmp_path: Path) -> Iterator[Index]:
    opened = make_index(tmp_path / "index")
    yield opened
    opened.close()


@pytest.fixture
def jobs(index: Index, embedder: Gate) -> Iterator[IndexJobs]:
    running = IndexJobs(index, embedder, FAKE_SETTINGS)
    yield running
    embedder.open.set()
    running.close()


def finished(jobs: IndexJobs, job_id: int) -> Job:
    return waited(jobs, job_id, lambda job: job.finished)


def waited(jobs: IndexJobs, job_id: int, wanted: Callable[[Job], bool]) -> Job:
    for _ in range(int(WAIT * 100)):
        job = next(job for job in jobs.snapshot() if job.id == job_id)
        if wanted(job):
            return job
        threading.Event().wait(0.01)
    raise AssertionError(job)


def names(index: Index) -> list[str]:
    return [source.name for source in index.sources()]


def test_a_folder_is_added_and_its_problems_are_named(jobs: IndexJobs, index: Index, tmp_path: Path) -> None:
    folder = write_files(tmp_path / "docs", {"a.txt": "The roof leaks.", "b.txt": "Tulips.", "empty.txt": ""})
    job = finished(jobs, jobs.add(folder))
    assert (job.state, job.done, job.total, job.file) == ("done", 3, 3, "")
    assert job.what == "Adding docs"
    assert job.summary == "2 added, 1 failed"
    assert len(job.problems) == 1
    assert "empty.txt: is empty" in job.problems[0]
    assert names(index) == ["a.txt", "b.txt"]


def test_asking_goes_on_while_a_job_runs(jobs: IndexJobs, index: Index, embedder: Gate, tmp_path: Path) -> None:
    folder = write_files(tmp_path / "docs", {"a.txt": "The roof leaks."})
    embedder.open.clear()
    job_id = jobs.add(folder)
    assert embedder.reached.wait(WAIT)
    job = waited(jobs, job_id, lambda job: job.total == 1)
    assert (job.state, jobs.busy) == ("running", True)
    query = embedder.encode_queries
    assert index.search_lexical(["roof"], 5) == []
    embedder.open.set()
    assert finished(jobs, job_id).state == "done"
    assert len(index.search_lexical(["roof"], 5)) == 1
    assert len(index.search_dense(query(["roof"])[0], 5)) == 1
    assert jobs.busy is False


def test_jobs_take_turns_and_cancelling_stops_between_files(
    jobs: IndexJobs, index: Index, embedder: Gate, tmp_path: Path
) -> None:
    many = write_files(tmp_path / "many", {f"{n:03}.txt": f"Line {n}. " * 400 for n in range(30)})
    other = write_files(tmp_path / "other", {"z.txt": "Tulips."})
    embedder.open.clear()
    first, second, third = jobs.add(many), jobs.add(other), jobs.refresh()
    assert embedder.reached.wait(WAIT)
    assert [job.state for job in jobs.snapshot()] == ["running", "waiting", "waiting"]
    jobs.cancel(first)
    jobs.cancel(third)
    embedder.open.set()
    stopped = finished(jobs, first)
    assert stopped.state == "cancelled"
    assert 0 < stopped.done < stopped.total == 30
    assert finished(jobs, second).state == "done"
    assert finished(jobs, third).state == "cancelled"
    kept = [name for name in names(index) if name != "z.txt"]
    assert 0 < len(kept) < 30  # what was read is kept, and the next run goes on from there
    assert f"{30 - len(kept)} added" in finished(jobs, jobs.refresh()).summary


def test_the_model_is_used_in_small_batches(jobs: IndexJobs, embedder: Gate, tmp_path: Path) -> None:
    folder = write_files(tmp_path / "docs", {"a.txt": "A sentence of the long register stands here. " * 300})
    assert finished(jobs, jobs.add(folder)).state == "done"
    assert len(embedder.sizes) > 1
    assert max(embedder.sizes) <= POLITE_BATCH


def test_uploads_are_kept_indexed_and_forgotten(jobs: IndexJobs, index: Index, tmp_path: Path) -> None:
    sent = write_files(tmp_path / "sent", {"1": "The roof leaks.", "2": "Tulips."})
    job_id = jobs.upload([("minutes.txt", sent / "1"), ("../minutes.txt", sent / "2")])
    (sent / "1").unlink()
    assert finished(jobs, job_id).summary == "2 added"
    assert names(index) == ["minutes (2).txt", "minutes.txt"]
    first = next(source for source in index.sources() if source.name == "minutes.txt")
    assert Path(first.path).parent == index.folder / UPLOADS
    assert finished(jobs, jobs.remove([first.path])).summary == "1 removed"
    assert names(index) == ["minutes (2).txt"]
    assert not Path(first.path).exists()
    assert finished(jobs, jobs.refresh()).summary == "1 unchanged"


def test_uploads_outlive_indexing_the_folder_around_the_index(jobs: IndexJobs, index: Index, tmp_path: Path) -> None:
    sent = write_files(tmp_path / "sent", {"1.txt": "The roof leaks."})
    hidden = tmp_path / "index" / ".docquoteignore"
    hidden.write_text("*\n")
    finished(jobs, jobs.upload([("minutes.txt", sent / "1.txt")]))
    finished(jobs, jobs.add(tmp_path))
    assert names(index) == ["minutes.txt", "sent/1.txt"]


def test_an_upload_that_is_refused_leaves_nothing(jobs: IndexJobs, index: Index, tmp_path: Path) -> None:
    sent = write_files(tmp_path / "sent", {"1": "The roof leaks."})
    with pytest.raises(LoadError, match="not supported"):
        jobs.upload([("good.txt", sent / "1"), ("virus.exe", sent / "1")])
    assert list((index.folder / UPLOADS).iterdir()) == []
    assert jobs.snapshot() == ()


def test_removed_documents_keep_their_files(jobs: IndexJobs, index: Index, tmp_path: Path) -> None:
    folder = write_files(tmp_path / "docs", {"a.txt": "The roof leaks.", "b.txt": "Tulips."})
    finished(jobs, jobs.add(folder))
    job = finished(jobs, jobs.remove([str(folder / "a.txt"), "zebra.txt"]))
    assert job.summary == "1 removed"
    assert job.problems == ("zebra.txt: the index holds no such document",)
    assert (folder / "a.txt").exists()
    assert names(index) == ["b.txt"]


def test_changed_files_are_indexed_again(jobs: IndexJobs, index: Index, tmp_path: Path) -> None:
    folder = write_files(tmp_path / "docs", {"a.txt": "The roof leaks.", "b.txt": "Tulips."})
    finished(jobs, jobs.add(folder))
    (folder / "a.txt").write_text("The roof is mended.")
    (folder / "b.txt").unlink()
    assert finished(jobs, jobs.refresh()).summary == "1 updated, 1 removed"
    assert "mended" in index.document(index.sources()[0].id).text


def test_a_job_that_fails_says_why_and_the_next_one_runs(jobs: IndexJobs, index: Index, tmp_path: Path) -> None:
    folder = write_files(tmp_path / "docs", {"a.txt": "The roof leaks."})
    missing = finished(jobs, jobs.add(tmp_path / "nowhere"))
    assert "no such file or folder" in missing.problems[0]
    other = open_index(index.folder, FakeEmbedder(), FAKE_SETTINGS)
    with other.writing():
        failed = finished(jobs, jobs.add(folder))
    other.close()
    assert failed.state == "failed"
    assert "another docquote is changing this index" in failed.summary
    assert finished(jobs, jobs.add(folder)).summary == "1 added"


def test_the_sample_leaves_when_own_documents_come(jobs: IndexJobs, index: Index, tmp_path: Path) -> None:
    with documents_folder() as sample:
        update_index(index, FakeEmbedder(), [sample], FAKE_SETTINGS)
    assert finished(jobs, jobs.add(tmp_path / "nowhere")).summary == "1 failed"
    assert len(names(index)) > 5
    folder = write_files(tmp_path / "docs", {"a.txt": "The roof leaks."})
    assert finished(jobs, jobs.add(folder)).summary == "1 added; the sample library was taken out"
    assert names(index) == ["a.txt"]


def test_old_jobs_are_forgotten_and_closing_ends_all(jobs: IndexJobs, tmp_path: Path) -> None:
    folder = write_files(tmp_path / "docs", {"a.txt": "The roof leaks."})
    for _ in range(FINISHED_KEPT + 5):
        last = jobs.add(folder)
    finished(jobs, last)
    finished(jobs, jobs.add(folder))
    assert len(jobs.snapshot()) == FINISHED_KEPT + 1
    jobs.close()
    with pytest.raises(DocquoteError, match="closing"):
        jobs.add(folder)
