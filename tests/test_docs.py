"""The documentation names what there is: modules, files, commands and Python that run, and every room on the maps."""

from __future__ import annotations

import pkgutil
import re
import shlex
import shutil
from pathlib import Path
from typing import Any

import pytest
from test_architecture import MODULES, ROOMS
from typer.main import get_command

from eval.cli import eval_app
from rag.cli.main import app
from rag.errors import LibraryError

CHECKOUT = Path(__file__).resolve().parents[1]
PAGES = sorted(
    path.relative_to(CHECKOUT).as_posix()
    for path in [
        CHECKOUT / "README.md",
        CHECKOUT / "CONTRIBUTING.md",
        *CHECKOUT.glob("docs/*.md"),
        *CHECKOUT.glob("rag/**/*.md"),
    ]
    if "documents" not in path.parts
)
ROOTS = ("rag", "embeddings", "eval", "training", "benchmarks", "tests")
MAPS = ("CONTRIBUTING.md", "docs/architecture.md")

CODE = re.compile(r"`([^`\n]+)`")
PATH = re.compile(r"(?:rag|embeddings|eval|training|benchmarks|tests|docs)/[\w./-]*")
NAME = re.compile(r"(?:rag|embeddings|eval)(?:\.\w+)+")
RUN = re.compile(r"python -m ((?:rag|embeddings|eval|training|benchmarks)[\w.]*)")
FILE = re.compile(r"\w+\.py")
BLOCK = re.compile(r"^```(\w*)\n(.*?)^```$", re.DOTALL | re.MULTILINE)
LINK = re.compile(r"\]\((?!https?:|#)([^)#\s]+)")


def text_of(page: str) -> str:
    return (CHECKOUT / page).read_text(encoding="utf-8")


@pytest.mark.parametrize("page", PAGES)
def test_what_a_page_names_is_there(page: str) -> None:
    spans = CODE.findall(text_of(page))
    files = {path.name for root in ROOTS for path in CHECKOUT.glob(f"{root}/**/*.py")}
    gone = [span for span in spans if PATH.fullmatch(span) and not (CHECKOUT / span).exists()]
    gone += [span for span in spans if FILE.fullmatch(span) and span not in files]
    for name in filter(NAME.fullmatch, spans):
        try:
            pkgutil.resolve_name(name)
        except (ImportError, AttributeError):
            gone.append(name)
    for module in RUN.findall(text_of(page)):
        path = CHECKOUT / module.replace(".", "/")
        if not (path.with_suffix(".py").is_file() or (path / "__main__.py").is_file()):
            gone.append(f"python -m {module}")
    assert not gone


@pytest.mark.parametrize("page", PAGES)
def test_every_link_leads_to_a_file(page: str) -> None:
    folder = (CHECKOUT / page).parent
    assert not [link for link in LINK.findall(text_of(page)) if not (folder / link).exists()]


@pytest.mark.parametrize("page", PAGES)
def test_commands_are_as_the_command_line_takes_them(page: str) -> None:
    """Those in blocks, with all that they need; only parsed."""
    for _, block in BLOCK.findall(text_of(page)):
        for line in re.findall(r"^(?:\$ )?docquote (.*)", block, flags=re.MULTILINE):
            arguments = shlex.split(line, comments=True)
            command: Any = get_command(app)
            if arguments[0] == "eval":
                command, arguments = get_command(eval_app), arguments[1:]
            while hasattr(command, "commands"):
                command, arguments = command.commands[arguments[0]], arguments[1:]
            command.make_context(line, arguments)


def test_the_python_of_the_readme_runs(
    sample_index: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    shutil.copytree(sample_index, tmp_path / ".docquote")
    monkeypatch.chdir(tmp_path)
    (code,) = [block for language, block in BLOCK.findall(text_of("README.md")) if language == "python"]
    exec(code, names := {})
    assert capsys.readouterr().out.startswith("True ")
    with pytest.raises(LibraryError):  # it was closed
        names["assistant"].sources()


@pytest.mark.parametrize("page", MAPS)
def test_every_room_is_on_the_map(page: str) -> None:
    named = set(CODE.findall(text_of(page)))
    for room in ROOMS:
        path = room.replace(".", "/")
        assert (f"{path}.py" if room in MODULES and not (CHECKOUT / path).is_dir() else f"{path}/") in named, room
