"""Markdown -> readable text: what a browser would show of it, read as HTML is.

Markup characters go; words, code, list markers and numbers stay, and lines that were merely wrapped become one, as
CommonMark means them. So a quote reads naturally. Images and shortcodes are dropped.
"""

from __future__ import annotations

import re
import tomllib
from html import escape
from typing import Any

import yaml
from markdown_it import MarkdownIt
from markdown_it.rules_inline import StateInline
from mdit_py_plugins.admon import admon_plugin
from mdit_py_plugins.deflist import deflist_plugin
from mdit_py_plugins.footnote import footnote_plugin

from rag.loading.builder import TextBuilder
from rag.loading.dates import parse_date
from rag.loading.encoding import decode
from rag.loading.formats.html import write_fragment
from rag.loading.limits import Limits
from rag.loading.parsed import FRONT_MATTER, Parsed, clean_newlines
from rag.text.wrapping import are_lines_of_their_own

_FRONT_MATTER = re.compile(r"(?P<fence>---|\+\+\+)[ \t]*\n(?P<fields>.*?)\n(?P=fence)[ \t]*(?:\n|\Z)", re.DOTALL)
_FIELD = re.compile(r"^(?P<key>[A-Za-z_][\w-]*)[ \t]*[:=][ \t]*(?P<value>.*)$", re.MULTILINE)
_MAX_FRONT_MATTER = 100_000  # characters; what is longer is no front matter
_MAX_NESTING = 100  # what is nested deeper is dropped; the parser's own 20 is within reach of real lists
_TEMPLATE = re.compile(  # {{< Hugo >}} {{% Hugo %}} {% Jekyll %} {# Jinja #} {#anchor} {: .class}
    r"\{\{<.{0,1000}?>\}\}|\{\{%.{0,1000}?%\}\}|\{%.{0,1000}?%\}|\{#.{0,1000}?#\}|"
    r"\{:?[ ]*[#.][\w-]+(?:[ ]+[#.]?[\w-]+(?:=[^\s{}]*)?)*[ ]*\}",
    re.DOTALL,
)
_TAG = re.compile(r"</?(?P<name>[A-Za-z][\w-]*)(?P<more>[^<>]*)>")
_CLOSED = re.compile(r"</([a-z][\w-]*)")
_ELEMENTS = frozenset(
    """
    a abbr address article b bdi bdo blockquote body br caption center cite code col colgroup data dd del details dfn
    div dl dt em figcaption figure font footer h1 h2 h3 h4 h5 h6 head header hr html i img input ins kbd li link main
    mark meta ol p picture pre q rp rt ruby s samp section small source span strike strong sub summary sup table tbody
    td tfoot th thead time tr tt u ul var wbr
    """.split()
)
"""Elements of HTML that hide nothing after them where they are not closed."""


def parse(data: bytes, limits: Limits) -> Parsed:
    """Text, sections, and title, date and author of the front matter (YAML or TOML); its other fields begin the text.

    Raises:
        Refused: not text, or too long.
    """
    source, warnings = decode(data)
    source = clean_newlines(source)
    fields, body = _split_front_matter(source)
    builder = TextBuilder(limits)
    _write_fields(fields, builder)
    warnings += write_markdown(body, builder)
    text, sections = builder.build()
    author = fields.get("author") or fields.get("authors", "")
    return Parsed(text, sections, fields.get("title", ""), parse_date(fields.get("date", "")), warnings, author)


def write_markdown(source: str, builder: TextBuilder) -> tuple[str, ...]:
    """Append what a piece of Markdown says to ``builder``; returns warnings of what is left out."""
    parser = MarkdownIt("commonmark", {"maxNesting": _MAX_NESTING}).enable(["table", "strikethrough"])
    parser.use(footnote_plugin).use(deflist_plugin).use(admon_plugin)
    parser.inline.ruler.before("escape", "template", _skip_template)
    environment: dict[str, Any] = {}
    tokens = parser.parse(source, environment)
    closed = frozenset(_CLOSED.findall(source.lower()))
    for token in tokens:
        if token.type == "html_block":
            token.content = _elements_only(token.content, closed)
        wrapped = not are_lines_of_their_own(token.content.split("\n")) if token.type == "inline" else True
        for inline in token.children or []:
            if inline.type == "softbreak" and not wrapped:
                inline.type = "hardbreak"
            elif inline.type == "html_inline":
                inline.content = _elements_only(inline.content, closed)
    return write_fragment(parser.renderer.render(tokens, parser.options, environment), builder)


def _skip_template(state: StateInline, silent: bool) -> bool:
    """A rule of the parser: what a site generator would replace is dropped, but not in code."""
    match = _TEMPLATE.match(state.src, state.pos, state.posMax) if state.src[state.pos] == "{" else None
    if match is None:
        return False
    state.pos = match.end()
    return True


def _elements_only(markup: str, closed: frozenset[str]) -> str:
    """HTML in which "<name>", a placeholder, stands as text, and no tag hides all that follows it.

    Args:
        markup: a piece of HTML in Markdown.
        closed: the names in lower case that the document has closing tags for.
    """

    def kept(tag: re.Match[str]) -> str:
        name = tag["name"].lower()
        return tag[0] if name in _ELEMENTS or name in closed or tag["more"].endswith("/") else escape(tag[0])

    return _TAG.sub(kept, markup)


def _split_front_matter(source: str) -> tuple[dict[str, str], str]:
    """The fields before a text, their keys in lower case and lists as "a, b"; and the text."""
    match = _FRONT_MATTER.match(source)
    if match is None or len(match["fields"]) > _MAX_FRONT_MATTER or not _FIELD.search(match["fields"]):
        return {}, source  # a rule and a paragraph, not fields
    try:
        if match["fence"] == "+++":
            read: Any = tomllib.loads(match["fields"])
        else:
            read = yaml.load(match["fields"], Loader=yaml.BaseLoader)  # texts, lists and dictionaries, no objects
    except (yaml.YAMLError, tomllib.TOMLDecodeError, RecursionError):  # "title: Part two: the sea" is in use
        read = {field["key"]: field["value"].strip().strip("\"'") for field in _FIELD.finditer(match["fields"])}
    if not isinstance(read, dict):
        return {}, source
    return {str(key).lower(): words for key, value in read.items() if (words := _words(value))}, source[match.end() :]


def _words(value: Any) -> str:
    """A value of the front matter: its text, or the texts in it; of a person with a name, the name."""
    if isinstance(value, dict):
        value = [value["name"]] if "name" in value else list(value.values())
    if isinstance(value, list):
        return ", ".join(" ".join(str(item).split()) for item in map(_single, value) if item)
    return " ".join(str(value).split())


def _single(value: Any) -> Any:
    if isinstance(value, dict):
        return value.get("name", "")
    return "" if isinstance(value, list) else value


def _write_fields(fields: dict[str, str], builder: TextBuilder) -> None:
    """The front matter but the title, "version: 4.2", so that it is found and can be quoted."""
    builder.begin("note", FRONT_MATTER)
    for key, words in fields.items():
        if key != "title":
            builder.gap(1)
            builder.add(f"{key}: {words}")
    builder.end("note")
