"""``docquote eval``: measure the assistant on questions with known answers.

Exit status: 0 done, 1 ``check`` found something that the documents do not bear out, 2 an error, 130 interrupted.
What takes long to import is imported by the commands that need it.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from eval.outcome import Outcome
    from rag.place import Place

EXIT_FOUND = 1
EXIT_INTERRUPTED = 130

eval_app = typer.Typer(no_args_is_help=True, help="Measure the assistant on questions with known answers.")

IndexOption = Annotated[str | None, typer.Option("--index", "--library", metavar="PLACE", help="Ask this index.")]
DocumentsOption = Annotated[
    Path | None,
    typer.Option("--documents", help="Index this file or folder first; or a .jsonl of id and text."),
]
OutOption = Annotated[Path | None, typer.Option("--out", help="Folder of the run.", show_default="one under runs/")]
JsonOption = Annotated[bool, typer.Option("--json", help="Print the results as JSON, and nothing else.")]
LimitOption = Annotated[int | None, typer.Option("--limit", min=1, help="Only so many questions.")]
SeedOption = Annotated[int, typer.Option("--seed", min=0, help="Of draws, intervals and tests.")]
QuestionsArgument = Annotated[
    Path, typer.Argument(help="Questions: .jsonl, .csv, SQuAD .json, or a folder with documents.jsonl beside them.")
]


@eval_app.command()
def answers(
    questions: QuestionsArgument,
    index: IndexOption = None,
    documents: DocumentsOption = None,
    out: OutOption = None,
    as_json: JsonOption = False,
    limit: LimitOption = None,
    seed: SeedOption = 0,
    without_history: Annotated[
        bool, typer.Option("--without-history", help="Ask follow-ups as if nothing had been said before.")
    ] = False,
) -> None:
    """Ask every question and report how good the answers are."""
    from eval.answers import Options, evaluate_answers
    from eval.importers import load_question_set
    from rag.settings import Settings

    _one_source(index, documents)
    question_set = load_question_set(questions)
    options = Options(_place(index), documents, out, limit, seed, without_history)
    _finish(evaluate_answers(question_set, Settings.load(), options), as_json)


@eval_app.command()
def retrieval(
    folder: Annotated[Path, typer.Argument(help="Folder with corpus.jsonl, queries.jsonl and qrels.tsv (BEIR, TREC).")],
    out: OutOption = None,
    as_json: JsonOption = False,
    limit: LimitOption = None,
    seed: SeedOption = 0,
    with_history: Annotated[
        bool, typer.Option("--with-history", help="Let the earlier turns of a conversation complete a query.")
    ] = False,
    run: Annotated[
        list[Path] | None, typer.Option("--run", help="A TREC run file of another system, as a further row.")
    ] = None,
) -> None:
    """Search with every query: dense alone, BM25 alone, fused, and the full retriever."""
    from eval.collection import load_collection, read_run
    from eval.retrieval import Options, evaluate_retrieval
    from rag.settings import Settings

    runs = {path.stem: read_run(path) for path in run or []}
    options = Options(out, limit, seed, with_history, runs)
    _finish(evaluate_retrieval(load_collection(folder), Settings.load(), options), as_json)


@eval_app.command()
def reader(
    files: Annotated[list[Path], typer.Argument(help="Questions with contexts: .jsonl or SQuAD .json.")],
    out: OutOption = None,
    as_json: JsonOption = False,
    limit: LimitOption = None,
    seed: SeedOption = 0,
) -> None:
    """Read each question's own context, without retrieval."""
    from eval.reading import evaluate_reader
    from rag.settings import Settings

    _finish(evaluate_reader(files, Settings.load(), out=out, limit=limit, seed=seed), as_json)


@eval_app.command()
def compare(
    run_a: Annotated[Path, typer.Argument(help="Folder of the first run; or a folder of runs.")],
    run_b: Annotated[Path, typer.Argument(help="Folder of the second run; or a folder of runs of the same names.")],
    as_json: JsonOption = False,
    seed: SeedOption = 0,
) -> None:
    """Compare two runs, or two folders of runs, question by question, with a significance test."""
    from eval.compare import compare as compared
    from eval.compare import compare_folders
    from eval.console import print_comparison, print_comparisons
    from eval.runs import runs_in

    several = bool(runs_in(run_a) and runs_in(run_b))
    comparison = compare_folders(run_a, run_b, seed) if several else compared(run_a, run_b, seed)
    if as_json:
        _print_json(comparison)
    elif several:
        print_comparisons(comparison)
    else:
        print_comparison(comparison)


