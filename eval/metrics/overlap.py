"""How much of the gold evidence is within what was quoted or shown? By pieces, and by characters."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

SHARED = 0.5
"""Two places agree where they share at least this part of the shorter one: a sentence that brushes the gold
evidence with one word does not count, nor does one gold word too many spoil a sentence."""


@dataclass(frozen=True, slots=True)
class Place:
    """Characters ``start`` to ``end``, half-open, of the document with this name."""

    document: str
    start: int
    end: int


Needed = Sequence[Sequence[Place]]
"""The pieces of gold evidence that an answer needs, each as the places that hold it: any place of a piece will do."""


def supports(cited: Place, gold: Place) -> bool:
    """Whether the cited place holds the gold one or the reverse, at least by half.

    ``overlap(cited, gold) >= SHARED * min(|cited|, |gold|)``, in characters of the same document. The test behind the
    precision and recall of citations, as in Gao et al., "Enabling large language models to generate text with
    citations", 2023, with the overlap of spans in place of their entailment model: quotes are verbatim, so places can
    be compared.
    """
    if cited.document != gold.document:
        return False
    shared = min(cited.end, gold.end) - max(cited.start, gold.start)
    return shared > 0 and shared >= SHARED * min(cited.end - cited.start, gold.end - gold.start)


def citation_precision(cited: Sequence[Place], needed: Needed) -> float:
    """Share of the cited places that stand on gold evidence, 0 to 1; at least one place has to be cited.

    ``|{c in cited : c supports a place of a piece}| / |cited|`` (Gao et al., 2023; see ``supports``).
    """
    return sum(any(supports(place, gold) for piece in needed for gold in piece) for place in cited) / len(cited)


def citation_recall(cited: Sequence[Place], needed: Needed) -> float:
    """Share of the pieces of gold evidence that the cited or shown places support, 0 to 1; there has to be a piece.

    ``|{piece in needed : some c in cited supports a place of it}| / |needed|`` (Gao et al., 2023; see ``supports``).
    Each piece counts as it was given: where the lines of a sentence are pieces of their own, a quote of the sentence
    supports them all.
    """
    return sum(any(supports(place, gold) for gold in piece for place in cited) for piece in needed) / len(needed)


def character_overlap(cited: Sequence[Place], needed: Needed, texts: Mapping[str, str]) -> tuple[float, float]:
    """Coverage and precision of the gold evidence in characters without white space, each 0 to 1.

    With ``C`` the characters cited and ``G`` those of the gold evidence, ``|C & G| / |G|`` and ``|C & G| / |C|``:
    recall and precision of SQuAD's F1, but by place. Of a piece that stands in several places, the one that is cited
    most counts. Both are 0 where nothing is cited.

    Args:
        cited: what was quoted.
        needed: the gold evidence.
        texts: document name to stored text.
    """
    said = _characters(cited, texts)
    wanted: set[tuple[str, int]] = set()
    for piece in needed:
        wanted |= max((_characters([place], texts) for place in piece), key=lambda place: len(place & said))
    shared = len(said & wanted)
    return (shared / len(wanted) if wanted else 0.0), (shared / len(said) if said else 0.0)


def _characters(places: Iterable[Place], texts: Mapping[str, str]) -> set[tuple[str, int]]:
    """The characters of the places that are no white space, as document and offset."""
    return {
        (place.document, offset)
        for place in places
        for offset, character in enumerate(texts[place.document][place.start : place.end], start=place.start)
        if not character.isspace()
    }
