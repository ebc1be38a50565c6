"""Routes of mixtures: show what one would have, and create it."""

from fastapi import APIRouter

from mistudio.api.deps import ServicesDep
from mistudio.api.problems import refusals
from mistudio.schemas.dataset import DatasetResponse
from mistudio.schemas.mix import MixPreviewResponse, MixRequest

router = APIRouter(prefix="/api/datasets", tags=["datasets"])


@router.post(
    "/mix",
    status_code=202,
    operation_id="mixDatasets",
    responses=refusals(401, 403, 404, 409, 410, 413, 422, 503, 507),
)
async def mix_datasets(request: MixRequest, services: ServicesDep) -> DatasetResponse:
    """Mix datasets in shares of tokens, rows or bytes, in the background. The same mixture again is a 409."""
    return await services.mixes.create(request)


@router.post("/mix/preview", operation_id="previewMix", responses=refusals(401, 403, 404, 409, 410, 413, 422, 503))
async def preview_mix(request: MixRequest, services: ServicesDep) -> MixPreviewResponse:
    """Show how much each part of a mixture would contribute. Nothing is stored."""
    return await services.mixes.preview(request)
