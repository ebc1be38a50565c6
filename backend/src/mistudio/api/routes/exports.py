"""Routes of exports: datasets and tokenizations in the formats of other programs."""

from typing import Annotated

from fastapi import APIRouter, Path, Query
from fastapi.responses import FileResponse

from mistudio.api.deps import DatasetId, JobId, ServicesDep, TokenizationId
from mistudio.api.problems import refusals
from mistudio.corpus.export.plan import DatasetFormat, TokenFormat
from mistudio.schemas.common import ColumnName, OneLine
from mistudio.schemas.export import (
    DatasetExportRequest,
    ExportEstimateResponse,
    ExportResponse,
    TokenExportRequest,
)

router = APIRouter(tags=["exports"])

Columns = Annotated[list[ColumnName] | None, Query(description="Default: all that the format holds.")]
Splits = Annotated[list[OneLine] | None, Query(description="Default: all.")]
FilePath = Annotated[OneLine, Path(max_length=1_000, description="Path of a file as the export lists it.")]


@router.get(
    "/api/datasets/{dataset_id}/export", operation_id="estimateDatasetExport", responses=refusals(404, 409, 410, 422)
)
async def estimate_dataset_export(
    dataset_id: DatasetId,
    services: ServicesDep,
    format_: Annotated[DatasetFormat, Query(alias="format")],
    columns: Columns = None,
    splits: Splits = None,
) -> ExportEstimateResponse:
    """Estimate the size of an export from its first rows."""
    return await services.exports.estimate(dataset_id, format_, columns, splits)


@router.post(
    "/api/datasets/{dataset_id}/export",
    status_code=202,
    operation_id="exportDataset",
    responses=refusals(404, 409, 410, 422, 507),
)
async def export_dataset(dataset_id: DatasetId, request: DatasetExportRequest, services: ServicesDep) -> ExportResponse:
    """Export a dataset in the background; events of scope ``export`` report the progress."""
    return await services.exports.start(dataset_id, request.format, request.columns, request.splits)


@router.get("/api/datasets/{dataset_id}/exports", operation_id="listExports", responses=refusals(404, 409))
async def list_exports(dataset_id: DatasetId, services: ServicesDep) -> list[ExportResponse]:
    """List the exports of a dataset and of its tokenizations, newest first, at most 100."""
    return await services.exports.list_exports(dataset_id)


@router.get(
    "/api/tokenizations/{tokenization_id}/export",
    operation_id="estimateTokenizationExport",
    responses=refusals(404, 409, 410, 422),
)
async def estimate_tokenization_export(
    tokenization_id: TokenizationId,
    services: ServicesDep,
    format_: Annotated[TokenFormat, Query(alias="format")],
    columns: Columns = None,
    splits: Splits = None,
) -> ExportEstimateResponse:
    """Estimate the size of an export from its first rows."""
    return await services.exports.estimate(tokenization_id, format_, columns, splits)


@router.post(
    "/api/tokenizations/{tokenization_id}/export",
    status_code=202,
    operation_id="exportTokenization",
    responses=refusals(404, 409, 410, 422, 507),
)
async def export_tokenization(
    tokenization_id: TokenizationId, request: TokenExportRequest, services: ServicesDep
) -> ExportResponse:
    """Export a tokenization in the background; events of scope ``export`` report the progress."""
    return await services.exports.start(tokenization_id, request.format, request.columns, request.splits)


@router.get("/api/exports/{job_id}", operation_id="getExport", responses=refusals(404))
async def get_export(job_id: JobId, services: ServicesDep) -> ExportResponse:
    """Get one export, with its files once it has succeeded."""
    return await services.exports.get(job_id)


@router.get(
    "/api/exports/{job_id}/files/{path:path}",
    operation_id="getExportedFile",
    response_class=FileResponse,
    responses=refusals(404, 409, 410),
)
async def get_exported_file(job_id: JobId, path: FilePath, services: ServicesDep) -> FileResponse:
    """Download one file of an export."""
    file = await services.exports.find_file(job_id, path)
    return FileResponse(file, filename=file.name, media_type="application/octet-stream")


@router.delete("/api/exports/{job_id}", status_code=204, operation_id="deleteExport", responses=refusals(404))
async def delete_export(job_id: JobId, services: ServicesDep) -> None:
    """Stop an export, and delete it with its files."""
    await services.exports.delete(job_id)
