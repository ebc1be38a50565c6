"""The route of the Croissant document of a dataset."""

from fastapi import APIRouter
from fastapi.responses import JSONResponse

from mistudio.api.deps import DatasetId, ServicesDep
from mistudio.api.problems import refusals
from mistudio.core.errors import Json

router = APIRouter(prefix="/api/datasets", tags=["datasets"])


class CroissantResponse(JSONResponse):
    """JSON-LD."""

    media_type = "application/ld+json"


@router.get(
    "/{dataset_id}/croissant",
    operation_id="getCroissant",
    response_class=CroissantResponse,
    responses=refusals(404, 409, 410),
)
async def get_croissant(dataset_id: DatasetId, services: ServicesDep) -> dict[str, Json]:
    """Describe a dataset in Croissant 1.0 (JSON-LD): its files with checksums, its columns with types."""
    return await services.croissant.describe(dataset_id)
