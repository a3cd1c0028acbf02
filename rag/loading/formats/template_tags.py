"""Tags of site generators in Markdown: Liquid's ``{% page "/x" %}``, Hugo's ``{{< img src="x" >}}``.

They are no Markdown: a parser takes a tag with spaces in a link's destination for text. So each is replaced by a mark
without spaces while the text is parsed; afterwards code gets its tag back, and prose the words that the tag shows.
"""

from __future__ import annotations

import re

_TAG = re.compile(
    r"\{%-?[ \t]*comment\b[^{}\n]*%\}(?:(?!\{%-?[ \t]*comment\b).)*?\{%-?[ \t]*endcomment[ \t]*-?%\}"
    r"|\{%[^{}\n]*%\}|\{\{[<%][^{}\n]*[>%]\}\}|\{\{[^{}\n]*\}\}",
    re.DOTALL,
)
_MARK = re.compile("\ue000(\\d{1,7})\ue001")
_VARIABLE = re.compile(r"\{\{(?![<%])|\{%-?[ \t]*data\b")
_SHOWS_NOTHING = re.compile(r"\{[{%][<%-]?[ \t]*(?:comment|image|img|legacy-img|if|elsif|unless|for|assign|set)\b")
_WORDS = re.compile(
    r"""\b(?:text|title)=(?P<quote>["'])(?P<named>.*?)(?P=quote)|(?<==)["'].*?["']|"(?P<given>[^"]*)\""""
)
_PATH = re.compile(r"/|\.\w{2,5}$")


class TemplateTags:
    """The tags of one source, while it is parsed."""

    def __init__(self) -> None:
        self._tags: list[str] = []

    def hide(self, source: str) -> str:
        """``source`` with a mark for each tag."""
        return _TAG.sub(self._mark, source)

    def restore(self, text: str) -> str:
        """``text`` with the tags as they were in the source."""
        return _MARK.sub(lambda mark: self._tag(mark), text)

    def show(self, text: str) -> str:
        """``text`` with what a reader should see of each tag: its words; itself, for a variable's value is unknown."""
        return _MARK.sub(lambda mark: _shown(self._tag(mark)), text)

    def _mark(self, tag: re.Match[str]) -> str:
        self._tags.append(tag[0])
        return f"\ue000{len(self._tags) - 1}\ue001"

    def _tag(self, mark: re.Match[str]) -> str:
        number = int(mark[1])
        return self._tags[number] if number < len(self._tags) else mark[0]  # the source's own characters


def _shown(tag: str) -> str:
    if _VARIABLE.match(tag) or not tag.startswith("{"):
        return tag
    if _SHOWS_NOTHING.match(tag):
        return ""
    words = [found["named"] or found["given"] or "" for found in _WORDS.finditer(tag)]
    return next((word for word in reversed(words) if word and not _PATH.search(word)), "")
