"""kill -9 at any moment of indexing, updating, removing and rebuilding; see victim.py for how."""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest
from core_fakes import write_files
from counts import KILLS, MODEL_KILLS

from embeddings import Embedder
from rag import Assistant
from rag.settings import Settings

HERE = Path(__file__).resolve().parent
CHECKOUT = HERE.parents[1]
SEED = 2026
ENVIRONMENT = os.environ | {"PYTHONPATH": os.pathsep.join(map(str, [CHECKOUT, HERE.parent, HERE]))}
PATIENCE_SECONDS = 200
Counted = Callable[[str], None]

needs_fork = pytest.mark.skipif(not hasattr(os, "fork"), reason="victims are forks, which this system has not")


@needs_fork
@pytest.mark.timeout(60 + 10 * KILLS)
def test_a_kill_leaves_the_documents_before_or_after_the_current_one(tmp_path: Path, counted: Counted) -> None:
    ran = subprocess.run(
        [sys.executable, str(HERE / "victim.py"), str(KILLS), str(SEED), str(tmp_path)],
        env=ENVIRONMENT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    kills = [json.loads(line) for line in ran.stdout.splitlines()]
    assert len(kills) == KILLS
    amid = sum(0 < kill["step"] < kill["steps"] - 1 for kill in kills)
    assert amid > 0, "no kill came between the first and the last document: the suite tests nothing"
    of = ", ".join(f"{count} of {what}" for what, count in sorted(Counter(kill["of"] for kill in kills).items()))
    counted(f"kill -9: {KILLS} ({of}), {amid} of them between the first and the last document")


@pytest.mark.parametrize("seed", range(MODEL_KILLS))
def test_a_kill_of_the_command_with_its_model(tmp_path: Path, embedder: Embedder, seed: int) -> None:
    rng = random.Random(seed)
    texts = {f"{n}.md": f"# Note {n}\n\nThe club number {n} has {100 + n} members. " * 20 for n in range(8)}
    write_files(tmp_path / "documents", texts)
    command = [sys.executable, "-m", "rag.cli", "index", "documents"]
    library = tmp_path / ".docquote" / "library.sqlite"
    process = subprocess.Popen(command, cwd=tmp_path, env=ENVIRONMENT, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not library.exists() and process.poll() is None and time.monotonic() < deadline:
        time.sleep(0.01)
    time.sleep(rng.uniform(0, 2))
    process.kill()
    process.communicate(timeout=PATIENCE_SECONDS)
    assert library.exists()
    held = len(ask(tmp_path).sources())
    again = subprocess.run([*command, "--json"], cwd=tmp_path, env=ENVIRONMENT, capture_output=True, check=False)
    assert again.returncode == 0, again.stderr.decode()
    report = json.loads(again.stdout)
    assert (len(report["unchanged"]), len(report["added"])) == (held, len(texts) - held)
    answer = ask(tmp_path).ask("How many members has the club number 3?")
    assert answer.found and "103" in answer.text


def ask(folder: Path) -> Assistant:
    """The assistant over the index; closed when it is collected."""
    return Assistant.open(folder / ".docquote", Settings())
