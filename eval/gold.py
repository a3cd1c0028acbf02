"""Where the gold evidence of a question stands in the stored documents."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from eval.dataset import Question
from eval.metrics import Place, normalise, supports


@dataclass(frozen=True, slots=True)
class Gold:
    """The places that hold the answer.

    Attributes:
        needed: each piece of evidence that an answer needs, as the places that hold it; any place of a piece will
            do. Empty where nothing is known, or nothing was found in the documents.
        missing: evidence, as given, that occurs in none of the documents it may be in.
    """

    needed: tuple[tuple[Place, ...], ...]
    missing: tuple[str, ...]

    @property
    def places(self) -> Iterator[Place]:
        """All places, of whichever piece."""
        return (place for piece in self.needed for place in piece)

    def supported(self, place: Place) -> bool:
        """Whether a place in a document holds gold evidence."""
        return any(supports(place, gold) for gold in self.places)


def locate(question: Question, texts: Mapping[str, str]) -> Gold:
    """Finds a question's evidence quotes and answer spans in the documents' stored texts.

    A quote is looked for as it is but for white space, in the documents that the question names, or in all of
    them where it names none. Spans count characters of the one document named; a span past its end, or in a
    document that is not there, is missing.

    Args:
        question: what to look for.
        texts: document name to stored text.
    """
    names = [name for name in question.documents if name in texts] if question.documents else list(texts)
    needed: list[tuple[Place, ...]] = []
    missing: list[str] = []
    for quote in question.evidence:
        places = tuple(Place(name, start, end) for name in names for start, end in find_all(texts[name], quote))
        if places:
            needed.append(places)
        else:
            missing.append(quote)
    if question.spans:
        name = question.documents[0]
        length = len(texts.get(name, ""))
        inside = tuple(Place(name, start, end) for start, end in question.spans if end <= length)
        missing += [f"{name}[{start}:{end}]" for start, end in question.spans if end > length]
        if inside:
            needed.append(inside)
    return Gold(tuple(needed), tuple(missing))


def find_all(text: str, quote: str) -> list[tuple[int, int]]:
    """Every place of a quote in a text, whatever the white space between its words; characters, half-open."""
    words = quote.split()
    if not words:
        return []
    if words[0] not in text:
        return []
    pattern = r"\s+".join(re.escape(word) for word in words)
    return [match.span() for match in re.finditer(pattern, text)]


def absent_answers(question: Question, texts: Iterable[str]) -> tuple[str, ...]:
    """Gold answers whose words stand in none of the texts, after SQuAD's normalisation.

    Args:
        question: whose answers.
        texts: normalised texts, each between two spaces.
    """
    wanted = {answer: f" {normalise(answer)} " for answer in question.answers if normalise(answer)}
    for text in texts:
        for answer in [answer for answer, words in wanted.items() if words in text]:
            del wanted[answer]
        if not wanted:
            break
    return tuple(wanted)
