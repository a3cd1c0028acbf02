"""Rows of tables as the reader is shown them, as they are quoted, and as people see them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np
import pytest
from core_fakes import make_document

from embeddings import Embedder, open_embedder
from rag.answer.build import citation
from rag.answer.phrases import lead_words, place_within, plain_text
from rag.answer.rows import quoted_rows
from rag.assistant import Assistant
from rag.cli.answers import print_answer
from rag.history import Conversation, Exchange
from rag.history.export import export_markdown
from rag.index import open_index
from rag.index.ingest import update_index
from rag.loading.formats.markdown import parse
from rag.loading.limits import DEFAULT_LIMITS
from rag.reader.spans.decode import FoundSpan
from rag.reader.spans.extractive import PassageReading, QuestionPassage
from rag.reader.spans.finder import read_passages
from rag.reader.spans.view import view_of
from rag.retrieval import Retriever
from rag.schema import Answer, AnswerSpan, Chunk, Citation, Document, Passage, Scores, Section, Words
from rag.settings import Settings
from rag.text.units import passage_units
from rag.ui.html.conversation import thread_html

FLATS = """# Arrears

All are late.

| Flat | Tenant of the flat by the contract | Owes | |
|---|---|---|---|
| 21 | Odile Varga | 310 euros | A |
| 23 | Baptiste Moreau | | B |

Bring with you:

- the contract
- a letter

## May I pay later?

