"""``docquote eval check``: is a question set sound, and do its answers occur in the documents at all?"""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from embeddings import open_embedder
from eval.dataset import Question, QuestionSet
from eval.gold import absent_answers, locate
from eval.library import Corpus, StoredTexts, corpus_at
from eval.metrics import normalise
from rag.index import open_index, require_index
from rag.place import Place
from rag.settings import Settings

SUGGESTIONS = 1


@dataclass(frozen=True, slots=True)
class Finding:
    """Something in a question that the documents do not bear out.

    Attributes:
        id: of the question.
        field: ``"documents"``, ``"answers"`` or ``"evidence"``.
        value: what does not occur.
        problem: for people.
    """

    id: str
    field: str
    value: str
    problem: str


@contextmanager
def texts_at(
    questions: QuestionSet, index: Place | None, documents: Path | None, settings: Settings
) -> Iterator[Mapping[str, str]]:
    """The stored texts to look in, by document: those of an index, or as they would be indexed; none if neither.

    Raises:
        LibraryError: the index cannot be opened.
        DatasetError: there is no document where they are said to be.
    """
    if index is not None:
        require_index(index)
        opened = open_index(index, open_embedder(settings.embedding_model), settings)
        try:
            yield StoredTexts(opened)
        finally:
            opened.close()
        return
    corpus = corpus_at(documents) if documents is not None else Corpus(questions.documents, None, ())
    yield {document.source.name: document.text for document in corpus.load()}


def check(questions: Sequence[Question], texts: Mapping[str, str]) -> list[Finding]:
    """Documents that the index does not hold, answers and evidence that occur in none of the documents they may be in.

    Args:
        questions: to check.
        texts: document name to stored text.
    """
    words: dict[str, str] = {}

    def normalised(name: str) -> str:
        if name not in words:
            words[name] = f" {normalise(texts[name])} "
        return words[name]

    findings: list[Finding] = []
    for question in questions:
        for name in question.documents:
            if name not in texts:
                near = difflib.get_close_matches(name, list(texts), n=SUGGESTIONS)
                hint = f"; did you mean {near[0]!r}?" if near else ""
                findings.append(Finding(question.id, "documents", name, f"the index holds no such document{hint}"))
        names = [name for name in question.documents if name in texts] if question.documents else list(texts)
        if not names:
            continue
        where = "in the documents named" if question.documents else "in any document"
        for answer in absent_answers(question, (normalised(name) for name in names)):
            findings.append(Finding(question.id, "answers", answer, f"does not occur {where}"))
        for quote in locate(question, texts).missing:
            findings.append(Finding(question.id, "evidence", quote, f"does not occur {where}"))
    return findings
