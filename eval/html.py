"""A handful of functions that build HTML and SVG, where whatever is not markup is escaped."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from html import escape


class Html(str):
    """Markup that is safe as it is; any other text is escaped when it is put into an element."""

    __slots__ = ()


VOID = frozenset({"br", "col", "meta", "line", "rect", "circle", "path"})
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


def text(value: object) -> Html:
    """A value as text: escaped, unless it is markup already; characters that HTML forbids become U+FFFD."""
    return value if isinstance(value, Html) else Html(escape(_CONTROL.sub("\ufffd", str(value))))


def join(parts: Iterable[object], separator: str = "") -> Html:
    """Parts in a row, each escaped unless it is markup."""
    return Html(escape(separator).join(text(part) for part in parts))


def tag(name: str, /, *children: object, **attributes: object) -> Html:
    """An element. ``class_`` stands for ``class``, other underscores for hyphens; None leaves an attribute out.

    Numbers in attributes are written with at most two decimals, which is enough for coordinates.
    """
    written = "".join(
        f' {key.rstrip("_").replace("_", "-")}="{_attribute(value)}"'
        for key, value in attributes.items()
        if value is not None
    )
    if name in VOID:
        return Html(f"<{name}{written}>") if name in ("br", "col", "meta") else Html(f"<{name}{written}/>")
    return Html(f"<{name}{written}>{join(children)}</{name}>")


def table(heading: Sequence[object], rows: Iterable[Sequence[object] | str], *, numbers: Iterable[int] = ()) -> Html:
    """A table in a box that scrolls sideways on a small screen; the first cell of a row is its heading.

    Args:
        heading: of the columns; all empty for none.
        rows: of cells; a text alone is a heading over the rows below it.
        numbers: which columns hold numbers and are set flush right.
    """
    right = set(numbers)

    def cell(kind: str, column: int, content: object) -> Html:
        return tag(kind, content, class_="number" if column in right else None, scope="row" if kind == "th" else None)

    def line(row: Sequence[object] | str) -> Html:
        if isinstance(row, str):
            return tag("tr", tag("th", row, colspan=len(heading), scope="colgroup"), class_="part")
        return tag("tr", *(cell("td" if column else "th", column, content) for column, content in enumerate(row)))

    names = (tag("th", name, class_="number" if n in right else None, scope="col") for n, name in enumerate(heading))
    head = [tag("thead", tag("tr", *names))] if any(heading) else []
    return tag("div", tag("table", *head, tag("tbody", *map(line, rows))), class_="scroll")


def marked(content: str, words: Iterable[str]) -> Html:
    """A text in which these words, in whatever case, are marked."""
    wanted = sorted({word.strip() for word in words if word.strip()}, key=len, reverse=True)
    if not wanted:
        return text(content)
    either = "|".join(re.escape(word) for word in wanted)
    pattern = re.compile(rf"(?<!\w)({either})(?!\w)", re.IGNORECASE)
    pieces = pattern.split(content)
    return join(tag("mark", piece) if number % 2 else piece for number, piece in enumerate(pieces))


def _attribute(value: object) -> str:
    if isinstance(value, float):
        return f"{value:.2f}".rstrip("0").rstrip(".")
    return escape(str(value))
