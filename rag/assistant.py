"""Assistant: where the parts are put together, and the one path that every question takes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from functools import lru_cache
from pathlib import Path

from embeddings import Embedder, open_embedder
from rag.answering import compose
from rag.calibration import Calibration
from rag.candidates import meant
from rag.conversation import standalone
from rag.database import closed_on_error
from rag.errors import DocquoteError
from rag.index import Index
from rag.periods import documents_of, period_of
from rag.reader import Reader, open_reader
from rag.retrieval import Retriever, check_scope, in_scope
from rag.schema import Answer, Document, Narrowing, Scope, Source, Turn
from rag.settings import Settings
from rag.words import content_words_as_written

HOW = frozenset(("many", "much"))
"""Words that ask ("how many") and that no answer need have, so that they are never said to be missing."""

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
        Index.require(folder)
        embedder = open_embedder(settings.embedding_model)
        index = Index.open(folder, embedder, settings)
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
            history: the conversation so far, oldest first; ``Turn`` or ``{"question": ..., "answer": ...}``.
            scope: which documents may answer; None: all.
            as_typed: search for the question as it is, whatever was said before it.
            any_date: do not look first in the documents of the time that the question names.

        Raises:
            ScopeError: the scope names a document or folder that the index does not hold.
            DocquoteError: the history is not of that form.
        """
        question, past = _encodable(question), turns(history)
        completed = question if as_typed else standalone(question, past, self.retriever)
        sources, scope = self.index.sources(), scope or Scope()
        check_scope(scope, sources)
        asked = [source for source in sources if in_scope(source, scope)]
        named = [question, *(turn.question for turn in past[-1:] if completed != question)]
        answer = self._dated(question, _encodable(completed), [] if any_date else named, asked, scope)
        unclear = not answer.found and not answer.missing_words
        return replace(
            answer,
            candidates=meant(answer.interpreted_as, answer.passages) if unclear else (),
            searched=() if scope.is_everything else tuple(source.title for source in asked),
            library=len(sources),
        )

    def _dated(
        self, question: str, interpreted_as: str, named: Sequence[str], sources: Sequence[Source], scope: Scope
    ) -> Answer:
        """The answer of the documents of the time that is ``named``, if they are some but not all and hold one."""
        period = next(filter(None, (period_of(text, sources, date.today()) for text in named)), None)
        documents = documents_of(period, sources) if period else []
        if period is None or not 0 < len(documents) < len(sources):
            return self._answer(question, interpreted_as, scope)
        narrowed = Narrowing(str(period), period.start, period.end, len(documents), answered=True)
        first = Scope(documents=tuple(source.path for source in documents))
        answer = self._answer(question, interpreted_as, first)
        if not answer.found:
            answer, narrowed = self._answer(question, interpreted_as, scope), replace(narrowed, answered=False)
        return replace(answer, narrowed=narrowed)

    def _answer(self, question: str, interpreted_as: str, scope: Scope | None) -> Answer:
        """Retrieves, reads and composes, once."""
        passages = self.retriever.retrieve(interpreted_as, k=self.settings.passages, scope=scope)
        reading = self.reader.read(interpreted_as, passages)
        return compose(
            question,
            interpreted_as,
            passages,
            reading,
            found=self.calibration.answers(reading.confidence),
            confidence=self.calibration.apply(reading.confidence),
            quotes=self.settings.quotes,
            missing_words=[
                written
                for word, written in content_words_as_written(question).items()
                if word not in HOW and not self.index.chunk_frequency(word)
            ],
            document_of=lru_cache(self.index.document),
        )

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
        DocquoteError: an item has no text under "question", or something else than text.
    """
    checked: list[Turn] = []
    for number, item in enumerate(history, start=1):
        if isinstance(item, Turn):
            checked.append(item)
            continue
        fields = item if isinstance(item, Mapping) else {}
        question, answer = fields.get("question"), fields.get("answer", "")
        if not isinstance(question, str) or not isinstance(answer, str):
            raise DocquoteError(
                f'history, item {number}: expected {{"question": "...", "answer": "..."}}, got {str(item)[:80]}'
            )
        checked.append(Turn(question, answer))
    return checked


def _encodable(text: str) -> str:
    """A text without lone surrogates, which a command line makes of bytes that are not UTF-8, and no model takes."""
    return text.encode(errors="replace").decode()
