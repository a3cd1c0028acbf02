"""What is installed: the files of the wheel, and what an installation imports to answer a question."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from configparser import ConfigParser
from email.parser import HeaderParser
from pathlib import Path
from zipfile import ZipFile

import pytest
from core_fakes import write_files

CHECKOUT = Path(__file__).resolve().parents[1]
ROOTS = ("rag", "embeddings", "eval")
MAX_BYTES = 95_000_000
"""Of the wheel: the readers' weights are 77 MB of it, and a package index takes 100 at most."""

UNNEEDED = ("torch", "transformers", "sentence_transformers", "sklearn", "scipy", "ir_measures", "matplotlib", "pytest")
"""What no question needs, and what takes seconds to import."""


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel of this checkout, built from a copy: what an earlier build left would get into it."""
    source = tmp_path_factory.mktemp("source")
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(CHECKOUT / name, source)
    for name in (*ROOTS, "tests", "training"):
        shutil.copytree(CHECKOUT / name, source / name, ignore=shutil.ignore_patterns("__pycache__"))
    command = ("pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation", "--no-index", "--wheel-dir", "dist", ".")
    subprocess.run([sys.executable, "-m", *command], cwd=source, check=True)
    (built,) = (source / "dist").iterdir()
    return built


def test_the_wheel_holds_every_file_of_its_packages_and_no_other(wheel: Path) -> None:
    with ZipFile(wheel) as archive:
        names = {name for name in archive.namelist() if ".dist-info/" not in name}
    wanted = {
        path.relative_to(CHECKOUT).as_posix()
        for root in ROOTS
        for path in (CHECKOUT / root).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    assert names == wanted
    assert {f"{root}/py.typed" for root in ROOTS} <= names
    assert wheel.stat().st_size < MAX_BYTES


def test_the_wheel_says_what_it_is(wheel: Path) -> None:
    with ZipFile(wheel) as archive:
        (folder,) = {name.split("/")[0] for name in archive.namelist() if ".dist-info/" in name}
        metadata = HeaderParser().parsestr(archive.read(f"{folder}/METADATA").decode())
        entry_points = ConfigParser()
        entry_points.read_string(archive.read(f"{folder}/entry_points.txt").decode())
        assert f"{folder}/licenses/LICENSE" in archive.namelist()
    assert metadata["Name"] == "docquote"
    assert metadata["License-Expression"] == "Apache-2.0"
    assert "Typing :: Typed" in metadata.get_all("Classifier", [])
    assert metadata.get_payload() == (CHECKOUT / "README.md").read_text(encoding="utf-8")
    assert entry_points["console_scripts"]["docquote"] == "rag.cli.main:main"
    assert entry_points["docquote.commands"]["eval"] == "eval.cli:eval_app"


def test_commands_of_installed_packages_are_mounted(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "rag.cli", "eval", "--help"]
    ran = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, check=True)
    assert "calibrate" in ran.stdout


LIFE = """
import json, sys
import rag.cli.main

loaded = []

def run(*arguments):
    sys.argv = ["docquote", *arguments]
    try:
        rag.cli.main.main()
    except SystemExit as ended:
        loaded.append((ended.code or 0, sorted(sys.modules)))

run("index", "documents")
run("ask", "How many members attended the spring meeting?")
run("ask", "What is the capital of France?")
import rag.ui.app, rag.ui.serve
loaded.append((0, sorted(sys.modules)))
print(json.dumps(loaded))
"""


def test_between_a_start_and_an_answer_nothing_is_imported_that_no_question_needs(tmp_path: Path) -> None:
    text = "Seventy-six members attended the spring meeting of the rowing club."
    write_files(tmp_path / "documents", {"minutes.txt": text, "notes.md": f"# Notes\n\n{text}"})
    ran = subprocess.run([sys.executable, "-c", LIFE], capture_output=True, text=True, cwd=tmp_path, check=True)
    assert text in ran.stdout
    steps = json.loads(ran.stdout.splitlines()[-1])
    assert [status for status, _ in steps] == [0, 0, 1, 0]
    for _, modules in steps:
        assert not {name.split(".")[0] for name in modules} & set(UNNEEDED)
    assert ["gradio" in modules for _, modules in steps] == [False, False, False, True]
