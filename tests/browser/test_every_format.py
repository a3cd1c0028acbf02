"""A file of every format is indexed, asked and opened in the browser at the place of the quote, all on one page."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
from conftest import Visit, running
from every_format import make_every_format
from loading_files import libre_office
from playwright.sync_api import Browser, Page, expect
from test_chat import MARKED, ask
from test_sources import boxes

from rag.loading.registry import FORMATS

LAPTOP = {"width": 1280, "height": 800}
PICTURES = os.environ.get("DOCQUOTE_SOURCES")
"""A folder for pictures of every opened citation, to look at."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A question, and where its answer is to be opened.

    Attributes:
        document: the file that alone answers.
        question: of what stands in it.
        words: that the quote holds.
        place: what the panel says of where that is: page, slide, sheet and row, message, file, line.
        heading: that stands over the quote: in the text, or for a page beside its number.
        over: the rule above the quote, where a slide, sheet or the like begins.
        column: of a table, in which the words are all of a cell.
        at: the number in the margin, of a row or a line.
        of: how many pages the document has, of which one is shown as it looks.
    """

    document: str
    question: str
    words: str
    place: str = ""
    heading: str = ""
    over: str = ""
    column: str = ""
    at: str = ""
    of: int = 0


ASKED = [
    Asked("bakery.txt", "On which days is rye bread baked?", "Tuesdays and Fridays"),
    Asked("canoes.md", "How many people does the red canoe carry?", "three people", heading="Boats"),
    Asked(
        "skating-rink.html",
        "When does the skating rink close on Sunday?",
        "17:15",
        heading="Opening times",
        column="Closes",
    ),
    Asked("windmill.pdf", "How wide are the sails of the windmill?", "22 metres", "page 2", "The sails", of=2),
    Asked("laundry.png", "Until when is the mangle out of order?", "until Monday", "page 1", of=1),
    Asked("piano.jpg", "Who tuned the grand piano?", "Emil Hartmann", "page 1", of=1),
    Asked("stables.webp", "How much hay does the grey mare eat?", "nine kilos", "page 1", of=1),
    Asked("orchestra.tiff", "What did the double bass cost?", "7,300 euros", "page 2", of=2),
    Asked("apiary.docx", "How many frames does each hive hold?", "eleven frames", heading="Hives"),
    Asked("evening-school.odt", "Who teaches pottery?", "Ina Falk", heading="Courses", column="Teacher"),
    Asked("camping.rtf", "Which bag does the tent go into?", "yellow bag", heading="Packing"),
    Asked(
        "ferryman.epub", "Where did the ferryman hide the letter?", "inside the clock", heading="Chapter 2: The letter"
    ),
    Asked(
        "theatre.pptx",
        "What does a seat on the front bench cost?",
        "19 euros",
        "slide 3",
        "Ticket prices",
        "Slide 3",
        "Price",
    ),
    Asked(
        "observatory.odp",
        "How wide is the mirror of the telescope?",
        "85 centimetres",
        "slide 2",
        "The telescope",
        "Slide 2",
    ),
    Asked(
        "mill-house.xlsx",
        "Which firm repaired the chimney?",
        "Rook & Sons",
        "sheet Repairs, row 5",
        "Repairs of Mill House",
        "Sheet",
        "Firm",
        "5",
    ),
    Asked(
        "apples.xlsx",
        "Who picked the apples in 2021?",
        "Hanna Vik",
        "sheet Apples, row 3",
        "Apples",
        "Sheet",
        "Picked by",
        "3",
    ),
    Asked(
        "greenhouse.ods",
        "Who waters the greenhouse on Thursday?",
        "Nils Ekman",
        "sheet Rota, row 3",
        "Rota",
        "Sheet",
        "Waters",
        "3",
    ),
    Asked("birds.csv", "Where is the nest of the kestrel?", "church tower", "row 2", column="Nest", at="2"),
    Asked("trains.tsv", "When does the night train to Turin leave?", "22:50", "row 2", column="Leaves", at="2"),
    Asked("weather.json", "Who is the maker of the barometer?", "Fuess"),
    Asked("museum.xml", "In which hall is the steam engine?", "Hall 2", heading="museum.exhibit", column="hall"),
    Asked("pump.yaml", "At how many bar does the fire pump start by itself?", "4 bar", "line 6", at="6"),
    Asked("oaks.ipynb", "How many rings does the oldest oak have?", "44 rings", heading="Growth of oaks"),
    Asked("brewing.rst", "At how many degrees is the yeast kept?", "4 degrees", heading="Yeast"),
    Asked("looms.adoc", "Who is the maker of the south loom?", "Picanol", heading="Looms", column="Maker"),
    Asked(
        "lift.eml",
        "When does the lift engineer come?",
        "12 March",
        "message Repair of the lift",
        "Repair of the lift",
        "Message",
    ),
    Asked(
        "lift.eml",
        "What does a new cable cost?",
        "2,150 euros",
        "message Repair of the lift, file offer.pdf, page 2",
        "Cable",
        "Page 2",
    ),
    Asked("outings.mbox", "What do hikers need?", "waterproof boots", "message Boots", "Boots", "Message"),
    Asked(
        "harbour.msg",
        "How much does the crane of the harbour lift?",
        "14 tonnes",
        "message The harbour",
        "The harbour",
        "Message",
    ),
    Asked(
        "harbour.msg",
        "Who is the owner of the Marigold?",
        "Eva Rut",
        "message The harbour, file moorings.csv, row 3",
        "moorings.csv",
        "File",
        "Owner",
        "3",
    ),
    Asked(
        "workshop.zip",
        "To how many degrees is the bone glue warmed?",
        "60 degrees",
        "file notes/glue.md",
        "Glue",
        "File",
    ),
    Asked(
        "workshop.zip",
        "Which maker sells the ochre?",
        "Lefranc",
        "file stock/paint.csv, row 2",
        "stock/paint.csv",
        "File",
        "Maker",
        "2",
    ),
    Asked(
        "workshop.zip",
        "What is umber thinned with?",
        "turpentine",
        "file tools/mix.py, line 3",
        "tools/mix.py",
        "File",
        at="3",
    ),
    Asked("retries.py", "After how many seconds is a telegram sent again?", "90 seconds", "line 12", at="12"),
    Asked("lighthouse.log", "At which valve did the foghorn lose pressure?", "valve 9", "line 2", at="2"),
]
SAVED_BY_LIBRE_OFFICE = frozenset({
    ".docx", ".odt", ".rtf", ".html", ".epub", ".pdf", ".pptx", ".odp", ".xlsx", ".ods", ".csv"
})  # fmt: skip


class Opened:
    """One page for all questions, each in a conversation of its own."""

    def __init__(self, page: Page, visit: Visit) -> None:
        self._page, self._visit = page, visit

    def answer_to(self, question: str) -> Page:
        if self._page.locator(".dq-turn").count():
            self._page.click("#dq-new")
            self._page.wait_for_selector("#dq-thread .dq-welcome")
        ask(self._page, question)
        return self._page

    def complaints(self) -> list[str]:
        return self._visit.complaints


@pytest.fixture(scope="module")
def opened(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Opened]:
    folder = tmp_path_factory.mktemp("formats")
    documents = folder / "Every format"
    make_every_format(documents, recognised=find_spec("rapidocr") is not None)
    with running(folder / "server.log", str(folder / "index"), str(documents)) as address:
        visit = Visit(browser)
        yield Opened(visit(address, viewport=LAPTOP), visit)
        visit.close()


def test_every_format_is_asked_about() -> None:
    asked = {FORMATS[Path(one.document).suffix] for one in ASKED}
    assert asked == set(FORMATS.values())


PLACE = """(mark, words) => {
  const over = (all) => [...all].filter((one) => one.compareDocumentPosition(mark) & 4 || one.contains(mark)).at(-1);
  const body = document.querySelector("#dq-panel .dq-body");
  const row = mark.closest("tr, [data-at]");
  const cell = [...row?.cells ?? []].find((one) => one.querySelector("mark")?.innerText === words);
  const names = row?.closest("tbody")?.rows[0].cells;
  return {
    heading: over(body.querySelectorAll("h3"))?.innerText.trim() ?? "",
    over: over(body.querySelectorAll(".dq-page"))?.getAttribute("aria-label") ?? "",
    column: cell ? names[cell.cellIndex].innerText : "",
    at: row?.dataset.at ?? row?.querySelector("[data-at]")?.dataset.at ?? "",
  };
}"""
ANSWERS = "#dq-panel mark strong, #dq-thread :is(.dq-words, .dq-table) strong"
ANSWERS_IN_VIEW = """(answers) => answers.every((answer) => {
  const at = answer.getBoundingClientRect();
  return [".dq-text", ".dq-grid", "#dq-thread", ".dq-table"].every((frame) => {
    const of = answer.closest(frame)?.getBoundingClientRect() ?? at;
    return of.left <= at.left && at.right <= of.right && of.top <= at.top && at.bottom <= of.bottom;
  });
})"""
SPILLS = """() => [...document.querySelectorAll("#dq-panel, #dq-panel .dq-doc, #dq-panel .dq-text, #dq-panel .dq-body")]
  .filter((one) => one.scrollWidth > one.clientWidth).map((one) => one.className || one.id)"""


@pytest.mark.parametrize("asked", ASKED, ids=lambda asked: f"{asked.document}: {asked.words}")
def test_a_citation_opens_at_its_place(opened: Opened, asked: Asked) -> None:
    suffix = Path(asked.document).suffix
    if (suffix in SAVED_BY_LIBRE_OFFICE or "offer.pdf" in asked.place) and libre_office() is None:
        pytest.skip("LibreOffice is not installed")
    if FORMATS[suffix].install and find_spec("rapidocr") is None:
        pytest.skip('text recognition is not installed: pip install "docquote[ocr]"')
    page = opened.answer_to(asked.question)
    quote = page.locator("#dq-thread blockquote", has_text=asked.words).first
    expect(quote).to_be_visible()
    quote.locator(".dq-cite").click()
    key = quote.locator(".dq-cite").get_attribute("data-open")
    expect(page.locator("#dq-panel .dq-doc")).to_have_attribute("data-key", key or "")
    expect(page.locator("#dq-panel .dq-facts")).to_contain_text(asked.document)
    expect(page.locator("#dq-panel .dq-check")).to_contain_text("Verified")
    page.mouse.move(0, 0)
    if PICTURES:
        page.wait_for_timeout(300)
        page.screenshot(path=Path(PICTURES) / f"{asked.document}-{ASKED.index(asked)}.png")
    facts = page.locator("#dq-panel .dq-facts li").all_inner_texts()
    assert not asked.place or asked.place in facts
    if asked.of:
        assert not asked.heading or asked.heading in facts
        assert_marked_on_its_page(page, asked)
    else:
        assert_marked_in_the_text(page, asked)
    assert page.evaluate(SPILLS) == []
    assert opened.complaints() == []


def test_the_words_that_answer_are_marked_whole(opened: Opened) -> None:
    page = opened.answer_to("Who is the maker of the barometer?")
    expect(page.locator("#dq-thread .dq-words strong")).to_have_text("Fuess")
    expect(page.locator("#dq-panel mark strong")).to_have_text("Fuess")


def test_a_mailbox_of_several_days_is_not_dated_with_the_first(opened: Opened) -> None:
    page = opened.answer_to("What do hikers need?")
    expect(page.locator("#dq-panel .dq-facts li")).to_have_text(["message Boots", "outings.mbox"])


def assert_marked_in_the_text(page: Page, asked: Asked) -> None:
    assert asked.words in page.evaluate(MARKED)
    assert page.locator(ANSWERS).evaluate_all(ANSWERS_IN_VIEW)
    found: dict[str, Any] = page.locator("#dq-panel mark").first.evaluate(PLACE, asked.words)
    heading = asked.heading or found["heading"]
    assert found == {"heading": heading, "over": asked.over, "column": asked.column, "at": asked.at}


def assert_marked_on_its_page(page: Page, asked: Asked) -> None:
    number = asked.place.removeprefix("page ")
    expect(page.locator(".dq-number")).to_have_text(f"Page {number} of {asked.of}")
    expect(page.locator(".dq-sheet img")).to_have_attribute("alt", re.compile(re.escape(asked.words)))
    marks = boxes(page)
    assert len(marks) == 1  # each of these quotes is one line
    assert 0 < marks[0]["left"] < 0.3 and 0.05 < marks[0]["top"] < 0.5
    assert 0.2 < marks[0]["width"] < 0.95 and 0.005 < marks[0]["height"] < 0.15
