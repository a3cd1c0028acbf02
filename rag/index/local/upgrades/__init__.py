"""From the layout of a former version to that of today, a step for each version, with nothing embedded again.

A change of the layout that keeps the vectors raises ``FORMAT_VERSION`` and gets a step here: a function that brings the
tables from one version to the next. What changes the vectors has no step; such an index is rebuilt.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable

from rag.index.local.lock import write_lock
from rag.index.local.upgrades import from_2, from_3, from_4, from_5
from rag.sqlite import Database

STEPS: dict[int, Callable[[sqlite3.Connection], None]] = {
    2: from_2.page_counts,
    3: from_3.structure,
    4: from_4.searchable_text,
    5: from_5.authors,
}
"""By the version that a step starts from; it leads to the one above."""


def upgrade(database: Database) -> None:
    """Takes all steps that an index needs, in one transaction: a failure or a kill leaves it as it was.

    Raises:
        LibraryError: it cannot be read or written, or another process is changing it.
    """
    with database.connection() as db:
        version = format_version(db)
    if version not in STEPS:
        return
    with write_lock(database.path.parent), database.transaction() as db:
        while (version := format_version(db)) in STEPS:  # looked up again: another process may have come before
            STEPS[version](db)
            _set_version(db, version + 1)


def format_version(db: sqlite3.Connection) -> int | None:
    """Of the layout, as the manifest says; None where there is no manifest, or none that can be read."""
    tables = db.execute("SELECT 1 FROM sqlite_master WHERE name = 'meta'").fetchone()
    row = db.execute("SELECT value FROM meta WHERE key = 'manifest'").fetchone() if tables else None
    try:
        version = json.loads(row[0])["format_version"] if row else None
    except (KeyError, TypeError, ValueError):
        return None
    return version if isinstance(version, int) else None


def _set_version(db: sqlite3.Connection, version: int) -> None:
    db.execute(
        "UPDATE meta SET value = json_set(value, '$.format_version', ?) WHERE key = 'manifest'",
        (version,),
    )
