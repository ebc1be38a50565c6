"""Routes of the Hub: what a repository holds, before anything is fetched."""

from typing import Annotated

from fastapi import APIRouter, Header, Path, Query

from mistudio.api.deps import PartQuery, ServicesDep
from mistudio.api.problems import refusals
from mistudio.schemas.common import HubToken, OneLine, Revision, reveal
from mistudio.schemas.hub import HubDatasetResponse

router = APIRouter(prefix="/api/hub", tags=["hub"])


@router.get("/datasets/{repo_id:path}", operation_id="inspectHubDataset", responses=refusals(401, 403, 404, 422, 503))
async def inspect_hub_dataset(
    repo_id: Annotated[OneLine, Path(max_length=255, description="namespace/name")],
    services: ServicesDep,
    part: PartQuery,
    config: Annotated[OneLine | None, Query(max_length=255)] = None,
    revision: Annotated[Revision | None, Query()] = None,
    x_hf_token: Annotated[HubToken, Header(description="Hugging Face token; used for this request only.")] = None,
) -> HubDatasetResponse:
    """Get size, files, configs, splits, columns, access, licence and description, and what a part would fetch."""
    return await services.hub.inspect(repo_id, config=config, revision=revision, token=reveal(x_hf_token), part=part)
