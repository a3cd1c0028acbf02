"""No template of the page lets anything that it is given out of its place, whatever that is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from html.parser import HTMLParser
from pathlib import Path

import pytest
from jinja2 import UndefinedError
from ui_fake import MEMBERS, make_document, passage

import rag.ui.html
from rag.history import Conversation, Exchange
from rag.index.ingest import Job
from rag.loading.pages import Box
from rag.loading.verification import Verification
from rag.schema import Answer, Candidate, Group, Narrowing, Section
from rag.ui.examples import ExampleQuestion
from rag.ui.html.conversation import header_html, sides_html, thread_html, welcome_html
from rag.ui.html.history import download_html, history_head_html, history_html
from rag.ui.html.jobs import progress_html
from rag.ui.html.library import Entry, changes_html, head_html, hint_html, list_html
from rag.ui.html.pdf_page import PdfPage
from rag.ui.html.render import TEMPLATES
from rag.ui.html.source import check_html, empty_html, panel_html
from rag.ui.html.why import why_html
from rag.ui.state import Key

NASTY = (
    "\"'><script>alert(1)</script><img src=x onerror=alert(1)></textarea></title></pre><!-- "
    "{{7*7}} {% set x = 1 %} {# gone #} ${7*7} &lt;b&gt; javascript:alert(1)"
)
DOCUMENT = make_document(NASTY, NASTY, NASTY, sections=(Section("heading", NASTY, 0, len(NASTY)),))
CITATION = replace(
    MEMBERS[0],
    title=NASTY,
    heading=NASTY,
    document=NASTY,
    document_id=DOCUMENT.source.id,
    start=0,
    end=len(NASTY),
    quote=NASTY,
    highlight=(2, 30),
)
ANSWER = Answer(NASTY, f"{NASTY}!", "found", 0.5, (CITATION,), passages=(passage(DOCUMENT),))
GROUPED = replace(ANSWER, groups=(Group(NASTY, (1,)), Group("other", ())))
AGREEING = replace(ANSWER, citations=MEMBERS[:1], also=(replace(MEMBERS[1], number=2, title=NASTY),))
NARROWING = Narrowing(NASTY, None, None, 1, answered=True)
REFUSED = Answer(
    NASTY,
    NASTY,
    "not found",
    0.1,
    (),
    nearest=(CITATION,),
    missing_words=(NASTY,),
    candidates=(Candidate(NASTY, NASTY, NASTY, date(2021, 3, 2), NASTY),),
    narrowed=NARROWING,
    searched=(NASTY,),
    library=4,
)
KEY = Key(0, "cite", 1)
WHOLE = (0, len(NASTY))


def thread() -> str:
    answers = (ANSWER, GROUPED, AGREEING, REFUSED)
    rated = [Exchange(NASTY, one, rating="down", corrected=number == 1) for number, one in enumerate(answers)]
    return thread_html((*rated, Exchange(NASTY, problem=NASTY), Exchange(NASTY)), "", rateable=True)


def page_of_a_pdf() -> str:
    page = PdfPage(1, 2, b"png", 10, 20, (Box(0.1, 0.1, 0.2, 0.2),))
    return panel_html(DOCUMENT, CITATION, KEY, 2, WHOLE, pdf_page=page)


def conversations() -> str:
    day = "2021-03-02T10:00:00+00:00"
    return history_html([Conversation("a" * 32, "ann", NASTY, day, day)], "", "")


SHOWN: dict[str, Callable[[], str]] = {
    "thread": thread,
    "header": lambda: header_html([DOCUMENT.source], NASTY),
    "sides": lambda: sides_html(history=True, user=NASTY),
    "welcome": lambda: welcome_html([ExampleQuestion(NASTY), ExampleQuestion(NASTY, complete=False)], 1),
    "hint": lambda: hint_html(None, 4, NASTY),
    "source": lambda: panel_html(DOCUMENT, CITATION, KEY, 2, WHOLE),
    "page of a pdf": page_of_a_pdf,
    "no source": lambda: empty_html(NASTY),
    "check": lambda: check_html(Verification("changed", reason=NASTY), KEY),
    "why": lambda: why_html(replace(ANSWER, interpreted_as="zebra crossing"), CITATION),
    "library": lambda: list_html([Entry(DOCUMENT.source, 2, 10, (NASTY,))], None, removable=True),
    "changes": lambda: changes_html([], [("", Entry(DOCUMENT.source, 2, 10, (NASTY,)))], None, removable=True),
    "jobs": lambda: progress_html([Job(1, NASTY, "running", NASTY, 1, 2, problems=(NASTY,))], [NASTY]),
    "conversations": conversations,
    "download": lambda: download_html(NASTY, NASTY),
    "heads": lambda: head_html(refreshable=True) + history_head_html(),
}
WITHOUT_DATA = {"heads", "why"}
"""What shows no text of others, or words only."""


class Read(HTMLParser):
    """What a browser makes of a piece of HTML: elements, attributes and values, and runs of text."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.values: list[str] = [""]
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        self.values += [value or "" for _, value in attrs]
        if tag not in ("input", "img"):
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.values.append(data)

    def handle_comment(self, data: str) -> None:
        raise AssertionError(f"a comment: {data}")


@pytest.mark.parametrize("name", SHOWN)
def test_what_is_shown_stays_text(name: str) -> None:
    html = SHOWN[name]()
    read = Read(html)
    assert read.open == []
    assert not {tag for tag, _ in read.tags} & {"script", "iframe", "object", "title", "meta"}
    assert not [key for _, attributes in read.tags for key in attributes if key.startswith("on")]
    addresses = [value for _, attributes in read.tags for key, value in attributes.items() if key in ("src", "href")]
    assert [value for value in addresses if not (value or "").startswith("data:image/png;base64,")] in ([], ["logout"])
    if name not in WITHOUT_DATA:
        assert any(NASTY in value for value in read.values)
    assert "&amp;lt;" in html or name in WITHOUT_DATA, "escaped twice, or not at all"
    assert "&amp;amp;" not in html


def test_every_template_was_shown() -> None:
    assert TEMPLATES.cache is not None
    TEMPLATES.cache.clear()
    for show in SHOWN.values():
        show()
    loaded = {name for _, name in TEMPLATES.cache.keys()}  # noqa: SIM118  # it is no dict
    folder = Path(rag.ui.html.__file__).parent / "templates"
    assert loaded == {path.name for path in folder.iterdir()}


def test_a_name_that_a_template_is_not_given_is_an_error() -> None:
    with pytest.raises(UndefinedError, match="'user' is undefined"):
        TEMPLATES.get_template("sides.html").render(sides=[])


def test_line_breaks_between_elements_are_layout_and_within_text_a_space() -> None:
    made = TEMPLATES.from_string("<p>\n  one\n  two\n  {% if shown %}\n    <b>{{ shown }}</b>\n  {% endif %}\n</p>\n")
    assert made.render(shown="a\n  b") == "<p>one two<b>a\n  b</b></p>"
