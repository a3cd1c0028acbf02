"""The commands of ``docquote eval``, end to end on a small library."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from embeddings import Embedder
from eval.cli import eval_app
from rag import Assistant
from rag.errors import DatasetError, LibraryError
from rag.reader.calibration import CALIBRATION_FILE

MILL = "The old mill was built by Ann Miller. It burned down in 1802 after a storm. Bob Carter sold the land."
BRIDGE = "The stone bridge crosses the Elm river. It was opened in 1931 by the mayor. It is forty metres long."
BAKERY = "The bakery in Church Street opens at six. Fresh rye bread costs three crowns. It is closed on Mondays."
DOCUMENTS = {"mill.txt": MILL, "bridge.txt": BRIDGE, "bakery.txt": BAKERY}
QUESTIONS: list[dict[str, Any]] = [
    {
        "id": "q1",
        "question": "Who built the old mill?",
        "answers": ["Ann Miller"],
        "document": "mill.txt",
        "note": "people",
    },
    {"id": "q2", "question": "When did the mill burn down?", "answers": ["1802"], "evidence": "It burned down in 1802"},
    {"id": "q3", "question": "Which river does the stone bridge cross?", "answers": ["Elm"], "document": "bridge.txt"},
    {
        "id": "q4",
        "question": "And who opened it?",
        "answers": ["the mayor"],
        "document": "bridge.txt",
        "note": "people",
        "history": [{"question": "When was the stone bridge opened?", "answer": "in 1931"}],
    },
    {"id": "q5", "question": "What does fresh rye bread cost?", "answers": ["three crowns"], "document": "bakery.txt"},
    {"id": "q6", "question": "What is the capital of Peru?", "unanswerable": True},
]

run = CliRunner()


def invoke(*arguments: object) -> Any:
    return run.invoke(eval_app, [str(argument) for argument in arguments])


def write(path: Path, rows: list[dict[str, Any]]) -> Path:
    path.write_text("".join(f"{json.dumps(row)}\n" for row in rows), encoding="utf-8")
    return path


@pytest.fixture(scope="module", autouse=True)
def one_model(embedder: Embedder) -> Iterator[None]:
    """All commands of this file use one embedding model, which is loaded once."""
    with pytest.MonkeyPatch.context() as patch:
        for module in ("eval.library", "eval.check", "eval.reading", "eval.retrieval", "rag.assistant"):
            patch.setattr(f"{module}.open_embedder", lambda _: embedder)
        yield


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("library")
    (folder / "documents").mkdir()
    for name, text in DOCUMENTS.items():
        (folder / "documents" / name).write_text(text, encoding="utf-8")
    write(folder / "questions.jsonl", QUESTIONS)
    return folder


@pytest.fixture(scope="module")
def finished(library: Path) -> Path:
    """The folder of a run over the library's questions."""
    out = library / "run"
    result = invoke("answers", library / "questions.jsonl", "--documents", library / "documents", "--out", out)
    assert result.exit_code == 0, result.output
    return out


def report_at(folder: Path) -> dict[str, Any]:
    content: dict[str, Any] = json.loads((folder / "report.json").read_text(encoding="utf-8"))
    return content


def index_of(folder: Path) -> Path:
    return next(path for path in (folder / "indexes").iterdir() if path.is_dir())


def test_a_run_leaves_records_and_reports(finished: Path) -> None:
    report = report_at(finished)
    assert report["results"]["questions"] == 6
    assert report["results"]["headline"]["verbatim"]["value"] == 1.0
    assert 0 <= report["results"]["headline"]["right"]["value"] <= 1
    assert report["results"]["headline"]["evidence_in_passages"]["value"] == 1.0
    assert sum(group["questions"] for group in report["results"]["outcomes"]) == 6
    assert [(group["label"], group["questions"]) for group in report["results"]["kinds"]] == [("people", 2)]
    assert len((finished / "run.jsonl").read_text(encoding="utf-8").splitlines()) == 6
    assert (finished / "report.html").read_text(encoding="utf-8").startswith("<!doctype html>")
    for name in ("seed", "manifest", "versions", "questions", "code_sha256", "documents_sha256", "settings"):
        assert name in report["provenance"], name
    assert report["timing"]["index_bytes"] > 0 and report["timing"]["index_build_seconds"] > 0


