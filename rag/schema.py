"""The data that passes between the parts of docquote.

Every offset is a count of characters into the stored text of one document, half-open: a span
``(start, end)`` names ``text[start:end]``. The property that the whole project rests on is that every
chunk, quote and highlight equals the slice of the stored document that it names.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from string import ascii_uppercase
from typing import Literal

Span = tuple[int, int]
"""Characters ``(start, end)`` of a document's stored text, half-open."""


class Month(date):
    """A date of which only the month is known: the first day of it, in ISO form without the day ("2024-01")."""

    def isoformat(self) -> str:
        """Year and month."""
        return super().isoformat()[:-3]

    __str__ = isoformat


def date_from_iso(text: str) -> date:
    """The date that ``isoformat`` wrote, a ``Month`` where the day is left out.

    Raises:
        ValueError: it is neither.
    """
    return Month.fromisoformat(f"{text}-01") if len(text) == len("2024-01") else date.fromisoformat(text)


SectionKind = Literal[
    "page",
    "slide",
    "sheet",
    "message",
    "file",
    "rows",
    "lines",
    "heading",
    "table",
    "item",
    "code",
    "note",
    "recognised",
]
PLACES: tuple[SectionKind, ...] = ("page", "slide", "sheet", "message", "file")
"""The kinds of section that a citation can name as the place where it stands."""


@dataclass(frozen=True, slots=True)
class Section:
    """A part of a document that its format tells apart, with the text that belongs to it.

    Attributes:
        kind: what it is; the label is:

            - ``"page"``, ``"slide"``: its number, from "1"; ``"sheet"``: its name; ``"message"``: its subject;
              ``"file"`` in an archive or a message: its name.
            - ``"rows"``: the cells of a sheet, "A12:F40", whose rows are its lines, one each.
            - ``"lines"``: of a file whose lines are its own, line by line: the number of the first, "1".
            - ``"heading"``: its text. It covers its own line and everything up to the next heading or the next slide,
              sheet, message or file.
            - ``"table"``: its header row as it stands at the start of the section, "Flat | Tenant"; "" where no row
              heads it. Each of its rows is one line, "a | b".
            - ``"item"`` of a list: its marker, "3." or "-". It covers the items in it too.
            - ``"code"``: "", or its language; ``"note"`` (footnote, endnote, comment): its marker or author.
            - ``"recognised"``, a line that text recognition read off a picture: how sure it is of it, "0" to "100".
        label: what a reader would call it.
        start, end: the characters of the document's text that it covers.
        level: of a heading 1 to 6, of an item from 1, the outermost; 0 where that is not known or means nothing.
    """

    kind: SectionKind
    label: str
    start: int
    end: int
    level: int = 0

    def covers(self, offset: int) -> bool:
        """Whether it holds the character at ``offset``; an empty one, that at its start."""
        return self.start <= offset < max(self.end, self.start + 1)


@dataclass(frozen=True, slots=True)
class Source:
    """What is known of a document besides its text.

    Attributes:
        id: stable for one file path; 16 hexadecimal digits.
        name, path: relative to the indexed folder, with forward slashes, what people call it; and absolute.
        title: from the file's metadata, its first heading, or its name; never empty.
        date: the document's own date where it states one, else None; a ``Month`` where it states no day.
        media_type: for example ``"text/plain"`` or ``"application/pdf"``.
        sha256: of the file's bytes, 64 hexadecimal digits.
        pages: how many it has; None for formats without pages.
        author: who wrote it, from the file's metadata; "" where that is not said.
    """

    id: str
    name: str
    path: str
    title: str
    date: date | None
    media_type: str
    sha256: str
    pages: int | None = None
    author: str = ""


def page_count(sections: Sequence[Section]) -> int | None:
    """How many pages a document with these sections has; None where it has none, or only files in it have some."""
    kinds = [section.kind for section in sections]
    return None if "file" in kinds else kinds.count("page") or None


