"""What Prometheus is told: requests, answers and what the index holds; no question, no document, no name."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence

from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from rag.index import Index
from rag.schema import Answer, Scope, Turn
from rag.serving.base import Answerer

SECONDS = (0.025, 0.05, 0.1, 0.2, 0.3, 0.5, 0.7, 1.0, 2.0, 5.0, 10.0)
"""Upper bounds by which durations are counted."""


class Metrics:
    """The metrics of one application."""

    def __init__(self, index: Index) -> None:
        """All at zero."""
        self._registry = CollectorRegistry()
        self._registry.register(_Held(index))
        self.requests = Counter(
            "docquote_requests", "Requests answered", ("method", "route", "status"), registry=self._registry
        )
        self.request_seconds = Histogram(
            "docquote_request_seconds", "How long they took", ("route",), registry=self._registry, buckets=SECONDS
        )
        self.answers = Counter(
            "docquote_answers", "Questions asked, by what became of them", ("outcome",), registry=self._registry
        )
        self.answer_seconds = Histogram(
            "docquote_answer_seconds", "How long an answer took", registry=self._registry, buckets=SECONDS
        )

    def text(self) -> bytes:
        """All of them, in Prometheus's text format."""
        return generate_latest(self._registry)


class _Held(Collector):
    """What the index holds when it is asked."""

    def __init__(self, index: Index) -> None:
        self._index = index

    def collect(self) -> Iterator[Metric]:
        documents, chunks, characters = self._index.counts()
        for name, value in (("documents", documents), ("chunks", chunks), ("characters", characters)):
            yield GaugeMetricFamily(f"docquote_{name}", f"{name.capitalize()} in the index", value=value)


class Counted:
    """An ``Answerer`` whose answers are counted, whichever way they are asked for."""

    def __init__(self, assistant: Answerer, metrics: Metrics) -> None:
        self._assistant = assistant
        self._metrics = metrics
        self.search = assistant.search
        self.sources = assistant.sources
        self.warnings = assistant.warnings
        self.document = assistant.document

    def ask(
        self,
        question: str,
        history: Sequence[Turn] = (),
        scope: Scope | None = None,
        *,
        as_typed: bool = False,
        any_date: bool = False,
    ) -> Answer:
        """Asks, and counts what became of it."""
        began = time.perf_counter()
        answer = self._assistant.ask(question, history, scope, as_typed=as_typed, any_date=any_date)
        self._metrics.answer_seconds.observe(time.perf_counter() - began)
        self._metrics.answers.labels(answer.outcome).inc()
        return answer