def test_the_same_command_again_asks_nothing_and_gives_the_same_results(
    library: Path, finished: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = report_at(finished)["results"]

    def ask(*_: object, **__: object) -> None:
        raise AssertionError("asked again")

    monkeypatch.setattr(Assistant, "ask", ask)
    result = invoke("answers", library / "questions.jsonl", "--documents", library / "documents", "--out", finished)
    assert result.exit_code == 0, result.output
    assert report_at(finished)["results"] == before


def test_json_is_all_there_is_on_standard_output(library: Path, finished: Path) -> None:
    result = invoke(
        "answers", library / "questions.jsonl", "--documents", library / "documents", "--out", finished, "--json"
    )
    content = json.loads(result.stdout)
    assert content["results"]["questions"] == 6
    assert content["complete"] is True
    assert content["out"] == str(finished)


def test_an_interrupt_writes_what_there_is_and_the_next_run_goes_on(
    library: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    arguments = ("answers", library / "questions.jsonl", "--documents", library / "documents", "--out", tmp_path / "r")
    asked: list[str] = []
    ask = Assistant.ask

    def third_time_stops(self: Assistant, question: str, **kwargs: Any) -> Any:
        asked.append(question)
        if len(asked) == 3:
            raise KeyboardInterrupt
        return ask(self, question, **kwargs)

    monkeypatch.setattr(Assistant, "ask", third_time_stops)
    stopped = invoke(*arguments)
    assert stopped.exit_code == 130
    assert "Stopped after 2 of 6; the same command goes on from there" in stopped.stderr
    assert report_at(tmp_path / "r")["results"]["questions"] == 2
    again = invoke(*arguments)
    assert again.exit_code == 0, again.output
    assert len(asked) == 3 + 4
    assert report_at(tmp_path / "r")["results"]["questions"] == 6


def test_another_configuration_does_not_go_on_with_a_run(library: Path, finished: Path) -> None:
    result = invoke(
        "answers", library / "questions.jsonl", "--documents", library / "documents", "--out", finished, "--seed", "5"
    )
    assert isinstance(result.exception, DatasetError)
    assert "seed was 0, is now 5" in str(result.exception)


def test_a_sample_of_questions_and_no_history(library: Path, tmp_path: Path) -> None:
    result = invoke(
        "answers", library / "questions.jsonl", "--documents", library / "documents", "--out", tmp_path / "r",
        "--limit", "4", "--without-history", "--json",
    )  # fmt: skip
    assert result.exit_code == 0, result.output
    records = [json.loads(line) for line in (tmp_path / "r" / "run.jsonl").read_text(encoding="utf-8").splitlines()]
    assert len(records) == 4
    assert all(record["question"] == record["interpreted_as"] for record in records)


def test_an_index_that_is_there_is_asked(library: Path, finished: Path, tmp_path: Path) -> None:
    result = invoke("answers", library / "questions.jsonl", "--index", index_of(finished), "--out", tmp_path, "--json")
    content = json.loads(result.stdout)
    assert content["results"]["headline"] == report_at(finished)["results"]["headline"]
    assert content["timing"]["index_build_seconds"] is None


def test_a_quote_that_the_file_no_longer_has_is_not_verbatim(finished: Path, tmp_path: Path) -> None:
    """The stored text and the file are both looked at."""
    folder = tmp_path / "documents"
    folder.mkdir()
    (folder / "mill.txt").write_text(MILL, encoding="utf-8")
    questions = write(tmp_path / "q.jsonl", QUESTIONS[:1])
    invoke("answers", questions, "--documents", folder, "--out", tmp_path / "a")
    assert report_at(tmp_path / "a")["results"]["headline"]["verbatim"]["value"] == 1.0
    (folder / "mill.txt").write_text(MILL.replace("Ann", "Zoe"), encoding="utf-8")
    invoke("answers", questions, "--index", index_of(tmp_path / "a"), "--out", tmp_path / "b")
    assert report_at(tmp_path / "b")["results"]["headline"]["verbatim"]["value"] < 1.0


def test_documents_may_be_rows_of_text(library: Path, tmp_path: Path) -> None:
    write(tmp_path / "questions.jsonl", [{**QUESTIONS[0], "document": "m"}])
    write(tmp_path / "documents.jsonl", [{"id": "m", "text": MILL}, {"id": "b", "text": BRIDGE}])
    result = invoke("answers", tmp_path, "--out", tmp_path / "r", "--json")
    content = json.loads(result.stdout)
    assert content["results"]["headline"]["verbatim"]["value"] == 1.0
    assert content["results"]["headline"]["passages_hold_answer"]["value"] == 1.0


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ((), "comes without documents"),
        (("--documents", "absent"), "no such file or folder"),
        (("--index", "absent"), "docquote index"),
    ],
)
def test_questions_need_documents(library: Path, arguments: tuple[str, ...], says: str, tmp_path: Path) -> None:
    result = invoke("answers", library / "questions.jsonl", *arguments, "--out", tmp_path)
    assert result.exception is not None
    assert says in str(result.exception)


