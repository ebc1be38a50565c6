"""Routes of the columns of a dataset: profiles, computed on request."""

from fastapi import APIRouter

from mistudio.api.deps import DatasetId, ServicesDep
from mistudio.api.problems import refusals
from mistudio.schemas.columns import ColumnsResponse

router = APIRouter(prefix="/api/datasets", tags=["samples"])


@router.get("/{dataset_id}/columns", operation_id="getColumns", responses=refusals(404, 409))
async def get_columns(dataset_id: DatasetId, services: ServicesDep) -> ColumnsResponse:
    """Get the profile of every column, once a job has computed them; POST starts it."""
    return await services.columns.get(dataset_id)


@router.post("/{dataset_id}/columns", status_code=202, operation_id="profileColumns", responses=refusals(404, 409))
async def profile_columns(dataset_id: DatasetId, services: ServicesDep) -> ColumnsResponse:
    """Compute the profiles in the background unless they are there; events of scope ``columns`` report the progress."""
    return await services.columns.build(dataset_id)
