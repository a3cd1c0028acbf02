"""The house rules: who may import whom, what is public, and what must not be loaded to say little."""

from __future__ import annotations

import ast
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

import rag

CHECKOUT = Path(__file__).resolve().parents[1]
PACKAGES = ("rag", "embeddings", "eval")
MAX_LINES = 330
HEAVY = ("torch", "gradio", "faiss", "transformers", "sklearn", "matplotlib")

LAYERS: tuple[frozenset[str], ...] = tuple(
    frozenset(layer.split())
    for layer in (
        "rag.schema rag.errors rag.settings rag.words rag.question rag.router rag.sentences rag.calibration rag.values "
        "rag.periods embeddings rag.users rag.binding rag.database rag.prefetch",
        "rag.loading rag.chunking rag.index rag.pages rag.verification rag.kept",
        "rag.retrieval rag.reader rag.conversation rag.referents rag.enumerations rag.composing rag.comparing "
        "rag.overview rag.statements",
        "rag.answering rag.agreement rag.serialise rag.candidates",
        "rag.assistant rag.indexing rag.sample rag.console rag.progress rag.uploads rag.background rag.conversations "
        "rag.export rag.feedback rag.doctor",
        "rag.ui rag.cli rag.cli_chat rag.cli_users eval",
    )
)
"""From the bottom up; a module imports from its own layer and from those below."""

MAY_ALSO = {
    ("rag.cli", "eval"),  # to mount its commands
}


def modules() -> Iterator[tuple[str, Path]]:
    for package in PACKAGES:
        for path in sorted((CHECKOUT / package).rglob("*.py")):
            parts = path.relative_to(CHECKOUT).with_suffix("").parts
            yield ".".join(parts[:-1] if parts[-1] == "__init__" else parts), path


def imports(path: Path) -> set[str]:
    """What a file imports anywhere, functions included; ``from rag import x`` counts as ``rag.x``."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            module = node.module or ""
            found |= {f"rag.{alias.name}" for alias in node.names} if module == "rag" else {module}
    return found


def part_of(module: str) -> str:
    """The part of the house that a module is in: ``rag.index`` for ``rag.index.library``."""
    return ".".join(module.split(".")[: 2 if module.startswith("rag.") else 1])


def level(part: str) -> int | None:
    return next((i for i, layer in enumerate(LAYERS) if part in layer), None)


MODULES = dict(modules())


@pytest.mark.parametrize("module", [name for name in MODULES if name != "rag"])
def test_imports_point_down(module: str) -> None:
    here = part_of(module)
    own = level(here)
    assert own is not None, f"{here} is in no layer: add it to LAYERS"
    for imported in imports(MODULES[module]):
        there = part_of(imported)
        if imported.split(".")[0] not in PACKAGES or (here, there) in MAY_ALSO or there == here:
            continue
        target = level(there)
        assert target is not None, f"{there} is in no layer"
        assert target <= own, f"{module} imports {imported}, which is above it"
        if there in ("rag.ui", "rag.cli", "eval"):
            assert here in ("rag.cli", "rag.cli_chat") and there == "rag.ui", f"{module} imports {imported}"


def test_nothing_imports_the_tests_and_the_index_knows_no_model() -> None:
    names = {path.stem for path in (CHECKOUT / "tests").rglob("*.py")}
    for module, path in MODULES.items():
        tops = {imported.split(".")[0] for imported in imports(path)}
        assert not tops & ({"tests", "pytest"} | names), module
        if module.startswith("rag.index"):
            assert not tops & {"torch", "transformers", "sentence_transformers"}, module
        if "gradio" in tops:
            assert module.startswith("rag.ui"), module


def test_documents_and_answers_are_unknown_to_embeddings() -> None:
    for module, path in MODULES.items():
        if module.startswith("embeddings"):
            assert {name for name in imports(path) if name.startswith("rag")} <= {"rag.errors"}, module


@pytest.mark.parametrize("module", list(MODULES))
def test_modules_are_small(module: str) -> None:
    lines = len(MODULES[module].read_text(encoding="utf-8").splitlines())
    assert lines <= MAX_LINES, f"{module} has {lines} lines"


def test_the_public_names_are_pinned() -> None:
    assert rag.__all__ == [
        "Answer", "Assistant", "Citation", "DocquoteError", "Document", "LibraryError", "LoadError", "ModelError",
        "Passage", "Scope", "ScopeError", "Settings", "SettingsError", "Source", "Turn",
    ]  # fmt: skip
    assert all(getattr(rag, name).__name__ == name for name in rag.__all__)
    with pytest.raises(AttributeError, match="no attribute 'Nothing'"):
        _ = rag.Nothing


@pytest.mark.parametrize(
    "statement",
    [
        "import rag; rag.Settings(); rag.Scope()",
        "import sys; sys.argv = ['docquote', '--help']; import rag.cli; rag.cli.main()",
        "import sys; sys.argv = ['docquote', 'eval', '--help']; import rag.cli; rag.cli.main()",
        "import sys; sys.argv = ['docquote', 'status', '--index', 'nowhere']; import rag.cli; rag.cli.main()",
    ],
)
def test_what_is_quick_loads_nothing_heavy(statement: str, tmp_path: Path) -> None:
    code = (
        "import atexit, sys\n"
        f"atexit.register(lambda: print('loaded:', *sorted(set({HEAVY!r}) & set(sys.modules))))\n"
        f"sys.path.insert(0, {str(CHECKOUT)!r})\n{statement}\n"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=tmp_path, check=False)
    loaded = ran.stdout.rpartition("loaded:")[2].split()
    allowed = {"faiss"} if "status" in statement else set()
    assert "Traceback" not in ran.stderr, ran.stderr
    assert set(loaded) <= allowed


def test_every_data_file_is_installed() -> None:
    """An installed docquote (not an editable one) has only the files that pyproject names."""
    with (CHECKOUT / "pyproject.toml").open("rb") as stream:
        named = tomllib.load(stream)["tool"]["setuptools"]["package-data"]
    for package in PACKAGES:
        folder = CHECKOUT / package
        data = {path for path in folder.rglob("*") if path.is_file() and path.suffix not in (".py", ".pyc")}
        installed = {path for pattern in named.get(package, []) for path in folder.glob(pattern)}
        assert data <= installed, f"not installed: {sorted(str(path) for path in data - installed)}"
