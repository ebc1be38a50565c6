"""Routes of the system: health, and use of the disk."""

from fastapi import APIRouter, Response

from mistudio import __version__
from mistudio.api.deps import ServicesDep
from mistudio.schemas.system import HealthResponse, ReadyResponse, StorageResponse

router = APIRouter(prefix="/api", tags=["system"])


@router.get("/health", operation_id="health")
async def health() -> HealthResponse:
    """Answer while the process lives."""
    return HealthResponse(status="ok", version=__version__)


@router.get("/health/ready", operation_id="ready", responses={503: {"model": ReadyResponse}})
async def ready(services: ServicesDep, response: Response) -> ReadyResponse:
    """Check the database, the job engine and the disk."""
    answer = await services.health.ready()
    response.status_code = 200 if answer.status == "ok" else 503
    return answer


@router.get("/system/storage", operation_id="getStorage")
async def get_storage(services: ServicesDep) -> StorageResponse:
    """Get the disk's size, and what each dataset uses of it."""
    return await services.storage.storage()
