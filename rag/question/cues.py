"""Patterns of a question's words that tell something of its kind; the router weighs them with the words."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Literal

from rag.text.english import ENGLISH

Pattern = Literal["number", "date", "person", "place", "passage"]

LEADING = frozenset("and but so also then or please".split())
"""Words before a question that say nothing of its kind."""

_IMPERATIVE = frozenset(
    "list name enumerate give show tell describe explain outline compare contrast summarise summarize".split()
)
_PATTERNS: tuple[tuple[Pattern, re.Pattern[str]], ...] = (
    ("number", re.compile(r"\bhow (?:many|much|old|long|far|large|big|tall|high|wide|often)\b|\bwhat (?:number|"
                          r"percentage|share|amount|price|age)\b|\bat what (?:price|age)\b")),
    ("date", re.compile(r"\bwhen\b|\b(?:what|which) (?:year|date|day|month|time|century|decade)\b|"
                        r"\bsince when\b|\bhow recently\b")),
    ("person", re.compile(r"^(?:\W*(?:and|but|so|by|to|from|with|for)\s+)?who(?:m|se)?\b|\bwho(?:m)?\s*\?*$|"
                          r"\bwhich (?:person|member|mayor|secretary|president|minister|director|author)\b")),
    ("place", re.compile(r"\bwhere\b|\b(?:what|which) (?:city|country|place|state|town|district|region|province|"
                         r"river|street|venue|county|village)\b")),
    ("passage", re.compile(r"^\W*(?:and\s+)?(?:why|how|describe|explain|list|compare|summari[sz]e|tell me|give me|"
                           r"outline)\b|\bwhat (?:are|were) the (?:\w+ )?(?:main |key |steps|reasons|differences|"
                           r"advantages|benefits|requirements|conditions)|\bdifference between\b|\bwhat happens\b|"
                           r"\bhow come\b|\bfor what reasons?\b")),
)  # fmt: skip
_COMPARING = re.compile(
    r"\bcompar|\bcontrast|\bdiffer|\bvs\b|\bversus\b|\bin common\b|\bsimilarit|\bdistinguish|\bpros and cons\b"
)
_TWO_SAY = re.compile(
    r"\b(?:do|did|have)\s+\w+(?:\s+\w+){0,4}?\s+and\s+\w+(?:\s+\w+){0,4}?\s+"
    r"(?:say|said|report|think|thought|write|written|demand|want|recommend|promise)\b"
)
_WHOLE = re.compile(
    r"\bsumm|\bsum up\b|\bgist\b|\babout\W*$|\bdeals? with\b|\bin (?:short|brief)\b|\bbriefly\b|"
    r"\b(?:main|key) (?:points?|messages?|findings)|\boverview\b"
)
_DOCUMENT = re.compile(
    r"\b(?:report|document|minutes|paper|letter|handbook|guide|manual|contract|agreement|study|article|chapter|policy|"
    r"memo|brochure|file|text|page|lease|treaty|speech|newsletter)\b"
)


def pattern_of(question: str) -> Pattern | None:
    """The kind of answer that the first fitting pattern tells; None where none fits."""
    lowered = question.casefold().strip()
    return next((name for name, pattern in _PATTERNS if pattern.search(lowered)), None)


def cues(question: str, tokens: Sequence[str]) -> list[str]:
    """The names of the cues in a question.

    Args:
        question: as asked.
        tokens: its words in lower case, without those of ``LEADING`` at its start; not empty.
    """
    lowered = question.casefold().strip()
    present = {
        "auxiliary first": tokens[0] in ENGLISH.auxiliaries,
        "imperative": tokens[0] in _IMPERATIVE,
        "comparing": bool(_COMPARING.search(lowered)),
        "two say": bool(_TWO_SAY.search(lowered)),
        "the whole": bool(_WHOLE.search(lowered)),
        "a document": bool(_DOCUMENT.search(lowered)),
        "and early": "and" in tokens[1:6],
        "or": "or" in tokens,
    }
    return [f"pattern: {pattern_of(question) or 'none'}", *(name for name, is_there in present.items() if is_there)]
