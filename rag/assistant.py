"""Assistant: where the parts are put together, and the one path that every question takes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from datetime import date
from functools import lru_cache
from pathlib import Path

from embeddings import Embedder, open_embedder
from rag.answer.build import compose, grouped
from rag.answer.quotes import composed_spans, joined, overlaps, several_confidence
from rag.errors import DocquoteError
from rag.index import Index, open_index, require_index
from rag.question.candidates import asking_who, meant, offered, persons
from rag.question.comparison import Side, sides, spans_about
from rag.question.document import document_meant, overview_spans
from rag.question.follow_up import Understood, leans_on_history, leant_on, understood
from rag.question.kind import question_kind
from rag.question.period import documents_of, period_of
from rag.question.statement import spans_stating, statement_asked_for
from rag.reader import Reader, open_reader
from rag.reader.calibration import Calibration
from rag.reader.sentence_features import inverse_frequencies
from rag.retrieval import Retriever, sources_in
from rag.schema import (
    Answer,
    AnswerSpan,
    Candidate,
    Document,
    DocumentOf,
    Narrowing,
    Passage,
    Reading,
    Scope,
    Source,
    Turn,
)
from rag.settings import Settings
from rag.sqlite import closed_on_error
from rag.text.words import HOW, content_words_as_written

SIDE_CONFIDENCE = 0.15
"""A side of a comparison, or what somebody says about something, is answered at this probability, far below even odds:
that the quotes name them speaks for them too. Over the sample library, sides that it tells of had .24 and more, others
.11 and less."""

HistoryItem = Turn | Mapping[str, str]


class Assistant:
    """Answers questions over one index. Safe to share by threads."""

    def __init__(self, index: Index, embedder: Embedder, reader: Reader, settings: Settings) -> None:
        """Puts an assistant together from open parts; most callers want ``Assistant.open``."""
        self.index = index
        self.embedder = embedder
        self.reader = reader
        self.settings = settings
        self.retriever = Retriever(index, embedder)
        self.calibration = Calibration.load(index.folder) or reader.calibration

    @classmethod
    def open(cls, directory: str | Path, settings: Settings | None = None) -> Assistant:
        """Opens the index in a directory, with the models that it was made with.

        Raises:
            LibraryError: there is no index, or it cannot be used with these settings.
            ModelError: a model is missing or altered.
        """
        settings = settings or Settings.load()
        folder = Path(directory)
        require_index(folder)
        embedder = open_embedder(settings.embedding_model)
        index = open_index(folder, embedder, settings)
        with closed_on_error(index):
            return cls(index, embedder, open_reader(settings, embedder, index), settings)

    def ask(
        self,
        question: str,
        history: Sequence[HistoryItem] = (),
        scope: Scope | None = None,
        *,
        as_typed: bool = False,
        any_date: bool = False,
    ) -> Answer:
        """Answers a question in the documents' own words, or says that they do not hold the answer.

        Args:
            question: in natural language; an empty one is not found.
            history: the conversation so far, oldest first; ``Turn`` or ``{"question": ..., "answer": ...}``, and under
                "highlight" the words of the answer that answered, if any.
            scope: which documents may answer; None: all.
            as_typed: search for the question as it is, whatever was said before it.
            any_date: do not look first in the documents of the time that the question names.

        Raises:
            ScopeError: the scope names a document or folder that the index does not hold.
            DocquoteError: the history is not of that form.
        """
        question, past = _encodable(question), turns(history)
        taken = Understood(question) if as_typed else understood(question, past, self.retriever)
        sources, scope = self.index.sources(), scope or Scope()
        asked = sources_in(scope, sources)
        before = reversed(leant_on(past)) if taken.query != question and leans_on_history(question) else ()
        named = [question, *(turn.question for turn in before)]
        answer = self._dated(question, taken, [] if any_date else named, asked, scope)
        # a year that documents are dated with need not stand in their texts
        missing = tuple(word for word in answer.missing_words if not (answer.narrowed and word.isdigit()))
        offers: tuple[Candidate, ...] = ()
        if not answer.found:
            offers = (not missing and answer.candidates) or self._persons_meant(taken.question, answer)
            offers = offers or meant(answer.interpreted_as, answer.passages, missing)
        return replace(
            answer,
            missing_words=missing,
            candidates=offers,
            searched=() if scope.is_everything else tuple(source.title for source in asked),
            library=len(sources),
        )

    def _dated(
        self, question: str, taken: Understood, named: Sequence[str], sources: Sequence[Source], scope: Scope
    ) -> Answer:
        """The answer of the documents of the time that is ``named``, if they are some but not all and hold one."""
        period = next(filter(None, (period_of(text, sources, date.today()) for text in named)), None)
        documents = documents_of(period, sources) if period else []
        if period is None or not 0 < len(documents) < len(sources):
            return self._answer(question, taken, scope)
        narrowed = Narrowing(str(period), period.start, period.end, len(documents), answered=True)
        first = Scope(documents=tuple(source.path for source in documents))
        answer = self._answer(question, taken, first)
        if not answer.found:
            answer, narrowed = self._answer(question, taken, scope), replace(narrowed, answered=False)
            answer = replace(answer, candidates=offered(documents))
        return replace(answer, narrowed=narrowed)

    def _answer(self, question: str, taken: Understood, scope: Scope) -> Answer:
        """The answer as its kind of question wants it: of a whole document, of two sides, or of what was read."""
        document_of = lru_cache(self.index.document)
        kind = question_kind(taken.question)
        missing = [
            written
            for word, written in content_words_as_written(question).items()
            if word not in HOW and not self.index.chunk_frequency(word)
        ]
        base = Answer(question, taken.query, False, 0.0, (), missing_words=tuple(missing))
        whole = self._document_meant(taken.query, scope) if kind == "about" else None
        if whole is not None:
            source, named = whole
            spans = joined(overview_spans(document_of(source.id), self.settings.answer_tokens), document_of)
            if spans:
                return grouped(replace(base, confidence=named, overview=True), [("", spans)], document_of)
        pair = sides(taken.reading) if kind == "compare" else None
        if pair is not None:
            compared = self._compared(base, pair, scope, document_of)
            if compared.found:
                return compared
        passages, reading = self._read(taken, scope)
        base = replace(base, passages=tuple(passages))
        stated = self._stated(base, taken.question, reading, document_of)
        if stated.found:
            return stated
        confidence = several_confidence(kind, reading.confidence)
        return compose(
            replace(base, confidence=self.calibration.apply(confidence)),
            reading,
            kind=kind,
            found=self.calibration.answers(confidence),
            quotes=self.settings.quotes,
            answer_tokens=self.settings.answer_tokens,
            document_of=document_of,
        )

    def _read(self, asked: Understood, scope: Scope) -> tuple[list[Passage], Reading]:
        passages = self.retriever.retrieve(asked.query, k=self.settings.passages, scope=scope)
        return passages, self.reader.read(asked.reading, passages)

    def _stated(self, base: Answer, question: str, reading: Reading, document_of: DocumentOf) -> Answer:
        """What somebody says about something, found if sentences on it are among those that were read."""
        asked, confidence = statement_asked_for(question), self.calibration.apply(reading.confidence)
        if asked is None or confidence < SIDE_CONFIDENCE:
            return base
        spans = spans_stating(asked, reading.spans, document_of)
        if not spans:
            return base
        quoted = composed_spans("describe", spans, document_of, self.settings.answer_tokens)
        return grouped(replace(base, confidence=confidence), [(asked.speaker, quoted)], document_of)

    def _compared(self, base: Answer, pair: tuple[Side, Side], scope: Scope, document_of: DocumentOf) -> Answer:
        """What is said of each side, found if anything is; each side may take half of the tokens."""
        quoted: list[tuple[str, Sequence[AnswerSpan]]] = []
        passages: dict[int, Passage] = {}
        confidence = 0.0
        for side, other in (pair, pair[::-1]):
            read, reading = self._read(Understood(side.question), scope)
            spans = spans_about(side, other, reading.spans, document_of)
            if side.has_topic and self.calibration.apply(reading.confidence) < SIDE_CONFIDENCE:
                spans = []
            if spans:
                spans = composed_spans("compare", spans, document_of, self.settings.answer_tokens // 2)
                confidence = max(confidence, self.calibration.apply(reading.confidence))
            told = [span for _, before in quoted for span in before]
            apart = [span for span in spans if not any(overlaps(span, one) for one in told)]
            if spans and not apart:
                return base  # the same is said of both: there is nothing to put beside each other
            quoted.append((side.name, apart))
            passages |= {passage.chunk.id: passage for passage in read}
        if not any(spans for _, spans in quoted):
            return base
        return grouped(replace(base, confidence=confidence, passages=tuple(passages.values())), quoted, document_of)

    def _persons_meant(self, question: str, answer: Answer) -> tuple[Candidate, ...]:
        who = asking_who(question, answer.missing_words)
        return persons(question, self.reader.read(who, answer.passages).spans) if who else ()

    def _document_meant(self, question: str, scope: Scope) -> tuple[Source, float] | None:
        rarity = inverse_frequencies(question, self.index.chunk_frequency, self.index.counts()[1])
        return document_meant(sources_in(scope, self.index.sources()), rarity)

    def sources(self) -> list[Source]:
        """The documents of the index, without their texts."""
        return self.index.sources()

    def document(self, document_id: str) -> Document:
        """One whole document by its ``Source.id``.

        Raises:
            LibraryError: the index does not hold it.
        """
        return self.index.document(document_id)

    def close(self) -> None:
        """Closes the index."""
        self.index.close()


def turns(history: Sequence[HistoryItem]) -> list[Turn]:
    """A history in either of its forms as turns.

    Raises:
        DocquoteError: an item has no text under "question", or something else than text under another name.
    """
    checked: list[Turn] = []
    for number, item in enumerate(history, start=1):
        fields = asdict(item) if isinstance(item, Turn) else item if isinstance(item, Mapping) else {}
        given = (fields.get("question"), fields.get("answer", ""), fields.get("highlight", ""))
        texts = [_encodable(text) for text in given if isinstance(text, str)]
        if len(texts) != len(given):
            raise DocquoteError(
                f'history, item {number}: expected {{"question": "...", "answer": "..."}}, got {str(item)[:80]}'
            )
        checked.append(Turn(*texts))
    return checked


def _encodable(text: str) -> str:
    """A text without lone surrogates, which a command line makes of bytes that are not UTF-8, and no model takes."""
    return text.encode(errors="replace").decode()
