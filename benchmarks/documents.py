"""What is indexed and asked: a folder that the user names, or documents made of the sample library's sentences."""

from __future__ import annotations

import json
import random
import re
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

SAMPLE = Path(__file__).resolve().parents[1] / "rag" / "sample"
CHANGED_SHARE = 0.01

_MARKUP = re.compile(r"<[^>]+>|^[#>*\-|\s]+", re.MULTILINE)
_SENTENCE_END = re.compile(r"(?<=[.!?])\s+(?=[A-Z])")


@dataclass(frozen=True, slots=True)
class Question:
    """A question with its answers in the documents' own words, and the files that hold them (none: any)."""

    question: str
    answers: tuple[str, ...]
    documents: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Collection:
    """A folder of text files, and questions on them."""

    name: str
    folder: Path
    questions: tuple[Question, ...]

    @property
    def files(self) -> list[Path]:
        """The documents."""
        return sorted(self.folder.rglob("*.txt"))

    @property
    def characters(self) -> int:
        """The length of all documents together."""
        return sum(len(path.read_text(encoding="utf-8")) for path in self.files)


def given(source: Path, questions: Path | None, folder: Path, limit: int, seed: int) -> Collection:
    """The .txt files of a folder, copied into ``folder``, and at most ``limit`` questions drawn at random.

    Args:
        source: a folder.
        questions: JSON lines with ``question``, ``answers`` and ``document`` or ``documents``; None: the sample's.
        folder: filled anew.
        limit: how many questions.
        seed: of the draw.
    """
    shutil.rmtree(folder, ignore_errors=True)
    for path in sorted(source.rglob("*.txt")):
        copy = folder / path.relative_to(source)
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, copy)
    read = list(_questions(questions or SAMPLE / "questions.jsonl"))
    return Collection(source.name, folder, tuple(random.Random(seed).sample(read, min(limit, len(read)))))


def made(folder: Path, count: int, sentences: int, seed: int) -> Collection:
    """The sample library as plain text, and ``count`` documents of ``sentences`` sentences drawn from it at random.

    The drawn documents are natural sentences without a thread. An answer may stand in several of them, so that
    questions name no document.
    """
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    originals = {path: _plain(path.read_text(encoding="utf-8")) for path in sorted((SAMPLE / "documents").iterdir())}
    for path, text in originals.items():
        (folder / f"{path.stem}.txt").write_text(text, encoding="utf-8")
    pool = [sentence for text in originals.values() for sentence in _SENTENCE_END.split(text) if len(sentence) > 20]
    draw = random.Random(seed)
    for number in range(count):
        drawn = draw.choices(pool, k=sentences)
        paragraphs = (" ".join(drawn[start : start + 5]) for start in range(0, sentences, 5))
        (folder / f"drawn-{number:05}.txt").write_text("\n\n".join(paragraphs) + "\n", encoding="utf-8")
    questions = (Question(item.question, item.answers) for item in _questions(SAMPLE / "questions.jsonl"))
    return Collection("made", folder, tuple(questions))


@contextmanager
def changed(collection: Collection) -> Iterator[int]:
    """Adds a line to one document in a hundred, at least one, and takes it back afterwards; yields how many."""
    files = collection.files
    chosen = files[:: max(len(files) // max(round(len(files) * CHANGED_SHARE), 1), 1)]
    chosen = chosen[: max(round(len(files) * CHANGED_SHARE), 1)]
    before = {path: path.read_bytes() for path in chosen}
    for path, data in before.items():
        path.write_bytes(data + b"\nThis line was added after the document had been indexed.\n")
    try:
        yield len(chosen)
    finally:
        for path, data in before.items():
            path.write_bytes(data)


def write_questions(questions: Sequence[Question], path: Path) -> None:
    """Writes questions as ``benchmarks.measure`` reads them."""
    items = [
        {"question": [item.question], "answers": list(item.answers), "documents": list(item.documents)}
        for item in questions
    ]
    path.write_text(json.dumps(items), encoding="utf-8")


def _questions(path: Path) -> Iterator[Question]:
    """The questions of a file that have an answer and stand alone."""
    for line in path.read_text(encoding="utf-8").splitlines():
        item = json.loads(line)
        if item.get("answers") and not item.get("history") and not item.get("unanswerable"):
            documents = item.get("documents") or [item["document"]]
            yield Question(item["question"], tuple(item["answers"]), tuple(documents))


def _plain(text: str) -> str:
    return "\n".join(line.strip() for line in _MARKUP.sub("", text).splitlines()).strip() + "\n"
