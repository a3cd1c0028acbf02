"""The doctor: what is wrong is found and its mend is named; nothing is changed."""

from __future__ import annotations

import json
import shutil
import socket
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from core_fakes import FAKE_SETTINGS, FakeEmbedder, write_files

import rag.doctor
from rag.doctor import Finding, examine
from rag.history import Conversations
from rag.index import open_index
from rag.index.ingest import update_index
from rag.settings import Settings

CHECKOUT = Path(__file__).resolve().parents[1]
SETTINGS = replace(FAKE_SETTINGS, embedding_model="fake")


@pytest.fixture
def library(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with documents and an index; the models are not looked at."""
    monkeypatch.setattr(rag.doctor, "_models", lambda fingerprint: iter(()))
    folder = write_files(tmp_path / "documents", {f"{n}.txt": f"The roof number {n} leaks. " * 9 for n in range(5)})
    with closing(open_index(tmp_path / "index", FakeEmbedder(), FAKE_SETTINGS, create=True)) as index:
        update_index(index, FakeEmbedder(), [folder], FAKE_SETTINGS)
    Conversations(tmp_path / "index").close()
    return tmp_path


def bad(library: Path, settings: Settings = SETTINGS) -> dict[str, Finding]:
    return {finding.check: finding for finding in examine(library / "index", settings) if not finding.ok}


def test_all_is_well(library: Path) -> None:
    before = {path.name: path.read_bytes() for path in (library / "index").iterdir() if path.suffix != ".sqlite-shm"}
    assert bad(library) == {}
    assert all((library / "index" / name).read_bytes() == data for name, data in before.items())


def flip(path: Path, share: float) -> None:
    data = bytearray(path.read_bytes())
    data[int(len(data) * share)] ^= 4
    path.write_bytes(data)


def one_letter(library: Path) -> None:
    path = library / "index" / "library.sqlite"
    data = path.read_bytes()
    assert b"The roof number 3 leaks." in data
    path.write_bytes(data.replace(b"The roof number 3 leaks.", b"The roof number 8 leaks."))


@pytest.mark.parametrize(
    ("damage", "check", "detail", "mend"),
    [
        (one_letter, "index", "not what was indexed", "--rebuild"),
        (lambda f: (f / "index" / "library.sqlite").write_bytes(b""), "index", "no tables", "--rebuild"),
        (lambda f: flip(f / "index" / "vectors.faiss", 0.5), "vectors", "damaged", "docquote index --index"),
        (lambda f: (f / "documents" / "2.txt").unlink(), "documents", r"1 of 5 files are gone: \S*2\.txt", "index"),
        (lambda f: (f / "index" / "calibration.json").write_text("{"), "calibration", "cannot be read", "calibrate"),
        (lambda f: (f / "index" / "conversations.sqlite").write_bytes(b"x" * 9000), "conversations", "not a d", "move"),
        (lambda f: (f / "index" / "conversations.sqlite").chmod(0o644), "conversations", "by others", "chmod 600"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_named_with_its_mend(
    library: Path, damage: Callable[[Path], object], check: str, detail: str, mend: str
) -> None:
    damage(library)
    found = bad(library)
    assert set(found) == {check}
    with pytest.raises(AssertionError, match=detail):
        raise AssertionError(found[check].detail)
    assert mend in found[check].mend


def test_other_settings_a_full_disk_and_an_old_package_are_named(
    library: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "chunk_tokens was 32, is 64" in bad(library, replace(SETTINGS, chunk_tokens=64))["settings"].detail
    monkeypatch.setattr(rag.doctor, "ROOM_BYTES", shutil.disk_usage(library).total)
    assert "free some space" in bad(library)["disk"].mend
    monkeypatch.setattr(rag.doctor, "requires", lambda name: ["numpy<1", "surely-not-there>=2", "x; extra == 'dev'"])
    assert "numpy is" in bad(library)["installation"].detail
    assert "surely-not-there is missing" in bad(library)["installation"].detail


def test_an_index_of_another_model_is_named(library: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    monkeypatch.setattr(rag.doctor, "_models", lambda fingerprint: asked.append(fingerprint) or iter(()))
    bad(library)
    assert asked == [FakeEmbedder.fingerprint]
    with monkeypatch.context() as patch:
        patch.setattr(rag.doctor.sys, "addaudithook", lambda hook: None)
        patch.setattr("embeddings.open_embedder", lambda name: FakeEmbedder())
        first = next(rag.doctor.unplugged("f" * 64))
    assert (first.ok, "another" in first.detail, "--rebuild" in first.mend) == (False, True, True)


def test_where_there_is_no_index_yet(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rag.doctor, "_models", lambda fingerprint: iter(()))
    assert all(finding.ok for finding in examine(tmp_path / "none", Settings()))
    assert not (tmp_path / "none").exists()


def test_the_command_examines_the_models_without_a_network(tmp_path: Path) -> None:
    write_files(tmp_path / "documents", {"a.txt": "The roof leaks."})
    command = [sys.executable, "-m", "rag.cli", "doctor", "--json"]
    ran = subprocess.run(
        command,
        cwd=tmp_path,
        env={"PYTHONPATH": str(CHECKOUT), "PATH": ""},
        capture_output=True,
        text=True,
        check=False,
    )
    said = json.loads(ran.stdout)
    assert (ran.returncode, said["ok"]) == (0, True), said
    checks = {finding["check"]: finding["detail"] for finding in said["findings"]}
    assert {"embedding model", "reader", "offline", "installation", "data files", "index", "disk"} <= set(checks)
    assert "53aa51172d142c89" in checks["embedding model"]


def test_the_bar_keeps_the_network_out() -> None:
    attempts: list[str] = []
    for event, *arguments in (
        ("socket.connect", socket.socket, ("192.0.2.1", 443)),
        ("socket.getaddrinfo", "example.org"),
        ("socket.sendto", socket.socket, ("192.0.2.1", 53)),
    ):
        with pytest.raises(OSError, match="barred"):
            rag.doctor._bar(event, tuple(arguments), attempts)
    assert len(attempts) == 3
    for here in (("127.0.0.1", 80), ("::1", 80), "/run/some.socket"):
        rag.doctor._bar("socket.connect", (socket.socket, here), attempts)
    assert len(attempts) == 3
