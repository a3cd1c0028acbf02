"""HTML -> the text that a reader of the page sees, without navigation, scripts and hidden parts.

Paragraphs, list items and table rows are lines; cells are joined as "a | b"; images are dropped.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date

from selectolax.lexbor import LexborHTMLParser, LexborNode

from rag.loading.builder import TextBuilder
from rag.loading.dates import parse_date
from rag.loading.encoding import decode
from rag.loading.limits import DEFAULT_LIMITS, Limits
from rag.loading.parsed import Parsed

_DROPPED = (
    "head, script, style, template, noscript, svg, nav, aside, iframe, object, canvas, audio, video, button,"
    " select, textarea, input, [hidden], [aria-hidden=true], [role=navigation], [role=banner], [role=contentinfo]"
)
_HIDDEN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)
_OF_CONTENT = frozenset({"article", "main", "section"})  # a header or footer inside one belongs to the text
_PROSE = "p, article, main, h1, h2"  # a form that holds one wraps the page, as some servers do
_HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
_PARAGRAPHS = frozenset({
    "p", "ul", "ol", "dl", "blockquote", "hr", "article", "section", "main", "figure",
})  # fmt: skip
_LISTS = frozenset({"ul", "ol"})
_LINES = frozenset({
    "div", "tr", "dt", "dd", "caption", "figcaption", "address", "details", "summary", "fieldset",
    "legend", "form", "header", "footer", "body", "hgroup", "center", "td", "th", "br",
})  # fmt: skip
_BLOCK_IN_CELL = "table, ul, ol, pre, blockquote, h1, h2, h3, h4, h5, h6, p + p, div + div"
_DATE_NAMES = (
    "article:published_time", "datepublished", "date", "dc.date", "dc.date.issued", "dcterms.date",
    "dcterms.created", "dcterms.issued", "pubdate", "publishdate", "publish_date",
)  # fmt: skip
_CHARSET = re.compile(rb"""<meta[^>]{0,200}?charset\s*=\s*["']?\s*([\w:.-]+)""", re.IGNORECASE)
_SITE_NAME = re.compile(r"\s*[|\-\u2013\u2014:\u00b7\u00bb]\s")


def parse(data: bytes, limits: Limits) -> Parsed:
    """Text, heading sections, title (``<title>`` without the site's name, or the first h1) and date.

    Raises:
        Refused: not text, or too long.
    """
    declared = _CHARSET.search(data[:4096])
    markup, warnings = decode(data, declared[1].decode("ascii", "replace") if declared else "")
    tree = LexborHTMLParser(markup)
    title, stated = _title(tree), _date(tree)
    builder = TextBuilder(limits)
    _write_tree(tree, builder)
    text, sections = builder.build()
    return Parsed(text, sections, title, stated, warnings)


def write_fragment(markup: str, builder: TextBuilder) -> None:
    """Append the visible text of a piece of HTML to ``builder``."""
    _write_tree(LexborHTMLParser(markup), builder)


def _title(tree: LexborHTMLParser) -> str:
    head, heading = (_words(tree.css_first(name)) for name in ("title", "h1"))
    rest = head.removeprefix(heading)
    return heading if heading and (not head or (rest != head and _SITE_NAME.match(rest))) else head


def _words(node: LexborNode | None) -> str:
    return " ".join(node.text().split()) if node is not None else ""


def _date(tree: LexborHTMLParser) -> date | None:
    stated: dict[str, str] = {}
    for meta in tree.css("meta"):
        attributes = meta.attributes
        name = attributes.get("property") or attributes.get("name") or attributes.get("itemprop") or ""
        stated.setdefault(name.lower(), attributes.get("content") or "")
    time = tree.css_first("time[datetime]")
    values = [stated.get(name, "") for name in _DATE_NAMES]
    values.append((time.attributes.get("datetime") or "") if time is not None else "")
    return next((found for value in values if (found := parse_date(value))), None)


def _write_tree(tree: LexborHTMLParser, builder: TextBuilder) -> None:
    if tree.body is not None:
        _write(tree.body, _unwanted(tree), builder)


def _unwanted(tree: LexborHTMLParser) -> set[int]:
    """The ids of the nodes that are no part of the text, with all that is in them."""
    found = tree.css(_DROPPED)
    found += [node for node in tree.css("[style]") if _HIDDEN.search(node.attributes.get("style") or "")]
    found += [node for node in tree.css("header, footer") if not _inside_content(node)]
    found += [node for node in tree.css("form") if node.css_first(_PROSE) is None]
    return {node.mem_id for node in found}


def _inside_content(node: LexborNode) -> bool:
    parent = node.parent
    while parent is not None:
        if parent.tag in _OF_CONTENT:
            return True
        parent = parent.parent
    return False


def _write(root: LexborNode, unwanted: set[int], builder: TextBuilder) -> None:
    preformatted = depth = 0
    numbers: dict[int, int] = {}  # of the last item in each numbered list
    for node, opens in _walk(root, unwanted):
        tag = node.tag
        if tag == "-text":
            text = node.text_content or ""
            builder.add(text) if preformatted else builder.add_collapsed(text)
        elif tag in _HEADINGS:
            builder.begin_heading(int(tag[1])) if opens else builder.end_heading()
        elif tag == "table":
            builder.begin_table() if opens else builder.end_table()
        elif tag == "pre":
            preformatted += 1 if opens else -1
            builder.begin("code", "") if opens else builder.end("code")
        elif tag in _PARAGRAPHS:
            if tag in _LISTS:
                depth += 1 if opens else -1
            builder.gap(1 if tag in _LISTS and node.parent is not None and node.parent.tag == "li" else 2)
        elif tag == "tr" and opens and node.css_first(_BLOCK_IN_CELL) is None:
            cells = [cell for cell in node.iter() if cell.tag in ("td", "th")]
            builder.add_row([_cell_text(cell, unwanted) for cell in cells], header=True)
            unwanted.add(node.mem_id)  # written: its cells are not entered
        elif tag == "li":
            builder.begin_item(_list_marker(node.parent, numbers), max(depth, 1)) if opens else builder.end_item()
        elif tag in _LINES:
            builder.gap(1)


def _walk(root: LexborNode, unwanted: set[int]) -> Iterator[tuple[LexborNode, bool]]:
    """Every wanted node as it opens and closes, without recursion: pages may nest thousands deep."""
    stack = [(root, True)]
    while stack:
        node, opens = stack.pop()
        if opens and node.mem_id in unwanted:
            continue
        yield node, opens
        if opens and node.mem_id not in unwanted and node.tag != "-text":
            stack.append((node, False))
            stack.extend((child, True) for child in reversed(list(node.iter(include_text=True))))


def _cell_text(cell: LexborNode, unwanted: set[int]) -> str:
    if cell.mem_id in unwanted:
        return ""
    builder = TextBuilder(DEFAULT_LIMITS)
    _write(cell, unwanted, builder)
    return builder.build()[0]


def _list_marker(parent: LexborNode | None, numbers: dict[int, int]) -> str:
    if parent is None or parent.tag != "ol":
        return "-"
    start = parent.attributes.get("start") or ""
    first = int(start) if start.isascii() and start.isdigit() and len(start) < 10 else 1
    numbers[parent.mem_id] = numbers.get(parent.mem_id, first - 1) + 1
    return f"{numbers[parent.mem_id]}."
