"""Routes of samples: pages, searched and filtered, and single samples in full."""

from functools import partial
from typing import Annotated

from fastapi import APIRouter, Path, Query, Request

from mistudio.api.deps import DatasetId, ServicesDep
from mistudio.api.disconnect import wait_for_disconnect
from mistudio.api.problems import refusals
from mistudio.schemas.common import OneLine
from mistudio.schemas.sample import SampleDetail, SampleListResponse, SampleQuery

router = APIRouter(prefix="/api/datasets", tags=["samples"])


@router.get("/{dataset_id}/samples", operation_id="listSamples", responses=refusals(404, 409, 410, 422, 503))
async def list_samples(
    request: Request, dataset_id: DatasetId, services: ServicesDep, query: Annotated[SampleQuery, Query()]
) -> SampleListResponse:
    """List one page of samples, in the order of the data unless `sort` says otherwise; empty beyond the end.

    All filters combine. If counting takes longer than the page, ``search.exact_total`` is false: the total is a lower
    bound, is counted in the background, and the same request again has it.
    """
    return await services.samples.list_samples(dataset_id, query, disconnect=partial(wait_for_disconnect, request))


@router.get("/{dataset_id}/samples/{split}/{row}", operation_id="getSample", responses=refusals(404, 409, 410, 422))
async def get_sample(
    dataset_id: DatasetId,
    split: Annotated[OneLine, Path(max_length=255)],
    row: Annotated[int, Path(ge=0, le=2**53, description="Counts from 0 within the split.")],
    services: ServicesDep,
    tokenization: Annotated[
        OneLine | None,
        Query(max_length=64, description="Whose tokens to show. Left out: no tokens, the newest ready one's count."),
    ] = None,
) -> SampleDetail:
    """Get one sample in full, with all its columns, and with its tokens if a tokenization is named."""
    sample = await services.samples.get_sample(dataset_id, split, row, tokenization=tokenization)
    return await services.tokenizations.sample_detail(sample, tokenization)
