"""3 to 4: sections have levels."""

from __future__ import annotations

import sqlite3


def structure(db: sqlite3.Connection) -> None:
    """Gives every section the level 0, not known, which checksums leave out."""
    db.execute("ALTER TABLE sections ADD COLUMN level INTEGER NOT NULL DEFAULT 0")
