"""Mistakes in how docquote is called: told before anything is loaded or changed, with what may have been meant."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from difflib import get_close_matches
from pathlib import Path

import typer

from rag.cli.console import err, plain, print_json
from rag.errors import DocquoteError
from rag.index import has_index, index_status
from rag.loading.registry import is_supported, unsupported_reason
from rag.place import Place
from rag.serving.base import MAX_QUESTION_CHARACTERS


def check_question(question: str) -> None:
    """Refuses a question without words in it, and one that is too long to be read.

    Raises:
        DocquoteError: says which.
    """
    if not question.strip():
        raise DocquoteError('the question is empty; ask in words: docquote ask "How many members attended?"')
    if len(question) > MAX_QUESTION_CHARACTERS:
        raise DocquoteError(
            f"the question has {len(question):,} characters; up to {MAX_QUESTION_CHARACTERS:,} can be read"
        )


def check_paths(paths: Sequence[Path], place: Place) -> None:
    """Refuses to index what is not there, unless the index in ``place`` holds documents of it, and to make an index
    of nothing but files of types that cannot be read.

    Raises:
        DocquoteError: names what is not there, and what has nearly that name; or the types.
    """
    missing = [path for path in paths if not path.exists()]
    if not missing:
        if all(path.is_file() and not is_supported(path) for path in paths) and not has_index(place):
            told = "; ".join(f"{path}: {unsupported_reason(path)}" for path in paths)
            raise DocquoteError(f"{told}; nothing was indexed")
        return
    status = index_status(place) if has_index(place) else None
    known = [*status.roots, *(Path(source.path) for source in status.sources)] if status else []
    strange = [path for path in missing if not any(one.is_relative_to(path.resolve()) for one in known)]
    if strange:
        named = "; ".join(f"{path}: there is no such file or folder{did_you_mean(_beside(path))}" for path in strange)
        raise DocquoteError(f"{named}; nothing was indexed")


def did_you_mean(names: Iterable[str]) -> str:
    """Names that may be meant, to go on with after an error: ", did you mean A, or B?"; "" where there are none."""
    found = ", or ".join(names)
    return f", did you mean {found}?" if found else ""


def print_usage_error(error: typer.TyperException, *, as_json: bool) -> None:
    """Prints what is wrong with a command line, and how the command is used."""
    context: typer.Context | None = getattr(error, "ctx", None)
    message = error.format_message().rstrip(".")
    if type(error).__name__ == "NoArgsIsHelpError":  # its message is the help, which typer has printed
        return
    if possible := getattr(error, "possibilities", None):
        message = f"{error.message}{did_you_mean(possible)}"
    if as_json:
        print_json({"error": message})
    if context is not None:
        err.print(plain(context.get_usage()))
        message = f"{message} (see: {context.command_path} --help)"
    err.print(f"[bold red]error:[/] {plain(message)}")


def _beside(path: Path) -> list[str]:
    """What lies where ``path`` should and has nearly its name."""
    if not path.parent.is_dir():
        return []
    return [
        str(path.parent / name) for name in get_close_matches(path.name, [one.name for one in path.parent.iterdir()])
    ]
