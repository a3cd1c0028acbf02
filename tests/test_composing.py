"""Answers of several quotes: which, how far each goes, in what order, within how many tokens."""

from __future__ import annotations

from core_fakes import make_document
from hypothesis import given
from hypothesis import strategies as st

from rag.answer.build import grouped
from rag.answer.phrases import by_side, framed
from rag.answer.quotes import Steps, composed_spans
from rag.schema import AnswerSpan, Chunk, Document, Passage, Scores
from rag.text.chunking import count_tokens

TEXT = (
    "The mill burned down. It was old and dry.\n\nNobody was hurt in the fire.\n\n"
    "Three rules were made:\n\n- no lamps;\n- no straw;\n- no smoking.\n\nThe mill burned down and it was old."
)
MILL = make_document("mill.txt", TEXT, title="The mill")
BARN = make_document("barn.txt", "The barn was spared. The wind had turned.", title="The barn")
DOCUMENTS = {one.source.id: one for one in (MILL, BARN)}


def span(document: Document, words: str, score: float) -> AnswerSpan:
    chunk = Chunk(1, document.source.id, 0, len(document.text))
    start = document.text.index(words)
    passage = Passage(chunk, document.source, document.text, 1, Scores(1.0))
    return AnswerSpan(passage, start, start + len(words), None, score)


BURNED = span(MILL, "The mill burned down.", 4.0)
AGAIN = span(MILL, "The mill burned down and it was old.", 3.9)
OLD = span(MILL, "It was old and dry.", 3.5)
HURT = span(MILL, "Nobody was hurt in the fire.", 3.0)
SPARED = span(BARN, "The barn was spared.", 4.5)
RULE = span(MILL, "- no straw;", 4.0)


def quotes(kind: str, *spans: AnswerSpan, budget: int = 200, steps: Steps | None = None) -> list[str]:
    ordered = sorted(spans, key=lambda one: -one.score)
    found = composed_spans(kind, ordered, DOCUMENTS.__getitem__, budget, steps or Steps())  # type: ignore[arg-type]
    return [DOCUMENTS[one.passage.source.id].text[one.start : one.end] for one in found]


def test_quotes_stand_by_document_and_in_its_order_and_neighbours_are_one() -> None:
    assert quotes("describe", HURT, OLD, BURNED, SPARED) == [
        "The barn was spared.",
        "The mill burned down. It was old and dry.",
        "Nobody was hurt in the fire.",
    ]


def test_what_says_the_same_is_quoted_once() -> None:
    assert quotes("why", BURNED, AGAIN) == ["The mill burned down."]
    assert len(quotes("why", BURNED, AGAIN, steps=Steps(difference=False))) == 2


def test_weak_sentences_are_left_out() -> None:
    assert quotes("why", BURNED, span(MILL, "Nobody was hurt in the fire.", 1.9)) == ["The mill burned down."]


def test_an_item_stands_for_its_list_where_a_list_is_asked_for() -> None:
    whole = "Three rules were made:\n\n- no lamps;\n- no straw;\n- no smoking."
    assert quotes("list", RULE) == [whole]
    assert quotes("why", RULE) == ["- no straw;"]
    assert quotes("why", span(MILL, "Three rules were made:", 4.0)) == [whole]
    assert quotes("list", RULE, budget=10) == ["- no straw;"]


def test_a_grouped_answer_says_where_quotes_are_from_beside_its_text() -> None:
    spans = composed_spans("describe", [SPARED, BURNED], DOCUMENTS.__getitem__, 200)
    answer = grouped([("", spans)], DOCUMENTS.__getitem__)
    assert [one.quote for one in answer.citations] == ["The barn was spared.", "The mill burned down."]
    assert answer.best == 1
    assert [framed(group, answer.citations)[0] for group in answer.groups] == ["From The barn:", "From The mill:"]


def test_a_side_without_quotes_says_so() -> None:
    answer = grouped([("dam", []), ("mill", [BURNED])], DOCUMENTS.__getitem__)
    assert [name for name, _ in by_side(answer.groups)] == ["dam", "mill"]
    assert framed(answer.groups[0], answer.citations) == ("Nothing found about dam.", [])
    assert [one.quote for one in framed(answer.groups[1], answer.citations)[1]] == ["The mill burned down."]
    assert answer.best == 1


@given(
    st.lists(
        st.tuples(st.sampled_from([BURNED, AGAIN, OLD, HURT, SPARED, RULE]), st.floats(0, 5)), min_size=1, max_size=8
    ),
    st.sampled_from(["why", "list", "compare"]),
    st.integers(1, 60),
)
def test_whatever_is_chosen_no_character_is_quoted_twice_and_the_budget_holds(
    drawn: list[tuple[AnswerSpan, float]], kind: str, budget: int
) -> None:
    ordered = sorted((span for span, _ in drawn), key=lambda one: -one.score)
    found = composed_spans(kind, ordered, DOCUMENTS.__getitem__, budget)  # type: ignore[arg-type]
    places = [(one.passage.source.id, i) for one in found for i in range(one.start, one.end)]
    assert len(places) == len(set(places))
    cost = sum(count_tokens(DOCUMENTS[one.passage.source.id].text[one.start : one.end]) for one in found)
    assert len(found) == 1 or cost <= budget + len(found)  # joining adds the white space between
    assert ordered[0].start in {i for _, i in places}
