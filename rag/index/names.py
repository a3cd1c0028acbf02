"""What people call the documents of an index: each by the shortest path that tells it from every other."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import replace
from difflib import get_close_matches
from pathlib import Path, PurePath

from rag.index.base import Index
from rag.schema import Source

UPLOADS = "uploads"
"""The folder in the index's own that holds what was uploaded; names there are those that were sent."""
NEAR = 3
"""How many documents are offered where a name is misspelt."""


def tell_apart(index: Index) -> None:
    """Renames documents of one name ("minutes.txt" of two folders) so that their names differ, and back again.

    Inside ``Index.writing``, after all other changes: it looks at every document (0.7 s for 100,000 of them, of which
    none is renamed).
    """
    sources = index.sources()
    roots = [index.folder / UPLOADS, *sorted(index.roots(), key=lambda root: len(str(root)))]
    names = distinct_names(sources, roots)
    for source in sources:
        if names[source.id] != source.name:
            index.move(source.id, replace(source, name=names[source.id]))


def distinct_names(sources: Sequence[Source], roots: Sequence[Path]) -> dict[str, str]:
    """Names by id: the path relative to the first of ``roots`` that it lies in, longer where several have that.

    A document that lies in none of the roots keeps its name.
    """
    folders = [f"{str(root).rstrip('/')}/" for root in roots]
    files = {str(root) for root in roots}

    def short(source: Source) -> str:
        folder = next((folder for folder in folders if source.path.startswith(folder)), None)
        if folder is not None:
            return source.path[len(folder) :]
        return PurePath(source.path).name if source.path in files else source.name

    alike: dict[str, list[Source]] = defaultdict(list)
    for source in sources:
        alike[short(source)].append(source)
    return {
        source.id: name if len(group) == 1 else _longer(source, name, [one.path for one in group], alike.keys())
        for name, group in alike.items()
        for source in group
    }


def _longer(source: Source, name: str, paths: Sequence[str], taken: Collection[str]) -> str:
    parts = PurePath(source.path).parts
    for length in range(len(PurePath(name).parts) + 1, len(parts)):
        longer = "/".join(parts[-length:])
        if sum(path.endswith(f"/{longer}") for path in paths) == 1 and longer not in taken:
            return longer
    return source.path or name


def names_like(sources: Sequence[Source], name: str) -> list[str]:
    """The names of documents that may be meant by one that none has: those whose path ends with it."""
    return [source.name for source in sources if source.path.endswith(f"/{name.strip('/')}")]


def names_near(sources: Sequence[Source], name: str) -> list[str]:
    """The names of the documents, three at most, that are spelt nearly as one that none has, the nearest first.

    A document is known by its name, the name of its file, that without the suffix, and its title, in any case.
    """
    spellings: dict[str, list[str]] = defaultdict(list)
    for source in sources:
        file = PurePath(source.name)
        for spelling in {source.name, file.name, file.stem, source.title}:
            spellings[spelling.casefold()].append(source.name)
    near = get_close_matches(name.casefold(), spellings, n=NEAR)
    return list(dict.fromkeys(found for spelling in near for found in spellings[spelling]))[:NEAR]
