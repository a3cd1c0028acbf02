"""What a person should know of pages that could not be read, or not rightly."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

from rag.loading.formats.pdf.page import PageText
from rag.loading.ocr import INSTALL, is_installed
from rag.loading.parsed import REPLACEMENT

GARBLED_SHARE = 0.05
"""Of characters without meaning: nearly all with fonts that have no Unicode table, else none."""
FEWEST_LETTERS = 150
"""Fewer Latin letters on a page say nothing of its language."""
VOWEL_SHARE = 0.25
"""Of the letters of a page, y being one: at least 35 in a hundred in the languages of Europe, and 15 to 25 where a
font's table is off by some places, as in "WKH URRI" for "the roof"."""
ACCENTED_SHARE = 0.6
"""Of the letters of a page: some 30 in a hundred in Vietnamese, nearly all in Cyrillic that was read as Latin."""

_MEANINGLESS = re.compile(f"[{REPLACEMENT}\ue000-\uf8ff\U000f0000-\U0010ffff\x00-\x08\x0b-\x1f]")
_VOWELS = frozenset("aeiouy")
_PAGES_NAMED = 10


def warnings(pages: Sequence[PageText], unreadable: Sequence[int]) -> tuple[str, ...]:
    """One sentence for each thing that is wrong, with the numbers of the pages; ``unreadable`` ones are known."""
    numbered = [(number, page) for number, page in enumerate(pages, 1) if number not in unreadable]
    garbled = [number for number, page in numbered if is_garbled(page.text)]
    misread = [number for number, page in numbered if number not in garbled and is_misread(page.text)]
    hint = "" if is_installed() else f"; to recognise it: {INSTALL}"
    found = (
        (list(unreadable), "cannot be read: the file is damaged"),
        (
            [number for number, page in numbered if page.drawn == "pictures"],
            f"has no text, only images (a scan?){hint}",
        ),
        ([number for number, page in numbered if page.drawn == "lines"], "has no text, only a drawing"),
        (garbled, "has unreadable characters: its fonts do not say which letters they draw"),
        (misread, "has letters that make no words: its fonts seem to say other letters than they draw"),
    )
    return tuple(f"{_page_list(numbers)} {what}" for numbers, what in found if numbers)


def reason_without_text(pages: Sequence[PageText]) -> str:
    """Why a document has no text, and what to do about it."""
    kinds = {page.drawn for page in pages}
    recognition = " on which none is recognised" if is_installed() else f"; to recognise text on them: {INSTALL}"
    if "pictures" in kinds:
        return f"has no text, only images{recognition}"
    if "lines" in kinds:
        return f"has no text, only drawings{recognition}"
    return "has no text: its pages are blank"


def is_garbled(text: str) -> bool:
    """Whether many characters of a text mean nothing."""
    return len(_MEANINGLESS.findall(text)) > GARBLED_SHARE * len(text)


def is_misread(text: str) -> bool:
    """Whether the Latin letters of a text are those of no language."""
    letters = [letter for letter in text.casefold() if letter.isalpha() and letter < "\u0250"]
    if len(letters) < FEWEST_LETTERS:
        return False
    plain = unicodedata.normalize("NFD", "".join(letters))
    vowels = sum(letter in _VOWELS for letter in plain)
    return vowels < VOWEL_SHARE * len(letters) or sum(letter > "\x7f" for letter in letters) > ACCENTED_SHARE * len(
        letters
    )


def _page_list(numbers: Sequence[int]) -> str:
    if len(numbers) == 1:
        return f"page {numbers[0]}"
    named = ", ".join(map(str, numbers[:_PAGES_NAMED]))
    more = f" and {len(numbers) - _PAGES_NAMED} more" if len(numbers) > _PAGES_NAMED else ""
    return f"each of the pages {named}{more}"
