"""How often the router names the right kind of question: ``python -m training.kind.assess FILE [--data DATA]``.

FILE holds questions under headings ``[kind]``, as ``training/kind/questions.txt`` does; or, as tab-separated values, a
kind, a set and the id of a question of that set in DATA.
"""

from __future__ import annotations

import argparse
import gzip
import json
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path

from rag.errors import DatasetError
from rag.question.kind import KINDS, QuestionKind, question_kind
from rag.reader.answer_kind import KIND_OF_ANSWER, answer_kind
from training.kind.fit import Labelled, read_written


def read_labels(path: Path, data: Path | None) -> list[Labelled]:
    """Labelled questions of either form.

    Raises:
        DatasetError: a set or a question of it is missing.
    """
    if path.suffix != ".tsv":
        return read_written(path)
    if data is None:
        raise DatasetError(f"{path}: names questions of other sets; give their folder with --data")
    sets: dict[str, dict[str, str]] = {}
    found: list[Labelled] = []
    by_name: dict[str, QuestionKind] = {kind: kind for kind in KINDS}
    for line in path.read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            kind, name, identity = line.split("\t")
            if name not in sets:
                sets[name] = _questions(data / (f"{name}/queries" if name.startswith("retrieval") else name))
            found.append((by_name[kind], sets[name][identity]))
    return found


def _questions(stem: Path) -> dict[str, str]:
    path = stem.with_name(f"{stem.name}.jsonl.gz")
    try:
        with gzip.open(path, "rt", encoding="utf-8") as stream:
            rows = [json.loads(line) for line in stream]
    except (OSError, ValueError) as error:
        raise DatasetError(f"{path}: cannot be read as gzipped JSON lines: {error}") from error
    return {row["id"]: row.get("question") or row["text"] for row in rows}


def accuracy(labelled: Sequence[Labelled], said: Callable[[str], str], truth: Callable[[QuestionKind], str]) -> float:
    """The share of questions that are named rightly."""
    return sum(said(question) == truth(kind) for kind, question in labelled) / len(labelled)


def main() -> None:
    """Prints the accuracy of router and patterns, and the router's confusions."""
    parser = argparse.ArgumentParser(prog="python -m training.kind.assess", description=__doc__)
    parser.add_argument("file", type=Path)
    parser.add_argument("--data", type=Path)
    arguments = parser.parse_args()
    labelled = read_labels(arguments.file, arguments.data)
    router = accuracy(labelled, question_kind, str)
    coarse = accuracy(labelled, lambda question: KIND_OF_ANSWER[question_kind(question)], KIND_OF_ANSWER.__getitem__)
    patterns = accuracy(labelled, answer_kind, KIND_OF_ANSWER.__getitem__)
    print(f"{len(labelled)} questions; router, of {len(KINDS)} kinds: {router:.3f}")
    print(f"of the six kinds of answers: router {coarse:.3f}, patterns alone {patterns:.3f}")
    counts = Counter((kind, question_kind(question)) for kind, question in labelled)
    print(f"{'is / said':<10}" + "".join(f"{kind[:8]:>9}" for kind in KINDS))
    for kind in KINDS:
        print(f"{kind:<10}" + "".join(f"{counts[kind, said] or '.':>9}" for said in KINDS))


if __name__ == "__main__":
    main()