@dataclass(frozen=True, slots=True)
class Document:
    """A loaded document: its text as stored, how that is made up, and what was odd about it.

    Attributes:
        source: identity and metadata.
        text: the whole text; all offsets count its characters. Newlines are ``\\n`` only.
        sections: in the order of their starts; those of one kind may lie in one another, those of two may overlap.
        warnings: what a person should know of the extraction ("page 3 has no text").
    """

    source: Source
    text: str
    sections: tuple[Section, ...] = ()
    warnings: tuple[str, ...] = ()

    def page_at(self, offset: int) -> int | None:
        """The number (from 1) of the page that holds the character at ``offset``; None without pages."""
        for section in self.sections:
            if section.kind == "page" and section.covers(offset):
                return int(section.label)
        return None

    def place_at(self, offset: int) -> str:
        """Where the character at ``offset`` stands: "page 3", "sheet Budget, row 12", "file a.py, line 7".

        "" where the format has no such places.
        """
        found = [section for section in self.sections if section.covers(offset)]
        places = {section.kind: section.label for section in found if section.kind in PLACES}  # the innermost of each
        names = [f"{kind} {label}".rstrip() for kind, label in places.items()]
        for section in found:
            if section.kind in ("rows", "lines"):
                names.append(f"{section.kind.removesuffix('s')} {self.line_in(section, offset)}")
        return ", ".join(names)

    def line_in(self, section: Section, offset: int) -> int:
        """The number of the row or line at ``offset``, as the file counts them, in a section of rows or lines."""
        first = section.label.partition(":")[0].lstrip(ascii_uppercase)
        return int(first) + self.text.count("\n", section.start, offset)

    def sureness(self, start: int, end: int) -> int | None:
        """How sure text recognition is, 0 to 100, of the worst line with characters ``start:end``; None: of none."""
        return min(
            (
                int(one.label)
                for one in self.sections
                if one.kind == "recognised" and one.start < end and start < one.end
            ),
            default=None,
        )

    def heading_at(self, offset: int) -> str | None:
        """The nearest heading at or above ``offset``; None where there is none."""
        found: str | None = None
        for section in self.sections:
            if section.kind == "heading" and section.start <= offset < section.end:
                found = section.label
        return found

    def heading_path_at(self, offset: int) -> tuple[str, ...]:
        """The heading at or above ``offset`` and those that it stands under, the outermost first."""
        path: list[Section] = []
        for section in self.sections:
            if section.start > offset:
                break
            if section.kind == "heading":
                path = [above for above in path if above.level < section.level] + [section]
            elif section.kind in PLACES and section.kind != "page":  # what stood above stays there
                path = []
        return tuple(section.label for section in path)


@dataclass(frozen=True, slots=True)
class Finding:
    """What one check of an installation or an index found.

    Attributes:
        check: what was looked at, in a word or two.
        ok: whether all is well.
        detail: what was found, in words for people.
        mend: the command or deed that mends it; "" where all is well.
    """

    check: str
    ok: bool
    detail: str
    mend: str = ""


DocumentOf = Callable[[str], Document]
"""A document by its id."""


@dataclass(frozen=True, slots=True)
class Chunk:
    """A slice of a document that is embedded and retrieved as one.

    Attributes:
        id: unique in one index and never used again after removal.
        document_id: the ``Source.id`` of its document.
        start, end: the characters of the document's text; ``end > start``.
    """

    id: int
    document_id: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Scores:
    """Why a passage was retrieved. Comparable between the passages of one question only.

    Attributes:
        fused: the score that ranked it, higher is better, 0 to 1.
        dense: cosine of question and passage, -1 to 1; None where dense search did not return it.
        lexical: BM25, 0 and up, higher is better; None where lexical search did not return it.
        dense_rank, lexical_rank: from 1; None likewise.
    """

    fused: float
    dense: float | None = None
    lexical: float | None = None
    dense_rank: int | None = None
    lexical_rank: int | None = None


@dataclass(frozen=True, slots=True)
class Passage:
    """A retrieved chunk with its text.

    Attributes:
        chunk: which slice.
        source: of which document.
        text: ``document.text[chunk.start:chunk.end]``.
        rank: from 1, the best first.
        scores: why it was retrieved.
        context: what it is read under and that is never quoted: title, heading, header row; see ``rag.text.context``.
        sections: of its document, those that share characters with it, in characters of the document.
    """

    chunk: Chunk
    source: Source
    text: str
    rank: int
    scores: Scores
    context: str = ""
    sections: tuple[Section, ...] = ()


