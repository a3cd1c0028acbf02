"""Assistant: where the parts are put together, and the one path that every question takes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import date
from typing import Self

from embeddings import Embedder, open_embedder
from rag.answer.replies import reply
from rag.answer.resources import Resources
from rag.answer.strategies import answer
from rag.errors import DocquoteError
from rag.index import Index, open_index, require_index
from rag.place import Place, place_of
from rag.question.understanding import said_to_docquote, understand
from rag.reader import Reader, open_reader
from rag.reader.calibration import Calibration
from rag.retrieval import CANDIDATES, Retriever, sources_in
from rag.schema import Answer, Document, Passage, Scope, SearchMode, Source, Turn
from rag.settings import Settings
from rag.sqlite import closed_on_error

HistoryItem = Turn | Mapping[str, str]


class Assistant:
    """Answers questions over one index. Safe to share by threads; closes the index at the end of a ``with``."""

    def __init__(self, index: Index, embedder: Embedder, reader: Reader, settings: Settings) -> None:
        """Puts an assistant together from open parts; most callers want ``Assistant.open``."""
        self.index = index
        self.embedder = embedder
        self.reader = reader
        self.settings = settings
        self.retriever = Retriever(index, embedder)
        self.calibration = Calibration.load(index.folder) or reader.calibration

    @classmethod
    def open(cls, place: str | Place, settings: Settings | None = None) -> Assistant:
        """Opens the index in a directory or on a server (``postgresql://…``), with the models that it was made with.

        Raises:
            LibraryError: there is no index, or it cannot be used with these settings.
            ModelError: a model is missing or altered.
        """
        settings = settings or Settings.load()
        place = place_of(place) if isinstance(place, str) else place
        require_index(place)
        embedder = open_embedder(settings.embedding_model)
        index = open_index(place, embedder, settings)
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

        What is said to docquote itself ("Hello", "How many documents do you have?") it replies to.

        Args:
            question: in natural language; an empty one is not found.
            history: the conversation so far, oldest first; ``Turn`` or ``{"question": ..., "answer": ...}``, and under
                "highlight" the words of the answer that answered, if any.
            scope: which documents may answer; None: all.
            as_typed: search for the question as it is, whatever was said before it, and even if it is said to docquote.
            any_date: do not look first in the documents of the time that the question names.

        Raises:
            ScopeError: the scope names a document or folder that the index does not hold.
            DocquoteError: the history is not of that form.
        """
        question, past = _encodable(question), turns(history)
        scope, library = scope or Scope(), self.index.sources()
        sources = sources_in(scope, library)
        retriever = Retriever(self.index, self.embedder, remember=True)
        said = None if as_typed else said_to_docquote(question, past, retriever, sources)
        if said:
            return reply(question, said, scope, sources, library=len(library))
        understood = understand(
            question,
            () if as_typed else past,
            retriever,
            scope,
            sources,
            None if any_date else date.today(),
        )
        resources = Resources(retriever, self.reader, self.calibration, self.settings, self.index.document)
        return answer(understood, resources, library=len(library))

    def search(
        self, query: str, scope: Scope | None = None, *, mode: SearchMode = "fused", offset: int = 0, limit: int = 10
    ) -> list[Passage]:
        """Passages that are likely to be about a query, the best first; nothing is read or answered.

        There are ``rag.retrieval.CANDIDATES`` of them at most, so that every part is cut from the same ranking.

        Args:
            query: words or a question.
            scope: which documents count; None: all.
            mode: by words ("lexical"), by meaning ("dense"), or by both ("fused").
            offset: how many of the best to pass over.
            limit: at most so many.

        Raises:
            ScopeError: the scope names a document or folder that the index does not hold.
        """
        found = self.retriever.retrieve(_encodable(query), k=CANDIDATES, scope=scope, mode=mode)
        return found[offset : offset + limit]

    def sources(self) -> list[Source]:
        """The documents of the index, without their texts."""
        return self.index.sources()

    def warnings(self) -> dict[str, tuple[str, ...]]:
        """What was odd about each document that has warnings, by its ``Source.id``."""
        return self.index.warnings()

    def document(self, document_id: str) -> Document:
        """One whole document by its ``Source.id``.

        Raises:
            LibraryError: the index does not hold it.
        """
        return self.index.document(document_id)

    def close(self) -> None:
        """Closes the index."""
        self.index.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


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
