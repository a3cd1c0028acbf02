"""Examines an installation and an index, and names the mend for whatever is wrong; changes nothing.

What needs the models is asked of a process of its own (``python -m rag.doctor``), in which every way to the network is
barred: what works there works with the cable unplugged.
"""

from __future__ import annotations

import ipaddress
import json
import os
import platform
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import closing, suppress
from dataclasses import asdict
from importlib.metadata import PackageNotFoundError, requires, version
from importlib.resources import files
from pathlib import Path

from packaging.requirements import Requirement

from rag.errors import DocquoteError
from rag.history.store import FILE_NAME as KEPT_FILE
from rag.index import has_index, open_index, open_without_model
from rag.index.ingest import add_documents
from rag.index.local.files import folder_bytes
from rag.place import Place, state_folder
from rag.reader.calibration import Calibration
from rag.schema import Finding
from rag.settings import Settings

DISTRIBUTION = "docquote"
ROOM_BYTES = 200 * 1024 * 1024
"""Free space beside an index, over its own size once more, below which its disk is called full."""
MODEL_SECONDS = 300
"""How long loading the models and asking one question may take on a slow machine."""

CHECK_TEXT = "Seventy-six members attended the spring meeting of the rowing club."
CHECK_QUESTION, CHECK_ANSWER = "How many members attended the spring meeting?", "Seventy-six"


def examine(place: Place, settings: Settings) -> Iterator[Finding]:
    """All checks, as they are done: the installation, the index in ``place`` where there is one, and the models."""
    yield _packages()
    yield _data_files()
    yield from _place(place, settings)
    folder = state_folder(place)
    yield _disk(folder)
    yield _permissions(folder)
    yield from _models(_fingerprint(place))


def _packages() -> Finding:
    reinstall = "pip install --force-reinstall docquote"
    try:
        wanted = [Requirement(text) for text in requires(DISTRIBUTION) or ()]
    except PackageNotFoundError:
        return Finding("installation", True, "docquote runs from its own folder; versions of packages are not compared")
    wrong: list[str] = []
    needed = [one for one in wanted if one.marker is None or one.marker.evaluate({"extra": ""})]
    for one in needed:
        try:
            if not one.specifier.contains(version(one.name), prereleases=True):
                wrong.append(f"{one.name} is {version(one.name)}, must be {one.specifier}")
        except PackageNotFoundError:
            wrong.append(f"{one.name} is missing")
    if wrong:
        return Finding("installation", False, "; ".join(wrong), reinstall)
    here = f"docquote {version(DISTRIBUTION)}, Python {platform.python_version()}, SQLite {sqlite3.sqlite_version}"
    return Finding("installation", True, f"{here}, {len(needed)} packages as they should be")


def _data_files() -> Finding:
    from rag.text.chunking import count_tokens

    needed = (
        "index/local/schema.sql",
        "index/server/migrations",
        "ui/static/style.css",
        "ui/static/page.js",
        "sample/questions.jsonl",
        "question/kind_weights.json",
        "question/leaning_weights.json",
        "question/talk_weights.json",
        "reader/weights",
    )
    parts = {name: files("rag").joinpath(name) for name in needed}
    missing = [name for name, part in parts.items() if not (part.is_file() or part.is_dir())]
    try:
        count_tokens("One two.")
    except (OSError, ValueError) as error:
        missing.append(f"tiktoken's vocabulary ({error})")
    if missing:
        return Finding("data files", False, f"missing: {', '.join(missing)}", "pip install --force-reinstall docquote")
    return Finding("data files", True, "all there")


# -- the index ---------------------------------------------------------------------------------------------------------


def _place(place: Place, settings: Settings) -> Iterator[Finding]:
    try:
        there = has_index(place)
    except DocquoteError as error:
        yield Finding("index", False, str(error), "as it says")
        return
    if there:
        yield from _index(place, settings)
    else:
        yield Finding("index", True, f"there is none in {place} yet (docquote index FOLDER --index {place} makes one)")


def _index(place: Place, settings: Settings) -> Iterator[Finding]:
    try:
        with closing(open_without_model(place)) as index:
            yield from index.examine(settings)
    except DocquoteError as error:
        yield Finding("index", False, str(error), f"docquote index FOLDER --index {place} --rebuild")
    try:
        Calibration.load(state_folder(place))
    except DocquoteError as error:
        yield Finding("calibration", False, str(error), f"docquote eval calibrate QUESTIONS --index {place}")
    yield from _kept(state_folder(place))


def _kept(folder: Path) -> Iterator[Finding]:
    path = folder / KEPT_FILE
    if not path.exists():
        return
    try:
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as db:
            said = str(db.execute("PRAGMA integrity_check(1)").fetchone()[0])
    except (sqlite3.Error, UnicodeDecodeError) as error:
        said = str(error)
    mend = "" if said == "ok" else f"move {path} away to start anew"
    yield Finding("conversations", said == "ok", "readable" if said == "ok" else f"{path}: {said}", mend)
    if os.name == "posix" and path.stat().st_mode & 0o077:
        yield Finding("conversations", False, f"{path} can be read by others on this computer", f"chmod 600 {path}")


def _nearest(folder: Path) -> Path:
    """The folder, or of those that it will be made in the nearest that is there."""
    return next(path for path in (folder.absolute(), *folder.absolute().parents) if path.exists())


