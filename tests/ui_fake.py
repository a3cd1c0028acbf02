"""A hand-made assistant over four small documents, for tests of the page."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from hashlib import sha256

from rag.errors import LibraryError
from rag.schema import (
    Answer,
    Candidate,
    Chunk,
    Citation,
    Document,
    Group,
    Narrowing,
    Passage,
    Scope,
    Scores,
    Section,
    Source,
    Span,
    Turn,
    page_count,
)

MINUTES = """# Minutes of the spring meeting

Held in the reading room on 2 March 2021, with tea.

## Attendance

Seventy-six members attended the meeting. Four sent their apologies,
one of them by carrier pigeon.

## Decisions

The roof of the boat house will be repaired before the summer. The meeting set aside 4,800 crowns for it.


The next meeting is in the autumn.
"""

REPORT = """Annual report of the rowing club

The club closed the year with a surplus of 1,240 crowns.
\fMembership

At the end of the year the club had 212 members. A year before it had 198.
"""

HOSTILE = """# <img src=x onerror="window.pwned=1"> & "friends"

<script>window.pwned = 1; alert("pwned")</script> The **secret** number is $x^2$ and `seven`. <b>Not bold.</b>

<a href="javascript:window.pwned=1">Click</a> ${window.pwned = 1} {{pwned}} \\(y\\) <!-- not a comment
"""

LONG = "".join(f"Line {n} of the long register names lot {n * 7} in the hall.\n\n" for n in range(1, 3001))

SLOW_SECONDS = 3.0


def make_document(
    name: str, title: str, text: str, *, day: date | None = None, sections: tuple[Section, ...] = ()
) -> Document:
    path = f"/library/club/{name}"
    digest = sha256(text.encode()).hexdigest()
    document_id = sha256(path.encode()).hexdigest()[:16]
    return Document(
        Source(document_id, name, path, title, day, "text/plain", digest, page_count(sections)), text, sections
    )


def headings(text: str, *labels: str) -> tuple[Section, ...]:
    starts = [text.index(label) for label in labels]
    starts = [text.rfind("\n", 0, start) + 1 for start in starts]
    ends = [*starts[1:], len(text)]
    return tuple(Section("heading", *row) for row in zip(labels, starts, ends, strict=True))


def pages(text: str) -> tuple[Section, ...]:
    cut = text.index("\f") + 1
    return Section("page", "1", 0, cut), Section("page", "2", cut, len(text))


MINUTES_DOCUMENT = make_document(
    "minutes/2021.md",
    "Minutes of the spring meeting",
    MINUTES,
    day=date(2021, 3, 2),
    sections=headings(MINUTES, "Minutes of the spring meeting", "Attendance", "Decisions"),
)
REPORT_DOCUMENT = make_document("report.pdf", "Annual report of the rowing club", REPORT, sections=pages(REPORT))
HOSTILE_DOCUMENT = make_document(
    "<img src=x onerror=alert(1)>.md",
    '<script>window.pwned=1</script> "title"',
    HOSTILE,
    sections=headings(HOSTILE, '<img src=x onerror="window.pwned=1"> & "friends"'),
)
LONG_DOCUMENT = make_document("register.txt", "The long register", LONG)
DOCUMENTS = (MINUTES_DOCUMENT, REPORT_DOCUMENT, HOSTILE_DOCUMENT, LONG_DOCUMENT)


def cite(number: int, document: Document, quote: str, highlight: str | None = None) -> Citation:
    start = document.text.index(quote)
    inner: Span | None = None
    if highlight is not None:
        offset = start + quote.index(highlight)
        inner = (offset, offset + len(highlight))
    source = document.source
    return Citation(
        number=number,
        document=source.name,
        path=source.path,
        title=source.title,
        date=source.date,
        page=document.page_at(start),
        heading=document.heading_at(start),
        start=start,
        end=start + len(quote),
        quote=quote,
        highlight=inner,
        document_id=source.id,
    )


def passage(document: Document) -> Passage:
    chunk = Chunk(1, document.source.id, 0, len(document.text))
    return Passage(chunk, document.source, document.text, 1, Scores(1.0))


MEMBERS = (
    cite(1, MINUTES_DOCUMENT, "Seventy-six members attended the meeting.", "Seventy-six"),
    cite(2, REPORT_DOCUMENT, "At the end of the year the club had 212 members.", "212"),
)
SPANNING = cite(1, MINUTES_DOCUMENT, MINUTES[MINUTES.index("The meeting set") : MINUTES.index(" is in the autumn")])
SECRET_START = HOSTILE.index("<script>")
SECRET = cite(1, HOSTILE_DOCUMENT, HOSTILE[SECRET_START : HOSTILE.index("<!--") + 18], "**secret** number is $x^2$")
LOT = cite(1, LONG_DOCUMENT, "Line 1500 of the long register names lot 10500 in the hall.", "10500")


ROOF = (
    cite(1, MINUTES_DOCUMENT, "Seventy-six members attended the meeting."),
    cite(2, MINUTES_DOCUMENT, "The roof of the boat house will be repaired before the summer."),
    cite(3, REPORT_DOCUMENT, "The club closed the year with a surplus of 1,240 crowns."),
)


def composed(question: str, read: tuple[Passage, ...]) -> Answer:
    """Two documents beside each other and a side of which nothing is known; or their quotes under each other."""
    if question.startswith("Compare"):
        groups = (Group("the minutes", (1, 2)), Group("the report", (3,)), Group("<b>the moon</b>", ()))
    else:
        groups = (Group("", (1, 2)), Group("", (3,)))
    overview = question.startswith("Summarise")
    return Answer(question, question, "found", 0.8, ROOF, passages=read, groups=groups, best=2, overview=overview)


CANDIDATES = tuple(
    Candidate(one.title, one.name, one.id, one.date) for one in (MINUTES_DOCUMENT.source, REPORT_DOCUMENT.source)
)


class FakeAssistant:
    """Answers by keyword; remembers the histories and scopes it was given."""

    def __init__(self) -> None:
        self.histories: list[list[Turn]] = []
        self.scopes: list[Scope | None] = []

    def sources(self) -> list[Source]:
        return [document.source for document in DOCUMENTS]

    def warnings(self) -> dict[str, tuple[str, ...]]:
        return {document.source.id: document.warnings for document in DOCUMENTS if document.warnings}

    def document(self, document_id: str) -> Document:
        for document in DOCUMENTS:
            if document.source.id == document_id:
                return document
        raise LibraryError(f"no document {document_id}: run docquote index")

    def ask(
        self,
        question: str,
        history: Sequence[Turn] = (),
        scope: Scope | None = None,
        *,
        as_typed: bool = False,
        any_date: bool = False,
    ) -> Answer:
        answer = self._answer(question, history, scope, as_typed, any_date)
        paths = scope.documents if scope is not None else ()
        searched = tuple(one.source.title for one in DOCUMENTS if one.source.path in paths)
        return replace(answer, searched=searched, library=len(DOCUMENTS))

    def _answer(
        self, question: str, history: Sequence[Turn], scope: Scope | None, as_typed: bool, any_date: bool
    ) -> Answer:
        self.histories.append(list(history))
        self.scopes.append(scope)
        if "slow" in question:
            time.sleep(SLOW_SECONDS)
        if "broken index" in question:
            raise LibraryError("the index <b>is</b> damaged: run docquote index again")
        if "bug" in question:
            raise ZeroDivisionError("division by zero")
        read = (passage(MINUTES_DOCUMENT), passage(REPORT_DOCUMENT))
        if "secret" in question:
            return Answer(question, question, "found", 0.55, (SECRET,))
        if "decided" in question:
            return Answer(question, question, "found", 0.9, (SPANNING,), passages=read)
        if "lot" in question:
            return Answer(question, question, "found", 0.7, (LOT,))
        if "Hello" in question and not as_typed:
            return Answer(question, question, "not found", 0.0, (), reply="Hello.\n- <b>Minutes</b>")
        if scope is not None and scope.documents == (REPORT_DOCUMENT.source.path,):
            return Answer(question, question, "not found", 0.12, (), MEMBERS[1:], (), read)
        if question.startswith(("Compare", "Describe", "Summarise")):
            return composed(question, read)
        if "2021" in question and not any_date:
            narrowed = Narrowing("of 2021", date(2021, 1, 1), date(2021, 12, 31), 1, answered=True)
            return Answer(question, question, "found", 0.8, MEMBERS[:1], passages=read, narrowed=narrowed)
        if "which club" in question and (scope is None or not scope.documents):
            return Answer(question, question, "not found", 0.3, (), MEMBERS, passages=read, candidates=CANDIDATES)
        if "the mayor" in question:
            persons = tuple(
                Candidate(name, "", "", None, f"How many members has {name}?") for name in ("Ada Brook", "Tom Reyes")
            )
            return Answer(question, question, "not found", 0.3, (), MEMBERS, passages=read, candidates=persons)
        if "them" in question and not as_typed:
            return Answer(question, "How many members sent apologies?", "found", 0.6, MEMBERS[:1])
        if "members" in question or "slow" in question:
            return Answer(question, question, "found", 0.91, MEMBERS, passages=read)
        return Answer(question, question, "not found", 0.08, (), MEMBERS, ("capital", "France"), read)
