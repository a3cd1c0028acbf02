"""Settings: built-in, then TOML, then the environment, then the call; anything odd is an error that names itself."""

from __future__ import annotations

from pathlib import Path

import pytest

from rag.errors import SettingsError
from rag.settings import Settings


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_without_anything_the_built_in_values_hold() -> None:
    assert Settings.load() == Settings()


def test_later_sources_win(elsewhere: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (elsewhere / "docquote.toml").write_text("passages = 5\nquotes = 5\nchunk_tokens = 50\noverlap_tokens = 5\n")
    monkeypatch.setenv("DOCQUOTE_QUOTES", "6")
    monkeypatch.setenv("DOCQUOTE_CHUNK_TOKENS", "60")
    loaded = Settings.load({"chunk_tokens": 70, "passages": None})
    assert (loaded.passages, loaded.quotes, loaded.chunk_tokens, loaded.overlap_tokens) == (5, 6, 70, 5)


def test_a_named_file_is_read_instead(elsewhere: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (elsewhere / "docquote.toml").write_text("passages = 5\n")
    (elsewhere / "other.toml").write_text("passages = 7\n")
    (elsewhere / "third.toml").write_text("passages = 8\n")
    monkeypatch.setenv("DOCQUOTE_CONFIG", "other.toml")
    assert Settings.load().passages == 7
    assert Settings.load(config=elsewhere / "third.toml").passages == 8


def test_variables_that_are_no_settings_are_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DOCQUOTE_INDEX", "somewhere")
    monkeypatch.setenv("DOCQUOTE_SHARED", "somewhere")
    assert Settings.load() == Settings()


@pytest.mark.parametrize(
    ("toml", "message"),
    [
        ("passagse = 5", "docquote.toml: 'passagse' is not a setting; the settings are .*passages"),
        ("[passages]\nk = 5", "passages is .*must be of type int"),
        ("passages = 'five'", "passages is 'five'; it must be of type int"),
        ("passages = 5.0", "must be of type int"),
        ("passages = true", "must be of type int"),
        ("embedding_model = 5", "embedding_model is 5; it must be of type str"),
        ("passages = 0", "passages is 0; it must be from 1 to 100"),
        ("chunk_tokens = 40\noverlap_tokens = 40", "overlap_tokens is 40; it must be from 0 to 39"),
        ("chunk_tokens = 100000", "chunk_tokens is 100000"),
        ("passages = ", "docquote.toml: cannot be read as settings"),
        ("passages = 5\npassages = 6", "cannot be read as settings"),
    ],
)
def test_a_wrong_file_is_an_error_that_says_what_and_where(elsewhere: Path, toml: str, message: str) -> None:
    (elsewhere / "docquote.toml").write_text(toml)
    with pytest.raises(SettingsError, match=message):
        Settings.load()


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("DOCQUOTE_PASSAGSE", "5", r"\$DOCQUOTE_PASSAGSE: 'passagse' is not a setting"),
        ("DOCQUOTE_PASSAGES", "five", r"\$DOCQUOTE_PASSAGES: passages is 'five'; it must be of type int"),
        ("DOCQUOTE_PASSAGES", "", "must be of type int"),
        ("DOCQUOTE_PASSAGES", "1000", "it must be from 1 to 100"),
        ("DOCQUOTE_CONFIG", "missing.toml", "missing.toml: cannot be read as settings"),
    ],
)
def test_a_wrong_variable_is_an_error_that_names_it(
    name: str, value: str, message: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(SettingsError, match=message):
        Settings.load()


def test_wrong_values_of_the_call_and_unreadable_files(elsewhere: Path) -> None:
    with pytest.raises(SettingsError, match="the call: 'k' is not a setting"):
        Settings.load({"k": 5})
    (elsewhere / "binary.toml").write_bytes(b"\xff\xfe\0")
    for config in (elsewhere / "binary.toml", elsewhere):
        with pytest.raises(SettingsError, match="cannot be read"):
            Settings.load(config=config)


@pytest.mark.parametrize(
    "values", [{"chunk_tokens": 15}, {"overlap_tokens": -1}, {"quotes": 21}, {"max_file_mb": 0}, {"parse_memory_mb": 1}]
)
def test_settings_out_of_range_cannot_be_made(values: dict[str, int]) -> None:
    with pytest.raises(SettingsError, match=next(iter(values))):
        Settings(**values)  # type: ignore[arg-type]
