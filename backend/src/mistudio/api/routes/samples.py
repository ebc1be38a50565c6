"""Samples: any page of any split, and one sample whole."""

from typing import Annotated

from fastapi import APIRouter, Path, Query

from mistudio.api.deps import DatasetId, PageLimit, PageNumber, ServicesDep
from mistudio.api.problems import refusals
from mistudio.schemas.sample import SampleListResponse, SampleResponse

router = APIRouter(prefix="/api/datasets", tags=["samples"])


@router.get("/{dataset_id}/samples", operation_id="listSamples", responses=refusals(404, 409, 410, 422))
async def list_samples(
    dataset_id: DatasetId,
    services: ServicesDep,
    split: Annotated[str | None, Query(max_length=255, description="Left out: all, one after the other.")] = None,
    page: PageNumber = 1,
    limit: PageLimit = 50,
) -> SampleListResponse:
    """One page of samples, in the order of the data; a page beyond the end is empty."""
    return await services.samples.list_samples(dataset_id, split=split, page=page, limit=limit)


@router.get("/{dataset_id}/samples/{split}/{row}", operation_id="getSample", responses=refusals(404, 409, 410, 422))
async def get_sample(
    dataset_id: DatasetId,
    split: Annotated[str, Path(max_length=255)],
    row: Annotated[int, Path(ge=0, le=2**53, description="Counts from 0 within the split.")],
    services: ServicesDep,
) -> SampleResponse:
    """One sample whole, with all its columns."""
    return await services.samples.get_sample(dataset_id, split, row)
