"""The ways of answering: of a whole document, by the sides of a comparison, with what somebody says, or by reading."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from rag.answer.build import Quotes, compose, grouped
from rag.answer.overview import overview_spans
from rag.answer.quotes import composed_spans, groups_of, joined, overlaps, several_confidence
from rag.answer.replies import which_document
from rag.answer.resources import Resources
from rag.answer.sides import spans_about
from rag.answer.statements import spans_stating
from rag.question.candidates import asking_who, meant, offered, persons
from rag.question.follow_up import Standalone
from rag.question.period import is_of_a_time
from rag.question.understanding import Documents, Understanding, Understood
from rag.reader.calibration import Calibration
from rag.schema import (
    Answer,
    AnswerSpan,
    Candidate,
    Citation,
    Group,
    Narrowing,
    Outcome,
    Passage,
    Reading,
)

SIDE_CONFIDENCE = 0.15
"""A side of a comparison, or what somebody says about something, is answered at this probability, far below even odds:
that the quotes name them speaks for them too. Over the sample library, sides that it tells of had .24 and more, others
.11 and less."""
MAY_HOLD = 0.25
"""The probability that the passages which are shown hold an answer from which docquote says that they may. Over the
2,540 questions of the scoring's fit, out of fold, 51% of what is shown so does hold one, 56% of it on practical
questions; from .5 on it was 71%, and of the other refusals on practical questions 19% held one, where now 9% do."""

OUTCOMES: tuple[Outcome, ...] = ("not found", "perhaps", "found")
"""From the least sure one on."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """What one way of answering came to; the attributes of ``Answer`` that it decides."""

    quotes: Quotes
    confidence: float
    passages: tuple[Passage, ...] = ()
    overview: bool = False
    outcome: Outcome = "found"

    @property
    def found(self) -> bool:
        """Whether it answers."""
        return self.outcome == "found"


@dataclass(frozen=True, slots=True)
class Taken:
    """A question as it was understood in one way, what answering that came to, and what was read first for its time."""

    asked: Understanding
    attempt: Attempt
    narrowed: Narrowing | None = None


def answer(understood: Understood, resources: Resources, *, library: int) -> Answer:
    """The answer to a question: part by part if it has parts, of which one is answered at least; else as a whole.

    Args:
        understood: the question.
        resources: to answer it with.
        library: how many documents the index has.
    """
    taken = _in_parts(understood, resources) or _likeliest(understood.ways, resources)
    asked, attempt, narrowed = taken.asked, taken.attempt, taken.narrowed
    # a year that documents are dated with need not stand in their texts
    missing = tuple(word for word in asked.missing_words if not (narrowed and is_of_a_time(word)))
    unnamed = asked.documents.unnamed
    everything = asked.documents.scope.is_everything
    return Answer(
        question=understood.question,
        interpreted_as=asked.standalone.query,
        outcome=attempt.outcome,
        confidence=attempt.confidence,
        citations=attempt.quotes.citations,
        nearest=attempt.quotes.nearest,
        missing_words=() if unnamed else missing,
        passages=attempt.passages,
        also=attempt.quotes.also,
        narrowed=narrowed,
        candidates=_candidates(asked, attempt.passages, missing, resources) if attempt.outcome == "not found" else (),
        searched=() if everything else tuple(source.title for source in asked.documents.sources),
        library=library,
        groups=attempt.quotes.groups,
        best=attempt.quotes.best,
        overview=attempt.overview,
        reply=which_document(asked.documents.sources) if unnamed else "",
    )


def _likeliest(ways: Sequence[Understanding], resources: Resources) -> Taken:
    """The first way to understand a question that is answered; else the one of which the reader is the surest."""
    best: Taken | None = None
    for asked in ways:
        taken = _taken(asked, resources)
        if best is None or _sureness(taken) > _sureness(best):
            best = taken
        if taken.attempt.found:
            break
    assert best is not None
    return best


def _sureness(taken: Taken) -> tuple[int, float]:
    return OUTCOMES.index(taken.attempt.outcome), taken.attempt.confidence


def _in_parts(understood: Understood, resources: Resources) -> Taken | None:
    """The quotes that answer each part under its words, and nothing under those of a part without an answer."""
    parts = [(part.question, _likeliest(part.ways, resources).attempt) for part in understood.parts]
    answered = [attempt for _, attempt in parts if attempt.found]
    if not answered:
        return None
    best = max(answered, key=lambda attempt: attempt.confidence)
    citations: list[Citation] = []
    groups: list[Group] = []
    likeliest = 1
    passages: dict[int, Passage] = {}
    for question, attempt in parts:
        if attempt is best:
            likeliest = len(citations) + attempt.quotes.best
        numbered = [
            replace(one, number=len(citations) + number) for number, one in enumerate(attempt.quotes.citations, start=1)
        ]
        groups += groups_of(numbered, f"{question[:1].upper()}{question[1:]}?")
        citations += numbered
        passages |= {passage.chunk.id: passage for passage in attempt.passages}
    quotes = Quotes(tuple(citations), groups=tuple(groups), best=likeliest)
    return Taken(understood.ways[0], Attempt(quotes, best.confidence, tuple(passages.values())))


def _taken(asked: Understanding, resources: Resources) -> Taken:
    """What one understanding is answered with: of the documents of the time that it names, if they hold an answer; else
    of all."""
    narrowed: Narrowing | None = None
    attempt: Attempt | None = None
    if asked.period and asked.dated:
        attempt = _attempt(asked, asked.dated, resources)
        first, last = asked.period.start, asked.period.end
        narrowed = Narrowing(str(asked.period), first, last, len(asked.dated.sources), answered=attempt.found)
    if attempt is None or not attempt.found:
        attempt = _attempt(asked, asked.documents, resources)
    return Taken(asked, attempt, narrowed)


def _attempt(asked: Understanding, documents: Documents, resources: Resources) -> Attempt:
    """What the first way of answering came to that fits the question and finds something; else what reading did.

    Nothing is read for a question about a whole document that does not say which.
    """
    if documents.unnamed:
        return Attempt(Quotes(), 0.0, outcome="not found")
    return (
        _whole_document(documents, resources)
        or _compared(asked, documents, resources)
        or _stated(asked, documents, resources)
        or _read(asked, documents, resources)
    )


def _whole_document(documents: Documents, resources: Resources) -> Attempt | None:
    """What the document says that is meant as a whole."""
    if documents.meant is None:
        return None
    source, share = documents.meant
    spans = overview_spans(resources.document_of(source.id), resources.settings.answer_tokens)
    if not spans:
        return None
    quoted = joined(spans, resources.document_of)
    return Attempt(grouped([("", quoted)], resources.document_of), share, overview=True)


def _compared(asked: Understanding, documents: Documents, resources: Resources) -> Attempt | None:
    """What is said of each side, if anything is; each side may take half of the tokens."""
    if asked.sides is None:
        return None
    quoted: list[tuple[str, Sequence[AnswerSpan]]] = []
    passages: dict[int, Passage] = {}
    confidence = 0.0
    for side, other in (asked.sides, asked.sides[::-1]):
        read, reading = resources.read(Standalone(side.question), documents.scope)
        probability = resources.calibration.apply(reading.confidence)
        spans = spans_about(side, other, reading.spans, resources.document_of)
        if side.has_topic and probability < SIDE_CONFIDENCE:
            spans = []
        if spans:
            budget = resources.settings.answer_tokens // 2
            spans = composed_spans("compare", spans, resources.document_of, budget)
            confidence = max(confidence, probability)
        told = [span for _, before in quoted for span in before]
        apart = [span for span in spans if not any(overlaps(span, one) for one in told)]
        if spans and not apart:
            return None  # the same is said of both: there is nothing to put beside each other
        quoted.append((side.name, apart))
        passages |= {passage.chunk.id: passage for passage in read}
    if not any(spans for _, spans in quoted):
        return None
    return Attempt(grouped(quoted, resources.document_of), confidence, tuple(passages.values()))


def _stated(asked: Understanding, documents: Documents, resources: Resources) -> Attempt | None:
    """What somebody says about something, if sentences on it are among those that are read."""
    if asked.statement is None:
        return None
    passages, reading = resources.read(asked.standalone, documents.scope)
    confidence = resources.calibration.apply(reading.confidence)
    spans = spans_stating(asked.statement, reading.spans, resources.document_of)
    if confidence < SIDE_CONFIDENCE or not spans:
        return None
    quoted = composed_spans("describe", spans, resources.document_of, resources.settings.answer_tokens)
    return Attempt(grouped([(asked.statement.speaker, quoted)], resources.document_of), confidence, passages)


def _read(asked: Understanding, documents: Documents, resources: Resources) -> Attempt:
    """What the likeliest of the sentences that are read say, if the reader is sure enough; else what came nearest."""
    passages, reading = resources.read(asked.standalone, documents.scope)
    confidence = several_confidence(asked.kind, reading.confidence)
    outcome = outcome_of(reading, confidence, resources.calibration)
    quotes = compose(
        reading,
        kind=asked.kind,
        outcome=outcome,
        quotes=resources.settings.quotes,
        answer_tokens=resources.settings.answer_tokens,
        document_of=resources.document_of,
    )
    return Attempt(quotes, resources.calibration.apply(confidence), passages, outcome=outcome)


def outcome_of(reading: Reading, confidence: float, calibration: Calibration) -> Outcome:
    """Whether what was read answers.

    Args:
        reading: of the passages; one without spans is never an answer.
        confidence: that what would be quoted answers, 0 to 1, not calibrated yet.
        calibration: says how much of it is enough.
    """
    if not reading.spans:
        return "not found"
    if calibration.answers(confidence):
        return "found"
    return "perhaps" if reading.holds >= MAY_HOLD else "not found"


def _candidates(
    asked: Understanding, passages: Sequence[Passage], missing: Sequence[str], resources: Resources
) -> tuple[Candidate, ...]:
    """What a question may mean that was not answered: a document of its time, a person, or a document near to it."""
    if asked.documents.unnamed:
        return offered(asked.documents.sources)
    of_its_time = offered(asked.dated.sources) if asked.dated and not missing else ()
    who = "" if of_its_time else asking_who(asked.standalone.question, asked.missing_words)
    named = persons(asked.standalone.question, resources.reader.read(who, passages).spans) if who else ()
    return of_its_time or named or meant(asked.standalone.query, passages, missing)
