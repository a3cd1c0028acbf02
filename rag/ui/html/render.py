"""The templates of the page, and how they say dates and numbers."""

from __future__ import annotations

from base64 import b64encode

from rag.answer.phrases import count, day, percent
from rag.loading.pages import Box
from rag.markup import templates_of


def ordinal(number: int) -> str:
    """1st, 2nd, 3rd, 4th, ..."""
    ending = "th" if 10 <= number % 100 <= 20 else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{ending}"


def position(box: Box) -> str:
    """Where a box lies on its page, as CSS."""
    return (
        f"left:{100 * box.left:.3f}%;top:{100 * box.top:.3f}%;"
        f"width:{100 * (box.right - box.left):.3f}%;height:{100 * (box.bottom - box.top):.3f}%"
    )


def base64(data: bytes) -> str:
    """Bytes as a data URL has them."""
    return b64encode(data).decode("ascii")


TEMPLATES = templates_of("rag.ui.html")
TEMPLATES.filters |= {
    "base64": base64,
    "count": count,
    "day": day,
    "ordinal": ordinal,
    "percent": percent,
    "position": position,
}


def render(template: str, **shown: object) -> str:
    """A template of the page with what it shows, of which every string is escaped that is not ``Markup``."""
    return TEMPLATES.get_template(template).render(shown)
