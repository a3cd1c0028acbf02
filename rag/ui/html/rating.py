"""Thumbs up and down under an answer, and the box for the right one. Pure and escaped."""

from __future__ import annotations

from rag.history.exchange import Exchange, Rating

MAX_CORRECTION_CHARACTERS = 2000
"""Longer right answers are cut."""

_THUMB = (
    '<svg viewBox="0 0 24 24" aria-hidden="true"><path d="M7 11v9H4a1 1 0 0 1-1-1v-7a1 1 0 0 1 1-1h3zm2-.3L13 3a2.2 '
    '2.2 0 0 1 2.2 2.2V9H20a2 2 0 0 1 2 2.3l-1.2 7A2 2 0 0 1 18.8 20H9z"/></svg>'
)


def rating_html(exchange: Exchange, turn: int) -> str:
    """The two thumbs, the one that was given pressed."""
    return (
        '<span class="dq-rate" role="group" aria-label="Is this answer right?">'
        f"{_thumb(exchange, turn, 'up', 'Right answer')}{_thumb(exchange, turn, 'down', 'Wrong answer')}</span>"
    )


def _thumb(exchange: Exchange, turn: int, rating: Rating, label: str) -> str:
    pressed = "true" if exchange.rating == rating else "false"
    return (
        f'<button type="button" data-rate="{rating}" data-turn="{turn}" aria-label="{label}" title="{label}"'
        f' aria-pressed="{pressed}">{_THUMB}</button>'
    )


def correction_html(exchange: Exchange, turn: int) -> str:
    """What follows a rating: thanks, or the box for the right answer after a thumb down."""
    if exchange.rating is None:
        return ""
    if exchange.rating == "up" or exchange.corrected:
        kept = "Your answer is kept beside this question." if exchange.corrected else "Your rating is kept."
        return f'<p class="dq-thanks" role="status">Thank you. {kept}</p>'
    return (
        f'<form class="dq-correct" data-turn="{turn}"><label>The right answer is …<textarea name="correction" rows="2"'
        f' maxlength="{MAX_CORRECTION_CHARACTERS}"></textarea></label>'
        '<button type="submit" class="dq-quiet">Keep it</button></form>'
    )
