"""reStructuredText (.rst) -> what a browser would show of it, read as HTML is.

Directives and roles that only Sphinx knows are replaced by the words in them.
"""

from __future__ import annotations

import re
import sys
from typing import Any

from docutils.core import publish_parts
from docutils.parsers.rst.languages import en

from rag.loading.builder import TextBuilder
from rag.loading.dates import parse_date
from rag.loading.encoding import decode
from rag.loading.formats.html import write_fragment
from rag.loading.limits import Limits
from rag.loading.parsed import Parsed, check_length, clean_newlines

_ROLE = re.compile(r"(?<![\\`:\w]):(?:[\w+.]+:)?(?P<role>[a-z][\w+-]*):`(?P<text>[^`]+)`")
_KNOWN_ROLES = frozenset("sub subscript sup superscript emphasis strong literal code math title-reference".split())
_TARGET = re.compile(r"\s*<[^<>]*>\Z")
_DIRECTIVE = re.compile(r"^(?P<indent>[ \t]*)\.\.[ ](?P<name>[\w:+.-]+)::(?:[ ]+(?P<argument>.*))?$")
_OPTION = re.compile(r"^[ \t]+:[\w-]+:")
_DROPPED = frozenset("toctree only index contents include raw image figure literalinclude automodule".split())
_OF_CODE = frozenset("code code-block sourcecode".split())  # of which Sphinx knows more options
_KNOWN = frozenset(en.directives) - {"include", "raw", "contents", "sectnum", "image"}
_SETTINGS: dict[str, Any] = {
    "file_insertion_enabled": False,
    "raw_enabled": False,
    "_disable_config": True,
    "line_length_limit": sys.maxsize,  # beyond it, docutils would leave out all of the text
    "report_level": 5,
    "halt_level": 5,
    "syntax_highlight": "none",
    "doctitle_xform": False,
    "docinfo_xform": False,
    "initial_header_level": 1,
    "smart_quotes": False,
    "math_output": "LaTeX",
    "embed_stylesheet": False,
    "footnote_references": "superscript",
    "warning_stream": False,
}
_AS_WRITTEN = (
    (re.compile(r'<a class="superscript"[^>]* role="doc-noteref">(?:(?!</a>).)*</a>'), r"<sup>\g<0></sup>"),
    (re.compile(r"<(/?)aside\b"), r"<\1div"),  # notes and warnings
    (re.compile(r'<p class="admonition-title">([^<]*)</p>\s*<p>'), r"<p>\1: "),
    (re.compile(r"<li><p>((?:(?!</p>).)*)</p>(?=\s*(?:</li>|<[uo]l))", re.DOTALL), r"<li>\1"),
)
"""How docutils marks up what our reader of HTML takes otherwise, and how that takes it as it is meant."""
_FIELD = re.compile(r"^:(?P<name>title|author|authors|date):[ \t]*(?P<value>.*)$", re.IGNORECASE | re.MULTILINE)
_MAX_FIELDS = 4000  # characters from the start in which they stand


def parse(data: bytes, limits: Limits) -> Parsed:
    """Text, sections, and the title, author and date of its fields. No file that it names is read.

    Raises:
        Refused: not text, or too long.
    """
    source, warnings = decode(data)
    check_length(len(source), limits)
    source = clean_newlines(source)
    fields = {match["name"].lower(): match["value"].strip() for match in _FIELD.finditer(source[:_MAX_FIELDS])}
    page = publish_parts(_without_sphinx(source), writer="html5", settings_overrides=_SETTINGS)["body"]
    for pattern, markup in _AS_WRITTEN:
        page = pattern.sub(markup, page)
    builder = TextBuilder(limits)
    warnings += write_fragment(page, builder)
    text, sections = builder.build()
    author = fields.get("author") or fields.get("authors", "")
    return Parsed(text, sections, fields.get("title", ""), parse_date(fields.get("date", "")), warnings, author)


def _without_sphinx(source: str) -> str:
    """The source with the words of what docutils does not know, which it would leave out or show as markup."""
    lines: list[str] = []
    after_directive = False
    for line in source.split("\n"):
        match = _DIRECTIVE.match(line)
        name = match["name"].lower() if match else ""
        if match and name not in _KNOWN and name not in _DROPPED:
            lines += [match["indent"] + (match["argument"] or "").strip()]
            after_directive = True
        elif not (after_directive and _OPTION.match(line)):
            lines.append(line)
            after_directive = name in _OF_CODE
    return _ROLE.sub(_words, "\n".join(lines))


def _words(role: re.Match[str]) -> str:
    if role["role"] in _KNOWN_ROLES:
        return role[0]
    text = _TARGET.sub("", role["text"]).lstrip("~!").strip()
    return f"``{text}``" if text else ""