@eval_app.command()
def calibrate(
    questions: QuestionsArgument,
    index: Annotated[str, typer.Option("--index", "--library", metavar="PLACE", help="The index to calibrate.")],
    precision: Annotated[
        float, typer.Option("--precision", min=0.01, max=0.999, help="Share of the answers that should be right.")
    ] = 0.9,
    out: OutOption = None,
    as_json: JsonOption = False,
    seed: SeedOption = 0,
) -> None:
    """Fit confidence and threshold on your own questions, and store them with the index."""
    from eval.answers import Options, evaluate_answers
    from eval.calibrate import COMFORTABLE_PAIRS, fitted
    from eval.console import err
    from eval.importers import load_question_set
    from rag.place import place_of, state_folder
    from rag.settings import Settings

    place, question_set = place_of(index), load_question_set(questions)
    outcome = evaluate_answers(question_set, Settings.load(), Options(index=place, out=out, seed=seed))
    if not outcome.complete:
        _stop(outcome)
    today = datetime.now(UTC).date().isoformat()
    calibration, expected = fitted(outcome.run, precision, seed, {"file": questions.name, "date": today})
    path = calibration.save(state_folder(place))
    if as_json:
        _print_json({"command": "calibrate", "file": str(path), "says": str(expected), **_plain(calibration, expected)})
        return
    typer.echo(f"On questions like these, docquote {expected}.")
    before, after = expected.calibration_error_before, expected.calibration_error
    typer.echo(f"Confidence is off by {after:.3f} on average (was {before:.3f}).")
    typer.echo(f"Stored in {path}; delete the file to undo.")
    if expected.questions < COMFORTABLE_PAIRS:
        err.print(f"Only {expected.questions} questions: the interval is wide. {COMFORTABLE_PAIRS} or more are better.")


@eval_app.command()
def check(
    file: QuestionsArgument,
    index: IndexOption = None,
    documents: DocumentsOption = None,
    as_json: JsonOption = False,
) -> None:
    """Validate a file of questions, and list gold answers and evidence that occur in no document."""
    from dataclasses import asdict

    from eval.check import check as checked
    from eval.check import texts_at
    from eval.console import print_findings
    from eval.importers import load_question_set
    from rag.settings import Settings

    _one_source(index, documents)
    question_set = load_question_set(file)
    with texts_at(question_set, _place(index), documents, Settings.load()) as texts:
        findings = [asdict(finding) for finding in checked(question_set.questions, texts)] if texts else []
    unanswerable = sum(question.unanswerable for question in question_set.questions)
    follow_ups = sum(bool(question.history) for question in question_set.questions)
    counts = {
        "questions": len(question_set.questions),
        "unanswerable": unanswerable,
        "follow_ups": follow_ups,
        "documents": len(texts),
    }
    if as_json:
        _print_json({"command": "check", **counts, "findings": findings})
    else:
        print_findings(findings)
        typer.echo(
            f"{counts['questions']} questions are well-formed ({unanswerable} unanswerable, {follow_ups} follow-ups); "
            + (
                f"{len(findings)} findings in {len(texts)} documents"
                if texts
                else "no documents to look in: add --index"
            )
        )
    if findings:
        raise typer.Exit(EXIT_FOUND)


@eval_app.command("export-feedback")
def export_feedback(
    index: Annotated[
        str | None,
        typer.Option(
            "--index",
            "--library",
            metavar="PLACE",
            help="The index.",
            show_default="$DOCQUOTE_LIBRARY, $DOCQUOTE_INDEX or .docquote",
        ),
    ] = None,
    out: Annotated[Path | None, typer.Option("--out", help="File to write.", show_default="standard output")] = None,
) -> None:
    """Write what people said of answers in the chat as questions with known answers (.jsonl)."""
    from rag.history import read_feedback, to_question_pairs
    from rag.place import default_library, place_of, state_folder

    place = place_of(index or default_library())
    said = read_feedback(state_folder(place))
    pairs = to_question_pairs(said)
    if not pairs:
        typer.echo(f"{place}: there is no feedback with a known answer yet; it is given in the chat", err=True)
        raise typer.Exit(EXIT_FOUND)
    lines = "".join(f"{json.dumps(pair, ensure_ascii=False)}\n" for pair in pairs)
    if out is None:
        typer.echo(lines, nl=False)
        return
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(lines, encoding="utf-8")
    unknown = len(said) - len(pairs)
    left_out = f"; left out: {unknown} without a right answer" if unknown else ""
    typer.echo(f"{out}: {len(pairs)} question{'' if len(pairs) == 1 else 's'}{left_out}")


def _finish(outcome: Outcome, as_json: bool) -> None:
    """Writes the reports of a run, prints the results, and leaves with 130 where it was interrupted."""
    from eval.console import err, print_report
    from eval.page import page_html
    from eval.runs import PAGE_FILE, finite
    from rag.cli.console import plain

    report = outcome.report
    outcome.run.finish(report, page_html(finite(report), outcome.records))
    if as_json:
        _print_json({**report, "out": str(outcome.run.folder), "complete": outcome.complete})
    else:
        print_report(finite(report))
    for reason in report.get("unread", []):
        err.print(f"not asked, as it cannot be read: {plain(reason)}")
    err.print(f"Report: {outcome.run.folder / PAGE_FILE}", markup=False, soft_wrap=True)
    if not outcome.complete:
        _stop(outcome)


def _stop(outcome: Outcome) -> None:
    from eval.console import err

    done = len(outcome.records)
    err.print(f"Stopped after {done:,} of {outcome.questions:,}; the same command goes on from there.", markup=False)
    raise typer.Exit(EXIT_INTERRUPTED)


def _place(index: str | None) -> Place | None:
    from rag.place import place_of

    return None if index is None else place_of(index)


def _one_source(index: str | None, documents: Path | None) -> None:
    if index is not None and documents is not None:
        raise typer.BadParameter("give either --index or --documents")


def _plain(*items: Any) -> dict[str, Any]:
    from dataclasses import asdict

    return {type(item).__name__.lower(): asdict(item) for item in items}


def _print_json(content: Any) -> None:
    from eval.runs import finite

    typer.echo(json.dumps(finite(content), indent=2, ensure_ascii=False))
