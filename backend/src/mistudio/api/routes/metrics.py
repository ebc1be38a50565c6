"""Metrics for Prometheus."""

from fastapi import APIRouter, Response
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from mistudio.api.deps import ServicesDep
from mistudio.core.metrics import JOBS

router = APIRouter(tags=["system"])


@router.get("/metrics", operation_id="metrics", include_in_schema=False)
async def metrics(services: ServicesDep) -> Response:
    """Return this server's counters, and the number of jobs by kind and state."""
    JOBS.clear()
    for kind, state, count in await services.jobs.count_jobs():
        JOBS.labels(kind=kind, state=state).set(count)
    return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)
