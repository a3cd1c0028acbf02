"""What was measured, kept line by line as it comes, so that an interrupted run goes on where it stopped."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

Values = Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Measurement:
    """What one process measured.

    Attributes:
        repetition: from 1; in each, every system runs every task once.
        system: its name.
        task: ``index``, ``search``, ``unchanged``, ``changed`` or ``command``.
        values: by name; seconds, bytes, counts or shares.
    """

    repetition: int
    system: str
    task: str
    values: Values


class Results:
    """The measurements of one configuration: a file with the configuration in its first line."""

    def __init__(self, path: Path, configuration: Mapping[str, Any]) -> None:
        """Opens the file, or begins it.

        Raises:
            ValueError: it holds the measurements of another configuration.
        """
        self._path = path
        self._measured: dict[tuple[int, str, str], Measurement] = {}
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(json.dumps(configuration) + "\n", encoding="utf-8")
        first, *lines = path.read_text(encoding="utf-8").splitlines()
        if json.loads(first) != json.loads(json.dumps(configuration)):
            raise ValueError(f"{path}: holds the measurements of another configuration; choose another --out")
        for line in lines:
            self._keep(Measurement(**json.loads(line)))

    def add(self, measurement: Measurement) -> None:
        """Keeps a measurement, in the file too."""
        with self._path.open("a", encoding="utf-8") as stream:
            stream.write(json.dumps(asdict(measurement)) + "\n")
        self._keep(measurement)

    def _keep(self, measurement: Measurement) -> None:
        self._measured[measurement.repetition, measurement.system, measurement.task] = measurement

    def values(self, repetition: int, system: str, task: str) -> Values | None:
        """What a task measured; None where it has not been run."""
        measurement = self._measured.get((repetition, system, task))
        return None if measurement is None else measurement.values

    @property
    def measurements(self) -> list[Measurement]:
        """All of them, in the order in which they were made."""
        return list(self._measured.values())

    @property
    def repetitions(self) -> list[int]:
        """The repetitions that have any."""
        return sorted({repetition for repetition, _, _ in self._measured})
