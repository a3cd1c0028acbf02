"""Questions asked of a library as training data: evidence found in documents, units marked, passes drawn."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from embeddings import Embedder
from embeddings.bundled import bundled_tokenizer
from eval.dataset import read_questions
from eval.splits import kept_for_dev
from rag.errors import DatasetError
from rag.loading import document_from_text
from rag.reader.spans.windows import WindowBuilder
from rag.schema import Document, Turn
from training.reader import open_questions
from training.reader.open_data import OpenData
from training.reader.open_questions import LIBRARY, Asked, OpenQuestion, ask, own_library, places, shares_half
from training.reader.perturb import DetailSwapper
from training.reader.train import Recipe, mixture
from training.reader.typing import as_typed
from training.reader.windows import tensors

LEAVE = "Twelve weeks of paid leave follow a birth.\n\nThose who adopt get ten weeks.\n\nLeave ends after a year."
DEPOT = "The depot in Leeds opened in 1994. It is run by Ada Brook.\n\nTwo trains leave at night."


def _documents() -> list[Document]:
    texts = (("leave", LEAVE), ("depot", DEPOT))
    return [document_from_text(text, name=f"{name}.txt", title=name) for name, text in texts]


def _asked() -> list[Asked]:
    def of(number: int, question: str, name: str, text: str, evidence: list[str], *answers: str) -> Asked:
        return Asked(str(number), question, (), name, tuple(places(text, evidence)), answers)

    birth = of(0, "How long may I stay home after a birth?", "leave.txt", LEAVE, [LEAVE[:42]], "Twelve weeks")
    depot = of(1, "When did the depot in Leeds open?", "depot.txt", DEPOT, ["The depot in Leeds opened in 1994."])
    adopts = of(2, "And who adopts?", "leave.txt", LEAVE, ["who adopt get ten weeks."])
    canteen = of(3, "Is there a canteen?", "depot.txt", DEPOT, [])
    return [birth, depot, replace(adopts, history=(Turn("How long is leave?", "Twelve weeks."),)), canteen]


@pytest.fixture(scope="module")
def questions(embedder: Embedder, tmp_path_factory: pytest.TempPathFactory) -> list[OpenQuestion]:
    return ask("tiny", _documents(), _asked(), embedder, 0.0, tmp_path_factory.mktemp("index"))


@pytest.fixture(scope="module")
def builder() -> WindowBuilder:
    return WindowBuilder(bundled_tokenizer())


def test_evidence_is_found_whatever_its_line_breaks() -> None:
    assert places("It is\n run by  Ada.", ["is run\nby Ada."]) == [(3, 19)]
    assert places("no, no", ["no"]) == [(0, 2), (4, 6)]
    assert places("text", ["", "absent"]) == []


def test_a_unit_belongs_to_evidence_that_holds_half_of_it_or_is_half_held() -> None:
    assert shares_half((0, 10), (5, 30))
    assert shares_half((0, 100), (20, 25))
    assert not shares_half((0, 10), (6, 30))
    assert not shares_half((0, 10), (10, 20))


def test_units_with_the_evidence_are_marked_and_answers_found_in_them(questions: list[OpenQuestion]) -> None:
    birth, depot, adopts, canteen = questions
    for one, words in ((birth, "Twelve weeks of"), (depot, "The depot in Leeds"), (adopts, "Those who adopt")):
        assert one.retrieved and one.answerable
        marked = [
            passage.text[start:end]
            for passage in one.passages
            for (start, end), right in zip(passage.units, passage.relevant, strict=True)
            if right
        ]
        assert marked and all(text.startswith(words) for text in marked)
    assert birth.names_answers and not depot.names_answers
    assert any(passage.text[slice(*span)] == "Twelve weeks" for passage in birth.passages for span in passage.answers)
    assert not canteen.answerable and not canteen.retrieved
    assert "leave" in adopts.question


def test_a_pass_reads_the_evidence_beside_what_was_retrieved(
    questions: list[OpenQuestion], builder: WindowBuilder
) -> None:
    data = OpenData(questions, builder)
    groups = data.groups(1, 0)
    assert [len(group) for group in groups] == [len(group) for group in data.groups(1, 0)]
    asked = [group for group in groups if any(any(window.relevant) for window in group)]
    assert len(asked) == 3
    for group in asked:
        assert any(group[0].relevant)
        for window in group:
            assert all(window.window.begin <= first <= last < len(window.window) for first, last in window.units)
    inputs, gold = tensors(groups)
    assert gold.units.sum() == sum(len(window.units) for group in groups for window in group)
    assert gold.spans_known.tolist() == [window.spans_known for group in groups for window in group]
    assert bool((gold.unit_of[inputs.candidates] < gold.units.shape[1]).float().mean() > 0.9)


def test_what_is_kept_is_not_trained_on(questions: list[OpenQuestion], builder: WindowBuilder) -> None:
    kept = [replace(one, kept=True) for one in questions]
    assert OpenData(kept, builder).groups(1, 0) == []


def test_a_contradicted_question_names_what_the_passage_does_not() -> None:
    rng = np.random.default_rng(0)
    swapper = DetailSwapper(["Who runs the depot in Porto?", "Where is Leeds?", "Is it in Graz?"])
    for question in ("When did the depot in Leeds open?", "Why did it open in 1994?"):
        changed = swapper.swapped(question, DEPOT, rng)
        assert changed is not None and changed != question
    assert swapper.swapped("Who runs it?", DEPOT, rng) is None
    assert swapper.swapped("I live in Denver, who runs it?", DEPOT, rng) is None


def test_a_word_is_exchanged_for_its_opposite_where_the_passage_says_only_the_one() -> None:
    rng = np.random.default_rng(0)
    swapper = DetailSwapper([])
    assert swapper.swapped("who is the oldest member", "Ida is the oldest of us.", rng) in (
        "who is the youngest member",
        "who is the newest member",
    )
    assert swapper.swapped("When does it open?", "They open at eight and close at six.", rng) is None
    assert swapper.swapped("Is smoking allowed?", "Smoking is allowed in the yard.", rng) is None


def test_names_come_from_passages_that_are_not_read() -> None:
    rng = np.random.default_rng(0)
    swapper = DetailSwapper(["Is it in Graz?"])
    made = {
        swapper.swapped("Who runs Leeds?", "Leeds is run by Tom.", rng, "They went to Porto by train.")
        for _ in range(40)
    }
    assert made == {"Who runs Porto?", "Who runs Graz?"}


def test_typed_questions_keep_nearly_all_of_their_letters() -> None:
    rng = np.random.default_rng(0)
    question = "Where do employees register their vehicles?"
    made = {as_typed(question, rng) for _ in range(300)}
    assert question in made and question.rstrip("?") in made
    assert all(abs(len(text) - len(question)) <= 2 for text in made)
    assert any(text.rstrip("?") != question.rstrip("?") for text in made)


def test_the_split_is_a_rule_of_the_name() -> None:
    names = [f"document-{number}" for number in range(300)]
    kept = {name for name in names if kept_for_dev(name)}
    assert 70 < len(kept) < 130
    assert kept == {name for name in names if kept_for_dev(name)}
    assert {name for name in names if kept_for_dev(name, 0.1)} < kept


def _library(folder: Path, *rows: dict[str, object]) -> Path:
    (folder / "documents").mkdir(parents=True)
    for name, text in (("leave.md", LEAVE), ("depot.md", f"{DEPOT}\n\nOn Sundays no train leaves.")):
        (folder / "documents" / name).write_text(text, encoding="utf-8")
    (folder / "questions.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return folder


ADOPTS: dict[str, object] = {
    "id": "1",
    "question": "And if we adopt?",
    "document": "leave.md",
    "evidence": ["Those who adopt get\nten weeks."],
    "history": [{"question": "How long is leave?", "answer": "Twelve weeks."}],
    "note": "condition",
}
CANTEEN: dict[str, object] = {
    "id": "2",
    "question": "Is there a canteen?",
    "document": "depot.md",
    "evidence": [],
    "unanswerable": True,
}


def test_our_own_library_is_read_with_its_evidence_and_turns(tmp_path: Path) -> None:
    documents, (adopts, canteen) = own_library(_library(tmp_path / "own", ADOPTS, CANTEEN))
    assert {document.source.name for document in documents} == {"leave.md", "depot.md"}
    leave = next(document.text for document in documents if document.source.name == "leave.md")
    assert [leave[slice(*span)] for span in adopts.evidence] == ["Those who adopt get ten weeks."]
    assert [turn.question for turn in adopts.history] == ["How long is leave?"]
    assert canteen.evidence == ()


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ({"document": "rent.md"}, r"questions\.jsonl: 1: document .*rent\.md"),
        ({"document": "leave.md", "evidence": ["Those who adopt get nothing."]}, "1: leave.md holds .* 0 times"),
        ({"document": "depot.md", "evidence": ["leave"]}, "1: depot.md holds 'leave' 2 times"),
    ],
)
def test_evidence_that_does_not_stand_once_in_its_document_is_refused(
    row: dict[str, object], said: str, tmp_path: Path
) -> None:
    with pytest.raises(DatasetError, match=said):
        own_library(_library(tmp_path / "own", {**ADOPTS, **row}))


def test_a_run_can_train_on_our_own_library_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(open_questions, "LIBRARY", _library(tmp_path / "own", ADOPTS, CANTEEN))
    recipe = Recipe(practical=0, own=1, doc2dial=0, replay=0)
    groups = mixture(tmp_path / "no data", tmp_path / "work", recipe, WindowBuilder(bundled_tokenizer())).groups(
        seed=1, number=0
    )
    assert len(groups) >= 2 and any(any(window.relevant) for group in groups for window in group)


def test_the_library_that_comes_along_is_whole_and_mixed() -> None:
    documents, asked = own_library(LIBRARY)
    assert {one.document for one in asked} == {document.source.name for document in documents}
    questions = read_questions(LIBRARY / "questions.jsonl")
    assert len({(one.question, one.documents) for one in questions}) == len(questions)
    unanswerable = sum(one.unanswerable for one in questions)
    assert 0.2 <= unanswerable / len(questions) <= 0.35
    readme = (LIBRARY / "README.md").read_text(encoding="utf-8")
    for kind, count in Counter(one.note for one in questions).items():
        absent = sum(one.unanswerable for one in questions if one.note == kind)
        assert f"| {kind} | {count} | {absent} |" in readme
    assert f"{len(documents)} documents" in readme and f"{len(questions):,} questions" in readme
