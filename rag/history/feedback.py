"""What people say of answers, kept beside the index, and made into questions with known answers."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter

from rag.answer.serialise import JsonModel, answer_from_json, answer_to_json
from rag.errors import LibraryError
from rag.history.conversations import now_utc
from rag.history.store import FILE_NAME, HistoryFile
from rag.schema import Answer, Turn


@dataclass(frozen=True, slots=True)
class Feedback:
    """What one person said of one answer.

    Attributes:
        owner: the name that they log in with; "" where nobody logs in.
        key: which answer; one owner's feedback on one answer is the last that they gave.
        given: when, UTC in ISO form.
        helpful: thumbs up, or down.
        right_answer: what they say the right answer is; "" where they did not say.
        history: the conversation before the question.
        answer: that was given, without the passages that were read.
    """

    owner: str
    key: str
    given: str
    helpful: bool
    right_answer: str
    history: tuple[Turn, ...]
    answer: Answer


class QuestionPair(JsonModel):
    """A question with what is known of its answer, as a row of the evaluation's format."""

    id: str
    question: str
    answers: tuple[str, ...] = ()
    documents: tuple[str, ...] = ()
    evidence: tuple[str, ...] = ()
    history: tuple[Turn, ...]
    unanswerable: bool = False
    note: str


_TURNS = TypeAdapter(tuple[Turn, ...])


class FeedbackStore:
    """Keeps feedback in the same file as the conversations. Safe to share by threads."""

    def __init__(self, folder: Path) -> None:
        """Opens the feedback beside the index in ``folder``.

        Raises:
            LibraryError: the file cannot be opened, and says what to do.
        """
        self._file = HistoryFile(folder)

    def give(
        self,
        owner: str,
        key: str,
        answer: Answer,
        *,
        helpful: bool,
        right_answer: str = "",
        history: Sequence[Turn] = (),
    ) -> Feedback:
        """Keeps what ``owner`` says of an answer, in place of what they said of it before.

        Args:
            owner: who says it.
            key: which answer; for a kept one, ``answer_key(conversation_id, position)``.
            answer: as it was given.
            helpful: thumbs up, or down.
            right_answer: in the person's words; "" if they do not say.
            history: the conversation before the question, oldest first.
        """
        kept = replace(answer, passages=())
        said = Feedback(owner, key, now_utc(), helpful, " ".join(right_answer.split()), tuple(history), kept)
        with self._file.transaction() as db:
            db.execute(
                "INSERT OR REPLACE INTO feedback VALUES (?, ?, ?, ?, ?, ?, ?)",
                (
                    owner,
                    key,
                    said.given,
                    int(helpful),
                    said.right_answer,
                    _TURNS.dump_json(said.history).decode(),
                    answer_to_json(kept),
                ),
            )
        return said

    def of(self, owner: str, key: str) -> Feedback | None:
        """What ``owner`` said of an answer, or None."""
        return next(iter(self._select("WHERE owner = ? AND key = ?", (owner, key))), None)

    def all(self, owner: str | None = None) -> tuple[Feedback, ...]:
        """All feedback, oldest first: of one person, or (None) of everybody, as the evaluation takes it."""
        return self._select("WHERE owner = ?", (owner,)) if owner is not None else self._select("", ())

    def withdraw(self, owner: str, key: str) -> bool:
        """Forgets what ``owner`` said of an answer; False where they had said nothing."""
        with self._file.transaction() as db:
            return db.execute("DELETE FROM feedback WHERE owner = ? AND key = ?", (owner, key)).rowcount > 0

    def close(self) -> None:
        """Closes the file."""
        self._file.close()

    def _select(self, where: str, values: Sequence[str]) -> tuple[Feedback, ...]:
        with self._file.transaction() as db:
            rows = db.execute(
                f"SELECT owner, key, given, helpful, right_answer, history, answer FROM feedback {where} "
                "ORDER BY given, owner, key",
                values,
            ).fetchall()
        try:
            return tuple(_feedback(*row) for row in rows)
        except ValueError as error:
            raise LibraryError(f"{self._file.path}: feedback in it is damaged ({error})") from error


def answer_key(conversation_id: str, position: int) -> str:
    """The key of a kept answer: its conversation and its position there, from 0."""
    return f"{conversation_id}/{position}"


def to_question_pairs(said: Iterable[Feedback]) -> list[dict[str, Any]]:
    """Feedback as rows in the evaluation's format, in the order given; ids are "feedback-1" and on.

    An answer that helped gives its first quote as evidence and the words that answer in it as the answer; a refusal
    that helped, an unanswerable question. A right answer in the person's own words goes before either. From an answer
    that did not help without one, nothing is known but that, and no row is made.
    """
    pairs: list[dict[str, Any]] = []
    for one in said:
        known = _known(one)
        if known is not None:
            pair = QuestionPair(
                id=f"feedback-{len(pairs) + 1}",
                question=one.answer.question,
                history=one.history,
                note=f"given {one.given}",
                **known,
            )
            pairs.append(pair.model_dump(mode="json"))
    return pairs


def read_feedback(folder: Path) -> tuple[Feedback, ...]:
    """Everybody's feedback on the index in ``folder``; empty where nobody gave any.

    Raises:
        LibraryError: the file cannot be read.
    """
    if not (folder / FILE_NAME).exists():
        return ()
    store = FeedbackStore(folder)
    try:
        return store.all()
    finally:
        store.close()


def _known(said: Feedback) -> dict[str, Any] | None:
    if said.right_answer:
        return {"answers": (said.right_answer,)}
    if not said.helpful:
        return None
    if not said.answer.found:
        return {"unanswerable": True}
    first = said.answer.likeliest
    if first is None:
        return None
    return {"answers": (first.marked or first.quote,), "documents": (first.document,), "evidence": (first.quote,)}


def _feedback(owner: str, key: str, given: str, helpful: int, right_answer: str, history: str, answer: str) -> Feedback:
    turns = _TURNS.validate_json(history, strict=True)
    return Feedback(owner, key, given, bool(helpful), right_answer, turns, answer_from_json(answer))
