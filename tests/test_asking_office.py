"""Slides, texts, books, manuals, messages and archives are indexed, asked and cited at the right place."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from asking import asking, assert_cited
from loading_files import archive, book, open_document, outlook_message, pdf, presentation

from embeddings import Embedder
from rag import Assistant


def budget(made: Any) -> None:
    for title, text in (
        ("The market hall", "A new hall for the town"),
        ("Costs of the market hall", "The glass roof of the market hall costs 82,000 euros."),
    ):
        slide = made.slides.add_slide(made.slide_layouts[1])
        slide.shapes.title.text, slide.placeholders[1].text = title, text


def mail(sender: str, subject: str, text: str) -> str:
    return f"From: {sender}\nDate: Tue, 05 Mar 2024 10:00:00 +0100\nSubject: {subject}\n\n{text}\n"


FILES: dict[str, bytes | str] = {
    "hall.pptx": presentation(budget),
    "library.odt": open_document(
        '<text:h text:outline-level="1">Loans</text:h><text:p>A library card is valid for 18 months.</text:p>'
    ),
    "museum.odp": open_document(
        '<draw:page><draw:frame presentation:class="title"><draw:text-box><text:p>Museum visits</text:p>'
        "</draw:text-box></draw:frame><draw:frame><draw:text-box><text:p>The museum is closed on Wednesdays.</text:p>"
        "</draw:text-box></draw:frame></draw:page>",
        kind="presentation",
    ),
    "pool.rtf": r"{\rtf1\ansi\pard\outlinelevel0 Swimming pool\par\pard\plain The pool is 1.80 metres deep.\par}",
    "lighthouse.epub": book(
        {"one": "<h1>The keeper</h1><p>The lighthouse keeper was called Elias Thorne.</p>", "two": "<p>He left.</p>"}
    ),
    "choir.rst": "Choir\n=====\n\nRehearsals\n----------\n\nThe choir rehearses in Saint Anne's chapel.\n",
    "garden.adoc": "= Garden\n\n== Roses\n\nThe roses are pruned in February.\n",
    "lift.eml": mail("Ana <ana@example.org>", "Lift of Mill House", "The lift inspector arrives on 12 March."),
    "trips.mbox": "".join(
        f"From x Tue Mar  5 10:00:00 2024\n{one}\n"
        for one in (
            mail("Bo <bo@example.org>", "Bus to Skerry", "The bus to Skerry leaves at 7:40."),
            mail("Ida <ida@example.org>", "Hiking boots", "Hikers need waterproof boots."),
        )
    ),
    "harbour.msg": outlook_message(
        {0x1A: "IPM.Note", 0x37: "Harbour", 0x1000: "The harbour master is Greta Lund."},
        datetime(2024, 3, 5, tzinfo=UTC),
        {"tides.pdf": pdf(["Tides.", "High water at the harbour is at 14:20."])},
    ),
    "school.zip": archive({
        "plans/bells.md": "# Bells\n\nThe school bell rings at 8:15.",
        "plans/meals.pdf": pdf(["Meals of the school.", "A school lunch costs 3 euros and 40 cents."]),
    }),
}  # fmt: skip


@pytest.fixture(scope="module")
def assistant(embedder: Embedder, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Assistant]:
    with asking(tmp_path_factory.mktemp("asked"), FILES, embedder, {}) as assistant:
        yield assistant


@pytest.mark.parametrize(
    ("question", "quote", "document", "place", "heading"),
    [
        ("How much does the glass roof cost?", "82,000 euros", "hall.pptx", "slide 2", "Costs of the market hall"),
        ("How long is a library card valid?", "18 months", "library.odt", "", "Loans"),
        ("On which day is the museum closed?", "Wednesdays", "museum.odp", "slide 1", "Museum visits"),
        ("How deep is the pool?", "1.80 metres", "pool.rtf", "", "Swimming pool"),
        ("What was the lighthouse keeper called?", "Elias Thorne", "lighthouse.epub", "", "The keeper"),
        ("Where does the choir rehearse?", "Saint Anne's chapel", "choir.rst", "", "Rehearsals"),
        ("When are the roses pruned?", "February", "garden.adoc", "", "Roses"),
        ("When does the lift inspector arrive?", "12 March", "lift.eml", "message Lift of Mill House", "Lift"),
        ("When does the bus to Skerry leave?", "7:40", "trips.mbox", "message Bus to Skerry", ""),
        ("What do hikers need?", "waterproof boots", "trips.mbox", "message Hiking boots", "Hiking boots"),
        ("Who is the harbour master?", "Greta Lund", "harbour.msg", "message Harbour", "Harbour"),
        ("When is high water at the harbour?", "14:20", "harbour.msg", "message Harbour, file tides.pdf, page 2", ""),
        ("When does the school bell ring?", "8:15", "school.zip", "file plans/bells.md", "Bells"),
        ("What does a school lunch cost?", "3 euros", "school.zip", "file plans/meals.pdf, page 2", "plans/meals.pdf"),
    ],
)  # fmt: skip
def test_an_answer_is_cited_where_it_stands(
    assistant: Assistant, question: str, quote: str, document: str, place: str, heading: str
) -> None:
    assert_cited(assistant, question, quote, document, place, heading)
