"""What is served of conversations, whichever way: everybody's own, kept whole, rated where they stand."""

from __future__ import annotations

from pathlib import Path

import pytest
from ui_fake import REPORT_DOCUMENT, FakeAssistant

from rag.errors import ConversationError
from rag.history import Conversations, Exchange, FeedbackStore
from rag.schema import Scope, Turn
from rag.serving.chats import Chats, owner_of


@pytest.fixture
def chats(tmp_path: Path) -> Chats:
    return Chats(FakeAssistant(), Conversations(tmp_path), FeedbackStore(tmp_path))


def test_a_question_is_asked_with_what_was_answered_before_it_and_in_its_scope(chats: Chats) -> None:
    first = chats.ask("How many members?")
    scope = Scope(documents=(REPORT_DOCUMENT.source.path,))
    second = chats.ask("And in the report?", [first, Exchange("Broken?", problem="It failed.")], scope)
    assert isinstance(chats.assistant, FakeAssistant) and first.answer is not None and second.answer is not None
    assert chats.assistant.histories[1] == [Turn("How many members?", first.answer.text, "Seventy-six")]
    assert second.answer.searched == (REPORT_DOCUMENT.source.title,)


def test_what_is_kept_is_opened_by_its_owner_with_what_they_thought_of_it(chats: Chats) -> None:
    asked = [chats.ask("How many members?"), chats.ask("Is the broken index damaged?")]
    kept, positions = chats.keep("ann", "", asked)
    assert (positions, chats.keep("ann", kept, [])) == ((0, 1), (kept, ()))
    rated = chats.rate("ann", kept, 0, "down", "76")
    assert (rated.answer, rated.rating, rated.corrected) == (asked[0].answer, "down", True)
    opened = chats.open("ann", kept)
    assert [(one.question, one.problem, one.rating) for one in opened.exchanges] == [
        ("How many members?", "", "down"),
        ("Is the broken index damaged?", "the index <b>is</b> damaged: run docquote index again", None),
    ]
    assert chats.rate("ann", kept, 0, None) == chats.open("ann", kept).exchanges[0]
    assert chats.open("ann", kept).exchanges[0].rating is None


def test_nobody_rates_what_is_not_theirs_or_no_answer(chats: Chats) -> None:
    kept, _ = chats.keep("ann", "", [chats.ask("How many members?"), Exchange("Broken?", problem="It failed.")])
    for owner, conversation, position in (("ben", kept, 0), ("ann", "0" * 32, 0), ("ann", kept, 1), ("ann", kept, 2)):
        with pytest.raises(ConversationError):
            chats.rate(owner, conversation, position, "up")
    with pytest.raises(ConversationError):
        chats.keep("ben", kept, [Exchange("Mine?", problem="No.")])
    assert chats.feedback is not None and chats.feedback.all() == ()


def test_where_nothing_is_kept_there_is_nothing_to_open_or_rate() -> None:
    chats = Chats(FakeAssistant())
    assert chats.keep("ann", "", [chats.ask("How many members?")]) == ("", ())
    with pytest.raises(ConversationError, match="not kept here"):
        chats.open("ann", "0" * 32)


def test_who_logs_in_owns_and_otherwise_the_browser_does() -> None:
    assert owner_of("ann", "0" * 32) == "ann"
    assert owner_of(None, "0" * 32) == f"browser {'0' * 32}" != owner_of(None, "1" * 32)
    assert owner_of(None, "../0") != owner_of(None, "../0")
