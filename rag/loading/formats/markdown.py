"""Markdown -> readable text.

Markup characters go; words, code, list markers and numbers stay, tables become "a | b" rows, and lines that were merely
wrapped become one, as CommonMark means them. So a quote reads naturally. Images are dropped.
"""

from __future__ import annotations

import re

from markdown_it import MarkdownIt
from markdown_it.token import Token

from rag.loading.builder import TextBuilder
from rag.loading.dates import parse_date
from rag.loading.encoding import decode
from rag.loading.formats.html import write_fragment
from rag.loading.limits import DEFAULT_LIMITS, Limits
from rag.loading.parsed import Parsed, clean_newlines
from rag.text.wrapping import are_lines_of_their_own

_FRONT_MATTER = re.compile(r"(?P<fence>---|\+\+\+)[ \t]*\n(?P<fields>.*?)\n(?P=fence)[ \t]*(?:\n|\Z)", re.DOTALL)
_FIELD = re.compile(r"^(?P<key>[A-Za-z_][\w-]*)[ \t]*[:=][ \t]*(?P<value>.*)$", re.MULTILINE)
_MAX_NESTING = 100  # what is nested deeper is dropped; the parser's own 20 is within reach of real lists
_BLOCKS = ("paragraph", "heading", "blockquote", "bullet_list", "ordered_list")


def parse(data: bytes, limits: Limits) -> Parsed:
    """Text, heading sections, and title and date of the front matter (YAML or TOML, simple fields).

    Raises:
        Refused: not text, or too long.
    """
    source, warnings = decode(data)
    source = clean_newlines(source)
    fields, body = _split_front_matter(source)
    builder = TextBuilder(limits)
    write_markdown(body, builder)
    text, sections = builder.build()
    return Parsed(text, sections, fields.get("title", ""), parse_date(fields.get("date", "")), warnings)


def write_markdown(source: str, builder: TextBuilder) -> None:
    """Append what a piece of Markdown says to ``builder``."""
    parser = MarkdownIt("commonmark", {"maxNesting": _MAX_NESTING}).enable(["table", "strikethrough"])
    _write(parser.parse(source), builder)


def _split_front_matter(source: str) -> tuple[dict[str, str], str]:
    match = _FRONT_MATTER.match(source)
    if match is None or not _FIELD.match(match["fields"]):
        return {}, source  # a rule and a paragraph, not fields
    found = _FIELD.finditer(match["fields"])
    fields = {field["key"].lower(): field["value"].strip().strip("\"'") for field in found}
    return fields, source[match.end() :]


def _write(tokens: list[Token], builder: TextBuilder) -> None:
    depth = 0  # lists that are open
    row: list[str] | None = None
    for token in tokens:
        kind, opens = token.type.removesuffix("_open").removesuffix("_close"), token.nesting == 1
        if kind == "heading":
            builder.begin_heading(int(token.tag[1:])) if opens else builder.end_heading()
        elif kind in ("bullet_list", "ordered_list"):
            depth += token.nesting
            builder.gap(1 if depth else 2)
        elif kind == "list_item" and opens:
            builder.begin_item(f"{token.info}{token.markup}" if token.info else "-", depth)
        elif kind == "list_item":
            builder.end_item()
        elif kind == "table":
            builder.begin_table() if opens else builder.end_table()
        elif kind in _BLOCKS:
            builder.gap(1 if token.hidden else 2)
        elif kind == "tr":
            if row is not None:
                builder.add_row(row, header=True)
            row = [] if opens else None
        elif kind == "inline" and row is not None:
            cell = TextBuilder(DEFAULT_LIMITS)
            _write_inline(token, cell)
            row.append(cell.build()[0])
        elif kind == "inline":
            _write_inline(token, builder)
        elif kind in ("fence", "code_block"):
            builder.begin("code", token.info.strip())
            builder.add(token.content.rstrip("\n"))
            builder.end("code")
        elif kind == "html_block":
            builder.gap(2)
            write_fragment(token.content, builder)
            builder.gap(2)


def _write_inline(inline: Token, builder: TextBuilder) -> None:
    """Writes a paragraph, item or cell; as CommonMark has it, a line goes on with the next one."""
    wrapped = not are_lines_of_their_own(inline.content.split("\n"))
    for token in inline.children or []:
        if token.type in ("softbreak", "hardbreak"):
            builder.space() if wrapped and token.type == "softbreak" else builder.gap(1)
        elif token.type in ("text", "code_inline"):
            builder.add(token.content)
        elif token.type == "html_inline" and token.content.lower().startswith("<br"):
            builder.gap(1)
