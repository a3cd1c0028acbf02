"""The house rules: who may import whom, what is public, and what must not be loaded to say little."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import rag
import rag.errors

CHECKOUT = Path(__file__).resolve().parents[1]
PACKAGES = ("rag", "embeddings", "eval", "training")
HEAVY = ("torch", "gradio", "faiss", "transformers", "sklearn", "matplotlib", "jinja2", "psycopg")

ROOMS: dict[str, str] = {
    "rag.errors": "",
    "rag.logistic": "",
    "rag.schema": "",
    "rag.settings": "errors",
    "rag.place": "errors",
    "rag.sqlite": "errors",
    "rag.sample": "",
    "rag.markup": "",
    "embeddings": "errors",
    "rag.text": "schema",
    "rag.loading": "errors schema text",
    "rag.question": "errors schema text",
    "rag.index": "errors schema settings place sqlite embeddings text loading sample",
    "rag.retrieval": "errors schema embeddings text index",
    "rag.reader": "errors logistic schema settings embeddings text question index",
    "rag.answer": "logistic schema settings text question retrieval reader",
    "rag.assistant": "errors schema settings place sqlite embeddings question index retrieval reader answer",
    "rag.history": "errors schema settings sqlite text question index answer",
    "rag.doctor": "errors schema settings place embeddings text loading index reader assistant history",
    "rag.serving": "errors schema place text loading index answer history",
    "rag.ui": "errors schema markup text loading sample index answer history serving",
    "rag.cli": (
        "errors schema settings place embeddings loading sample index retrieval answer assistant history doctor "
        "serving ui"
    ),
    "eval": "*",
    "training": "*",
}
"""Every room, from the bottom up, with the rooms that it imports from (those of ``rag`` without their prefix); ``*``:
from all above it. No room imports from one that stands below it here, so no circle is possible."""

RANK = {room: rank for rank, room in enumerate(ROOMS)}


def modules() -> Iterator[tuple[str, Path]]:
    for package in PACKAGES:
        for path in sorted((CHECKOUT / package).rglob("*.py")):
            parts = path.relative_to(CHECKOUT).with_suffix("").parts
            yield ".".join(parts[:-1] if parts[-1] == "__init__" else parts), path


def imports(path: Path, *, top: bool = False) -> set[str]:
    """What a file imports: anywhere, functions included, or only at its ``top``.

    ``from rag import x`` counts as ``rag.x``, and so for every package: the module is meant where there is one.
    """
    found: set[str] = set()
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for node in tree.body if top else ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            module = node.module or ""
            inner = {f"{module}.{alias.name}" for alias in node.names}
            found |= {name for name in inner if name in MODULE_NAMES} or {module}
    return found


MODULE_NAMES = {name for name, _ in modules()}


def room_of(module: str) -> str:
    """The room that a module is in: ``rag.index`` for ``rag.index.local.record``."""
    return ".".join(module.split(".")[: 2 if module.startswith("rag.") else 1])


MODULES = dict(modules())


@pytest.mark.parametrize("module", [name for name in MODULES if name != "rag"])
def test_a_room_imports_what_it_says(module: str) -> None:
    here = room_of(module)
    assert here in ROOMS, f"{here} is no room: add it to ROOMS"
    above = {room for room in ROOMS if RANK[room] < RANK[here]}
    named = {room if room in ("embeddings", "eval") else f"rag.{room}" for room in ROOMS[here].split()}
    for imported in imports(MODULES[module]):
        there = room_of(imported)
        if imported.split(".")[0] in PACKAGES and there not in (here, "rag"):
            assert there in above, f"{module} imports {imported}, which stands above it"
            assert ROOMS[here] == "*" or there in named, f"{module} imports {imported}: is that {here}'s business?"


def test_rooms_import_no_more_than_they_say() -> None:
    """A room that is named in ``ROOMS`` and not needed any more would hide the next wrong import."""
    used: dict[str, set[str]] = {room: set() for room in ROOMS}
    for module, path in MODULES.items():
        if module != "rag":
            used[room_of(module)] |= {room_of(one).removeprefix("rag.") for one in imports(path)}
    unused = {room: set(named.split()) - used[room] for room, named in ROOMS.items() if named != "*"}
    assert not any(unused.values()), unused


@pytest.mark.parametrize("module", list(MODULES))
def test_private_names_stay_in_their_room(module: str) -> None:
    for node in ast.walk(ast.parse(MODULES[module].read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and room_of(node.module or "") != room_of(module):
            parts = [*(node.module or "").split("."), *(alias.name for alias in node.names)]
            assert not [part for part in parts if part.startswith("_") and part != "__future__"], f"{module}: {parts}"


def test_no_module_imports_in_a_circle() -> None:
    """Imports at the top of modules; those in functions may point back within a room."""
    waiting = {
        module: {one for one in imports(path, top=True) if one in MODULES and one != module}
        for module, path in MODULES.items()
    }
    while waiting:
        free = {module for module, needed in waiting.items() if not needed & waiting.keys()}
        assert free, f"these import each other in a circle: {sorted(waiting)}"
        waiting = {module: needed for module, needed in waiting.items() if module not in free}


def test_there_is_one_tree_of_errors() -> None:
    """Every exception class is a DocquoteError, and stands with the others in ``rag.errors``."""
    for module, path in MODULES.items():
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ClassDef) and module != "rag.errors":
                bases = [ast.unparse(base).split(".")[-1] for base in node.bases]
                raised = [base for base in bases if base.endswith(("Error", "Exception")) or base == "Refused"]
                assert not raised, f"{module}.{node.name} belongs into rag.errors"
    found = [one for one in vars(rag.errors).values() if isinstance(one, type) and issubclass(one, BaseException)]
    assert found and all(issubclass(one, rag.errors.DocquoteError) for one in found)


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


def test_the_public_names_are_pinned() -> None:
    assert rag.__all__ == [
        "Answer", "Assistant", "Citation", "ConversationError", "DocquoteError", "Document", "LibraryError",
        "LoadError", "ModelError", "Passage", "Scope", "ScopeError", "Settings", "SettingsError", "Source", "Turn",
    ]  # fmt: skip
    assert all(getattr(rag, name).__name__ == name for name in rag.__all__)
    with pytest.raises(AttributeError, match="no attribute 'Nothing'"):
        _ = rag.Nothing


@pytest.mark.parametrize(
    "statement",
    [
        "import rag; rag.Settings(); rag.Scope()",
        "import rag.index, rag.index.ingest.update",
        "import sys; sys.argv = ['docquote', '--help']; import rag.cli.main; rag.cli.main.main()",
        "import sys; sys.argv = ['docquote', 'eval', '--help']; import rag.cli.main; rag.cli.main.main()",
        "import sys; sys.argv = ['docquote', 'status', '--index', 'nowhere']; import rag.cli.main; rag.cli.main.main()",
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
    assert "Traceback" not in ran.stderr, ran.stderr
    assert loaded == []
