"""The tools of the Model Context Protocol, apart from the protocol. None changes a document or the index."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from rag.answer.serialise import AnswerJson, JsonModel
from rag.serving.base import Answerer
from rag.serving.calls import (
    Arguments,
    AskArguments,
    DocumentList,
    DocumentPart,
    ListArguments,
    PassageList,
    ReadArguments,
    SearchArguments,
    ask,
    list_documents,
    read_document,
    search,
)


@dataclass(frozen=True, slots=True)
class Tool:
    """A tool.

    Attributes:
        name, title, description: what it is called by programs, by people, and what it does.
        arguments, result: the types of what goes in and comes out.
        call: does it; raises DocquoteError where it cannot be done.
    """

    name: str
    title: str
    description: str
    arguments: type[Arguments]
    result: type[JsonModel]
    call: Callable[[Answerer, Any], JsonModel]


TOOLS = (
    Tool(
        "ask",
        "Ask the documents",
        "Answers a question in the documents' own words: quotes to the letter, each with its document and the "
        'characters of it where it stands, or that the documents do not hold the answer. `outcome` is "found", '
        '"perhaps" (one of the passages in `nearest` may hold it) or "not found".',
        AskArguments,
        AnswerJson,
        ask,
    ),
    Tool(
        "search",
        "Search for passages",
        "Finds passages by words, by meaning or by both, the best first, with where in their documents they stand. "
        "Nothing is answered: for an answer use `ask`.",
        SearchArguments,
        PassageList,
        search,
    ),
    Tool(
        "list_documents",
        "List the documents",
        "Lists the documents that can be asked and read, in the order of their names.",
        ListArguments,
        DocumentList,
        list_documents,
    ),
    Tool(
        "read_document",
        "Read a document",
        "Reads the text of a document as it is stored, a part at a time; citations count its characters from 0.",
        ReadArguments,
        DocumentPart,
        read_document,
    ),
)
