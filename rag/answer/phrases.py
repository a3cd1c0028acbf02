"""How docquote says things to people, wherever they ask: places, dates, confidence, groups, an answer as plain text."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import PurePath

from rag.answer.agreement import Position
from rag.schema import PLACES, Answer, Citation, Group, Month, Narrowing, Source

CONFIDENCE_WORDS = (
    (0.85, "Very likely the answer"),
    (0.60, "Likely the answer"),
    (0.40, "Possibly the answer"),
    (0.0, "A weak match: check the source"),
)
"""Lower bounds of the estimated probability that the first quote answers, and how a person would say it."""

PERHAPS = "This may answer it"
"""Over passages that may hold an answer which no sentence is likely to be."""


def library_name(sources: Sequence[Source]) -> str:
    """The folder that holds all sources, which is what people call their library."""
    roots = {source.path.removesuffix(source.name).rstrip("/\\") for source in sources}
    return PurePath(roots.pop()).name or "Library" if len(roots) == 1 else "Library"


def place(citation: Citation) -> str:
    """Where a quote stands, for people: title, page or the like, heading, date."""
    date = day(citation.date) if citation.date else ""
    parts = [citation.title, *place_and_heading(citation), date, recognition_words(citation)]
    return " · ".join(part for part in parts if part)


def place_within(citation: Citation) -> str:
    """Where in its document a quote stands: page, slide or the like and heading, as far as it has them."""
    return " · ".join(part for part in (*place_and_heading(citation), recognition_words(citation)) if part)


def recognition_words(citation: Citation) -> str:
    """How sure text recognition is of a quote: "read by text recognition, 71% sure"; "" where it is the file's text."""
    return "" if citation.recognised is None else f"read by text recognition, {citation.recognised}% sure"


def place_and_heading(citation: Citation) -> tuple[str, str]:
    """The place of a quote and the heading that it stands under; "" for a heading that says nothing new."""
    where, heading = place_name(citation), citation.heading or ""
    told = [citation.title, *(f"{kind} {heading}" for kind in PLACES)]
    return where, "" if any(words in told for words in (heading, *where.split(", "))) else heading


def place_name(citation: Citation) -> str:
    """The page, slide, sheet or message of a quote, "page 3"; "" where its document has none."""
    page = "" if citation.page is None else f"page {citation.page}"
    return citation.place or page  # an answer that was kept before places were has only the page


def lead_words(citation: Citation, *, with_header: bool = True) -> str:
    """What a quote needs before it to be understood, in the document's words, in lines; "" where it needs nothing.

    That is the question that it answers, the line that introduces its list, and, ``with_header``, the header row of its
    table.
    """
    header = citation.header if with_header else None
    return "\n".join(words.text for words in (citation.lead, header) if words)


def plain_text(answer: Answer) -> str:
    """An answer to paste elsewhere: the question, the quotes, and where each stands."""
    citations = (*answer.citations, *answer.also)
    quotes = [_quoted(citation) for citation in (() if answer.groups else citations)]
    for side, groups in by_side(answer.groups):
        quotes += [f"{side}:"] if side else []
        for group in groups:
            frame, quoted = framed(group, citations)
            quotes += [frame, *map(_quoted, quoted)]
    places = [f"[{c.number}] {place(c)} ({c.document})" for c in citations]
    return "\n\n".join([answer.question, *quotes, "\n".join(places)])


def _quoted(citation: Citation) -> str:
    return "\n".join([*lead_words(citation).splitlines(), f"“{citation.quote}” [{citation.number}]"])


def confidence_words(confidence: float) -> str:
    """The estimated probability (0 to 1) in words and as a percentage."""
    words = next(words for bound, words in CONFIDENCE_WORDS if confidence >= bound)
    return f"{words} ({percent(confidence)})"


def sureness_words(answer: Answer) -> str:
    """How likely the answer is one, in words; "" where that is not known: of a comparison, an overview, a refusal.

    It was estimated for questions with one answer; in those, titles and the names of sides tell instead.
    """
    whole = answer.overview or any(group.side for group in answer.groups)
    return confidence_words(answer.confidence) if answer.found and not whole else ""


def not_found_words(answer: Answer) -> str:
    """Where an answer was looked for in vain: "Not in your documents", "Not in the 4 documents you chose"."""
    chosen = len(answer.searched)
    if not chosen:
        return "Not in your documents"
    return f"Not in the {count(chosen, 'document') if chosen > 1 else 'document'} you chose"


def day(value: date) -> str:
    """A date as people write it: 2 March 2021, or March 2021 where no more is known."""
    month = f"{value:%B} {value.year}"
    return month if isinstance(value, Month) else f"{value.day} {month}"


def percent(probability: float) -> str:
    """A probability, 0 to 1, as a whole percentage."""
    return f"{round(100 * probability)}%"


def count(number: int, thing: str) -> str:
    """``2 documents``, ``1 document``."""
    return f"{number:,} {thing}{'' if number == 1 else 's'}"


def by_side(groups: Sequence[Group]) -> list[tuple[str, list[Group]]]:
    """The groups of each side of a comparison under its name, in order; without sides, all of them under ""."""
    found: dict[str, list[Group]] = {}
    for group in groups:
        found.setdefault(group.side, []).append(group)
    return list(found.items())


def is_part(group: Group) -> bool:
    """Whether the side of a group is a question, part of the one asked, and not a side of a comparison."""
    return group.side.endswith("?")


def framed(group: Group, citations: Sequence[Citation]) -> tuple[str, list[Citation]]:
    """The line over the quotes of a group, which is no part of the answer, and the quotes.

    It says where they are from ("From Minutes, 2023-07-04:") or that nothing was found for the side.

    Args:
        group: of an answer.
        citations: all of that answer.
    """
    quoted = [citation for citation in citations if citation.number in group.numbers]
    if not quoted:
        return ("Nothing certain found for this." if is_part(group) else f"Nothing found about {group.side}."), []
    day = f", {quoted[0].date.isoformat()}" if quoted[0].date else ""
    return f"From {quoted[0].title}{day}:", quoted


def agreement_words(positions: Sequence[Position]) -> str:
    """The positions in a sentence: "3 sources say 76 members; 1 says 74, of 2021-03-02."; "" for none."""
    parts: list[str] = []
    for number, position in enumerate(positions):
        count = len(position.citations)
        noun = "" if number else (" source" if count == 1 else " sources")
        newest = position.citations[0].date
        stated = f", of {newest.isoformat()}" if number and count == 1 and newest else ""
        parts.append(f"{count}{noun} {'says' if count == 1 else 'say'} {position.answer}{stated}")
    return f"{'; '.join(parts)}." if parts else ""


def narrowing_words(narrowing: Narrowing) -> str:
    """What was looked through first, for people."""
    count = "the only document" if narrowing.documents == 1 else f"the {narrowing.documents:,} documents"
    if narrowing.answered:
        return f"Looked first in {count} {narrowing.period}."
    return f"Looked first in {count} {narrowing.period}, then in all: no answer stands there."