@dataclass(frozen=True, slots=True)
class Scope:
    """Which documents may answer. Empty fields do not restrict; given fields all apply.

    Attributes:
        documents: names (or absolute paths) of documents.
        folders: folders relative to the indexed folder ("minutes/2023").
        after, before: dates, inclusive; documents without a date are left out when either is given.
    """

    documents: tuple[str, ...] = ()
    folders: tuple[str, ...] = ()
    after: date | None = None
    before: date | None = None

    @property
    def is_everything(self) -> bool:
        """Whether nothing is restricted."""
        return not (self.documents or self.folders or self.after or self.before)


@dataclass(frozen=True, slots=True)
class AnswerSpan:
    """A candidate answer that a reader found in one passage.

    Attributes:
        passage: that it was found in.
        start, end: the sentence (or sentences) to quote, in characters of the document.
        highlight: the words inside that answer, likewise; None where the whole sentence is the answer.
        score: higher is better; comparable between the spans of one question only.
        lead: what the quote answers in its document, a question that it asks itself; None elsewhere.
    """

    passage: Passage
    start: int
    end: int
    highlight: Span | None
    score: float
    lead: Span | None = None

    @property
    def text(self) -> str:
        """The quoted slice."""
        return self._slice(self.start, self.end)

    @property
    def marked(self) -> str:
        """The words that are marked as answering; "" where none are."""
        return self._slice(*self.highlight) if self.highlight else ""

    def _slice(self, start: int, end: int) -> str:
        offset = self.passage.chunk.start
        return self.passage.text[start - offset : end - offset]


@dataclass(frozen=True, slots=True)
class Reading:
    """What a reader made of a question and its passages.

    Attributes:
        spans: candidates, the best first; no two overlap in one document.
        confidence: the estimated probability, 0 to 1, that the best span answers the question.
        holds: the estimated probability, 0 to 1, that one of the passages of the best spans holds an answer.
    """

    spans: tuple[AnswerSpan, ...]
    confidence: float
    holds: float = 0.0


@dataclass(frozen=True, slots=True)
class Words:
    """Words of a document: ``document.text[start:end]``, and the text itself."""

    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True)
class Citation:
    """A quote and where it stands.

    Attributes:
        number: from 1, in the order of the answer.
        document, path: ``Source.name``, the path relative to the indexed folder, and the absolute one.
        title, date: of the document; the date may be None.
        page, heading: where the quote stands, the page from 1; None for formats without pages, and without heading.
        start, end, quote: in characters of the document's stored text, and ``document.text[start:end]``.
        highlight: the words inside the quote that answer, in characters of the document, or None.
        document_id: ``Source.id``.
        place: where the quote stands, "page 3", "slide 2"; see ``Document.place_at``. "" for formats without places.
        header: the row that heads the table whose rows are quoted; None elsewhere.
        lead: what the quote is said to: the question before it, or the line that introduces its list; None elsewhere.
        recognised: how sure text recognition is, 0 to 100, of the worst line of the quote; None where the quote is the
            file's own text.
    """

    number: int
    document: str
    path: str
    title: str
    date: date | None
    page: int | None
    heading: str | None
    start: int
    end: int
    quote: str
    highlight: Span | None
    document_id: str
    place: str = ""
    header: Words | None = None
    lead: Words | None = None
    recognised: int | None = None

    @property
    def around_marked(self) -> tuple[str, str, str]:
        """The quote before, in and after the words that answer; where none are marked, all of it is before."""
        if self.highlight is None:
            return self.quote, "", ""
        start, end = (offset - self.start for offset in self.highlight)
        return self.quote[:start], self.quote[start:end], self.quote[end:]

    @property
    def marked(self) -> str:
        """The words that are marked as answering; "" where none are."""
        return self.around_marked[1]


@dataclass(frozen=True, slots=True)
class Turn:
    """An earlier question of a conversation, its answer, and the words of that which answered; "" if there are none."""

    question: str
    answer: str = ""
    highlight: str = ""


