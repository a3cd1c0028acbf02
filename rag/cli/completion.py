"""What the shell completes besides commands and options: names from the index, read without loading a model."""

from __future__ import annotations

import os
from contextlib import closing
from pathlib import PurePath

import typer

from rag.cli.last_answer import cited, last_answer
from rag.errors import DocquoteError
from rag.index import open_without_model
from rag.place import Place, default_library, place_of, state_folder

_PLAIN_IN_BASH = frozenset("_-./,=@%+")


def complete_document(context: typer.Context, incomplete: str) -> list[str]:
    """The names of documents that begin with what is typed."""
    return _words(_names(context), incomplete)


def complete_folder(context: typer.Context, incomplete: str) -> list[str]:
    """The folders of the indexed one that begin with what is typed."""
    return _words(_folders(_names(context)), incomplete)


def complete_document_or_folder(context: typer.Context, incomplete: str) -> list[str]:
    """Both."""
    names = _names(context)
    return _words([*_folders(names), *names], incomplete)


def complete_citation(context: typer.Context, incomplete: str) -> list[tuple[str, str]]:
    """The numbers of the last answer's citations, with the titles of their documents."""
    try:
        found = cited(last_answer(state_folder(_place(context))))
    except DocquoteError:  # nothing was asked yet: there is nothing to complete
        return []
    return [(str(one.number), one.title) for one in found if str(one.number).startswith(incomplete)]


def _names(context: typer.Context) -> list[str]:
    try:
        with closing(open_without_model(_place(context))) as index:
            return [source.name for source in index.sources()]
    except DocquoteError:  # no index, or one that cannot be read: there is nothing to complete
        return []


def _place(context: typer.Context) -> Place:
    return place_of(context.params.get("library") or default_library())


def _folders(names: list[str]) -> list[str]:
    above = {str(parent) for name in names for parent in PurePath(name).parents}
    return sorted(above - {".", "/"})


def _words(names: list[str], incomplete: str) -> list[str]:
    """Those that begin so, as bash takes them as one word; other shells see to that themselves."""
    found = [name for name in names if name.startswith(incomplete)]
    in_bash = os.environ.get("_DOCQUOTE_COMPLETE") == "complete_bash"
    return list(map(_bash_word, found)) if in_bash else found


def _bash_word(name: str) -> str:
    return "".join(one if one.isalnum() or one in _PLAIN_IN_BASH else f"\\{one}" for one in name)
