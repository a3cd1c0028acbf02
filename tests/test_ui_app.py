"""What the page does on the server: asking, opening sources, and trusting nothing that a browser sends."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import replace
from hashlib import file_digest
from pathlib import Path
from typing import Any

import gradio as gr
import pytest
from ui_fake import LONG_DOCUMENT, LOT, FakeAssistant

from rag.errors import LibraryError
from rag.history import Exchange, Exchanges, history_of
from rag.loading.limits import MIB, Limits
from rag.schema import Answer, Document, Source, Turn
from rag.serving.chats import Chats
from rag.ui.app import build_app
from rag.ui.open_source import open_source
from rag.ui.state import Key, View, first_key, parse_key, resolve
from rag.ui.views import Views


@pytest.fixture
def exchanges() -> Exchanges:
    assistant = FakeAssistant()
    asked: Exchanges = ()
    for question in ("How many members?", "What is the capital of France?", "Which lot?"):
        asked = (*asked, Views(Chats(assistant)).ask(question, asked, None))
    return asked


@pytest.mark.parametrize("sent", ["0.cite.1", "12.near.3"])
def test_a_key_survives_the_round_trip(sent: str) -> None:
    assert str(parse_key(sent)) == sent


@pytest.mark.parametrize(
    "sent",
    [None, 7, "", "0.cite", "0.cite.1.1", "0.cite.-1", "../etc", "0.near.1\n", {"turn": 0}, "9" * 50, "٣.cite.1x"],
)
def test_anything_else_is_no_key(sent: object) -> None:
    assert parse_key(sent) is None


def test_a_key_names_only_what_this_conversation_has(exchanges: Exchanges) -> None:
    second = resolve(exchanges, Key(0, "cite", 2))
    assert second is not None and second.number == 2
    assert resolve(exchanges, Key(1, "near", 1)) is not None
    for key in (Key(0, "cite", 0), Key(0, "cite", 3), Key(0, "near", 1), Key(1, "cite", 1), Key(9, "cite", 1)):
        assert resolve(exchanges, key) is None
        assert "no such citation" in open_source(FakeAssistant(), exchanges, key)[1]


def test_the_first_quote_of_the_last_answer_opens_by_itself(exchanges: Exchanges) -> None:
    assert first_key(exchanges) == Key(2, "cite", 1)
    assert first_key(exchanges[:2]) is None
    assert first_key(()) is None
    assert first_key((*exchanges, Exchange("Pending?"))) is None


def test_a_source_opens_around_its_quote_and_widens(exchanges: Exchanges) -> None:
    assistant = FakeAssistant()
    key = Key(2, "cite", 1)
    view, html = open_source(assistant, exchanges, key)
    assert view is not None and view.key == key
    assert f"<mark>{LOT.quote.replace('10500', '<strong>10500</strong>')}</mark>" in html
    wider, _ = open_source(assistant, exchanges, key, view, more="above")
    assert wider is not None and wider.window[0] < view.window[0]
    same, _ = open_source(assistant, exchanges, key, view, more="sideways")
    assert same == view
    other, _ = open_source(assistant, exchanges, key, View(Key(0, "cite", 1), (0, 5), "", ""), more="above")
    assert other == view
    assert len(LONG_DOCUMENT.text) > view.window[1]


def test_a_file_is_read_again_under_the_limits_of_the_settings(exchanges: Exchanges, tmp_path: Path) -> None:
    large = tmp_path / "register.txt"
    with large.open("wb") as stream:
        stream.truncate(101 * MIB)
    with large.open("rb") as stream:
        digest = file_digest(stream, "sha256").hexdigest()

    class Large(FakeAssistant):
        def document(self, document_id: str) -> Document:
            found = super().document(document_id)
            return replace(found, source=replace(found.source, path=str(large), sha256=digest))

    key = Key(2, "cite", 1)
    views = Views(Chats(Large()), limits=Limits(max_file_bytes=300 * MIB))
    assert 'data-state="verified"' in views.source(exchanges, key)[1]
    assert "larger than the limit" in Views(Chats(Large())).source(exchanges, key)[1]


def test_a_source_that_is_gone_says_so(exchanges: Exchanges) -> None:
    class Emptied(FakeAssistant):
        def document(self, document_id: str):  # type: ignore[no-untyped-def]
            raise LibraryError("not in the index <any> more: run docquote index")

    view, html = open_source(Emptied(), exchanges, Key(0, "cite", 1))
    assert view is None
    assert "not in the index &lt;any&gt; more: run docquote index" in html


def test_where_the_index_cannot_be_read_any_more_the_page_says_so(caplog: pytest.LogCaptureFixture) -> None:
    class Rebuilt(FakeAssistant):
        gone = False

        def sources(self) -> list[Source]:
            self._read()
            return super().sources()

        def ask(self, *arguments: Any, **named: Any) -> Answer:
            self._read()
            return super().ask(*arguments, **named)

        def _read(self) -> None:
            if self.gone:
                raise LibraryError("the index was rebuilt")

    assistant = Rebuilt()
    views = Views(Chats(assistant))
    known = views.sources()
    assistant.gone = True
    assert views.ask("How many members?", (), frozenset()).problem == "the index was rebuilt"
    assert views.sources() == views.sources() == known
    assert views.hint(frozenset()) and views.header() and views.documents(frozenset())
    assert [record.getMessage() for record in caplog.records] == ["the index was rebuilt"]


def test_the_history_is_the_answered_questions_with_their_quotes(exchanges: Exchanges) -> None:
    assistant = FakeAssistant()
    failed = Views(Chats(assistant)).ask("Is the broken index damaged?", exchanges[:1], None)
    members = "Seventy-six members attended the meeting. At the end of the year the club had 212 members."
    assert assistant.histories == [[Turn("How many members?", members, "Seventy-six")]]
    assert history_of((*exchanges[:1], failed)) == history_of(exchanges[:1])


def test_errors_become_words_and_surprises_are_logged(caplog: pytest.LogCaptureFixture) -> None:
    known = Views(Chats(FakeAssistant())).ask("Is the broken index damaged?", (), None)
    assert known.problem == "the index <b>is</b> damaged: run docquote index again"
    assert not caplog.records
    with caplog.at_level(logging.ERROR):
        surprise = Views(Chats(FakeAssistant())).ask("Is there a bug?", (), None)
    assert "Something went wrong" in surprise.problem and "division by zero" in surprise.problem
    assert caplog.records


def test_the_page_has_no_public_endpoints_and_no_analytics() -> None:
    async def build() -> gr.Blocks:  # in a running loop: without one, gradio opens loops and leaves them open
        return build_app(Views(Chats(FakeAssistant())))

    app = asyncio.run(build())
    assert app.analytics_enabled is False
    assert [fn.api_visibility for fn in app.fns.values() if fn.api_visibility == "public"] == []
