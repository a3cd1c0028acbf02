"""Settings: one frozen object, filled from a TOML file, the environment and command-line flags.

Later sources win: built-in values, then ``docquote.toml``, then ``DOCQUOTE_*`` variables, then what the caller
gives. A name that is not a setting is an error wherever it comes from.
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path

from rag.errors import SettingsError

CONFIG_FILE = "docquote.toml"
ENVIRONMENT_PREFIX = "DOCQUOTE_"
NOT_SETTINGS = frozenset({"INDEX", "LIBRARY", "LIBRARY_READ", "CONFIG", "SHARED", "SCREENSHOTS"})
"""``DOCQUOTE_*`` variables that mean something else than a setting."""


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything that can be set. The chunking settings and the model are pinned in an index when it is made.

    Attributes:
        embedding_model: ``"bundled"``, or the name or folder of a sentence-transformers model.
        reader_model: ``"bundled"``, ``"bundled-small"`` to do without the large network, or the folder of a
            transformers question-answering model.
        chunk_tokens: the most tokens (tiktoken, cl100k_base) in one chunk; 16 to 2,000.
        overlap_tokens: the most tokens that a chunk repeats of the one before, in whole sentences; below
            ``chunk_tokens``.
        passages: how many passages are read for one question; 1 to 100.
        quotes: the most sentences in the answer to who, when, how many and the like; 1 to 20.
        answer_tokens: the most tokens (tiktoken, cl100k_base) in the quotes that answer why, how, lists, comparisons
            and the like; 20 to 2,000.
        max_file_mb: files larger than this are refused, in MiB.
        parse_seconds: the longest that parsing one PDF or Word file may take.
        parse_memory_mb: the most memory that parsing one PDF or Word file may take, in MiB.
    """

    embedding_model: str = "bundled"
    reader_model: str = "bundled"
    chunk_tokens: int = 160
    overlap_tokens: int = 40
    passages: int = 15
    quotes: int = 3
    answer_tokens: int = 200
    max_file_mb: int = 100
    parse_seconds: int = 60
    parse_memory_mb: int = 2048

    def __post_init__(self) -> None:
        ranges = {
            "chunk_tokens": (16, 2000),
            "overlap_tokens": (0, self.chunk_tokens - 1),
            "passages": (1, 100),
            "quotes": (1, 20),
            "answer_tokens": (20, 2000),
            "max_file_mb": (1, 100_000),
            "parse_seconds": (1, 86_400),
            "parse_memory_mb": (64, 1_000_000),
        }
        for name, (low, high) in ranges.items():
            value = getattr(self, name)
            if not low <= value <= high:
                raise SettingsError(f"{name} is {value}; it must be from {low} to {high}")

    @classmethod
    def load(cls, overrides: Mapping[str, object] | None = None, *, config: Path | None = None) -> Settings:
        """Reads the settings file and the environment; ``overrides`` win over both.

        Args:
            overrides: setting to value; values of None are passed over.
            config: the TOML file; by default ``$DOCQUOTE_CONFIG``, else ``docquote.toml`` in the working folder
                where there is one.

        Raises:
            SettingsError: an unknown name, a value of the wrong type or out of range, or an unreadable file.
        """
        values: dict[str, object] = {}
        named = config or (Path(os.environ["DOCQUOTE_CONFIG"]) if "DOCQUOTE_CONFIG" in os.environ else None)
        path = named or Path(CONFIG_FILE)
        if named is not None or path.is_file():
            values |= {name: _checked(name, value, str(path)) for name, value in _read_toml(path).items()}
        for variable, text in os.environ.items():
            if variable.startswith(ENVIRONMENT_PREFIX):
                name = variable.removeprefix(ENVIRONMENT_PREFIX)
                if name not in NOT_SETTINGS:
                    values[name.lower()] = _checked(name.lower(), _parsed(name.lower(), text), f"${variable}")
        for name, value in (overrides or {}).items():
            if value is not None:
                values[name] = _checked(name, value, "the call")
        return cls(**values)  # type: ignore[arg-type]  # every value was checked against its field


def _read_toml(path: Path) -> dict[str, object]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise SettingsError(f"{path}: cannot be read as settings: {error}") from error


def _types() -> dict[str, type]:
    return {field.name: type(field.default) for field in fields(Settings)}


def _parsed(name: str, text: str) -> object:
    if _types().get(name) is int:
        try:
            return int(text)
        except ValueError:
            return text
    return text


def _checked(name: str, value: object, where: str) -> object:
    types = _types()
    if name not in types:
        raise SettingsError(f"{where}: {name!r} is not a setting; the settings are {', '.join(sorted(types))}")
    if type(value) is not types[name]:
        raise SettingsError(f"{where}: {name} is {value!r}; it must be of type {types[name].__name__}")
    return value