@dataclass(frozen=True, slots=True)
class Group:
    """Citations of one document, the lowest number first.

    Of a ``side`` there may be none: a side of a comparison, or a question that is part of the one asked; "" otherwise.
    """

    side: str
    numbers: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Narrowing:
    """Documents that were read before all others, for the time that a question names.

    Attributes:
        period: for people, to go on from "documents": "of 2022", "since 1 June 2023".
        after, before: its first and last day, inclusive; None where it is open.
        documents: how many were read first, at least one.
        answered: whether the answer is theirs; if not, all documents of the scope were read after them.
    """

    period: str
    after: date | None
    before: date | None
    documents: int
    answered: bool


@dataclass(frozen=True, slots=True)
class Candidate:
    """What a question may mean that does not say which of several it means.

    Attributes:
        title, date: of the document, for people; the date may be None. Of a person, the name.
        document, document_id: ``Source.name`` and ``Source.id``, whose scope to ask in; "" for a person.
        question: to ask instead, with the person in it; "" for a document: the same question.
    """

    title: str
    document: str
    document_id: str
    date: date | None
    question: str = ""


SearchMode = Literal["fused", "dense", "lexical"]
"""How passages are searched for: by words and meaning, by meaning, or by words."""

Outcome = Literal["found", "perhaps", "not found"]
"""Whether the documents answer a question: the quotes do; what is shown may; nothing that was read does."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What docquote says to a question.

    Attributes:
        question: as asked.
        interpreted_as: what was searched for; other than ``question`` only where that leaned on the conversation.
        outcome: ``"found"``: the quotes are likely to answer; ``"perhaps"``: they are not likely enough, but one of
            the nearest passages may hold an answer; ``"not found"``: neither.
        confidence: the estimated probability, 0 to 1, that the likeliest quote answers (why, how, lists: one of them).
        citations: the quotes, the likeliest first, or with ``groups`` by document in its order; empty if not found.
        nearest: where not found for certain, the sentences that come closest, the best first, each of another
            passage where the outcome is ``"perhaps"``; empty otherwise.
        missing_words: content words of the question that occur in no document of the index, as asked.
        passages: everything that was read, in order of rank.
        also: quotes of further documents whose highlighted words say the same as the first quote's, or are at odds
            with it, numbered on from ``citations``; no part of the answer's text.
        narrowed: what was read first for the time that the question names; None where all was read at once.
        candidates: documents or persons of which the question may mean any, the likeliest first; empty if it is clear.
        searched: titles of the documents that were asked, where a scope chose them; empty: all of them.
        library: how many documents the index had then; 0 where that is not known.
        groups: where the answer is composed of several quotes, how they belong together; each citation is in one.
        best: the number of the likeliest quote.
        overview: whether the quotes say what one document is about; ``confidence`` is then that it is the one meant,
            the share of the words naming a document that its title has.
        reply: what docquote says itself to "Hello" or "How many documents do you have?", or asks back, in lines;
            nothing was searched then. "" for all other questions.
    """

    question: str
    interpreted_as: str
    outcome: Outcome
    confidence: float
    citations: tuple[Citation, ...]
    nearest: tuple[Citation, ...] = ()
    missing_words: tuple[str, ...] = ()
    passages: tuple[Passage, ...] = field(default=(), repr=False)
    also: tuple[Citation, ...] = ()
    narrowed: Narrowing | None = None
    candidates: tuple[Candidate, ...] = ()
    searched: tuple[str, ...] = ()
    library: int = 0
    groups: tuple[Group, ...] = ()
    best: int = 1
    overview: bool = False
    reply: str = ""

    @property
    def found(self) -> bool:
        """Whether the quotes are likely to answer."""
        return self.outcome == "found"

    @property
    def text(self) -> str:
        """The quotes in order, separated by one space, and nothing else; "" where not found."""
        return " ".join(citation.quote for citation in self.citations)

    @property
    def likeliest(self) -> Citation | None:
        """The quote that ``confidence`` is about, for an overview the first; None where not found."""
        return self.citations[self.best - 1] if self.citations else None
