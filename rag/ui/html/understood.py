"""How a question was taken, as HTML, with the buttons that ask it in another way. Pure and escaped."""

from __future__ import annotations

from html import escape

from rag.answer.phrases import day, narrowing_words
from rag.schema import Answer


def understood_html(answer: Answer) -> str:
    """What was added to the question and what was read first, each with a button that takes it back; or ""."""
    notes: list[str] = []
    if answer.interpreted_as != answer.question:
        notes.append(_note(f"Understood as: {answer.interpreted_as}", answer, "typed", "Ask it as typed"))
    if answer.narrowed is not None:
        undo = "anydate" if answer.narrowed.answered else ""  # else documents of any date were read anyway
        notes.append(_note(narrowing_words(answer.narrowed), answer, undo, "Ask whatever the date"))
    return "".join(notes)


def choice_html(answer: Answer) -> str:
    """The documents or persons that the question may mean, each a button that asks of that one; "" if it is clear."""
    if not answer.candidates:
        return ""
    buttons = "".join(
        f'<li><button type="button" class="dq-quiet" data-ask="{escape(one.question or answer.question)}"'
        f' data-document="{escape(one.document_id)}">{escape(one.title)}'
        f"{f' · {day(one.date)}' if one.date else ''}</button></li>"
        for one in answer.candidates
    )
    return (
        '<div class="dq-choice"><h3 class="dq-label">Do you mean one of these?</h3>'
        f'<ul aria-label="Ask again of one of them">{buttons}</ul></div>'
    )


def _note(text: str, answer: Answer, undo: str, label: str) -> str:
    button = (
        f' <button type="button" class="dq-link" data-ask="{escape(answer.question)}" data-{undo}="1">{label}</button>'
        if undo
        else ""
    )
    return f'<p class="dq-understood">{escape(text)}{button}</p>'
