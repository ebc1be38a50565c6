"""Routes of subsets: show what one would have, and create it."""

from fastapi import APIRouter

from mistudio.api.deps import DatasetId, ServicesDep
from mistudio.api.problems import refusals
from mistudio.schemas.dataset import DatasetResponse
from mistudio.schemas.subset import SubsetPreviewResponse, SubsetRequest

router = APIRouter(prefix="/api/datasets", tags=["datasets"])


@router.post(
    "/{dataset_id}/subset",
    status_code=202,
    operation_id="createSubset",
    responses=refusals(404, 409, 410, 422, 507),
)
async def create_subset(dataset_id: DatasetId, request: SubsetRequest, services: ServicesDep) -> DatasetResponse:
    """Make a dataset of some rows of this one, in the background. The same subset again is a 409."""
    return await services.subsets.create(dataset_id, request)


@router.post("/{dataset_id}/subset/preview", operation_id="previewSubset", responses=refusals(404, 409, 410, 422))
async def preview_subset(dataset_id: DatasetId, request: SubsetRequest, services: ServicesDep) -> SubsetPreviewResponse:
    """Show which rows a subset would have, and what its steps do to a sample of them. Nothing is stored."""
    return await services.subsets.preview(dataset_id, request)
