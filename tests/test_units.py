"""The units that a text is quoted in, by its structure where it has one, and the questions that it answers itself."""

from __future__ import annotations

from dataclasses import replace

import pytest
from core_fakes import make_document
from core_texts import texts
from hypothesis import given
from hypothesis import strategies as st

from rag.loading.formats.html import parse as parse_html
from rag.loading.formats.markdown import parse as parse_markdown
from rag.loading.limits import DEFAULT_LIMITS
from rag.loading.parsed import Parsed
from rag.schema import Chunk, Document, Passage, Scores, Section
from rag.text.chunking import chunk_spans
from rag.text.context import embedding_context, reading_context
from rag.text.questions import answered
from rag.text.units import document_units, passage_units

RULES = """# Rules

Dogs are welcome. They stay on a lead.

| Hut | Warden of it |
|---|---|
| Low hut | Ms. Ines Roth |
| High hut | Mr. Ole Vik |

Bring with you:

1. A lamp. It must be charged.
   - Spare bulbs
2. A map

```
make tea
```
"""


def document_of(parsed: Parsed, name: str = "rules.md", media_type: str = "text/markdown") -> Document:
    plain = make_document(name, parsed.text, title="Rules")
    return replace(plain, source=replace(plain.source, media_type=media_type), sections=parsed.sections)


@pytest.fixture
def rules() -> Document:
    return document_of(parse_markdown(RULES.encode(), DEFAULT_LIMITS))


def test_rows_items_headings_and_lines_of_code_are_units(rules: Document) -> None:
    assert [(unit.kind, rules.text[unit.start : unit.end]) for unit in document_units(rules)] == [
        ("heading", "Rules"),
        ("sentence", "Dogs are welcome."),
        ("sentence", "They stay on a lead."),
        ("header", "Hut | Warden of it"),
        ("row", "Low hut | Ms. Ines Roth"),
        ("row", "High hut | Mr. Ole Vik"),
        ("sentence", "Bring with you:"),
        ("item", "1. A lamp. It must be charged."),
        ("item", "- Spare bulbs"),
        ("item", "2. A map"),
        ("code", "make tea"),
    ]


def test_a_passage_has_the_units_of_its_document(rules: Document) -> None:
    start, end = rules.text.index("They"), rules.text.index("\n  - Spare")
    inside = tuple(section for section in rules.sections if section.start < end and section.end > start)
    chunk = Chunk(1, rules.source.id, start, end)
    passage = Passage(chunk, rules.source, rules.text[start:end], 1, Scores(1.0), sections=inside)
    found = [(unit.start + start, unit.end + start, unit.kind) for unit in passage_units(passage)]
    assert found == [(u.start, u.end, u.kind) for u in document_units(rules) if start <= u.start and u.end <= end]


def test_a_long_item_is_quoted_by_its_sentences() -> None:
    item = " ".join(f"The lamp number {n} hangs over the door of the hut." for n in range(8))
    document = document_of(parse_markdown(f"- {item}\n- A map\n".encode(), DEFAULT_LIMITS))
    assert [unit.kind for unit in document_units(document)] == ["item"] * 9
    assert len(document_units(document, longest_item=1000)) == 2


@given(texts, st.lists(st.tuples(st.sampled_from(["heading", "table", "item", "code", "page"]), st.integers(0, 300))))
def test_every_word_is_in_exactly_one_unit(text: str, begins: list[tuple[str, int]]) -> None:
    at = sorted({min(start, len(text)) for _, start in begins} | {len(text)})
    sections = tuple(
        Section(kind, "1", start, end)  # type: ignore[arg-type]
        for (kind, _), start, end in zip(begins, at, at[1:], strict=False)
    )
    position = 0
    for unit in document_units(replace(make_document("a.txt", text), sections=sections)):
        assert position <= unit.start < unit.end and not text[position : unit.start].strip()
        position = unit.end
    assert not text[position:].strip()


def test_chunks_cut_no_row_and_no_item_and_say_what_is_in_the_columns(rules: Document) -> None:
    rows = "\n".join(f"| Hut {n} | Warden number {n}. He is at home. |" for n in range(40))
    items = "\n".join(f"- Thing number {n}. It is heavy." for n in range(40))
    source = f"# Rules\n\n## Huts\n\n| Hut | Warden |\n|---|---|\n{rows}\n\n## Things\n\n{items}\n"
    document = document_of(parse_markdown(source.encode(), DEFAULT_LIMITS))
    spans = chunk_spans(document, chunk_tokens=64, overlap_tokens=16)
    whole = {unit.start for unit in document_units(document)}
    assert len(spans) > 10
    for start, end in spans:
        assert start in whole and document.text[end : end + 1] in ("\n", "")

    def count(given: object) -> list[int]:
        return [1 for _ in given]  # type: ignore[attr-defined]

    in_table = document.text.index("Hut 30")
    assert embedding_context(document, in_table, count) == "Rules. Huts. Hut | Warden"
    assert embedding_context(document, document.text.index("Hut | Warden"), count) == "Rules. Huts"
    assert embedding_context(document, document.text.index("- Thing number 30"), count) == "Rules. Things"
    assert reading_context(document, in_table) == "Rules. Huts. Hut | Warden."


def asked_and_answered(document: Document) -> list[tuple[str, str]]:
    units = document_units(document)
    return [
        (document.text[units[asking].start : units[asking].end], document.text[units[a[0]].start : units[a[-1]].end])
        for asking, a in answered(document.text, units).items()
    ]


@pytest.mark.parametrize(
    "source",
    [
        "## May I camp?\n\nNo. Only at the low hut.\n\nThe rest.\n\n## Is there water?\n\nAt the spring.\n",
        "**May I camp?**\nNo. Only at the low hut.\n\nThe rest.\n\n**Is there water?**\nAt the spring.\n",
        "<details><summary>May I camp?</summary><p>No. Only at the low hut.</p></details><p>The rest.</p>"
        "<details><summary>Is there water?</summary><p>At the spring.</p></details>",
    ],
)
def test_a_question_has_the_answer_below_it(source: str) -> None:
    parse = parse_html if source.startswith("<") else parse_markdown
    found = asked_and_answered(document_of(parse(source.encode(), DEFAULT_LIMITS)))
    assert found == [("May I camp?", "No. Only at the low hut."), ("Is there water?", "At the spring.")]


def test_plain_text_asks_too() -> None:
    document = make_document(
        "faq.txt", "Q: May I camp?\nA: No. Only below.\n\nIt is late. Why so late?\nNobody knows.\n"
    )
    assert asked_and_answered(document) == [("Q: May I camp?", "A: No. Only below.")]


def test_lists_and_other_questions_answer_nothing_and_long_answers_end() -> None:
    sentence = "The steep path to the high hut is closed from October to the end of May."
    text = f"## What to bring?\n\n- A lamp\n\n## Why?\n\n## When is it closed?\n\n{' '.join([sentence] * 9)}\n"
    found = asked_and_answered(document_of(parse_markdown(text.encode(), DEFAULT_LIMITS)))
    assert found == [("When is it closed?", f"{sentence} {sentence}")]
