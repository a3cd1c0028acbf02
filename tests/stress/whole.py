"""What an index holds, checked for being whole: every document with all its chunks, in both searches."""

from __future__ import annotations

import random
from pathlib import Path

from core_fakes import FAKE_SETTINGS, FakeEmbedder

from rag.index import Index, open_index

EVERYTHING = 100_000
FILES = 24
WORDS = "committee roof harbour garden budget election library member vote meeting tulip crown".split()


def corpus(version: int, era: int = 0) -> dict[str, str]:
    """Files whose every sentence says its version; each version lacks some, so that an update removes too.

    Two of the three folders are called by the era: what a person removed stays out, and has to come in by another name.
    """
    rng = random.Random(version)
    return {
        f"folder{n % 3}{f'-{era}' if n % 3 else ''}/{n:02}.txt": " ".join(
            f"Version {version} of file {n} tells of the {' and the '.join(rng.sample(WORDS, 4))}."
            for _ in range(60 if n == FILES // 2 else rng.randint(1, 8))
        )
        for n in range(FILES)
        if (n + version) % 5
    }


def held(index: Index) -> dict[str, str]:
    """The text of every document by its name; asserts that it is whole and found by both searches."""
    sources = index.sources()
    texts = {source.name: index.document(source.id).text for source in sources}
    query, everywhere = FakeEmbedder().encode_queries(["committee"])[0], [source.id for source in sources]
    ids = [chunk_id for chunk_id, _ in index.search_dense(query, EVERYTHING, everywhere)]
    chunks = index.chunks(ids)
    covered: dict[str, int] = {}
    for found in sorted(chunks.values(), key=lambda found: found.chunk.start):
        chunk, source, text = found.chunk, found.source, found.text
        assert text == texts[source.name][chunk.start : chunk.end]
        assert not texts[source.name][covered.get(source.name, 0) : chunk.start].strip()
        covered[source.name] = chunk.end
    assert set(covered) == set(texts)
    assert not any(texts[name][end:].strip() for name, end in covered.items())
    assert index.counts() == (len(sources), len(chunks), sum(map(len, texts.values())))
    assert {chunk_id for chunk_id, _ in index.search_lexical(["version"], EVERYTHING)} == set(ids)
    return texts


def held_in(folder: Path) -> dict[str, str]:
    """The same of a folder."""
    index = open_index(folder, FakeEmbedder(), FAKE_SETTINGS)
    try:
        return held(index)
    finally:
        index.close()
