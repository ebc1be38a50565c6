"""Routes of newer commits: what one changes, and its download."""

from typing import Annotated

from fastapi import APIRouter, Body, Header

from mistudio.api.deps import DatasetId, ServicesDep
from mistudio.api.problems import refusals
from mistudio.schemas.common import HubToken, reveal
from mistudio.schemas.dataset import DatasetResponse
from mistudio.schemas.update import UpdateRequest, UpdateResponse

router = APIRouter(prefix="/api/datasets", tags=["datasets"])


@router.get("/{dataset_id}/update", operation_id="checkUpdate", responses=refusals(401, 403, 404, 409, 422, 503))
async def check_update(
    dataset_id: DatasetId,
    services: ServicesDep,
    x_hf_token: Annotated[HubToken, Header(description="Hugging Face token; used for this request only.")] = None,
) -> UpdateResponse:
    """See whether the repository has a newer commit, and which files it changes."""
    return await services.updates.check(dataset_id, reveal(x_hf_token))


@router.post(
    "/{dataset_id}/update",
    status_code=202,
    operation_id="createUpdate",
    responses=refusals(401, 403, 404, 409, 410, 413, 422, 503, 507),
)
async def create_update(
    dataset_id: DatasetId, services: ServicesDep, request: Annotated[UpdateRequest | None, Body()] = None
) -> DatasetResponse:
    """Download the newest commit as a new dataset, which shares the unchanged files; the old one stays as it is."""
    return await services.updates.create(dataset_id, reveal(request.access_token) if request else None)
