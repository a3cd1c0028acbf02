"""Does a text say the gold answer? Exact match, token F1 and containment, after SQuAD's normalisation."""

from __future__ import annotations

import re
import string
import sys
import unicodedata
from collections import Counter
from collections.abc import Iterable
from functools import cache

ARTICLES = re.compile(r"\b(a|an|the)\b")
IDEOGRAPH = re.compile(r"([\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff])")

LONG_ANSWER_TOKENS = 8
"""From this many tokens on a gold answer is a sentence rather than a name or a number, and a quote that shares
half of it (by F1) says it too."""

LONG_ANSWER_F1 = 0.5


def normalise(text: str) -> str:
    """SQuAD's normalisation: lower case, no punctuation, no articles, single spaces.

    Source: the evaluation script of Rajpurkar et al., "SQuAD: 100,000+ questions for machine comprehension of
    text", 2016. As in MLQA (Lewis et al., 2020), punctuation is that of all scripts, and Chinese characters and
    kana are tokens of their own; on plain English the two agree.
    """
    plain = text.lower().translate(_no_punctuation())
    return " ".join(IDEOGRAPH.sub(r" \1 ", ARTICLES.sub(" ", plain)).split())


def exact_match(prediction: str, gold: str) -> float:
    """1 where both are the same after normalisation, else 0 (Rajpurkar et al., 2016)."""
    return float(normalise(prediction) == normalise(gold))


def token_f1(prediction: str, gold: str) -> float:
    """Harmonic mean of token precision and recall, 0 to 1 (Rajpurkar et al., 2016).

    With ``c`` the tokens in common (as bags), ``P = c / |prediction|``, ``R = c / |gold|`` and
    ``F1 = 2 P R / (P + R)``. Where either is empty, 1 if both are (Rajpurkar et al., 2018).
    """
    predicted, wanted = normalise(prediction).split(), normalise(gold).split()
    if not predicted or not wanted:
        return float(predicted == wanted)
    common = sum((Counter(predicted) & Counter(wanted)).values())
    if common == 0:
        return 0.0
    precision, recall = common / len(predicted), common / len(wanted)
    return 2 * precision * recall / (precision + recall)


def best_exact_match(prediction: str, golds: Iterable[str]) -> float:
    """The best exact match over gold answers; without any, 1 for an empty prediction (SQuAD 2.0)."""
    return max((exact_match(prediction, gold) for gold in golds), default=float(not normalise(prediction)))


def best_f1(prediction: str, golds: Iterable[str]) -> float:
    """The best token F1 over gold answers; without any, 1 for an empty prediction (SQuAD 2.0)."""
    return max((token_f1(prediction, gold) for gold in golds), default=float(not normalise(prediction)))


def holds(text: str, gold: str) -> bool:
    """Whether the gold answer's tokens stand in the text, in a row, after normalisation.

    The containment test of open-domain question answering (Chen et al., "Reading Wikipedia to answer open-domain
    questions", 2017). SQuAD's normalisation joins what an apostrophe or a comma divides ("Ann's" becomes "anns"), so
    the gold answer is also looked for as it is written, between characters that are no letters or digits. One that
    normalises to nothing ("The", "!") is looked for anywhere.
    """
    wanted = normalise(gold)
    if not wanted:
        return gold.strip().casefold() in text.casefold()
    if f" {wanted} " in f" {normalise(text)} ":
        return True
    written = r"\s+".join(map(re.escape, gold.split()))
    return re.search(rf"(?<!\w){written}(?!\w)", text, re.IGNORECASE) is not None


def matches(quote: str, gold: str) -> bool:
    """Whether a quote says the gold answer: holds it, or for a long answer shares enough of it."""
    if holds(quote, gold):
        return True
    return len(normalise(gold).split()) >= LONG_ANSWER_TOKENS and token_f1(quote, gold) >= LONG_ANSWER_F1


@cache
def _no_punctuation() -> dict[int, None]:
    """A translation table that drops ASCII's punctuation and symbols and the punctuation of all scripts."""
    codes = range(sys.maxunicode + 1)
    unicode_punctuation = (code for code in codes if unicodedata.category(chr(code)).startswith("P"))
    return dict.fromkeys([*map(ord, string.punctuation), *unicode_punctuation])