Yes.
"""


@pytest.fixture(scope="module")
def document() -> Document:
    parsed = parse(FLATS.encode(), DEFAULT_LIMITS)
    plain = make_document("flats.md", parsed.text, title="Arrears")
    return replace(plain, source=replace(plain.source, media_type="text/markdown"), sections=parsed.sections)


@pytest.fixture
def passage(document: Document) -> Passage:
    chunk = Chunk(1, document.source.id, 0, len(document.text))
    return Passage(chunk, document.source, document.text, 1, Scores(1.0), "Arrears.", document.sections)


def test_a_row_is_read_with_what_its_columns_say(passage: Passage) -> None:
    units = passage_units(passage)
    view = view_of(passage.text, units)
    assert [view.text[start:end] for start, end in view.units][:5] == [
        "Arrears",
        "All are late.",
        "",
        "Flat: 21, Tenant of the flat by: Odile Varga, Owes: 310 euros, A.",
        "Flat: 23, Tenant of the flat by: Baptiste Moreau, B.",
    ]
    at = view.text.index("Baptiste")
    for shown, original in ((at, "Baptiste Moreau"), (at - 4, "Baptiste Moreau"), (view.text.index("Yes"), "Yes.")):
        found = view.in_passage((shown, view.text.index(original) + len(original)))
        assert found is not None and passage.text[slice(*found)] == original


def test_without_rows_a_passage_is_read_as_it_stands(passage: Passage) -> None:
    text = passage.text[passage.text.index("Bring") :]
    plain = replace(passage, text=text, sections=())
    view = view_of(text, passage_units(plain))
    assert view.text == text and view.units == [unit.span for unit in passage_units(plain)]


class Pointing:
    """A reader that finds the words it is told in what it is shown."""

    def __init__(self, words: str) -> None:
        self.words = words

    def read_all(self, readings: Sequence[QuestionPassage]) -> list[PassageReading]:
        (one,) = readings
        at = one.passage.index(self.words)
        span = FoundSpan(at, at + len(self.words), 5.0, 2.0, 3.0, 0.0)
        scores = np.array([float(start <= at < end) for start, end in one.units or ()])
        return [PassageReading([span], scores, 1.0)]


@pytest.mark.parametrize(
    ("found", "quote", "marked"),
    [
        ("Moreau", "23 | Baptiste Moreau |  | B", "Moreau"),
        ("310 euros, A", "21 | Odile Varga | 310 euros | A", "310 euros"),
        ("- a letter", "- a letter", "- a letter"),
        ("May I pay", "Yes.", ""),
    ],
)
def test_what_is_found_is_placed_in_the_document(passage: Passage, found: str, quote: str, marked: str) -> None:
    findings = read_passages(Pointing(found), "?", [passage])
    best = max(findings.sentences, key=lambda sentence: sentence.score)
    assert best.text == quote == passage.text[best.start : best.end]
    assert [passage.text[span.start : span.end] for span in findings.spans] == ([marked] if marked else [])
    assert not any(sentence.text.startswith(("Flat |", "May I")) for sentence in findings.sentences)


def quoted(document: Document, passage: Passage, text: str, marked: str = "") -> AnswerSpan:
    start = document.text.index(text)
    inner = document.text.index(marked, start) if marked else 0
    return AnswerSpan(passage, start, start + len(text), (inner, inner + len(marked)) if marked else None, 1.0)


def test_a_quoted_row_has_its_header_and_an_item_the_line_that_introduces_it(
    document: Document, passage: Passage
) -> None:
    row = citation(
        1,
        quoted(document, passage, "21 | Odile Varga | 310 euros | A", "Varga"),
        {document.source.id: document}.__getitem__,
    )
    assert row.header is not None and row.lead is None
    assert document.text[row.header.start : row.header.end] == row.header.text
    (cells,) = quoted_rows(row)
    assert [(cell.column, cell.text) for cell in cells] == [
        ("Flat", "21"),
        ("Tenant of the flat by the contract", "Odile Varga"),
        ("Owes", "310 euros"),
        ("", "A"),
    ]
    assert [(cell.before, cell.marked, cell.after) for cell in cells][1:3] == [
        ("Odile ", "Varga", ""),
        ("310 euros", "", ""),
    ]
    item = citation(2, quoted(document, passage, "- a letter"), lambda _: document)
    start = document.text.index("Bring")
    assert item.lead == Words(start, start + len("Bring with you:"), "Bring with you:") and item.header is None
    assert quoted_rows(item) == [] and lead_words(item) == "Bring with you:"


def test_a_table_is_quoted_below_its_header(document: Document, passage: Passage) -> None:
    rows = "21 | Odile Varga | 310 euros | A\n23 | Baptiste Moreau |  | B"
    table = next(section for section in document.sections if section.kind == "table")
    whole = AnswerSpan(passage, table.start, table.end, None, 1.0)
    cited = citation(1, whole, lambda _: document)
    assert cited.quote == rows and cited.header is not None
    assert [[cell.text for cell in row] for row in quoted_rows(cited)] == [
        ["21", "Odile Varga", "310 euros", "A"],
        ["23", "Baptiste Moreau", "", "B"],
    ]


def answered_with(cited: Citation) -> Answer:
    return Answer("How much does Odile Varga owe?", "How much does Odile Varga owe?", "found", 0.9, (cited,))


def test_people_see_a_small_table(document: Document, passage: Passage, capsys: pytest.CaptureFixture[str]) -> None:
    span = quoted(document, passage, "21 | Odile Varga | 310 euros | A", "310 euros")
    answer = answered_with(citation(1, span, lambda _: document))
    page = thread_html((Exchange(answer.question, answer),), "")
    assert '<th scope="col">Flat</th><th scope="col">Tenant of the flat by the contract</th>' in page
    assert "<td>Odile Varga</td><td><strong>310 euros</strong></td>" in page
    assert "21 | Odile" not in page.split("dq-card")[0]
    print_answer(answer)
    said = " ".join(capsys.readouterr().out.split())
    assert "Flat: 21 · Tenant of the flat by the contract: Odile Varga · Owes: 310 euros · A [1]" in said
    kept = export_markdown(Conversation("0" * 32, "", "Rent", "", "", (Exchange(answer.question, answer),)))
    assert "> *Flat | Tenant of the flat by the contract | Owes |" in kept.replace("\\", "")


def test_people_see_what_an_item_is_one_of(
    document: Document, passage: Passage, capsys: pytest.CaptureFixture[str]
) -> None:
    answer = answered_with(citation(1, quoted(document, passage, "- a letter"), lambda _: document))
    assert '<p class="dq-lead">Bring with you:</p>' in thread_html((Exchange(answer.question, answer),), "")
    print_answer(answer)
    assert "\nBring with you:\n- a letter [1]" in capsys.readouterr().out
    assert plain_text(answer).split("\n\n")[1] == "Bring with you:\n“- a letter” [1]"


def test_rows_of_other_columns_than_their_header_are_no_table(document: Document, passage: Passage) -> None:
    row = citation(1, quoted(document, passage, "21 | Odile Varga"), lambda _: document)
    assert quoted_rows(row) == [] and lead_words(row).startswith("Flat | ")


def test_a_citation_names_its_slide() -> None:
    plain = make_document("talk.txt", "Welcome.\n\nThe roof leaks.", title="Talk")
    document = replace(plain, sections=(Section("slide", "1", 0, 8), Section("slide", "2", 10, 25)))
    chunk = Chunk(1, document.source.id, 0, 25)
    span = AnswerSpan(Passage(chunk, document.source, document.text, 1, Scores(1.0)), 10, 25, None, 1.0)
    cited = citation(1, span, lambda _: document)
    assert (cited.place, cited.page, place_within(cited)) == ("slide 2", None, "slide 2")
    assert place_within(replace(cited, place="", page=4)) == "page 4"


@pytest.fixture(scope="module")
def assistant(tmp_path_factory: pytest.TempPathFactory, embedder: Embedder) -> Iterator[Assistant]:
    folder = tmp_path_factory.mktemp("tables")
    file = folder / "flats.md"
    file.write_text(FLATS.replace("Moreau | |", "Moreau | 1,240 euros |"), encoding="utf-8")
    index = open_index(folder / "index", embedder, Settings(), create=True)
    update_index(index, embedder, [file], Settings())
    index.close()
    with Assistant.open(folder / "index", Settings()) as opened:
        yield opened


@pytest.mark.parametrize(
    ("question", "quote", "marked", "before"),
    [
        ("How much does Baptiste Moreau owe?", "23 | Baptiste Moreau | 1,240 euros | B", "1,240 euros", "Flat | "),
        ("Can I pay later?", "Yes.", None, "May I pay later?"),
    ],
)
def test_the_answer_is_the_row_or_what_stands_below_the_question(
    assistant: Assistant, question: str, quote: str, marked: str | None, before: str
) -> None:
    found = assistant.ask(question)
    (shown,) = (*found.citations, *found.nearest)[:1]
    assert shown.quote == quote and lead_words(shown).startswith(before)
    assert marked is None or shown.marked == marked
    assert before in plain_text(replace(found, citations=(shown,)))


def test_what_is_read_is_read_from_what_the_index_keeps(assistant: Assistant, monkeypatch: pytest.MonkeyPatch) -> None:
    passages = Retriever(assistant.index, open_embedder(Settings().embedding_model)).retrieve(
        "Who lives in flat 21?", k=3
    )
    assert all(passage.context for passage in passages)

    def refused(document_id: str) -> Document:
        raise AssertionError(f"{document_id} was fetched to be read")

    monkeypatch.setattr(assistant.index, "document", refused)
    assert assistant.reader.read("Who lives in flat 21?", passages).spans
