"""Whether the quotes of a kept answer still stand in the documents as they are now. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

from rag.answer.phrases import count, day
from rag.schema import Answer, Citation, Document, Month, Source, Span
from rag.text.normalise import single_spaced

State = Literal["stands", "changed", "gone"]
"""Of a quote: its document says it; says it no longer; is not in the library any more."""


@dataclass(frozen=True, slots=True)
class OutdatedQuote:
    """A quote of a kept answer that no longer stands.

    Attributes:
        number: of the citation in its answer.
        document: the name that its document had.
        quote: the words.
        state: why, never ``"stands"``.
        noticed: when the index had it so, UTC in ISO form.
    """

    number: int
    document: str
    quote: str
    state: State
    noticed: str


@dataclass(frozen=True, slots=True)
class OutdatedAnswer:
    """A kept answer with quotes that no longer stand.

    Attributes:
        conversation_id, position: where it is kept; the position from 0.
        question, asked: what was asked, and when, UTC in ISO form.
        quotes: at least one.
    """

    conversation_id: str
    position: int
    question: str
    asked: str
    quotes: tuple[OutdatedQuote, ...]


class Library:
    """Finds in the documents of an index those that were quoted, wherever they lie now."""

    def __init__(self, sources: Sequence[Source]) -> None:
        """Of all documents of the index."""
        self._by_content = {source.sha256: source for source in reversed(sources)}
        self._by_id = {source.id: source for source in sources}
        self._by_name = {source.name: source for source in sources}

    def now(self, document_id: str, name: str, sha256: str) -> Source | None:
        """The document with this content, else with this id, else with this name; None where there is none.

        Of several with this content, the one with this id.
        """
        own = self._by_id.get(document_id)
        if own is not None and own.sha256 == sha256:
            return own
        return self._by_content.get(sha256) or own or self._by_name.get(name)


def resting_on(answer: Answer) -> tuple[Citation, ...]:
    """The quotes that an answer rests on; none for one that found nothing."""
    return (*(answer.nearest if answer.outcome == "perhaps" else answer.citations), *answer.also)


def sha256_of(answer: Answer, citation: Citation) -> str:
    """That of the file that an answer quotes, as it was then; "" where it was not kept with the answer."""
    found = (one.source.sha256 for one in answer.passages if one.source.id == citation.document_id)
    return next(found, "")


def words_of(citation: Citation) -> list[str]:
    """What a document has to say for a quote to stand: the quote first, then what heads it."""
    return [citation.quote, *(words.text for words in (citation.header, citation.lead) if words is not None)]


def state_of(words: Sequence[str], text: str | None) -> State:
    """Whether a quote stands, but for white space.

    Args:
        words: as ``words_of`` gives them.
        text: of its document as it is now, with single spaces; None where it is gone.
    """
    if text is None:
        return "gone"
    return "stands" if all(single_spaced(one) in text for one in words) else "changed"


def found_again(citation: Citation, document: Document) -> Citation:
    """A citation where its quote stands now, nearest to where it stood; as it was where it stands no longer."""
    places = _places(citation.quote, document.text)
    if not places:
        return citation
    start = min(places, key=lambda place: abs(place - citation.start))
    moved = start - citation.start
    return replace(
        citation,
        start=start,
        end=citation.end + moved,
        highlight=_moved(citation.highlight, moved),
        page=document.page_at(start),
        place=document.place_at(start),
        heading=document.heading_at(start),
        document_id=document.source.id,
    )


def outdated_words(answers: Sequence[OutdatedAnswer]) -> str:
    """How many answers no longer stand: "3 answers given since May 2026 no longer stand"; "" for none."""
    if not answers:
        return ""
    first = datetime.fromisoformat(min(answer.asked for answer in answers)).date()
    month = day(Month(first.year, first.month, 1))
    one = len(answers) == 1
    return (
        f"{count(len(answers), 'answer')} given {'in' if one else 'since'} {month} no longer stand{'s' if one else ''}"
    )


def outdated_lines(quotes: Sequence[OutdatedQuote], of: int) -> list[str]:
    """What no longer stands, and why, a sentence for each document.

    Args:
        quotes: of one answer, that no longer stand.
        of: how many quotes the answer rests on.
    """
    return [
        f"{_subject(numbers, of)} in {name}: the document was {deed} on {date}."
        for (name, deed, date), numbers in _by_reason(quotes).items()
    ]


def reason_words(quotes: Sequence[OutdatedQuote]) -> str:
    """Why quotes no longer stand: "minutes.txt was changed on 4 May 2026, rules.md was removed on 2 June 2026"."""
    return ", ".join(f"{name} was {deed} on {date}" for name, deed, date in _by_reason(quotes))


def _by_reason(quotes: Sequence[OutdatedQuote]) -> dict[tuple[str, str, str], list[int]]:
    """The numbers of quotes by document, what became of it, and when."""
    numbers: dict[tuple[str, str, str], list[int]] = defaultdict(list)
    for quote in quotes:
        deed = "removed" if quote.state == "gone" else "changed"
        numbers[quote.document, deed, day(datetime.fromisoformat(quote.noticed).date())].append(quote.number)
    return numbers


def _subject(numbers: Sequence[int], of: int) -> str:
    if len(numbers) == of:
        return "This no longer stands"
    if len(numbers) == 1:
        return f"Quote {numbers[0]} no longer stands"
    return f"Quotes {', '.join(map(str, numbers[:-1]))} and {numbers[-1]} no longer stand"


def _places(quote: str, text: str) -> list[int]:
    """Where a text holds a quote."""
    places: list[int] = []
    place = text.find(quote)
    while place >= 0:
        places.append(place)
        place = text.find(quote, place + 1)
    return places


def _moved(span: Span | None, by: int) -> Span | None:
    return None if span is None else (span[0] + by, span[1] + by)
