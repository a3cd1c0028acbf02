"""House rules of security: nothing that runs what a file says, no shell, no weights that are code."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).resolve().parents[1]
MODULES = sorted(path for package in ("rag", "embeddings", "eval") for path in (CHECKOUT / package).rglob("*.py"))
CODE_AS_DATA = {"pickle", "cPickle", "_pickle", "dill", "cloudpickle", "joblib", "shelve", "marshal", "jsonpickle"}
RUNS_TEXT = {"eval", "exec", "compile", "__import__"}


def calls(tree: ast.AST) -> Iterator[tuple[str, ast.Call]]:
    """Every call with its dotted name, as far as it is one."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            yield ast.unparse(node.func), node


def faults(source: str) -> list[str]:
    """What a module does that none may do."""
    tree, found = ast.parse(source), []
    for node in ast.walk(tree):
        names = [alias.name for alias in node.names] if isinstance(node, ast.Import | ast.ImportFrom) else []
        names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
        found += [name for name in names if name.split(".")[0] in CODE_AS_DATA]
    for name, call in calls(tree):
        given = {keyword.arg: ast.unparse(keyword.value) for keyword in call.keywords}
        last = name.rpartition(".")[2]
        if name in RUNS_TEXT or name in ("os.system", "os.popen") or given.get("shell") == "True":
            found.append(name)
        if name == "torch.load" and given.get("weights_only") != "True":
            found.append("torch.load of pickled objects")
        if given.get("allow_pickle", "False") != "False" or given.get("trust_remote_code", "False") != "False":
            found.append(name)
        weights = last == "from_pretrained" and "Tokenizer" not in name and "Config" not in name
        if weights and given.get("use_safetensors") != "True":
            found.append(f"{name} of pickled weights")
        if name == "SentenceTransformer" and "'use_safetensors': True" not in given.get("model_kwargs", ""):
            found.append(f"{name} of pickled weights")
    return found


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(CHECKOUT)))
def test_nothing_runs_what_a_file_says(path: Path) -> None:
    assert faults(path.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize(
    "source",
    [
        "import pickle",
        "from joblib import load",
        "eval(text)",
        "subprocess.run(command, shell=True)",
        "torch.load(path)",
        "torch.load(path, weights_only=False)",
        "np.load(path, allow_pickle=True)",
        "AutoModel.from_pretrained(folder)",
        "SentenceTransformer(name)",
        "AutoTokenizer.from_pretrained(folder, trust_remote_code=True)",
    ],
)
def test_the_rules_catch_what_they_are_for(source: str) -> None:
    assert faults(source)
