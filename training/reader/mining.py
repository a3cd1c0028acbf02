"""Mined negatives: for each training question, similar passages of its set that lack the answer.

These are what a retriever brings up beside the right passage, so they teach the reader to tell passages that
hold an answer from passages that only look like it (hard negatives as in Karpukhin et al. 2020, section 3.2).
Candidates come from two rankings, as in docquote's own retrieval: cosine of sentence
embeddings, and TF-IDF word overlap; they are taken in turns.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from itertools import chain, zip_longest
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from sklearn.feature_extraction.text import TfidfVectorizer

from embeddings import Embedder
from training.reader.data import Example

FloatArray = npt.NDArray[np.float32]

CANDIDATES = 12
"""Passages looked at in each ranking."""
NEGATIVES = 8
"""Passages kept for a question; later passes draw from these."""
BLOCK = 2048
"""Questions ranked at once: keeps the score table below 100 MB."""


def mine(
    sets: Mapping[str, Sequence[Example]], names: Sequence[str], embedder: Embedder, cache: Path
) -> dict[str, list[str]]:
    """For each question's id in the sets of these names, up to ``NEGATIVES`` contexts that lack its answers.

    The result is kept in ``cache`` with a fingerprint of its input and read from there next time.
    """
    fingerprint = _fingerprint(sets, names)
    if cache.is_file():
        stored = json.loads(cache.read_text(encoding="utf-8"))
        if stored["fingerprint"] == fingerprint:
            return {key: [stored["contexts"][i] for i in places] for key, places in stored["negatives"].items()}
    negatives: dict[str, list[str]] = {}
    for name in names:
        negatives.update(_mine_set(sets[name], embedder))
        print(f"mined {name}: {len(sets[name])} questions", flush=True)
    contexts = sorted({context for found in negatives.values() for context in found})
    place = {context: index for index, context in enumerate(contexts)}
    table = {key: [place[context] for context in found] for key, found in negatives.items()}
    content = {"fingerprint": fingerprint, "contexts": contexts, "negatives": table}
    cache.write_text(json.dumps(content), encoding="utf-8")
    return negatives


def _mine_set(examples: Sequence[Example], embedder: Embedder) -> dict[str, list[str]]:
    contexts = list(dict.fromkeys(one.context for one in examples))
    normal = [f" {_normal(context)} " for context in contexts]
    vectors = embedder.encode_passages(contexts)
    words = TfidfVectorizer(sublinear_tf=True, stop_words="english")
    table = words.fit_transform(contexts)
    negatives: dict[str, list[str]] = {}
    for first in range(0, len(examples), BLOCK):
        block = examples[first : first + BLOCK]
        questions = [one.question for one in block]
        dense = _best(embedder.encode_queries(questions) @ vectors.T)
        lexical = _best(np.asarray((words.transform(questions) @ table.T).todense(), dtype=np.float32))
        for one, by_meaning, by_words in zip(block, dense, lexical, strict=True):
            turns = chain.from_iterable(zip_longest(by_meaning, by_words))
            banned = [f" {_normal(text)} " for text in one.texts]
            found = [
                contexts[place]
                for place in dict.fromkeys(int(place) for place in turns)
                if contexts[place] != one.context and not any(text in normal[place] for text in banned)
            ]
            negatives[one.id] = found[:NEGATIVES]
    return negatives


def _best(scores: FloatArray) -> npt.NDArray[np.int64]:
    """Places of the ``CANDIDATES`` best in each row, best first."""
    count = min(CANDIDATES, scores.shape[1])
    top = np.argpartition(-scores, count - 1, axis=1)[:, :count]
    order = np.argsort(-np.take_along_axis(scores, top, axis=1), axis=1, kind="stable")
    best: npt.NDArray[np.int64] = np.take_along_axis(top, order, axis=1)
    return best


def _normal(text: str) -> str:
    return " ".join(re.findall(r"\w+", text.lower()))


def _fingerprint(sets: Mapping[str, Sequence[Example]], names: Sequence[str]) -> str:
    settings: list[Any] = [CANDIDATES, NEGATIVES, list(names)]
    ids = [one.id for name in names for one in sets[name]]
    return hashlib.sha256(json.dumps([settings, ids]).encode()).hexdigest()
