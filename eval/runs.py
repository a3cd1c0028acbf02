"""The folder of a run: what was measured, one line per question, and the report. A stopped run goes on from there."""

from __future__ import annotations

import hashlib
import json
import math
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from eval.grading import Record
from rag.errors import DatasetError

RUNS = Path("runs")
"""Where runs go unless the user names a folder."""

CONFIGURATION_FILE = "run.json"
RECORDS_FILE = "run.jsonl"
REPORT_FILE = "report.json"
PAGE_FILE = "report.html"
REPORT_FORMAT = 1

Configuration = dict[str, Any]
"""Everything that the results depend on; the same configuration gives the same results."""


class Run:
    """A run's folder.

    Attributes:
        folder: with ``run.json`` (the configuration), ``run.jsonl`` (a record per question), the reports.
        configuration: what the results depend on.
        records: of the questions done so far, by id.
    """

    def __init__(self, folder: Path, configuration: Configuration, records: dict[str, Record]) -> None:
        """Use ``Run.start`` or ``Run.read``."""
        self.folder = folder
        self.configuration = configuration
        self.records = records

    @classmethod
    def start(cls, folder: Path, configuration: Configuration) -> Run:
        """Begins a run, or goes on with the one in the folder if it has the same configuration.

        Raises:
            DatasetError: the folder holds a run of another configuration, or cannot be used.
        """
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise DatasetError(f"{folder}: cannot be made ({error.strerror}); choose another --out") from error
        if is_run(folder):
            _drop_cut_line(folder / RECORDS_FILE)
            run = cls.read(folder)
            if fingerprint(run.configuration) != fingerprint(configuration):
                changed = "; ".join(_differences(run.configuration, configuration))
                raise DatasetError(
                    f"{folder}: holds a run of another configuration ({changed}); choose another --out or delete it"
                )
            return run
        write_json(folder / CONFIGURATION_FILE, configuration)
        return cls(folder, configuration, {})

    @classmethod
    def read(cls, folder: Path) -> Run:
        """Reads a run. A last line without its end counts as not done: a kill cut it off, or it is being written.

        Raises:
            DatasetError: there is no run, or a line of it is damaged.
        """
        try:
            configuration = json.loads((folder / CONFIGURATION_FILE).read_text(encoding="utf-8"))
        except FileNotFoundError as error:
            make = f"docquote eval answers QUESTIONS --out {folder}"
            raise DatasetError(f"{folder}: holds no run; make one with: {make}") from error
        except (OSError, ValueError) as error:
            raise DatasetError(f"{folder / CONFIGURATION_FILE}: cannot be read: {error}") from error
        path = folder / RECORDS_FILE
        return cls(folder, configuration, {record["id"]: record for record in _read_records(path)})

    @property
    def kind(self) -> str:
        """``"answers"``, ``"retrieval"`` or ``"reader"``."""
        return str(self.configuration.get("command"))

    def append(self, record: Record) -> None:
        """Keeps a record, on disk at once."""
        with (self.folder / RECORDS_FILE).open("a", encoding="utf-8") as stream:
            stream.write(json.dumps(finite(record), ensure_ascii=False, allow_nan=False) + "\n")
        self.records[record["id"]] = record

    def finish(self, report: Mapping[str, Any], page: str) -> None:
        """Writes ``report.json`` and ``report.html``."""
        write_json(self.folder / REPORT_FILE, {"format": REPORT_FORMAT, **report})
        _write_whole(self.folder / PAGE_FILE, page)


def is_run(folder: Path) -> bool:
    """Whether a folder holds a run."""
    return (folder / CONFIGURATION_FILE).is_file()


def runs_in(folder: Path) -> list[str]:
    """The names of the runs in a folder, sorted; empty where it has none or is no folder."""
    return sorted(path.name for path in folder.iterdir() if is_run(path)) if folder.is_dir() else []


def fingerprint(configuration: Configuration) -> str:
    """SHA-256 of a configuration, in hexadecimal."""
    return hashlib.sha256(json.dumps(configuration, sort_keys=True).encode()).hexdigest()


def finite(value: Any) -> Any:
    """The value with NaN as null, which JSON has no word for."""
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, Mapping):
        return {key: finite(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [finite(item) for item in value]
    return value


def write_json(path: Path, value: Any) -> None:
    """Writes JSON for people and programs, whole or not at all."""
    _write_whole(path, json.dumps(finite(value), indent=2, ensure_ascii=False, allow_nan=False) + "\n")


def _write_whole(path: Path, text: str) -> None:
    scratch = path.with_name(f".{path.name}.{os.getpid()}")
    scratch.write_text(text, encoding="utf-8")
    scratch.replace(path)


def _read_records(path: Path) -> Iterator[Record]:
    if not path.is_file():
        return
    for number, line in enumerate(_whole_lines(path).splitlines(), start=1):
        try:
            record = json.loads(line)
            yield {**record, "id": record["id"], "grades": record["grades"]}
        except (ValueError, KeyError, TypeError) as error:
            raise DatasetError(f"{path}, line {number}: is damaged; delete the folder and run again") from error


def _whole_lines(path: Path) -> bytes:
    data = path.read_bytes()
    return data[: data.rfind(b"\n") + 1]


def _drop_cut_line(path: Path) -> None:
    """Takes off a last line that a kill cut short, so that the next record does not continue it."""
    if path.is_file():
        os.truncate(path, len(_whole_lines(path)))


def _differences(before: Any, now: Any, name: str = "") -> Iterator[str]:
    if isinstance(before, Mapping) and isinstance(now, Mapping):
        for key in dict.fromkeys([*before, *now]):
            yield from _differences(before.get(key), now.get(key), f"{name}.{key}" if name else key)
    elif before != now:
        yield f"{name} was {_short(before)}, is now {_short(now)}"


def _short(value: Any) -> str:
    text = json.dumps(value)
    return text if len(text) <= 40 else f"{text[:37]}..."
