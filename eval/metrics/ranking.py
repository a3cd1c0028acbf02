"""Ranking measures, computed by ir-measures (MacAvaney et al., "Streamlining evaluation with ir-measures", 2022)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import ir_measures

RANKING_MEASURES = (
    "nDCG@10",
    "RR@10",
    "R@1",
    "R@5",
    "R@10",
    "R@20",
    "R@100",
    "Success@1",
    "Success@5",
    "Success@10",
)
"""In ir-measures' own words:

- ``nDCG@10``: discounted cumulative gain, ``sum rel_i / log2(i + 1)``, over that of the best order (Jarvelin and
  Kekalainen, 2002).
- ``RR@10``: 1 over the rank of the first relevant document, 0 below rank 10; its mean is MRR@10.
- ``R@k``: share of the relevant documents among the first k.
- ``Success@k``: whether there is a relevant document among the first k.
"""


def ranking_scores(
    qrels: Mapping[str, Mapping[str, int]], rankings: Mapping[str, Sequence[str]]
) -> dict[str, dict[str, float]]:
    """Each measure of each query, 0 to 1; a query without a ranking scores 0.

    Args:
        qrels: query to document to relevance.
        rankings: query to documents, the best first. Their order alone counts: trec_eval would break ties of
            equal scores by document id.
    """
    measures = {name: ir_measures.parse_measure(name) for name in RANKING_MEASURES}
    run = {query: {document: float(-rank) for rank, document in enumerate(rankings.get(query, ()))} for query in qrels}
    scores: dict[str, dict[str, float]] = {query: dict.fromkeys(RANKING_MEASURES, 0.0) for query in qrels}
    for result in ir_measures.iter_calc(list(measures.values()), {k: dict(v) for k, v in qrels.items()}, run):
        scores[result.query_id][str(result.measure)] = float(result.value)
    return scores
