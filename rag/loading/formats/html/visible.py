"""Which parts of a page are no part of its text: navigation, scripts, and what is hidden or struck out."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Literal

import tinycss2
from selectolax.lexbor import LexborHTMLParser, LexborNode

from rag.loading.parsed import STRUCK_OUT

HIDDEN = "text that the page's style sheet hides is left out"

_DROPPED = (
    "head, script, style, template, noscript, svg, nav, iframe, object, canvas, audio, video,"
    " select, textarea, input:not([disabled]), rp, [hidden], [aria-hidden=true], [role=navigation], [role=banner],"
    " [role=search], dialog:not([open]), .mw-editsection"
)
_STRUCK = "del, s, strike"
_OF_CONTENT = frozenset({"article", "main", "section"})  # a header, footer or aside inside one belongs to the text
_OF_HEADINGS = frozenset(
    {"h1", "h2", "h3", "h4", "h5", "h6", "summary", "dt"}
)  # a button in one opens what is under it
_PROSE = "p, article, main, h1, h2"  # a form that holds one wraps the page, as some servers do
_HIDES = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)
_STRIKES = re.compile(r"text-decoration[^;]*line-through", re.IGNORECASE)
_RAISES = re.compile(r"vertical-align\s*:\s*super|position\s*:\s*relative\s*;\s*top\s*:\s*-0?\.\d+em", re.IGNORECASE)
"""The latter is how LibreOffice raises what it makes smaller."""
_LOWERS = re.compile(r"vertical-align\s*:\s*sub\b", re.IGNORECASE)
_IN_LINES = frozenset({"a", "b", "em", "font", "i", "small", "span", "strong"})
_SIMPLE = re.compile(r"[a-z]*(?:[.#][\w-]+)+", re.IGNORECASE)
_ANCHORS = frozenset("# ¶ § ↩ ↩︎ ↑ ^ 🔗".split())
"""What links to a heading itself, and from a note back to its mark, are called."""


def unwanted(tree: LexborHTMLParser, rules: Mapping[str, str]) -> tuple[set[int], tuple[str, ...]]:
    """The ids of the nodes that are no part of the text, with all that is in them; and warnings of what is left out.

    Args:
        tree: of a page.
        rules: what its style sheets declare, by selector.
    """
    body = tree.body
    if body is None:
        return set(), ()
    found = tree.css(_DROPPED)
    found += [node for node in tree.css("header") if not _is_in(node, _OF_CONTENT) and node.css_first("h1") is None]
    found += [node for node in tree.css("footer, [role=contentinfo]") if not _is_in(node, _OF_CONTENT) and _links(node)]
    found += [node for node in tree.css("aside") if not _is_in(node, _OF_CONTENT) or _links(node)]
    found += [node for node in tree.css("button") if not _is_in(node, _OF_HEADINGS)]
    found += [node for node in tree.css("form") if node.css_first(_PROSE) is None]
    found += [node for node in tree.css("a[href*='#']") if node.text().strip() in _ANCHORS]
    inline = [(node, node.attributes.get("style") or "") for node in tree.css("[style]")]
    struck = tree.css(", ".join([_STRUCK, *(one for one, declared in rules.items() if _STRIKES.search(declared))]))
    struck += [node for node, style in inline if _STRIKES.search(style)]
    hiding = ", ".join(selector for selector, declared in rules.items() if _HIDES.search(declared))
    hidden = tree.css(hiding) if hiding else []
    found += [node for node, style in inline if _HIDES.search(style)]
    warnings = (STRUCK_OUT if _have_text(struck) else "", HIDDEN if _have_text(hidden) else "")
    return {node.mem_id for node in (*found, *struck, *hidden)} - {body.mem_id}, tuple(filter(None, warnings))


def _have_text(nodes: Sequence[LexborNode]) -> bool:
    return any(node.text().strip() for node in nodes)


def off_the_line(tree: LexborHTMLParser, rules: Mapping[str, str]) -> dict[int, Literal["sup", "sub"]]:
    """The ids of the nodes within lines that style, and not their element, sets above or below the line."""
    found: dict[int, Literal["sup", "sub"]] = {}
    levels: tuple[tuple[Literal["sup", "sub"], re.Pattern[str]], ...] = (("sup", _RAISES), ("sub", _LOWERS))
    for level, declares in levels:
        selectors = ", ".join(selector for selector, declared in rules.items() if declares.search(declared))
        nodes = tree.css(selectors) if selectors else []
        nodes += [node for node in tree.css("[style]") if declares.search(node.attributes.get("style") or "")]
        found |= {node.mem_id: level for node in nodes if node.tag in _IN_LINES}
    return found


def rules_of(sheet: str) -> dict[str, str]:
    """What a style sheet declares for simple selectors (".old", "p#draft"), the last rule of each."""
    declared: dict[str, str] = {}
    for rule in tinycss2.parse_stylesheet(sheet, skip_comments=True, skip_whitespace=True):
        if rule.type == "qualified-rule":
            for selector in tinycss2.serialize(rule.prelude).split(","):
                if _SIMPLE.fullmatch(selector.strip()):
                    declared[selector.strip()] = tinycss2.serialize(rule.content)
    return declared


def _links(node: LexborNode) -> bool:
    """Whether a part of a page is nothing but links, or hardly more."""
    linked = sum(len(link.text().strip()) for link in node.css("a"))
    return 2 * linked >= len(" ".join(node.text().split()))


def _is_in(node: LexborNode, tags: frozenset[str]) -> bool:
    return any(parent.tag in tags for parent in _parents(node))


def _parents(node: LexborNode) -> Iterator[LexborNode]:
    parent = node.parent
    while parent is not None:
        yield parent
        parent = parent.parent
