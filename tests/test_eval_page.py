"""The report's page: self-contained, escaped, and readable in a real browser."""

from __future__ import annotations

import re
import shutil
from html import unescape
from pathlib import Path
from typing import Any

import pytest

import eval.page
from eval.answers import report_of
from eval.html import TEMPLATES
from eval.library import Build
from eval.page import page_html
from eval.plots import Drawing, histogram, line_plot, percent_axis, shape
from eval.reading import results as reader_results
from eval.report_cases import marked
from eval.retrieval import grades
from eval.retrieval import results as retrieval_results
from eval.runs import finite

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
HOSTILE = "<script>document.title = 'taken'</script> & \"quotes\" {{7*7}} {% set x = 1 %} {# gone #} \x00"


def quote(words: str) -> dict[str, Any]:
    return {"document": HOSTILE, "page": 3, "start": 0, "end": len(words), "quote": words, "highlight": [0, 2]}


def answered(number: int, *, unanswerable: bool = False, error: str | None = None) -> dict[str, Any]:
    right = float(error is None)
    found = error != "only perhaps" and not (unanswerable and error is None)
    outcome = "found" if found else "perhaps" if error else "not found"
    return {
        "id": f"q{number}",
        "note": HOSTILE if number % 2 else "who",
        "question": f"{HOSTILE} {number}?",
        "interpreted_as": HOSTILE,
        "answers": [] if unanswerable else [HOSTILE, "two mills"],
        "evidence": [],
        "documents": [HOSTILE],
        "outcome": outcome,
        "error": error,
        "grades": {
            "found": found,
            "perhaps": outcome == "perhaps",
            "confidence": 0.1 + 0.8 * (number % 10) / 10,
            "unanswerable": unanswerable,
            "follow_up": number % 3 == 0,
            "right": right,
            "candidate_right": right,
            "exact_match": None if unanswerable else right,
            "f1": None if unanswerable else right,
            "answer_in_quotes": None if unanswerable else right,
            "answer_in_first_quote": None if unanswerable else right,
            "passage_reciprocal_rank": None if unanswerable else 0.5,
            "citation_precision": None if unanswerable else right,
            "citation_recall": None if unanswerable else right,
            "sentence_success_1": None if unanswerable else right,
            "sentence_success_3": None if unanswerable else 1.0,
            "evidence_coverage": None if unanswerable else right,
            "evidence_precision": None if unanswerable else 0.25,
            "evidence_in_first_quote": None if unanswerable else right,
            "evidence_in_first_passage_shown": 0.5 if outcome == "perhaps" else None,
            "evidence_shown": None if unanswerable else 0.5,
            "evidence_in_best_passage": None if unanswerable else 0.5,
            "evidence_in_passages": None if unanswerable else 1.0,
            "verbatim": 1.0 if found else None,
        },
        "citations": [quote(HOSTILE)] if found else [],
        "nearest": [] if found else [quote(HOSTILE)],
        "passages": [
            {"document": HOSTILE, "start": 0, "end": 9, "holds_answer": True, "text": f"Two mills. {HOSTILE}"}
            for _ in range(3)
        ],
        "seconds": 0.05 + number / 1000,
    }


def answers_page() -> str:
    kinds = [None, None, "not retrieved", "read but the wrong span", "only perhaps"]
    records = [answered(n, error=kinds[n % 5]) for n in range(30)]
    records += [answered(n, unanswerable=True) for n in range(30, 36)]
    records += [answered(n, unanswerable=True, error="answered what it should have refused") for n in range(36, 40)]
    build = Build(2.5, 1_400_000, 12, 120, 90_000, unread=(f"{HOSTILE}: is damaged",))
    configuration = {"seed": 0, "questions": [{"name": HOSTILE, "sha256": "ab"}]}
    return page_html(finite(report_of(HOSTILE, records, configuration, build, 0)), records)


def retrieval_page() -> str:
    rankings = {system: ["a", HOSTILE, "c"] for system in ("dense", "lexical", "fused", "full")}
    records = [
        {
            "id": f"q{n}",
            "question": HOSTILE,
            "interpreted_as": HOSTILE,
            "rankings": rankings,
            "grades": grades({"a" if n % 2 else "z": 1}, f"q{n}", rankings),
            "seconds": 0.02,
        }
        for n in range(8)
    ]
    results = retrieval_results(records, 0) | {"documents": 3, "chunks": 3, "queries_without_judgements": 2}
    report = {"command": "retrieval", "name": HOSTILE, "results": results, "provenance": {"seed": 0}, "timing": {}}
    return page_html(finite(report), records)


def reader_page() -> str:
    records = [
        {
            "id": f"f:{n}",
            "file": "f",
            "question": HOSTILE,
            "answers": ["Ann"] if n % 2 else [],
            "sentence": HOSTILE,
            "words": HOSTILE,
            "grades": {
                "confidence": n / 10,
                "answerable": bool(n % 2),
                "exact_match": 0.0 if n % 2 else None,
                "f1": 0.0 if n % 2 else None,
                "answer_in_sentence": 0.0 if n % 2 else None,
            },
            "seconds": 0.02,
        }
        for n in range(8)
    ]
    report = {
        "command": "reader",
        "name": HOSTILE,
        "results": reader_results(records, ["f"], 0),
        "provenance": {"seed": 0},
        "timing": {},
    }
    return page_html(finite(report), records)


