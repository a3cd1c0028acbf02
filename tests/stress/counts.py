"""How much of each suite is run: a short form by default, the long one by ``make stress``."""

from __future__ import annotations

import os


def _count(name: str, short: int) -> int:
    return int(os.environ.get(f"STRESS_{name}", short))


KILLS = _count("KILLS", 12)
"""Processes that are killed at a random moment."""
MODEL_KILLS = _count("MODEL_KILLS", 1)
"""Those among ``docquote index`` with the bundled model."""
DAMAGES = _count("DAMAGES", 60)
"""Files of an index that are damaged, one at a time."""
INPUTS = _count("INPUTS", 40)
"""Hostile files for each format."""
QUESTIONS = _count("QUESTIONS", 300)
"""Hostile questions to the search."""
WHOLE_QUESTIONS = _count("WHOLE_QUESTIONS", 12)
"""Those among them that go through the whole assistant, reader and page."""
PEOPLE = _count("PEOPLE", 6)
"""Who ask the server at once."""
CHANGES = _count("CHANGES", 200)
"""Files that change at once in a folder that is followed."""
SECONDS = _count("SECONDS", 4)
"""For how long they ask."""
