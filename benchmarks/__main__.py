"""``python -m benchmarks``: docquote and its peers on the same documents, in one run, one process at a time."""

from __future__ import annotations

import argparse
import json
import os
import platform
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import nullcontext
from pathlib import Path
from typing import Any

from benchmarks import command_line
from benchmarks.documents import Collection, changed, given, made, write_questions
from benchmarks.environments import CHECKOUT, DOCQUOTE, SYSTEMS, Environment, Spec, prepare
from benchmarks.results import Measurement, Results
from benchmarks.table import absolute_table, figures, ratio_table

SEED = 7
NAMED_PACKAGES = (
    "docquote torch sentence-transformers transformers onnxruntime faiss-cpu langchain-core langchain-classic "
    "langchain-community langchain-huggingface llama-index-core haystack-ai txtai"
).split()


def main() -> None:
    """Sets up the environments, measures what has not been measured, and prints the tables."""
    arguments = _parser().parse_args()
    systems = [spec for spec in SYSTEMS if spec.name in arguments.systems]
    environments = {}
    for spec in systems:
        print(f"{spec.title}: environment in {arguments.environments / spec.name}", flush=True)
        environments[spec.name] = prepare(spec, arguments.environments)
    collection = _collection(arguments)
    model = environments[systems[0].name].model()
    configuration = {
        "collection": collection.name,
        "documents": len(collection.files),
        "characters": collection.characters,
        "tokens": _tokens(collection, environments[systems[0].name], model),
        "questions": len(collection.questions),
        "seed": SEED,
        "machine": {"processor": _processor(), "cores": os.cpu_count(), "python": platform.python_version()},
        "versions": {spec.name: environments[spec.name].versions(NAMED_PACKAGES) for spec in systems},
    }
    try:
        results = Results(arguments.out / "measurements.jsonl", configuration)
    except ValueError as error:
        sys.exit(str(error))
    runner = Runner(collection, environments, model, results, arguments.out)
    try:
        runner.run(systems, arguments.repetitions)
    except KeyboardInterrupt:
        print("\nStopped; the same command goes on from here.")
    print("\n" + _report(results, configuration, systems, arguments.out))


class Runner:
    """Runs the tasks that have not been measured yet."""

    def __init__(
        self,
        collection: Collection,
        environments: dict[str, Environment],
        model: Path,
        results: Results,
        out: Path,
    ) -> None:
        self._collection = collection
        self._environments = environments
        self._model = model
        self._results = results
        self._work = out / "work"
        self._work.mkdir(parents=True, exist_ok=True)
        self._questions = self._work / "questions.json"
        write_questions(collection.questions, self._questions)

    def run(self, systems: Sequence[Spec], repetitions: int) -> None:
        """Each repetition begins with another system, so that none always runs on a rested machine."""
        plan = list(_plan(systems, repetitions))
        for number, (repetition, spec, task) in enumerate(plan, start=1):
            if self._results.values(repetition, spec.name, task) is not None:
                continue
            print(f"[{number}/{len(plan)}] repetition {repetition}: {spec.title}, {task} ...", end=" ", flush=True)
            started = time.perf_counter()
            values = self._measure(repetition, spec, task)
            self._results.add(Measurement(repetition, spec.name, task, values))
            print(f"{time.perf_counter() - started:.1f} s", flush=True)
            if task == _tasks(spec)[-1]:
                shutil.rmtree(self._index(repetition, spec), ignore_errors=True)

    def _index(self, repetition: int, spec: Spec) -> Path:
        return self._work / f"index-{repetition}-{spec.name}"

    def _measure(self, repetition: int, spec: Spec, task: str) -> dict[str, float]:
        index = self._index(repetition, spec)
        environment = self._environments[spec.name]
        if task == "command":
            return command_line.measure(environment, index, self._collection.questions[0].question)
        if task == "index":
            shutil.rmtree(index, ignore_errors=True)
        out = self._work / "values.json"
        command: list[str | Path] = [environment.python, "-m", "benchmarks.measure", spec.name]
        command.append("update" if task in ("unchanged", "changed") else task)
        for name, path in (
            ("model", self._model),
            ("documents", self._collection.folder),
            ("index", index),
            ("questions", self._questions),
            ("out", out),
        ):
            command += [f"--{name}", path.resolve()]
        with changed(self._collection) if task == "changed" else nullcontext():
            ran = subprocess.run(command, env=environment.variables, cwd=CHECKOUT, capture_output=True, text=True)
        if ran.returncode:
            sys.exit(f"failed:\n{ran.stdout[-2000:]}\n{ran.stderr[-4000:]}")
        values: dict[str, float] = json.loads(out.read_text(encoding="utf-8"))
        return values


