"""The last answer given in the terminal, kept beside the index for ``docquote open``."""

from __future__ import annotations

from pathlib import Path
from tempfile import NamedTemporaryFile

from rag.answer.serialise import answer_from_json, answer_to_json
from rag.cli.console import err, plain
from rag.errors import DocquoteError
from rag.schema import Answer, Citation

FILE_NAME = "last_answer.json"
"""In the index folder, or that of a library on a server, readable by its owner only."""


def keep_answer(folder: Path, answer: Answer) -> None:
    """Keeps an answer in place of the last one, if it cites anything; where that cannot be written, it is told."""
    if not cited(answer):
        return
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with NamedTemporaryFile("w", encoding="utf-8", dir=folder, prefix=FILE_NAME, delete=False) as part:
            part.write(answer_to_json(answer, passages=True))
        Path(part.name).replace(folder / FILE_NAME)
    except OSError as error:
        err.print(plain(f"note: docquote open will not know this answer ({error})"))


def last_answer(folder: Path) -> Answer:
    """The last answer that cited anything.

    Raises:
        DocquoteError: there is none, or it cannot be read.
    """
    path = folder / FILE_NAME
    try:
        return answer_from_json(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise DocquoteError(f"{folder}: nothing was asked here yet; ask first: docquote ask QUESTION") from error
    except (OSError, ValueError) as error:
        raise DocquoteError(f"{path}: the last answer cannot be read ({error}); ask again: docquote ask") from error


def cited(answer: Answer) -> tuple[Citation, ...]:
    """Everything in an answer that has a number: its quotes, or the nearest passages."""
    return (*answer.citations, *answer.also) or answer.nearest


def citation_in(answer: Answer, number: int) -> Citation:
    """The citation of that number.

    Raises:
        DocquoteError: there is none; says which there are.
    """
    found = cited(answer)
    for citation in found:
        if citation.number == number:
            return citation
    numbers = f"1 to {len(found)}" if len(found) > 1 else "1"
    raise DocquoteError(f"the last answer has no citation {number}, only {numbers}")
