"""What the page makes of the library, of pages and of ratings; and that a browser cannot make it believe anything."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest
from ui_fake import (
    DOCUMENTS,
    HOSTILE_DOCUMENT,
    MEMBERS,
    MINUTES_DOCUMENT,
    REPORT_DOCUMENT,
    FakeAssistant,
    passage,
)

from rag.errors import ConversationError
from rag.history import Conversations, Exchange, Exchanges, FeedbackStore
from rag.index.ingest import Job
from rag.loading.pages import Box
from rag.loading.verification import Verification
from rag.schema import Answer, Document, Scope, Scores, Source
from rag.serving.chats import Chats, token_or_new
from rag.ui.html.history import file_stem, parse_id
from rag.ui.html.jobs import progress_html
from rag.ui.html.library import Entry, chosen_from, hint_html, list_html, listed_of, scope_of, size_words
from rag.ui.html.pdf_page import PdfPage
from rag.ui.html.source import check_html, panel_html
from rag.ui.html.why import why_html
from rag.ui.state import Filed, Key
from rag.ui.views import Views

SOURCES = [document.source for document in DOCUMENTS]
IDS = [source.id for source in SOURCES]


def test_all_documents_chosen_is_no_limit_and_strangers_are_left_out() -> None:
    assert chosen_from(IDS, SOURCES) is None
    assert chosen_from([*IDS[:2], "../etc/passwd", 7, "f" * 16], SOURCES) == frozenset(IDS[:2])
    for nonsense in (None, "abc", {"a": 1}, []):
        assert chosen_from(nonsense, SOURCES) == frozenset()
    assert scope_of(None, SOURCES) == Scope()
    assert scope_of(frozenset(IDS[:1]), SOURCES) == Scope(documents=(SOURCES[0].path,))


def test_the_scope_is_said_and_widened_only_where_it_is_limited() -> None:
    assert "Asking all 4 documents" in hint_html(None, 4) and "data-widen" not in hint_html(None, 4)
    assert "Asking 1 document" in hint_html(None, 1)
    limited = hint_html(frozenset(IDS[:1]), 4)
    assert "Asking 1 of 4 documents" in limited and "data-widen" in limited
    assert hint_html(None, 4, "Too <long>.") == '<p role="alert">Too &lt;long&gt;.</p>'


def test_a_document_is_listed_with_what_is_known_of_it_and_nothing_is_markup() -> None:
    source = replace(REPORT_DOCUMENT.source, author="Ada <Quist>")
    html = list_html([Entry(source, 2, 2_500, ("page 2 has no <text>",))], None, removable=True)
    for shown in (
        "Annual report of the rowing club",
        "Ada &lt;Quist&gt; · ",
        "2 pages · 2 KB",
        "report.pdf",
        "page 2 has no &lt;text&gt;",
    ):
        assert shown in html
    hostile = list_html([Entry(HOSTILE_DOCUMENT.source, 0, None, ())], frozenset(), removable=False)
    assert "<script" not in hostile and "<img" not in hostile and "file is gone" in hostile
    assert " checked" not in hostile and "data-remove" not in hostile
    assert "No documents yet" in list_html([], None, removable=True)


def test_the_list_is_made_without_reading_any_text() -> None:
    class Unread(FakeAssistant):
        def warnings(self) -> dict[str, tuple[str, ...]]:
            return {REPORT_DOCUMENT.source.id: ("page 2 has no <text>",)}

        def document(self, document_id: str) -> Document:
            raise AssertionError("a text was read")

    html = Views(Chats(Unread())).documents(None)
    for shown in ("Annual report of the rowing club", "2 pages", "page 2 has no &lt;text&gt;"):
        assert shown in html


@pytest.mark.parametrize(("size", "words"), [(1, "1 byte"), (900, "900 bytes"), (2048, "2 KB"), (3_500_000, "3.3 MB")])
def test_sizes_are_said_as_people_say_them(size: int, words: str) -> None:
    assert size_words(size) == words


def test_work_is_shown_with_its_file_and_its_problems_named() -> None:
    jobs = (
        Job(1, "Adding a.pdf", "done", summary="1 added", problems=("b.pdf: is <damaged>",)),
        Job(2, "Adding papers", "running", file="c.txt", done=3, total=8),
        Job(3, "Looking for changes"),
    )
    html = progress_html(jobs, ["d.png: cannot be read"])
    for shown in ("1 added", "b.pdf: is &lt;damaged&gt;", "3 of 8 files · c.txt", "Waiting…", "d.png: cannot be read"):
        assert shown in html
    assert html.count("data-cancel") == 2
    assert progress_html(()) == ""


def test_a_page_is_an_image_with_the_quote_boxed_and_described() -> None:
    def shown(page: PdfPage) -> str:
        whole = (0, len(REPORT_DOCUMENT.text))
        return panel_html(
            REPORT_DOCUMENT, replace(MEMBERS[1], title='"><script>'), Key(0, "cite", 2), 2, whole, pdf_page=page
        )

    page = PdfPage(2, 3, b"png", 100, 200, (Box(0.1, 0.25, 0.5, 0.3),))
    html = shown(page)
    assert "left:10.000%;top:25.000%;width:40.000%;height:5.000%" in html
    assert 'src="data:image/png;base64,cG5n"' in html and MEMBERS[1].quote in html and "<script" not in html
    assert 'data-page="1"' in html and 'data-page="3"' in html
    away = shown(replace(page, number=3, boxes=()))
    assert "Back to the quote" in away and 'data-page="4" aria-label="Page forward" disabled' in away


@pytest.mark.parametrize(
    ("check", "says", "again"),
    [
        (Verification("verified", True), "Verified", False),
        (Verification("changed", True), "the quote is still in it", True),
        (Verification("changed", False), "the quote is no longer in it", True),
        (Verification("changed", reason="is <damaged>"), "is &lt;damaged&gt;", True),
        (Verification("gone"), "File is gone", False),
        (Verification("unreadable", reason="permission denied"), "permission denied", False),
    ],
)
def test_the_state_of_a_file_is_said_and_only_a_changed_one_is_indexed_again(
    check: Verification, says: str, again: bool
) -> None:
    assert says in check_html(check, Key(0, "cite", 1))
    assert ("data-again" in check_html(check, Key(0, "cite", 1))) is again
    assert "data-again" not in check_html(check, None)


def test_why_a_passage_was_read_names_ranks_words_and_the_reader() -> None:
    read = replace(passage(MINUTES_DOCUMENT), scores=Scores(0.9, 0.61, None, 3, None))
    answer = Answer("How many members flew?", "How many members flew?", "found", 0.91, MEMBERS, passages=(read,))
    html = why_html(answer, MEMBERS[0])
    assert "3rd of all passages searched (similarity 0.61 of 1)" in html
    assert "not among the first 100; it holds <q>members</q>, but not <q>many</q>, <q>flew</q>" in html
    assert "estimated probability of 91%" in html
    assert why_html(answer, MEMBERS[1]) == ""  # its passage was not kept


@pytest.fixture
def views(tmp_path: Path) -> Views:
    return Views(Chats(FakeAssistant(), Conversations(tmp_path), FeedbackStore(tmp_path)))


def test_conversations_and_ratings_are_their_owners(views: Views) -> None:
    assert views.chats.feedback is not None
    talk: Exchanges = (views.ask("How many members?", (), None), Exchange("Still asked?"))
    filed = views.keep("ann", talk, Filed())
    assert filed.positions == (0,) and views.keep("ann", talk, filed) == filed
    rated = views.rate("ann", talk, filed, 0, "down", "76")
    assert (rated[0].rating, rated[0].corrected) == ("down", True)
    assert [said.right_answer for said in views.chats.feedback.all("ann")] == ["76"]
    reopened, where = views.opened("ann", filed.id)
    assert where == filed and reopened[0].rating == "down" and reopened[0].answer == talk[0].answer
    with pytest.raises(ConversationError):
        views.opened("ben", filed.id)
    for turn in (-1, 1, 99):
        assert views.rate("ann", talk, filed, turn, "up", "") == talk
    assert views.rate("ann", rated, filed, 0, "down", "")[0].rating is None
    assert views.chats.feedback.all("ann") == ()
    assert "How many members?" in views.history("ann", filed) and "How many" not in views.history("ben", filed)


def test_in_two_windows_each_answer_is_rated_where_it_is_kept(views: Views) -> None:
    first: Exchanges = (views.ask("How many members?", (), None),)
    filed = views.keep("ann", first, Filed())
    here = (*first, views.ask("What was decided?", first, None))
    there = (*first, views.ask("Which lot?", first, None))
    filed_here, filed_there = views.keep("ann", here, filed), views.keep("ann", there, filed)
    assert (filed_here.positions, filed_there.positions) == ((0, 1), (0, 2))
    assert views.rate("ann", there, filed_there, 1, "up", "")[1].question == "Which lot?"
    assert [one.rating for one in views.opened("ann", filed.id)[0]] == [None, None, "up"]


def test_of_a_list_only_what_changed_is_drawn_again(views: Views) -> None:
    class Shrunk(FakeAssistant):
        def sources(self) -> list[Source]:
            return [replace(SOURCES[0], sha256="0" * 64), SOURCES[1], SOURCES[3]]

    listed = listed_of(SOURCES)
    nothing = views.changes(listed, None)
    assert "data-id" not in nothing and 'data-gone=""' in nothing
    html = replace(views, chats=Chats(Shrunk())).changes(listed_of(SOURCES[:3]), frozenset(IDS[:1]))
    gone = html.partition('data-gone="')[2].partition('"')[0].split()
    assert sorted(gone) == sorted([IDS[0], IDS[2]])
    assert re.findall(r'data-after="(\w*)".*?data-id="(\w+)"( checked)?', html) == [
        ("", IDS[0], " checked"),
        (IDS[1], IDS[3], ""),
    ]


def test_a_question_goes_to_the_chosen_documents_only(views: Views) -> None:
    only = REPORT_DOCUMENT.source
    exchange = views.ask("How many members?", (), frozenset({only.id, "0" * 16}))
    assert exchange.answer is not None
    assert (exchange.answer.searched, exchange.answer.library) == ((only.title,), 4)
    assert exchange.answer is not None and not exchange.answer.found
    assert "Ask the whole library" in views.thread((exchange,))


@pytest.mark.parametrize("sent", [None, "", "x" * 32, "0" * 31, "0" * 32 + "\n", 5, {"id": "0" * 32}])
def test_what_is_no_id_or_token_is_not_taken_for_one(sent: object) -> None:
    assert parse_id(sent) is None
    assert token_or_new(sent) != sent and parse_id(token_or_new(sent))


def test_file_names_are_made_of_words_only() -> None:
    assert file_stem("../../etc/passwd & How?") == "etc-passwd-how"
    assert file_stem("???") == "conversation"
