"""HTML by templates that escape whatever they are given."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

from jinja2 import Environment, PackageLoader, StrictUndefined
from jinja2.ext import Extension
from jinja2.lexer import Token, TokenStream

_BETWEEN = re.compile(r"^\s*\n\s*|\s*\n\s*$|(?<=>)\s*\n\s*|\s*\n\s*(?=<)")
_WITHIN = re.compile(r"\s*\n\s*")


class LayoutIsNoText(Extension):
    """Takes line breaks and indentation for layout of the template, as JSX does, not for white space of the page.

    A line break beside an element, an expression or a statement is nothing; one within text is a space.
    """

    def filter_stream(self, stream: TokenStream) -> Iterable[Token]:
        """The tokens of a template without its layout."""
        for token in stream:
            if token.type == "data":
                yield Token(token.lineno, token.type, _WITHIN.sub(" ", _BETWEEN.sub("", token.value)))
            else:
                yield token


def templates_of(package: str, finalize: Callable[[object], object] | None = None) -> Environment:
    """The templates in the folder ``templates`` of a package; a name that they are not given is an error.

    Args:
        finalize: what becomes of each value before it is escaped.
    """
    return Environment(
        loader=PackageLoader(package),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=finalize,
        auto_reload=False,
        extensions=[LayoutIsNoText],
    )