def test_an_index_and_documents_at_once_are_refused(library: Path) -> None:
    assert invoke("answers", library / "questions.jsonl", "--index", "a", "--documents", "b").exit_code == 2


def test_a_comparison_tells_what_changed(library: Path, finished: Path, tmp_path: Path) -> None:
    out = tmp_path / "without"
    result = invoke(
        "answers", library / "questions.jsonl", "--documents", library / "documents", "--out", out, "--without-history"
    )
    assert result.exit_code == 0, result.output
    comparison = json.loads(invoke("compare", finished, out, "--json").stdout)
    assert comparison["questions"] == 6
    right = comparison["metrics"]["right"]
    assert right["difference"] == pytest.approx(right["second"] - right["first"])
    assert 0 < right["p"] <= 1
    changed = len(comparison["better"]) - len(comparison["worse"])
    assert right["difference"] * 6 == pytest.approx(changed)
    assert "p" in invoke("compare", finished, out).output
    same = json.loads(invoke("compare", finished, finished, "--json").stdout)
    assert same["better"] == same["worse"] == []


def test_a_comparison_needs_runs_of_one_kind(finished: Path, tmp_path: Path) -> None:
    assert isinstance(invoke("compare", finished, tmp_path).exception, DatasetError)
    (tmp_path / "run.json").write_text('{"command": "retrieval"}', encoding="utf-8")
    result = invoke("compare", finished, tmp_path)
    assert "cannot be compared" in str(result.exception)


def test_retrieval_has_a_row_for_each_system(tmp_path: Path) -> None:
    write(tmp_path / "corpus.jsonl", [{"id": name, "text": text} for name, text in DOCUMENTS.items()])
    write(
        tmp_path / "queries.jsonl",
        [
            {"id": "1", "text": "Who built the mill?"},
            {"id": "2", "text": "How long is the bridge?"},
            {"id": "3", "text": "?"},
        ],
    )
    (tmp_path / "qrels.tsv").write_text("1\tmill.txt\t1\n2\tbridge.txt\t1\n", encoding="utf-8")
    (tmp_path / "other.trec").write_text("1 Q0 bakery.txt 1 1.0 other\n", encoding="utf-8")
    out = tmp_path / "run"
    result = invoke("retrieval", tmp_path, "--out", out, "--run", tmp_path / "other.trec", "--json")
    assert result.exit_code == 0, result.output
    content = json.loads(result.stdout)["results"]
    assert list(content["systems"]) == ["dense", "lexical", "fused", "full", "other"]
    assert content["systems"]["full"]["measures"]["Success@1"]["value"] == 1.0
    assert content["systems"]["other"]["measures"]["R@100"]["value"] == 0.0
    assert content["queries_without_judgements"] == 1
    assert content["tests"]["other"]["nDCG@10"]["difference"] > 0
    assert (out / "fused.trec").is_file() and (out / "report.html").is_file()
    assert json.loads(invoke("compare", out, out, "--json").stdout)["metrics"]["full/nDCG@10"]["difference"] == 0


def test_the_reader_alone(tmp_path: Path) -> None:
    start = MILL.index("Ann Miller")
    rows = [
        {"id": "1", "title": "Mill", "context": MILL, "question": "Who built the old mill?",
         "answers": [{"text": "Ann Miller", "start": start}]},
        {"id": "2", "title": "Bridge", "context": BRIDGE, "question": "What is the capital of Peru?", "answers": []},
    ]  # fmt: skip
    result = invoke("reader", write(tmp_path / "read.jsonl", rows), "--out", tmp_path / "run", "--json")
    assert result.exit_code == 0, result.output
    metrics = json.loads(result.stdout)["results"]["groups"][0]["metrics"]
    assert metrics["answer_in_sentence"]["questions"] == 1
    assert metrics["answer_in_sentence"]["value"] == 1.0
    assert set(metrics) >= {"exact_match", "f1", "answerability_auroc", "best_f1"}


