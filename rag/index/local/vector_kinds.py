"""The two kinds of FAISS index that vectors are kept in, and which of them suits how many vectors."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

import faiss

from embeddings import Vectors


class Kind(Protocol):
    """How vectors are laid out and searched.

    Attributes:
        sample: so many vectors it wants to be trained on, of a library of so many.
        approximate: whether the cosines that a search gives must be computed again from the vectors themselves.
    """

    approximate: bool

    def sample(self, count: int) -> int: ...

    def new(self, dimension: int, count: int, sample: Vectors) -> faiss.Index: ...

    def parameters(
        self, index: faiss.Index, selector: faiss.IDSelector | None, few: bool
    ) -> faiss.SearchParameters: ...


class Flat:
    """Every vector is compared: exact but for half precision."""

    approximate = False

    def sample(self, count: int) -> int:
        """It needs no training."""
        return 0

    def new(self, dimension: int, count: int, sample: Vectors) -> faiss.Index:
        """An empty index."""
        return faiss.IndexIDMap(
            faiss.IndexScalarQuantizer(dimension, faiss.ScalarQuantizer.QT_fp16, faiss.METRIC_INNER_PRODUCT)
        )

    def parameters(self, index: faiss.Index, selector: faiss.IDSelector | None, few: bool) -> faiss.SearchParameters:
        """For a search among what the selector lets through."""
        return faiss.SearchParameters(sel=selector)  # type: ignore[call-arg]  # stubs lag


class Clustered:
    """Inverted lists around centroids, a byte for each dimension; a search looks into the lists nearest to the query.

    Lists are about four times the square root of the count, as FAISS's guidelines say; "Choosing" in docs/scale.md has
    the measurements behind the probes and the codes.
    """

    approximate = True
    _LISTS = 4.0  # times the square root of the count
    _PROBES = 1 / 8  # of the lists
    _SAMPLES = 40  # for each list; with more, k-means takes longer and recall stays
    _ITERATIONS = 8

    def lists(self, count: int) -> int:
        """How many lists suit so many vectors."""
        return max(1, round(self._LISTS * math.sqrt(count)))

    def sample(self, count: int) -> int:
        """How many vectors k-means is given."""
        return min(count, self._SAMPLES * self.lists(count))

    def new(self, dimension: int, count: int, sample: Vectors) -> faiss.Index:
        """An empty index whose centroids are fitted to the sample."""
        lists = min(self.lists(count), len(sample))
        index = faiss.IndexIVFScalarQuantizer(
            faiss.IndexFlatIP(dimension), dimension, lists, faiss.ScalarQuantizer.QT_8bit, faiss.METRIC_INNER_PRODUCT
        )
        index.cp.niter = self._ITERATIONS
        index.cp.spherical = True
        index.cp.min_points_per_centroid = 1
        index.train(sample)
        return index

    def parameters(self, index: faiss.Index, selector: faiss.IDSelector | None, few: bool) -> faiss.SearchParameters:
        """For a search among what the selector lets through; where that is ``few``, all lists are looked into."""
        lists = index.nlist  # type: ignore[attr-defined]  # stubs lag
        probes = lists if few else math.ceil(lists * self._PROBES)
        return faiss.SearchParametersIVF(sel=selector, nprobe=probes)  # type: ignore[call-arg]  # stubs lag


KINDS: Mapping[str, Kind] = {"flat": Flat(), "clustered": Clustered()}


@dataclass(frozen=True, slots=True)
class Policy:
    """When the vectors' file is written anew, and as which kind. The figures are in docs/scale.md.

    Attributes:
        flat_up_to: so many chunks are kept flat; above, they are clustered.
        changed_share, changed_most: the file is written anew once so large a share of what it holds has changed, or
            so many chunks; fewer are taken from the library when the index is opened.
        outgrown: clusters are made anew once the library is so many times as large, or as small, as when they were.
    """

    flat_up_to: int = 300_000
    changed_share: float = 0.05
    changed_most: int = 10_000
    outgrown: float = 2.0

    def kind(self, count: int) -> str:
        """The kind for a library of so many chunks."""
        return "flat" if count <= self.flat_up_to else "clustered"

    def suits(self, kind: str, trained_on: int, count: int) -> bool:
        """Whether a file of that kind, made when there were ``trained_on`` chunks, will do for so many."""
        if kind == "flat":
            return self.kind(count) == "flat"
        return trained_on / self.outgrown <= count <= trained_on * self.outgrown

    def is_due(self, held: int, changed: int) -> bool:
        """Whether a file that holds so many chunks, of which so many changed since, is to be written anew."""
        return changed > min(self.changed_share * held, self.changed_most)
