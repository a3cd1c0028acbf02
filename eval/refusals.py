"""Which questions are refused, and offered a choice, by whether people could answer them: ``python -m eval.refusals``.

For collections whose queries say how answerable they are, as those of MTRAG do (Katsis et al., 2025).
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from rich.progress import track

from eval.collection import Query, read_queries
from eval.library import build_index, corpus_at, index_folder
from rag.assistant import Assistant
from rag.settings import Settings

ANSWERABLE = "ANSWERABLE"
UNANSWERABLE = "UNANSWERABLE"
UNDERSPECIFIED = "UNDERSPECIFIED"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a query: whether it was refused, and whether documents were offered to choose from."""

    answerability: str
    refused: bool
    offered: bool


def outcomes(assistant: Assistant, queries: Sequence[Query]) -> list[Outcome]:
    """Asks every query with its history."""
    found: list[Outcome] = []
    for query in track(queries, description="Asking"):
        answer = assistant.ask(query.text, query.history)
        found.append(Outcome(query.answerability, not answer.found, bool(answer.candidates)))
    return found


def report(found: Sequence[Outcome]) -> str:
    """Precision and recall of refusals against answerable queries, then the counts of every kind."""
    lines: list[str] = []
    for wanted in ((UNANSWERABLE,), (UNANSWERABLE, UNDERSPECIFIED)):
        refused = [one for one in found if one.refused and one.answerability in (*wanted, ANSWERABLE)]
        right = sum(one.answerability in wanted for one in refused)
        total = sum(one.answerability in wanted for one in found)
        lines.append(
            f"a refusal is right for {' and '.join(wanted).lower()} queries: "
            f"precision {_share(right, len(refused))}, recall {_share(right, total)}"
        )
    for kind in sorted({one.answerability for one in found}):
        of_kind = [one for one in found if one.answerability == kind]
        refused = [one for one in of_kind if one.refused]
        lines.append(
            f"{kind.lower() or 'not said'}: {len(of_kind)}, refused {len(refused)}, "
            f"of these offered a choice {sum(one.offered for one in refused)}"
        )
    return "\n".join(lines)


def _share(part: int, whole: int) -> str:
    return f"{part / whole:.2f} ({part} of {whole})" if whole else "-"


def main() -> None:
    """Prints the figures."""
    parser = argparse.ArgumentParser(prog="python -m eval.refusals", description=__doc__)
    parser.add_argument("collection", type=Path, help="holds corpus.jsonl.gz and queries.jsonl.gz")
    arguments = parser.parse_args()
    queries = read_queries(arguments.collection / "queries.jsonl.gz")
    corpus, settings = corpus_at(arguments.collection / "corpus.jsonl.gz"), Settings.load()
    folder = index_folder(corpus, settings, None)
    build_index(corpus, folder, settings)
    with Assistant.open(folder, settings) as assistant:
        print(report(outcomes(assistant, queries)))


if __name__ == "__main__":
    main()