def _plan(systems: Sequence[Spec], repetitions: int) -> Iterator[tuple[int, Spec, str]]:
    for repetition in range(1, repetitions + 1):
        first = (repetition - 1) % len(systems)
        for spec in [*systems[first:], *systems[:first]]:
            yield from ((repetition, spec, task) for task in _tasks(spec))


def _tasks(spec: Spec) -> list[str]:
    updates = ["unchanged", "changed"] if spec.updates else []
    return ["index", "search", *(["command"] if spec is DOCQUOTE else []), *updates]


def _collection(arguments: argparse.Namespace) -> Collection:
    folder = arguments.out / "work" / "documents"
    if arguments.documents:
        return given(arguments.documents, arguments.questions, folder, arguments.limit, SEED)
    return made(folder, arguments.made, arguments.sentences, SEED)


def _tokens(collection: Collection, environment: Environment, model: Path) -> int:
    """The embedding model's tokens in all documents, counted in an environment that has its tokenizer."""
    code = (
        "import sys, pathlib, tokenizers\n"
        "t = tokenizers.Tokenizer.from_file(sys.argv[1]); t.no_truncation(); t.no_padding()\n"
        "texts = [p.read_text(encoding='utf-8') for p in pathlib.Path(sys.argv[2]).rglob('*.txt')]\n"
        "print(sum(len(e.ids) for e in t.encode_batch_fast(texts, add_special_tokens=False)))"
    )
    command: list[str | Path] = [environment.python, "-c", code, model / "tokenizer.json", collection.folder]
    return int(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def _processor() -> str:
    """What the processor calls itself."""
    listed = Path("/proc/cpuinfo")
    lines = listed.read_text(encoding="utf-8").splitlines() if listed.exists() else []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor() or platform.machine()


def _report(results: Results, configuration: dict[str, Any], systems: Sequence[Spec], out: Path) -> str:
    listed = figures(configuration["documents"], configuration["characters"], configuration["tokens"])
    report = "\n\n".join([
        f"{configuration['documents']} documents, {configuration['characters']:,} characters, "
        f"{configuration['questions']} questions, {len(results.repetitions)} repetitions; "
        f"{configuration['machine']['processor']}, {configuration['machine']['cores']} cores. "
        "Median of the repetitions (least to most).",
        absolute_table(results, listed, systems),
        ratio_table(results, listed, systems),
    ])  # fmt: skip
    (out / "report.md").write_text(report + "\n", encoding="utf-8")
    whole = configuration | {"measurements": [[m.repetition, m.system, m.task, m.values] for m in results.measurements]}
    (out / "report.json").write_text(json.dumps(whole, indent=1), encoding="utf-8")
    return f"{report}\n\nThe same in {out / 'report.md'}, every measurement in {out / 'report.json'}."


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--documents", type=Path, help="a folder of .txt files; none: documents made of the sample's")
    parser.add_argument("--questions", type=Path, help="JSON lines as for docquote eval; none: the sample's")
    parser.add_argument("--limit", type=int, default=200, help="how many of the questions are asked (default: 200)")
    parser.add_argument("--made", type=int, default=200, help="how many documents are made (default: 200)")
    parser.add_argument("--sentences", type=int, default=20, help="sentences in each of them (default: 20)")
    parser.add_argument("--repetitions", type=int, default=3, help="default: 3")
    names = [spec.name for spec in SYSTEMS]
    parser.add_argument("--systems", nargs="+", choices=names, default=names)
    parser.add_argument("--out", type=Path, default=Path("runs/benchmarks"), help="default: runs/benchmarks")
    parser.add_argument("--environments", type=Path, default=Path(".benchmarks"), help="default: .benchmarks")
    return parser


if __name__ == "__main__":
    main()
