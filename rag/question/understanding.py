"""One understanding of a question: whatever is read off it and what was said before it, each thing once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from rag.question.comparison import Side, sides
from rag.question.document import (
    Fact,
    asks_for_a_whole,
    document_meant,
    document_of_fact,
    fact_asked,
    fact_wanted,
    names_no_document,
    time_asked,
)
from rag.question.follow_up import Corpus, Standalone, forms, leant_on
from rag.question.kind import QuestionKind, question_kind
from rag.question.parts import parts
from rag.question.period import Period, documents_of, period_of
from rag.question.statement import Statement, statement_asked_for
from rag.question.talk import Talk, talk_of
from rag.schema import Scope, Source, Turn
from rag.text.rarity import inverse_frequencies
from rag.text.words import HOW, content_words_as_written


@dataclass(frozen=True, slots=True)
class Documents:
    """Documents that a question is asked of.

    Attributes:
        scope: that chooses them.
        sources: the documents themselves.
        meant: the one of them that a question about a whole document means, and the share, 0 to 1, of the words naming
            a document that its title has; None where none is meant for certain, and for all other questions.
        unnamed: whether a question about a whole document names none of several: it cannot be answered then.
    """

    scope: Scope
    sources: tuple[Source, ...]
    meant: tuple[Source, float] | None
    unnamed: bool = False


@dataclass(frozen=True, slots=True)
class Understanding:
    """What a question asks.

    Attributes:
        question: as typed.
        standalone: as it stands alone: what is searched for and read for, and what the conversation added.
        kind: of the question as it stands alone.
        sides: what it compares; None where it compares nothing, or does not name two sides.
        statement: who is asked about and what they are to have said something about; None where it asks for no such
            thing.
        documents: that it is asked of.
        period: the time that it names, or that a question named which it goes on from; None: none.
        dated: those of the documents that are of the period, to be looked in first; None where there is no period, or
            none or all of them are of it.
        missing_words: content words of it, as typed, that occur in no document.
    """

    question: str
    standalone: Standalone
    kind: QuestionKind
    sides: tuple[Side, Side] | None
    statement: Statement | None
    documents: Documents
    period: Period | None
    dated: Documents | None
    missing_words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Understood:
    """What a question may ask, and what it consists of.

    Attributes:
        question: as typed.
        ways: to understand it; the first one that is answered holds. At least one.
        parts: the questions that it consists of, in its own words, with what each may ask; none for a single one.
    """

    question: str
    ways: tuple[Understanding, ...]
    parts: tuple[Understood, ...] = ()


@dataclass(frozen=True, slots=True)
class Said:
    """What docquote answers itself: what is said to it, the fact that is asked of one, or which are of a time."""

    what: Talk | Fact | Literal["dated"]
    source: Source | None = None
    period: Period | None = None


def said_to_docquote(question: str, history: Sequence[Turn], corpus: Corpus, sources: Sequence[Source]) -> Said | None:
    """What docquote answers itself; None where it has to search.

    Args:
        question: as typed.
        history: the conversation so far, oldest first: "Who wrote it?" is asked of the document that it was about.
        corpus: tells what is rare.
        sources: the documents that may answer.

    Raises:
        ModelError: the weights of what is said to docquote are missing or damaged.
    """
    talk = talk_of(question)
    if talk:
        return Said(talk)
    fact = fact_asked(question, sources)
    if fact is None and fact_wanted(question):
        before = _document_before(history, corpus, sources)
        fact = fact_asked(question, [before]) if before else None
    if fact:
        return Said(*fact)
    time = time_asked(question)
    period = period_of(time, sources, date.today()) if time else None
    return Said("dated", period=period) if period else None


def _document_before(history: Sequence[Turn], corpus: Corpus, sources: Sequence[Source]) -> Source | None:
    """The document that the turns were about which a follow-up goes back to; None where they were about none."""
    asked = [turn for turn in history if not talk_of(turn.question)]
    for turn in reversed(leant_on(asked)):
        source = document_of_fact(turn.question, sources) or _meant(turn.question, corpus, sources)
        if source:
            return source
    return None


def _meant(question: str, corpus: Corpus, sources: Sequence[Source]) -> Source | None:
    """The document that a question is about: "What is the memo about?", "Tell me about the memo"; None for no one."""
    kind = question_kind(question)
    if kind != "describe" and not asks_for_a_whole(question, kind):
        return None
    meant = document_meant(question, sources, inverse_frequencies(question, corpus.frequency, corpus.size()))
    return meant[0] if meant else None


def understand(
    question: str, history: Sequence[Turn], corpus: Corpus, scope: Scope, sources: Sequence[Source], today: date | None
) -> Understood:
    """Reads off a question what can be known before anything is looked up for it.

    Args:
        question: as typed.
        history: the conversation so far, oldest first; what was said in it to docquote itself is passed over.
        corpus: tells what is rare.
        scope: which documents may answer.
        sources: those documents.
        today: what "last year" counts from; None: no time is looked for.

    Raises:
        ModelError: the weights of a classifier are missing or damaged.
    """
    history = [turn for turn in history if not talk_of(turn.question)]

    def of(asked: str, before: Sequence[Turn]) -> Understood:
        ways = forms(asked, before, corpus)
        return Understood(asked, tuple(_way(asked, way, before, corpus, scope, sources, today) for way in ways))

    single = parts(question)
    told = [
        [*history, *map(Turn, single[:number])] for number in range(len(single))
    ]  # a part goes on from those before
    whole = of(question, history)
    return Understood(question, whole.ways, tuple(map(of, single, told)))


def _way(
    question: str,
    alone: Standalone,
    history: Sequence[Turn],
    corpus: Corpus,
    scope: Scope,
    sources: Sequence[Source],
    today: date | None,
) -> Understanding:
    """One way to understand a question: as it stands alone."""
    kind = question_kind(alone.question)
    whole = asks_for_a_whole(question, kind)
    rarity = inverse_frequencies(alone.query, corpus.frequency, corpus.size()) if whole else None
    period = _period(question, alone, history, sources, today) if today else None
    dated = documents_of(period, sources) if period else []
    return Understanding(
        question=question,
        standalone=alone,
        kind=kind,
        sides=sides(alone.reading) if kind == "compare" else None,
        statement=statement_asked_for(alone.question),
        documents=_documents(question, scope, sources, rarity),
        period=period,
        dated=_documents(question, _scope_of(dated), dated, rarity) if 0 < len(dated) < len(sources) else None,
        missing_words=tuple(
            written
            for word, written in content_words_as_written(question).items()
            if word not in HOW and not corpus.frequency(word)
        ),
    )


def _period(
    question: str, alone: Standalone, history: Sequence[Turn], sources: Sequence[Source], today: date
) -> Period | None:
    """The time that a question names, or else the last one named before, if the question goes on from there."""
    before = [turn.question for turn in reversed(leant_on(history))] if alone != Standalone(question) else []
    return next(filter(None, (period_of(text, sources, today) for text in (question, *before))), None)


def _documents(question: str, scope: Scope, sources: Sequence[Source], rarity: Mapping[str, float] | None) -> Documents:
    if rarity is None:
        return Documents(scope, tuple(sources), None)
    meant = document_meant(question, sources, rarity)
    return Documents(
        scope, tuple(sources), meant, unnamed=len(sources) > 1 and meant is None and names_no_document(question)
    )


def _scope_of(sources: Sequence[Source]) -> Scope:
    return Scope(documents=tuple(source.path for source in sources))
