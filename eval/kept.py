"""The part of a question set that training never sees: ``python -m eval.kept SET FOLDER``.

A set that is trained on in part, such as doc2dial, is split by document; see ``eval.splits``. Into the folder go the
questions on the documents that are kept for measuring, and all of the documents, so that answers are looked for among
as many as before.
"""

from __future__ import annotations

import argparse
import json
import shutil
from pathlib import Path

from eval.importers import files_of_set
from eval.rows import read_jsonl
from eval.splits import kept_for_dev
from rag.errors import DatasetError


def write_kept(source: Path, folder: Path) -> int:
    """Writes the part of a set that is kept for measuring; returns how many questions that is, at least one.

    Args:
        source: holds ``questions.jsonl``, which name their ``document``, and ``documents.jsonl``; each may be ``.gz``.
        folder: to write to; made where it is missing.

    Raises:
        DatasetError: the source is no such set, or no question is on a document that is kept.
    """
    questions, documents = files_of_set(source)
    kept = [row.fields for row in read_jsonl(questions) if kept_for_dev(row.text("document"))]
    if not kept:
        raise DatasetError(f"{questions}: no question is on a document that is kept for measuring")
    folder.mkdir(parents=True, exist_ok=True)
    lines = "".join(f"{json.dumps(fields, ensure_ascii=False)}\n" for fields in kept)
    (folder / "questions.jsonl").write_text(lines, encoding="utf-8")
    shutil.copyfile(documents, folder / documents.name)
    return len(kept)


def main() -> None:
    """Says how many questions were written, and what to do with them."""
    parser = argparse.ArgumentParser(prog="python -m eval.kept", description=__doc__)
    parser.add_argument("set", type=Path, help="holds questions.jsonl and documents.jsonl")
    parser.add_argument("folder", type=Path, help="to write to")
    arguments = parser.parse_args()
    count = write_kept(arguments.set, arguments.folder)
    print(f"{count:,} questions; ask them with: docquote eval answers {arguments.folder}")


if __name__ == "__main__":
    main()