def _disk(folder: Path) -> Finding:
    there = _nearest(folder)
    free = shutil.disk_usage(there).free
    needed = ROOM_BYTES + (folder_bytes(folder) if folder.is_dir() else 0)
    said = f"{free / 1e9:.1f} GB free"
    if free < needed:
        return Finding(
            "disk", False, f"{said}, {needed / 1e9:.1f} GB wanted", f"free some space on the disk of {there}"
        )
    return Finding("disk", True, said)


def _permissions(folder: Path) -> Finding:
    there = _nearest(folder)
    locked = [path for path in (there, *(there.iterdir() if folder.is_dir() else ())) if not _changeable(path)]
    if locked:
        return Finding("permissions", False, f"{locked[0]} cannot be written", f"chmod -R u+rw {there}")
    return Finding("permissions", True, f"{there} can be written")


def _changeable(path: Path) -> bool:
    return os.access(path, os.R_OK | os.W_OK) or not path.exists()  # SQLite's own files come and go


# -- the models, with the network barred -------------------------------------------------------------------------------


def _fingerprint(place: Place) -> str:
    """Of the model that the index was made with; "" where there is none, or none that can be read."""
    with suppress(DocquoteError), closing(open_without_model(place)) as index:
        return index.manifest.embedding_fingerprint
    return ""


def _models(fingerprint: str) -> Iterator[Finding]:
    """What the process without a network found, with the model that an index was made with."""
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}
    command = [sys.executable, "-P", "-m", "rag.doctor", fingerprint]
    try:
        ran = subprocess.run(
            command, env=environment, capture_output=True, text=True, timeout=MODEL_SECONDS, check=False
        )
        findings = [Finding(**json.loads(line)) for line in ran.stdout.splitlines() if line.startswith("{")]
        ended = ran.stderr.strip().splitlines()[-1:] if ran.returncode else []
    except (OSError, ValueError, subprocess.TimeoutExpired) as error:
        findings, ended = [], [str(error)]
    yield from findings
    if ended or not findings:
        yield Finding("models", False, f"they do not load: {' '.join(ended)}", "pip install --force-reinstall docquote")


def unplugged(fingerprint: str) -> Iterator[Finding]:
    """Opens the models, which checks their SHA-256, and asks a question of one document. Call it in its own process.

    From here on the process cannot reach, or look up, anything but itself.

    Args:
        fingerprint: of the model that an index was made with; "" for none.
    """
    attempts: list[str] = []
    sys.addaudithook(lambda event, arguments: _bar(event, arguments, attempts))
    from embeddings import open_embedder
    from rag.assistant import Assistant
    from rag.loading import document_from_text
    from rag.reader import open_reader

    settings = Settings.load()
    try:
        embedder = open_embedder(settings.embedding_model)
    except DocquoteError as error:
        yield Finding("embedding model", False, str(error), "as it says, or: pip install --force-reinstall docquote")
        return
    known = f"{settings.embedding_model}, SHA-256 {embedder.fingerprint[:16]}…"
    same = fingerprint in ("", embedder.fingerprint)
    other = f"the index was made with another, SHA-256 {fingerprint[:16]}…; this one is {known}"
    yield Finding("embedding model", same, known if same else other, "" if same else "docquote index FOLDER --rebuild")
    with (
        tempfile.TemporaryDirectory() as folder,
        closing(open_index(Path(folder), embedder, settings, create=True)) as index,
    ):
        add_documents(index, [document_from_text(CHECK_TEXT, name="check.txt")], embedder)
        try:
            reader = open_reader(settings, embedder, index)
        except DocquoteError as error:
            yield Finding("reader", False, str(error), "as it says, or: pip install --force-reinstall docquote")
            return
        yield Finding("reader", True, f"{reader.name}, its checksum right")
        answer = Assistant(index, embedder, reader, settings).ask(CHECK_QUESTION)
    if attempts:
        yield Finding("offline", False, f"tried to reach the network: {attempts[0]}", "please report this as a fault")
    elif not (answer.found and CHECK_ANSWER in answer.text):
        detail = f"the question {CHECK_QUESTION!r} was not answered from {CHECK_TEXT!r}"
        yield Finding(
            "offline", False, detail, "set reader_model and embedding_model to 'bundled', or give better ones"
        )
    else:
        yield Finding("offline", True, "a question was answered with the network barred")


def _bar(event: str, arguments: tuple[object, ...], attempts: list[str]) -> None:
    """An audit hook that lets nothing out: no connection, no datagram, no look-up, but for this machine itself."""
    if event in ("socket.connect", "socket.sendto", "socket.sendmsg"):
        address = arguments[1]
        host = address[0] if isinstance(address, tuple) else None  # else a socket of this machine, by its path
    elif event in ("socket.getaddrinfo", "socket.gethostbyname", "socket.gethostbyaddr"):
        host = arguments[0]
    else:
        return
    if not _is_here(host):
        attempts.append(f"{event} {host!r}")
        raise OSError(f"{event}: barred by docquote doctor")


def _is_here(host: object) -> bool:
    name = host.decode(errors="replace") if isinstance(host, bytes) else host
    if name in (None, "", "localhost"):
        return True
    try:
        return ipaddress.ip_address(str(name)).is_loopback
    except ValueError:
        return False


if __name__ == "__main__":
    for finding in unplugged(sys.argv[1]):
        print(json.dumps(asdict(finding)), flush=True)
