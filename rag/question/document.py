"""Which document a question means that asks what a whole one is about, or for its title, author, date or pages."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Literal

from rag.question.kind import QuestionKind
from rag.schema import Source
from rag.text.words import content_stems, stems_of, words

Fact = Literal["title", "author", "date", "pages"]
"""What is known of a document without reading it."""

NAMED_SHARE = 0.75
"""A document is meant if its title has at least this share of the words that may name it, weighted by rarity."""

_ASKING = stems_of(
    "summarise summarize summary sum overview document file text report article paper page letter give tell"
    " short brief briefly main key point points finding findings message messages topic topics content"
    " contents subject gist essence recap cover covers covered deal deals say says said please need want know"
    " whole few sentences highlights tl dr"
)
"""Stems of words by which people ask for a summary; they name no document."""


_SUMMARY = stems_of("summarise summarize summary overview gist recap topic subject")
"""Stems of the words among them that ask for one by themselves."""
_ANY = stems_of("document file text pdf")
"""Stems of words for a document of any sort; they name none either."""
_SORTS = _ANY | stems_of(
    "report minutes paper letter handbook guide manual contract agreement study article chapter policy memo memorandum"
    " brochure page lease treaty speech newsletter book booklet leaflet notes"
)
"""Stems of words for documents."""
_POINTING = (["it"], ["this"], ["that"])
"""Words that stand for the only document there is, or the one that was asked about before."""
_OPENING = re.compile(r"\W*(?:(?:and|but|so|then|ok|okay)\b\W*)*", re.IGNORECASE)
_ITS = re.compile(r"\bits (title|authors?|date|number of pages)\b", re.IGNORECASE)
_ASKED = r"\W*(?:(?:what is|what[’']s|tell me) )?the "
_FACTS: tuple[tuple[Fact, re.Pattern[str]], ...] = (
    ("title", re.compile(rf"{_ASKED}title of (.+)", re.IGNORECASE)),
    (
        "author",
        re.compile(
            r"\W*(?:(?:(?:who|what) (?:is|was|are|were)|who[’']s|tell me) )?the authors? of (.+)"
            r"|\W*who (?:wrote|has written|authored) (.+)",
            re.IGNORECASE,
        ),
    ),
    ("date", re.compile(rf"{_ASKED}date of (.+)", re.IGNORECASE)),
    (
        "date",
        re.compile(r"\W*when (?:was|were) (.+?) (?:published|issued|written|released|dated)\W*", re.IGNORECASE),
    ),
    ("pages", re.compile(rf"{_ASKED}number of pages (?:of|in) (.+)", re.IGNORECASE)),
    (
        "pages",
        re.compile(
            r"\W*how many pages (?:do|does|has|have|is|are)(?: there)?(?: in)? (.+?)(?: have| long)?\W*",
            re.IGNORECASE,
        ),
    ),
)
_OF_A_TIME = re.compile(
    r"\W*(?:which|what|list(?: all)?|show(?: me)?)(?: of)?(?: the| my| all)? (?:documents?|files?)"
    r"(?: (?:are|is|were|was|do you have|have you got|are there|date|dates|dated|written|published|issued|that)){0,3} "
    r"((?:from|of|in|dated|before|after|since|until|between|during) .+)",
    re.IGNORECASE,
)
LONGEST = 200
"""Characters of a question for a fact of a document."""


def fact_asked(question: str, sources: Sequence[Source]) -> tuple[Fact, Source] | None:
    """Which fact of which document a question asks for; None where it asks for none, or that is not known.

    Args:
        question: "How many pages does the annual report have?".
        sources: the documents that may answer.
    """
    wanted = fact_wanted(question)
    source = document_of_fact(question, sources)
    if wanted is None or source is None or not getattr(source, wanted[0]):
        return None
    return wanted[0], source


def document_of_fact(question: str, sources: Sequence[Source]) -> Source | None:
    """The one document that a question for a fact names, or the only one if it names none; None without certainty."""
    wanted = fact_wanted(question)
    naming = content_stems(wanted[1]) if wanted else set()
    if wanted is None or (not naming & _SORTS and words(wanted[1]) not in _POINTING):
        return None
    named = [source for source in sources if naming - _ANY <= content_stems(f"{source.title} {source.name}")]
    return named[0] if len(named) == 1 else None


def fact_wanted(question: str) -> tuple[Fact, str] | None:
    """Which fact a question asks for, and the words for the document: "author", "the annual report"; None for none."""
    if len(question) > LONGEST:
        return None
    asked = _ITS.sub(r"the \1 of it", _OPENING.sub("", question.strip(), count=1))
    for fact, pattern in _FACTS:
        if match := pattern.fullmatch(asked):
            return fact, next(filter(None, match.groups()))
    return None


def time_asked(question: str) -> str:
    """The time of which a question wants the documents, as typed: "from 2023" of "Which documents are from 2023?".

    "" where it asks for something else.
    """
    match = _OF_A_TIME.fullmatch(question.strip()) if len(question) <= LONGEST else None
    return match[1] if match else ""


def asks_for_a_whole(question: str, kind: QuestionKind) -> bool:
    """Whether a question of a kind is about a whole document, and not about a property of it: "What is the price?".

    It has a word by which people ask for a summary, or one for a document; and if it is nothing but a call for a
    summary of one, its kind does not matter.
    """
    stems = content_stems(question)
    if kind != "about":
        return bool(stems & _SUMMARY) and stems <= _ASKING | _SORTS
    return "about" in words(question) or bool(stems & (_ASKING | _SORTS))


def names_no_document(question: str) -> bool:
    """Whether a question about a whole document does not say which: "Summarise the document"."""
    return content_stems(question) <= _ASKING


def document_meant(
    question: str, sources: Sequence[Source], rarity: Mapping[str, float]
) -> tuple[Source, float] | None:
    """The document whose title a question names, or the only one if it names none; None where that is not certain.

    Args:
        question: about a whole document, as typed.
        sources: the documents that may answer.
        rarity: stems of the content words of it and of what it goes on from, to how rare each is.

    Returns:
        The document, and the share of the naming words that its title has, ``NAMED_SHARE`` to 1.
    """
    if len(sources) == 1 and names_no_document(question):
        return sources[0], 1.0
    naming = {word: weight for word, weight in rarity.items() if word not in _ASKING}
    total = sum(naming.values())
    if not total:
        return None

    def named(source: Source) -> float:
        title = content_stems(f"{source.title} {source.name}")
        return sum(weight for word, weight in naming.items() if word in title) / total

    best = sorted(sources, key=named, reverse=True)[:2]
    if not best or named(best[0]) < NAMED_SHARE or (len(best) > 1 and named(best[0]) == named(best[1])):
        return None
    return best[0], named(best[0])