PAGES = {"answers": answers_page, "retrieval": retrieval_page, "reader": reader_page}


@pytest.mark.parametrize("kind", PAGES)
def test_a_page_needs_nothing_else_and_runs_nothing(kind: str) -> None:
    page = PAGES[kind]()
    assert "<script" not in page
    assert not re.search(r"(?:src|href|@import|url\()", page)
    assert "http" not in page
    assert "\x00" not in page


def test_outcomes_and_kinds_have_a_table_each() -> None:
    page = answers_page()
    for words in (
        "Outcomes",
        "Perhaps",
        "Not found",
        "Kinds of questions",
        ">who<",
        "Evidence shown",
        "Only perhaps: 6",
    ):
        assert words in page, words


def test_an_empty_run_still_has_a_page() -> None:
    report = report_of("none", [], {"seed": 0}, Build(None, 0, 0, 0, 0), 0)
    assert "Nothing has been asked yet" in page_html(finite(report), [])


def test_a_quote_that_is_not_verbatim_is_an_alarm() -> None:
    records = [answered(n) for n in range(4)]
    records[0]["grades"]["verbatim"] = 0.5
    page = page_html(finite(report_of("set", records, {"seed": 0}, Build(None, 0, 0, 0, 0), 0)), records)
    assert "This is a defect" in page
    assert "This is a defect" not in answers_page()


def test_the_same_run_gives_the_same_results() -> None:
    assert answers_page() == answers_page()


@pytest.mark.parametrize("kind", PAGES)
def test_what_is_shown_stays_text(kind: str) -> None:
    page = PAGES[kind]()
    assert unescape(page).count(HOSTILE.replace("\x00", "\ufffd")) > 3
    assert "&amp;amp;" not in page


def test_every_template_was_shown() -> None:
    assert TEMPLATES.cache is not None
    TEMPLATES.cache.clear()
    for make in PAGES.values():
        make()
    loaded = {name for _, name in TEMPLATES.cache.keys()}  # noqa: SIM118  # it is no dict
    assert loaded == {path.name for path in (Path(eval.page.__file__).parent / "templates").iterdir()}


def test_marks_are_of_whole_words() -> None:
    assert marked("Two mills, twofold <b>", ["two", ""]) == [("", False), ("Two", True), (" mills, twofold <b>", False)]
    assert marked("a+b", ["a+b"])[1] == ("a+b", True)
    assert marked("nothing", [" "]) == [("nothing", False)]


def drawn(drawing: Drawing) -> str:
    return TEMPLATES.from_string('{% from "plots.html" import drawn %}{{ drawn(drawing) }}').render(drawing=drawing)


def test_a_drawing_is_escaped_and_its_coordinates_are_short() -> None:
    box = shape("rect", '<b a="1">', x=1.23456, width=2.0, class_="bar", text_anchor=None, stroke_dasharray='"')
    assert drawn(Drawing([box], {"class": "plot"})) == (
        '<svg class="plot"><rect x="1.23" width="2" class="bar" stroke-dasharray="&#34;">'
        "&lt;b a=&#34;1&#34;&gt;</rect></svg>"
    )


def test_plots_survive_odd_numbers() -> None:
    assert "<svg" in drawn(histogram("h", [0.0, 0.0], [0], {"median": 5.0}))
    assert "<svg" in drawn(histogram("h", [0.0, 1e-9, 2e-9], [3, 0], {}))
    assert "NaN" not in drawn(line_plot("l", percent_axis("x"), percent_axis("y"), {"": [(0.5, 0.5)]}, (1.0, 1.0)))


@pytest.mark.skipif(CHROMIUM is None, reason="needs a chromium browser on the path")
@pytest.mark.parametrize("kind", PAGES)
def test_a_page_in_a_real_browser(kind: str, tmp_path: Path) -> None:
    sync_api = pytest.importorskip("playwright.sync_api", reason="needs playwright")
    path = tmp_path / "report.html"
    path.write_text(PAGES[kind](), encoding="utf-8")
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        try:
            for scheme, width in (("light", 1200), ("dark", 390)):
                context = browser.new_context(color_scheme=scheme, viewport={"width": width, "height": 800})
                page = context.new_page()
                requests: list[str] = []
                messages: list[str] = []
                page.on("request", lambda request, seen=requests: seen.append(request.url))
                page.on("console", lambda message, seen=messages: seen.append(message.text))
                page.goto(path.as_uri())
                assert requests == [path.as_uri()]
                assert messages == []
                assert page.title().startswith("<script>")
                assert page.evaluate("document.documentElement.scrollWidth") <= width
                details = page.locator("main details.kind").first
                details.locator("summary").first.click()
                assert details.evaluate("element => element.open")
                dark = page.evaluate("getComputedStyle(document.body).backgroundColor") != "rgb(251, 251, 250)"
                assert dark is (scheme == "dark")
                context.close()
        finally:
            browser.close()
