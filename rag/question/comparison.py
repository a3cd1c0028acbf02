"""The sides of a comparison: "What do A and B say about it?" becomes one question for A and one for B."""

from __future__ import annotations

import re
from dataclasses import dataclass

from rag.text.words import content_stems, stems_of, words

_BEFORE = re.compile(
    r"^.*\bbetween\s+|^.*?\b(?:compar(?:e|ed|ing)|contrast|distinguish(?:es)?|what have|what (?:do|does|did)|"
    r"how (?:do|does|did|are|is|were|was)|is|are|was|were|does|do|did|which\b[^,?]*,|(?:differences?|similarities) in)"
    r"\s+(?:and contrast\s+)?(?:how\s+|what\s+)?",
    re.IGNORECASE,
)
_JOINT = re.compile(
    r"\s+(?:(?:differs?|differed|different)\s+from|compared?\s+(?:with|to)|versus|vs\.?|and|or|with|to|from|than)\s+",
    re.IGNORECASE,
)
_AFTER = re.compile(
    r"\s*(?:[?.,;!]|$|\b(?:say|says|said|report|reports|think|thought|demand|demanded|do|does|did|deal|treat|have|has|had|"
    r"differ|differs|differed|compare|handle|want|ask|asked|plan|need|require|about|regarding|concerning|on|in|at|for|"
    r"during|when|where|as|with|than|stand|approach|describe|respond|different|alike|similar|the same)\b).*$",
    re.IGNORECASE | re.DOTALL,
)
_COMPARISON = stems_of(
    "compare compared comparison contrast difference differences differ differs similarities common vs"
)
MAX_SIDE_WORDS = 8


@dataclass(frozen=True, slots=True)
class Side:
    """One side of a comparison.

    Attributes:
        name: as it was asked about ("Shanghai").
        question: the question without the other side; what is searched for.
    """

    name: str
    question: str

    @property
    def has_topic(self) -> bool:
        """Whether the question asks for something about the side, not just to compare it."""
        return not content_stems(self.question) <= self.stems | _COMPARISON

    @property
    def stems(self) -> frozenset[str]:
        """The stems of the words that name it."""
        return content_stems(self.name)


def sides(question: str) -> tuple[Side, Side] | None:
    """The two sides of a comparison, in the order of the question; None where it does not name two."""
    lead = _BEFORE.match(question)
    start = lead.end() if lead else 0
    for joint in _JOINT.finditer(question, start):
        first = question[start : joint.start()].strip(" ,")
        second = _AFTER.sub("", question[joint.end() :]).strip(" ,")
        if not first or not second or max(len(words(first)), len(words(second))) > MAX_SIDE_WORDS:
            continue
        rest = question[joint.end() + question[joint.end() :].index(second) + len(second) :]
        before = question[:start]
        one, two = (Side(name, f"{before}{name}{rest}") for name in (first, second))
        if one.stems and two.stems and one.stems != two.stems:
            return one, two
    return None
