"""HTML -> the text that a reader of the page sees, without navigation, scripts and hidden parts.

Paragraphs, list items and table rows are lines; cells are joined as "a | b"; images are dropped.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from typing import Any

from selectolax.lexbor import LexborHTMLParser, LexborNode

from rag.loading.builder import TextBuilder
from rag.loading.dates import parse_date
from rag.loading.encoding import decode
from rag.loading.formats.html.visible import off_the_line, rules_of, unwanted
from rag.loading.formats.html.writing import Writer
from rag.loading.limits import Limits
from rag.loading.parsed import Parsed

_DATE_NAMES = (
    "article:published_time", "datepublished", "date", "dc.date", "dc.date.issued", "dcterms.date",
    "dcterms.created", "dcterms.issued", "pubdate", "publishdate", "publish_date",
)  # fmt: skip
_AUTHOR_NAMES = ("author", "dc.creator", "dcterms.creator", "article:author", "citation_author")
_CHARSET = re.compile(rb"""<meta[^>]{0,200}?charset\s*=\s*["']?\s*([\w:.-]+)""", re.IGNORECASE)
_SITE_NAME = re.compile(r"\s*[|\-\u2013\u2014:\u00b7\u00bb]\s")


def parse(data: bytes, limits: Limits) -> Parsed:
    """Text, heading sections, title (``<title>`` without the site's name, or the first h1), date and author.

    Raises:
        Refused: not text, or too long.
    """
    declared = _CHARSET.search(data[:4096])
    markup, warnings = decode(data, declared[1].decode("ascii", "replace") if declared else "")
    tree = LexborHTMLParser(markup)
    fields = _fields(tree)
    title, stated = _title(tree), _date(tree, fields)
    author = next(filter(None, (fields.get(name, "") for name in _AUTHOR_NAMES)), "")
    builder = TextBuilder(limits)
    warnings += _write_tree(tree, builder)
    text, sections = builder.build()
    return Parsed(text, sections, title, stated, warnings, author)


def write_fragment(
    markup: str, builder: TextBuilder, rules_at: Callable[[str], Mapping[str, str]] = lambda _: {}
) -> tuple[str, ...]:
    """Append the visible text of a piece of HTML to ``builder``; returns warnings of what is left out.

    Args:
        markup: the HTML.
        builder: that is written to.
        rules_at: what the style sheet declares that the page links to by a reference; see ``rules_of``.
    """
    return _write_tree(LexborHTMLParser(markup), builder, rules_at)


def _write_tree(
    tree: LexborHTMLParser, builder: TextBuilder, rules_at: Callable[[str], Mapping[str, str]] = lambda _: {}
) -> tuple[str, ...]:
    rules: dict[str, str] = {}
    for sheet in tree.css("style, link[rel~=stylesheet][href]"):
        rules |= rules_of(sheet.text()) if sheet.tag == "style" else rules_at(sheet.attributes.get("href") or "")
    left_out, warnings = unwanted(tree, rules)
    if tree.body is not None:
        Writer(builder, left_out, off_the_line(tree, rules)).write_page(tree.body)
    return warnings


def _title(tree: LexborHTMLParser) -> str:
    head, heading = (_words(tree.css_first(name)) for name in ("title", "h1"))
    heading = heading.lstrip("#¶§🔗 ").rstrip("¶§🔗 ")  # a link to the heading itself
    rest = head.removeprefix(heading)
    return heading if heading and (not head or (rest != head and _SITE_NAME.match(rest))) else head


def _words(node: LexborNode | None) -> str:
    return " ".join(node.text().split()) if node is not None else ""


def _fields(tree: LexborHTMLParser) -> dict[str, str]:
    """What the page's ``meta`` elements and linked data say, by their names in lower case; of several, the first."""
    stated: dict[str, str] = {}
    for meta in tree.css("meta"):
        attributes = meta.attributes
        name = attributes.get("property") or attributes.get("name") or attributes.get("itemprop") or ""
        stated.setdefault(name.lower(), attributes.get("content") or "")
    for thing in _linked_data(tree):
        authors = thing.get("author")
        names = [one.get("name") if isinstance(one, dict) else one for one in _listed(authors)]
        stated.setdefault("datepublished", str(thing.get("datePublished") or ""))
        stated.setdefault("author", ", ".join(name for name in names if isinstance(name, str)))
    return stated


def _linked_data(tree: LexborHTMLParser) -> Iterator[dict[str, Any]]:
    """What a page says of itself in the vocabulary of schema.org (JSON-LD), that has a date or an author."""
    for script in tree.css("script[type='application/ld+json']"):
        try:
            read = json.loads(script.text())
        except (ValueError, RecursionError):
            continue
        for thing in _listed(read):
            graph = thing.get("@graph") if isinstance(thing, dict) else None
            for one in (thing, *_listed(graph)):
                if isinstance(one, dict) and ("datePublished" in one or "author" in one):
                    yield one


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _date(tree: LexborHTMLParser, stated: Mapping[str, str]) -> date | None:
    time = tree.css_first("time[datetime]")
    values = [stated.get(name, "") for name in _DATE_NAMES]
    values.append((time.attributes.get("datetime") or "") if time is not None else "")
    return next((found for value in values if (found := parse_date(value))), None)
