"""Routes of datasets: list, look, download, import, retry, cancel, delete; and references to them."""

from typing import Annotated

from fastapi import APIRouter, Body, Path, Query, Request, Response

from mistudio.api.deps import DatasetId, PageLimit, PageNumber, ServicesDep
from mistudio.api.problems import refusals
from mistudio.api.uploads import announced_bytes, import_fields, receive_form
from mistudio.core.states import DatasetStatus
from mistudio.schemas.common import OneLine, reveal
from mistudio.schemas.dataset import (
    DatasetDetail,
    DatasetListResponse,
    DatasetResponse,
    DatasetSort,
    DatasetSource,
    DeletePreview,
    ReferenceResponse,
)
from mistudio.schemas.dataset_requests import (
    DatasetDownloadRequest,
    DatasetImportFields,
    DatasetUpdateRequest,
    ReferenceCreate,
    RetryRequest,
)
from mistudio.schemas.import_plan import ImportPlanRequest, ImportPlanResponse
from mistudio.schemas.part import ExtendRequest

_UPLOAD_FORM: dict[str, object] = {
    "type": "object",
    "required": ["files"],
    "properties": {
        "files": {
            "type": "array",
            "items": {"type": "string", "format": "binary"},
            "description": ".csv, .tsv, .json, .jsonl, .txt (each also .gz, .zst), .parquet, .arrow",
        },
        **DatasetImportFields.model_json_schema()["properties"],
    },
}

ReferenceId = Annotated[OneLine, Path(description="Id of a reference, ref_…", max_length=64)]

router = APIRouter(prefix="/api/datasets", tags=["datasets"])


@router.get("", operation_id="listDatasets", responses=refusals(422))
async def list_datasets(
    services: ServicesDep,
    status: Annotated[DatasetStatus | None, Query()] = None,
    source: Annotated[DatasetSource | None, Query()] = None,
    search: Annotated[OneLine | None, Query(max_length=200, description="Part of a name or repository id.")] = None,
    sort: Annotated[DatasetSort, Query()] = "-created_at",
    page: PageNumber = 1,
    limit: PageLimit = 50,
) -> DatasetListResponse:
    """List datasets, newest first unless asked otherwise."""
    return await services.datasets.list_datasets(
        status=status, source=source, search=search, sort=sort, page=page, limit=limit
    )


@router.post(
    "/download",
    status_code=202,
    operation_id="downloadDataset",
    responses=refusals(401, 403, 404, 409, 413, 422, 503, 507),
)
async def download_dataset(request: DatasetDownloadRequest, services: ServicesDep) -> DatasetResponse:
    """Check the Hub and the disk, then download in the background."""
    return await services.datasets.create_dataset_from_hf(request)


@router.post(
    "/upload",
    status_code=202,
    operation_id="uploadDataset",
    responses=refusals(409, 413, 415, 422, 503, 507),
    openapi_extra={"requestBody": {"required": True, "content": {"multipart/form-data": {"schema": _UPLOAD_FORM}}}},
)
async def upload_dataset(request: Request, services: ServicesDep) -> DatasetResponse:
    """Import files, streamed to disk; their card or names give the splits. The same files again are a 409."""
    async with services.imports.open_upload(announced_bytes(request)) as upload:
        form = await receive_form(request, upload)
        return await services.imports.accept(upload, import_fields(form))


@router.post("/upload/plan", operation_id="planUpload", responses=refusals(413, 422, 503))
async def plan_upload(request: ImportPlanRequest, services: ServicesDep) -> ImportPlanResponse:
    """Show what each file of an import would be, from its first and last bytes. Nothing is stored."""
    return await services.imports.plan(request)


@router.post("/sample", status_code=202, operation_id="createSampleDataset", responses=refusals(409, 507))
async def create_sample_dataset(services: ServicesDep) -> DatasetResponse:
    """Create the bundled sample dataset and its tokenizer, offline."""
    return await services.imports.create_sample()


@router.get("/{dataset_id}", operation_id="getDataset", responses=refusals(404))
async def get_dataset(dataset_id: DatasetId, services: ServicesDep) -> DatasetDetail:
    """Get one dataset with its splits, columns, active jobs and tokenizations."""
    return await services.datasets.get_dataset(dataset_id)


@router.patch("/{dataset_id}", operation_id="updateDataset", responses=refusals(404, 409, 422))
async def update_dataset(
    dataset_id: DatasetId, request: DatasetUpdateRequest, services: ServicesDep
) -> DatasetResponse:
    """Change a dataset's name, tags or note, or the text that is viewed and searched; tokenizations keep theirs."""
    return await services.edits.update(dataset_id, request)


@router.post(
    "/{dataset_id}/retry", status_code=202, operation_id="retryDataset", responses=refusals(404, 409, 413, 422)
)
async def retry_dataset(
    dataset_id: DatasetId, services: ServicesDep, request: Annotated[RetryRequest | None, Body()] = None
) -> DatasetResponse:
    """Continue a dataset in error from what it has."""
    token = reveal(request.access_token) if request else None
    return await services.datasets.retry(dataset_id, token)


@router.post(
    "/{dataset_id}/extend",
    status_code=202,
    operation_id="extendDataset",
    responses=refusals(401, 403, 404, 409, 413, 422, 503, 507),
)
async def extend_dataset(dataset_id: DatasetId, request: ExtendRequest, services: ServicesDep) -> DatasetResponse:
    """Make a larger part as a new dataset, which shares what is here and fetches the rest."""
    return await services.datasets.extend(dataset_id, request)


@router.post("/{dataset_id}/cancel", operation_id="cancelDataset", responses=refusals(404, 409))
async def cancel_dataset(dataset_id: DatasetId, services: ServicesDep) -> DatasetResponse:
    """Stop a download or import, and keep what it has for a retry."""
    return await services.datasets.cancel(dataset_id)


@router.delete(
    "/{dataset_id}",
    status_code=204,
    operation_id="deleteDataset",
    responses={200: {"model": DeletePreview, "description": "Dry run: what would be deleted"}, **refusals(404, 409)},
    response_model=None,
)
async def delete_dataset(
    dataset_id: DatasetId,
    services: ServicesDep,
    response: Response,
    dry_run: Annotated[bool, Query(description="Only show what would be deleted.")] = False,
) -> DeletePreview | None:
    """Delete a dataset and everything made from it, or show what that would delete."""
    if dry_run:
        response.status_code = 200
        return await services.datasets.preview_delete(dataset_id)
    await services.datasets.delete_dataset(dataset_id)
    return None


@router.get("/{dataset_id}/references", operation_id="listReferences", responses=refusals(404))
async def list_references(dataset_id: DatasetId, services: ServicesDep) -> list[ReferenceResponse]:
    """List what uses this dataset."""
    return await services.references.list_references(dataset_id)


@router.post(
    "/{dataset_id}/references", status_code=201, operation_id="addReference", responses=refusals(404, 409, 413, 422)
)
async def add_reference(dataset_id: DatasetId, request: ReferenceCreate, services: ServicesDep) -> ReferenceResponse:
    """Record that something uses this dataset, which blocks its deletion."""
    return await services.references.add(dataset_id, request)


@router.delete(
    "/{dataset_id}/references/{reference_id}",
    status_code=204,
    operation_id="removeReference",
    responses=refusals(404),
)
async def remove_reference(dataset_id: DatasetId, reference_id: ReferenceId, services: ServicesDep) -> None:
    """Remove the record that something uses this dataset."""
    await services.references.remove(dataset_id, reference_id)
