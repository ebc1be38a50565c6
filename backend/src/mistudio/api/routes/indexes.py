"""Routes of the full-text index of a dataset: build, stop, remove."""

from fastapi import APIRouter

from mistudio.api.deps import DatasetId, ServicesDep
from mistudio.api.problems import refusals
from mistudio.schemas.dataset import DatasetResponse

router = APIRouter(prefix="/api/datasets", tags=["samples"])


@router.post("/{dataset_id}/index", status_code=202, operation_id="buildIndex", responses=refusals(404, 409))
async def build_index(dataset_id: DatasetId, services: ServicesDep) -> DatasetResponse:
    """Build the index in the background unless it is current; events of scope ``index`` report the progress."""
    return await services.indexes.build(dataset_id)


@router.delete("/{dataset_id}/index", operation_id="removeIndex", responses=refusals(404))
async def remove_index(dataset_id: DatasetId, services: ServicesDep) -> DatasetResponse:
    """Stop the build, or remove the index if none is being built; word searches read the data then."""
    return await services.indexes.remove(dataset_id)
