"""One module per system, each imported only in its own virtual environment."""

from __future__ import annotations

import importlib
from pathlib import Path

from benchmarks.systems.base import System


def open_system(name: str, model: Path) -> System:
    """The system ``name`` with the embedding model in the folder ``model`` loaded."""
    system: System = importlib.import_module(f"benchmarks.systems.{name}").Measured(model)
    return system