def test_a_sound_set_passes_the_check(library: Path, finished: Path) -> None:
    for where in (("--index", index_of(finished)), ("--documents", library / "documents")):
        result = invoke("check", library / "questions.jsonl", *where, "--json")
        assert result.exit_code == 0, result.output
        content = json.loads(result.stdout)
        assert (content["questions"], content["unanswerable"], content["follow_ups"]) == (6, 1, 1)
        assert (content["documents"], content["findings"]) == (3, [])


def test_the_check_lists_what_the_documents_do_not_have(library: Path, tmp_path: Path) -> None:
    rows = [
        {"id": "a", "question": "Who?", "answers": ["Ann Miller", "Zoe"], "document": "mill.txt"},
        {"id": "b", "question": "Who?", "answers": ["Ann"], "document": "mil.txt"},
        {"id": "c", "question": "Who?", "evidence": "It was never built."},
    ]
    result = invoke("check", write(tmp_path / "q.jsonl", rows), "--documents", library / "documents", "--json")
    assert result.exit_code == 1
    findings = {(found["id"], found["field"], found["value"]) for found in json.loads(result.stdout)["findings"]}
    assert findings == {
        ("a", "answers", "Zoe"),
        ("b", "documents", "mil.txt"),
        ("c", "evidence", "It was never built."),
    }
    assert "did you mean 'mill.txt'" in result.stdout
    assert "Zoe" in invoke("check", tmp_path / "q.jsonl", "--documents", library / "documents").output
    rows[0]["answers"] = ["Zoe \x1b[31m[bold]"]
    shown = invoke("check", write(tmp_path / "q.jsonl", rows), "--documents", library / "documents").output
    assert "Zoe \ufffd[31m[bold]" in shown and "\x1b" not in shown


def test_the_check_refuses_a_bad_row(tmp_path: Path) -> None:
    result = invoke("check", write(tmp_path / "q.jsonl", [{"id": "a"}]))
    assert isinstance(result.exception, DatasetError)
    assert "line 1, field 'question'" in str(result.exception)


def test_calibration_is_stored_with_the_index_and_used(
    finished: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Forty questions, ten of them different, a third unanswerable; asked of a copy of the library's index."""
    index = shutil.copytree(index_of(finished), tmp_path / "index")
    unanswerable = ["capital of Peru", "price of gold", "depth of the ocean", "speed of light", "age of the moon"]
    rows = [{**QUESTIONS[n % 5], "id": f"a{n}", "history": []} for n in range(25)]
    rows += [
        {"id": f"u{n}", "question": f"What is the {unanswerable[n % 5]}?", "unanswerable": True} for n in range(15)
    ]
    questions = write(tmp_path / "questions.jsonl", rows)
    ask = Assistant.ask
    once = cache(lambda self, question: ask(self, question))
    monkeypatch.setattr(Assistant, "ask", lambda self, question, history: once(self, question))
    result = invoke("calibrate", questions, "--index", index, "--out", tmp_path / "c", "--precision", "0.6", "--json")
    assert result.exit_code == 0, result.output
    content = json.loads(result.stdout)
    assert "of 40 questions" in content["says"]
    assert (index / CALIBRATION_FILE).is_file()
    assistant = Assistant.open(index)
    assert assistant.calibration.threshold == content["calibration"]["threshold"]
    assistant.close()


def test_too_few_questions_do_not_calibrate(library: Path, finished: Path, tmp_path: Path) -> None:
    result = invoke("calibrate", library / "questions.jsonl", "--index", index_of(finished), "--out", tmp_path / "c")
    assert isinstance(result.exception, DatasetError)
    assert "too few pairs" in str(result.exception)
    assert not (index_of(finished) / CALIBRATION_FILE).exists()


def test_a_missing_index_is_told(library: Path, tmp_path: Path) -> None:
    result = invoke("calibrate", library / "questions.jsonl", "--index", tmp_path / "absent")
    assert isinstance(result.exception, LibraryError)


def test_help_does_not_load_models() -> None:
    code = (
        "import sys, eval.cli; print([name for name in ('torch', 'numpy', 'sklearn', 'faiss') if name in sys.modules])"
    )
    shown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert shown.strip() == "[]"
