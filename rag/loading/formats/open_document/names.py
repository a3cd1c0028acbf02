"""The namespaces of OpenDocument, as they stand before a name in lxml."""

from __future__ import annotations

OFFICE, TEXT, TABLE, STYLE, DRAW, PRESENTATION = (
    f"{{urn:oasis:names:tc:opendocument:xmlns:{name}:1.0}}"
    for name in ("office", "text", "table", "style", "drawing", "presentation")
)
DC = "{http://purl.org/dc/elements/1.1/}"


def number(element: object, name: str, otherwise: int = 1, most: int = 1_000_000) -> int:
    """A whole number in an attribute, 0 to ``most``; ``otherwise`` where there is none."""
    value: str = element.get(name) or ""  # type: ignore[attr-defined]
    return min(int(value), most) if value.isascii() and value.isdecimal() and len(value) < 10 else otherwise
