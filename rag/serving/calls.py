"""What programs can ask of docquote, whichever way: arguments, results, and calls. Nothing here changes anything."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from rag.answer.serialise import AnswerJson, JsonModel, PassageJson, SourceJson
from rag.schema import Scope, SearchMode, Source, Turn
from rag.serving.base import MAX_QUESTION_CHARACTERS, Answerer

LISTED, MOST_LISTED = 100, 1_000
"""Documents on one page of a list, unless another number is asked for; and at most."""
READ, MOST_READ = 10_000, 100_000
"""Characters of a document that are read at once, unless another number is asked for; and at most."""

FOUND, MOST_FOUND = 10, 100
"""Passages that a search gives, unless another number is asked for; and at most, and how far it goes."""

Question = Annotated[str, Field(min_length=1, max_length=MAX_QUESTION_CHARACTERS)]
Offset = Annotated[int, Field(ge=0)]


class Arguments(BaseModel):
    """What a call takes; an argument that it does not have is an error, which who calls can mend."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class EarlierTurn(Arguments):
    """An earlier question of the conversation, and its answer."""

    question: str
    answer: str = Field("", description="The quotes that answered it; empty if there were none.")


class ScopeArguments(Arguments):
    """Which documents count; all that is given has to hold, nothing given is all documents."""

    documents: tuple[str, ...] = Field((), description="Only these documents, by their `name`.")
    folders: tuple[str, ...] = Field((), description='Only documents in these folders, "minutes/2023".')
    after: date | None = Field(None, description="Only documents of this date or later.")
    before: date | None = Field(None, description="Only documents of this date or earlier.")

    @property
    def scope(self) -> Scope:
        """The same as docquote has it."""
        return Scope(self.documents, self.folders, self.after, self.before)


class AskArguments(ScopeArguments):
    """Of ``ask``."""

    question: Question = Field(description="A whole question in natural language, in the language of the documents.")
    history: tuple[EarlierTurn, ...] = Field((), description="The conversation before it, oldest first.")
    as_typed: bool = Field(False, description="Search for the question as it is, whatever was said before it.")
    any_date: bool = Field(False, description="Do not look first in documents of the time that the question names.")


class SearchArguments(ScopeArguments):
    """Of ``search``."""

    query: Question = Field(description="Words, or a question.")
    mode: SearchMode = Field("fused", description='By words ("lexical"), by meaning ("dense"), or by both ("fused").')
    offset: int = Field(0, ge=0, le=MOST_FOUND, description="How many of the best to pass over.")
    limit: int = Field(FOUND, ge=1, le=MOST_FOUND, description="How many passages to give at most.")


class PassageList(JsonModel):
    """Passages, the best first; ``next_offset`` is None where there are no more."""

    passages: tuple[PassageJson, ...]
    next_offset: int | None


class ListArguments(Arguments):
    """Of ``list_documents``."""

    contains: str = Field("", description="Only documents with these words in name, title or author, in any case.")
    offset: Offset = Field(0, description="How many to pass over.")
    limit: int = Field(LISTED, ge=1, le=MOST_LISTED, description="How many to list at most.")


class DocumentList(JsonModel):
    """Some of the documents, in the order of their names; ``next_offset`` is None where there are no more."""

    documents: tuple[SourceJson, ...]
    total: int
    next_offset: int | None


class PartArguments(Arguments):
    """Which part of a document."""

    offset: Offset = Field(0, description="The first character to read.")
    limit: int = Field(READ, ge=1, le=MOST_READ, description="How many characters to read at most.")


class ReadArguments(PartArguments):
    """Of ``read_document``."""

    document_id: str = Field(description="The `id` of the document, or the `document_id` of a citation.")


class DocumentPart(JsonModel):
    """Characters ``start`` to ``end`` of a document; ``next_offset`` is None at its end."""

    document: SourceJson
    start: int
    end: int
    text: str
    characters: int
    next_offset: int | None


def ask(assistant: Answerer, given: AskArguments) -> AnswerJson:
    """Answers a question."""
    history = [Turn(turn.question, turn.answer) for turn in given.history]
    answer = assistant.ask(given.question, history, given.scope, as_typed=given.as_typed, any_date=given.any_date)
    return AnswerJson.model_validate(answer)


def search(assistant: Answerer, given: SearchArguments) -> PassageList:
    """Searches for passages."""
    limit = given.limit + 1  # one more tells whether there are more
    found = assistant.search(given.query, given.scope, mode=given.mode, offset=given.offset, limit=limit)
    shown = found[: given.limit]
    return PassageList(
        passages=tuple(map(PassageJson.model_validate, shown)),
        next_offset=given.offset + given.limit if len(found) > given.limit else None,
    )


def list_documents(assistant: Answerer, given: ListArguments) -> DocumentList:
    """Lists documents."""
    words = given.contains.casefold().split()
    found = sorted((one for one in assistant.sources() if _has(one, words)), key=lambda source: source.name)
    listed = found[given.offset : given.offset + given.limit]
    end = given.offset + len(listed)
    return DocumentList(
        documents=tuple(map(SourceJson.model_validate, listed)),
        total=len(found),
        next_offset=end if end < len(found) else None,
    )


def read_document(assistant: Answerer, given: ReadArguments) -> DocumentPart:
    """Reads a part of a document."""
    document = assistant.document(given.document_id)
    text = document.text[given.offset : given.offset + given.limit]
    start = min(given.offset, len(document.text))
    end = start + len(text)
    return DocumentPart(
        document=SourceJson.model_validate(document.source),
        start=start,
        end=end,
        text=text,
        characters=len(document.text),
        next_offset=end if end < len(document.text) else None,
    )


def _has(source: Source, words: list[str]) -> bool:
    text = f"{source.name}\n{source.title}\n{source.author}".casefold()
    return all(word in text for word in words)
