"""How long questions took, and how large and slow to make the index was. Not reproducible, so kept apart."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from eval.library import Build
from eval.provenance import machine

HISTOGRAM_BINS = 24


def latency(seconds: Sequence[float]) -> dict[str, Any]:
    """Percentiles and histogram of the latency in seconds, and questions per second, one after the other.

    The histogram ends a little above the 99th percentile; what took longer is in its last bin.
    """
    if not seconds:
        return {"machine": machine()}
    values = np.asarray(seconds)
    p50, p95, p99 = (float(value) for value in np.percentile(values, [50, 95, 99]))
    top = max(p99 * 1.05, 1e-6)
    counts, edges = np.histogram(np.minimum(values, top), bins=HISTOGRAM_BINS, range=(0.0, top))
    return {
        "p50_seconds": p50,
        "p95_seconds": p95,
        "p99_seconds": p99,
        "questions_per_second": len(values) / float(values.sum()),
        "histogram": {"edges_seconds": edges.tolist(), "counts": counts.tolist()},
        "machine": machine(),
    }


def timing(seconds: Sequence[float], build: Build) -> dict[str, Any]:
    """The latency of questions, and the index: seconds to make (null where it was there), bytes, characters."""
    return latency(seconds) | {
        "index_build_seconds": build.seconds,
        "index_bytes": build.size_bytes,
        "index_characters": build.characters,
    }
