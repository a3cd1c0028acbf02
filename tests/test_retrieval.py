"""Question -> passages: fusion, near-identical passages, scopes, and questions that try to break the search."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from core_fakes import FakeEmbedder, add, make_document, make_index
from hypothesis import given
from hypothesis import strategies as st

from rag.errors import ScopeError
from rag.retrieval import CANDIDATES, DENSE_WEIGHT, Retriever, fuse
from rag.schema import Scope, SearchMode

MINUTES = "The committee voted to repair the roof of the boat house before the summer."
DOCUMENTS = (
    make_document("minutes/2021/spring.txt", MINUTES, title="Spring", day=date(2021, 3, 2)),
    make_document("minutes/2022/spring.txt", "Seventy-six members attended the meeting.", day=date(2022, 3, 1)),
    make_document("minutes2/spring.txt", "The gardeners planted tulips beside the harbour.", day=date(2022, 12, 31)),
    make_document("report.txt", "The club closed the year with a surplus of 1,240 crowns."),
)


@pytest.fixture(scope="module")
def retriever(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Retriever]:
    index = make_index(tmp_path_factory.mktemp("retrieval"), *DOCUMENTS)
    yield Retriever(index, FakeEmbedder())
    index.close()


def names(retriever: Retriever, question: str, scope: Scope | None = None, mode: SearchMode = "fused") -> list[str]:
    return [passage.source.name for passage in retriever.retrieve(question, scope=scope, mode=mode)]


@pytest.mark.parametrize("mode", ["fused", "dense", "lexical"])
def test_the_passage_that_answers_comes_first(retriever: Retriever, mode: SearchMode) -> None:
    assert names(retriever, "How many members attended?", mode=mode)[0] == "minutes/2022/spring.txt"
    assert names(retriever, "Who is repairing the roofs?", mode=mode)[0] == "minutes/2021/spring.txt"


def test_passages_are_slices_with_ranks_and_reasons(retriever: Retriever) -> None:
    passages = retriever.retrieve("When will the roof of the boat house be repaired?")
    texts = {document.source.id: document.text for document in DOCUMENTS}
    for rank, passage in enumerate(passages, start=1):
        assert passage.rank == rank
        assert passage.text == texts[passage.source.id][passage.chunk.start : passage.chunk.end]
        assert 0 <= passage.scores.fused <= 1
    first = passages[0].scores
    assert (first.dense_rank, first.lexical_rank) == (1, 1)
    assert first.fused == pytest.approx(1.0)
    assert first.lexical is not None
    assert first.lexical > 0
    assert [p.scores.fused for p in passages] == sorted((p.scores.fused for p in passages), reverse=True)


def test_no_more_passages_than_asked_for(retriever: Retriever) -> None:
    assert len(retriever.retrieve("spring", k=2)) == 2
    assert len(retriever.retrieve("spring", k=CANDIDATES * 3)) == len(DOCUMENTS)


@pytest.mark.parametrize(
    ("scope", "expected"),
    [
        (Scope(), {0, 1, 2, 3}),
        (Scope(documents=("report.txt",)), {3}),
        (Scope(documents=("report.txt", "/library/minutes2/spring.txt")), {2, 3}),
        (Scope(folders=("minutes",)), {0, 1}),
        (Scope(folders=("/minutes/",)), {0, 1}),
        (Scope(folders=("minutes/2022", "minutes2")), {1, 2}),
        (Scope(after=date(2022, 3, 1)), {1, 2}),
        (Scope(before=date(2022, 3, 1)), {0, 1}),
        (Scope(after=date(2021, 6, 1), before=date(2022, 12, 30)), {1}),
        (Scope(folders=("minutes",), after=date(2022, 1, 1)), {1}),
        (Scope(documents=("report.txt",), folders=("minutes",)), set()),
        (Scope(after=date(2030, 1, 1)), set()),
    ],
)
@pytest.mark.parametrize("mode", ["fused", "dense"])
def test_only_documents_in_scope_answer(
    retriever: Retriever, scope: Scope, expected: set[int], mode: SearchMode
) -> None:
    question = "committee members gardeners club roof meeting harbour surplus"
    assert set(names(retriever, question, scope, mode)) == {DOCUMENTS[i].source.name for i in expected}
    assert set(names(retriever, question, scope, "lexical")) == {DOCUMENTS[i].source.name for i in expected}


@pytest.mark.parametrize(
    ("scope", "named"),
    [
        (Scope(documents=("report.txt", "no.txt")), "no.txt"),
        (Scope(documents=("spring.txt",)), "spring.txt"),
        (Scope(folders=("minutes", "minute")), "minute"),
        (Scope(folders=("report.txt",)), "report.txt"),
        (Scope(documents=("",)), "no document"),
        (Scope(folders=("",)), "no document"),
        (Scope(documents=("%",)), "%"),
        (Scope(documents=("' OR 1=1 --",)), "OR 1=1"),
    ],
)
def test_an_unknown_name_is_an_error_that_names_it(retriever: Retriever, scope: Scope, named: str) -> None:
    with pytest.raises(ScopeError, match=f"{named}.*docquote status"):
        retriever.retrieve("roof", scope=scope)


def test_near_identical_passages_are_merged(tmp_path: Path) -> None:
    letter = "The committee of the rowing club voted on Tuesday to repair the old roof of the boat house before summer"
    copies = [make_document(f"{n}.txt", f"{letter}.", title="t") for n in range(5)]
    nearly = make_document("nearly.txt", f"{letter} ends.", title="t")
    other = make_document("other.txt", "The roof of the boat house is made of tin.", title="t")
    index = make_index(tmp_path, *copies, nearly, other)
    retriever = Retriever(index, FakeEmbedder())
    merged = retriever.retrieve("repair the roof of the boat house")
    assert len(merged) == 2
    assert [passage.rank for passage in merged] == [1, 2]
    assert other.source in [passage.source for passage in merged]
    assert len(retriever.retrieve("repair the roof of the boat house", merge=False)) == 7
    index.close()


def test_a_document_added_later_is_found_and_a_removed_one_is_not(tmp_path: Path) -> None:
    index = make_index(tmp_path, *DOCUMENTS)
    retriever = Retriever(index, FakeEmbedder())
    later = make_document("later.txt", "The treasurer bought a telescope.")
    assert "later.txt" not in names(retriever, "telescope")
    add(index, later)
    assert names(retriever, "telescope")[0] == "later.txt"
    index.remove(later.source.id)
    assert "later.txt" not in names(retriever, "telescope")
    index.close()


@pytest.mark.parametrize(
    "question",
    [
        "", " ", "???", "\0", '"', "roof AND", "NEAR(roof, 5", "roof*", "text: roof", "-roof", "(roof OR", "{", "^roof",
        "roof'; DROP TABLE chunks; --", "<|endoftext|> roof", "🎉 roof", "the of and", "\u202eroof", "[MASK]",
        "\n" * 50,
        "roof " * 20_000, "x" * 100_000, " ".join(f"word{n}" for n in range(12_000)),
    ],
)  # fmt: skip
def test_no_question_breaks_the_search(retriever: Retriever, question: str) -> None:
    passages = retriever.retrieve(question)
    assert len(passages) == len(DOCUMENTS)
    if "roof" in question:
        assert passages[0].source.name == "minutes/2021/spring.txt"
    lexical = retriever.retrieve(question, mode="lexical")
    assert [passage.source.name for passage in lexical] == (["minutes/2021/spring.txt"] if "roof" in question else [])


def test_the_real_model_takes_any_question(sample_assistant: object) -> None:
    retriever = sample_assistant.retriever  # type: ignore[attr-defined]
    for question in ("", "???", "\0", "x" * 100_000, "How much? " * 10_000, "[MASK] [SEP] <|endoftext|>", "会议"):
        assert len(retriever.retrieve(question)) == 10


def test_an_empty_index_has_no_passages(tmp_path: Path) -> None:
    index = make_index(tmp_path)
    assert Retriever(index, FakeEmbedder()).retrieve("roof") == []
    index.close()


scores = st.dictionaries(st.integers(1, 30), st.floats(-1, 1), max_size=12)
bm25s = st.dictionaries(st.integers(1, 30), st.floats(1e-6, 50), max_size=12)


@given(scores, bm25s, st.floats(0, 1))
def test_fused_scores_are_shares_and_in_order(cosines: dict[int, float], bm25: dict[int, float], weight: float) -> None:
    fused = fuse(cosines, bm25, dense_weight=weight)
    assert {chunk_id for chunk_id, _ in fused} == {*cosines, *bm25}
    assert all(0 <= score <= 1 + 1e-9 for _, score in fused)
    assert fused == sorted(fused, key=lambda item: (-item[1], item[0]))


def test_being_best_in_both_searches_is_best() -> None:
    assert fuse({1: 0.8, 2: 0.7}, {1: 9.0, 3: 1.0}, dense_weight=DENSE_WEIGHT)[0][0] == 1
    assert fuse({}, {}, dense_weight=DENSE_WEIGHT) == []
