"""Routes by which whoever runs docquote sees whether it is well."""

from __future__ import annotations

from collections.abc import Callable

from fastapi import APIRouter, Depends, Response
from prometheus_client import CONTENT_TYPE_LATEST
from pydantic import BaseModel

from rag.serving.guard import Guard
from rag.serving.metrics import Metrics


class Health(BaseModel):
    """Whether it is well."""

    status: str


def health_router(ready: Callable[[], bool], metrics: Metrics, guard: Guard) -> APIRouter:
    """The routes; ``ready`` says whether models are loaded and the index can be asked."""
    router = APIRouter(tags=["Health"])

    @router.get("/health")
    async def health() -> Health:
        """The process lives. Needs no key."""
        return Health(status="alive")

    @router.get("/ready", responses={503: {"model": Health}})
    def readiness(response: Response) -> Health:
        """Questions can be answered without waiting for models. Needs no key."""
        if ready():
            return Health(status="ready")
        response.status_code = 503
        return Health(status="starting")

    @router.get("/metrics", dependencies=[Depends(guard.needs("admin"))], response_class=Response)
    def metrics_text() -> Response:
        """Requests, answers and what the index holds, for Prometheus."""
        return Response(metrics.text(), media_type=CONTENT_TYPE_LATEST)

    return router
