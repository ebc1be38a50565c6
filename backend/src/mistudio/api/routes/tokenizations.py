"""Routes of tokenizations: create, watch, inspect, delete; and of tokenizers: previews and estimates."""

from typing import Annotated

from fastapi import APIRouter, Body, Path, Query, Request

from mistudio.api.deps import DatasetId, PageLimit, PageNumber, ServicesDep, TokenizationId
from mistudio.api.disconnect import cancel_without_client
from mistudio.api.problems import refusals
from mistudio.schemas.common import OneLine, Page, reveal
from mistudio.schemas.dataset_requests import RetryRequest
from mistudio.schemas.statistics import StatisticsResponse
from mistudio.schemas.token_rows import TokenContext, TokenizedRow, TraceResponse
from mistudio.schemas.tokenization import MaxLength, TokenizationDetail, TokenizationResponse, TokenizeRequest
from mistudio.schemas.tokenizer import ModelResponse, PreviewRequest, PreviewResponse
from mistudio.schemas.what_if import WhatIfResponse

router = APIRouter(prefix="/api", tags=["tokenizations"])
SplitName = Annotated[OneLine, Query(max_length=255, description="A split of the tokenization.")]


@router.post(
    "/datasets/{dataset_id}/tokenize",
    status_code=202,
    operation_id="tokenizeDataset",
    responses=refusals(401, 403, 404, 409, 413, 422, 503, 507),
)
async def tokenize_dataset(
    dataset_id: DatasetId, request: TokenizeRequest, services: ServicesDep
) -> TokenizationResponse:
    """Check the settings, then tokenize in the background."""
    return await services.tokenizations.tokenize_dataset(dataset_id, request)


@router.get("/datasets/{dataset_id}/tokenizations", operation_id="listTokenizations", responses=refusals(404))
async def list_tokenizations(dataset_id: DatasetId, services: ServicesDep) -> list[TokenizationResponse]:
    """List the tokenizations of a dataset, newest first."""
    return await services.tokenizations.list_tokenizations(dataset_id)


@router.get("/tokenizations/{tokenization_id}", operation_id="getTokenization", responses=refusals(404))
async def get_tokenization(tokenization_id: TokenizationId, services: ServicesDep) -> TokenizationDetail:
    """Get one tokenization with its ledger, its audit, and the Python that loads it."""
    return await services.tokenizations.get_tokenization(tokenization_id)


@router.delete(
    "/tokenizations/{tokenization_id}",
    status_code=204,
    operation_id="deleteTokenization",
    responses=refusals(404),
)
async def delete_tokenization(tokenization_id: TokenizationId, services: ServicesDep) -> None:
    """Stop a tokenization and delete its files; its dataset and other tokenizations stay as they are."""
    await services.tokenizations.delete_tokenization(tokenization_id)


@router.post("/tokenizations/{tokenization_id}/cancel", operation_id="cancelTokenization", responses=refusals(404, 409))
async def cancel_tokenization(tokenization_id: TokenizationId, services: ServicesDep) -> TokenizationResponse:
    """Stop a tokenization, and keep what it has for a retry."""
    return await services.tokenizations.cancel(tokenization_id)


@router.post(
    "/tokenizations/{tokenization_id}/retry",
    status_code=202,
    operation_id="retryTokenization",
    responses=refusals(404, 409, 413, 422),
)
async def retry_tokenization(
    tokenization_id: TokenizationId, services: ServicesDep, request: Annotated[RetryRequest | None, Body()] = None
) -> TokenizationResponse:
    """Continue a tokenization that failed or was cancelled."""
    token = reveal(request.access_token) if request else None
    return await services.tokenizations.retry(tokenization_id, token)


@router.get("/tokenizations/{tokenization_id}/rows", operation_id="listRows", responses=refusals(404, 409, 410, 422))
async def list_rows(
    tokenization_id: TokenizationId,
    services: ServicesDep,
    split: SplitName | None = None,
    page: PageNumber = 1,
    limit: PageLimit = 20,
) -> Page[TokenizedRow]:
    """List written rows as tokens, of one split (default: the first); empty beyond the end."""
    return await services.rows.list_rows(tokenization_id, split=split, page=page, limit=limit)


@router.get(
    "/tokenizations/{tokenization_id}/rows/{row}/trace",
    operation_id="traceToken",
    responses=refusals(404, 409, 410, 422),
)
async def trace_token(
    tokenization_id: TokenizationId,
    row: Annotated[int, Path(ge=0, le=2**53, description="Counts from 0 within the split.")],
    services: ServicesDep,
    position: Annotated[int, Query(ge=0, le=2**31, description="Counts from 0 within the row.")] = 0,
    split: SplitName | None = None,
) -> TraceResponse:
    """Trace a position of a written row back to its document, its characters, its file and its commit."""
    return await services.rows.trace(tokenization_id, split=split, row=row, position=position)


@router.get(
    "/tokenizations/{tokenization_id}/contexts", operation_id="drawContexts", responses=refusals(404, 409, 410, 422)
)
async def draw_contexts(
    tokenization_id: TokenizationId,
    services: ServicesDep,
    length: Annotated[int, Query(ge=1, le=4096, description="Tokens of a context.")] = 32,
    n: Annotated[int, Query(ge=1, le=1000, description="Contexts; fewer if the split has fewer.")] = 20,
    seed: Annotated[int, Query(ge=0, lt=2**63)] = 0,
    split: SplitName | None = None,
) -> list[TokenContext]:
    """Draw random contexts of written rows with their documents, from one split (default: the first)."""
    return await services.rows.draw_contexts(tokenization_id, split=split, length=length, count=n, seed=seed)


@router.get(
    "/tokenizations/{tokenization_id}/positions", operation_id="findPositions", responses=refusals(404, 409, 410, 422)
)
async def find_positions(
    tokenization_id: TokenizationId,
    services: ServicesDep,
    ids: Annotated[str, Query(pattern=r"^\d{1,10}(,\d{1,10}){0,31}$", description="Token ids, with commas between.")],
    split: SplitName | None = None,
    page: PageNumber = 1,
    limit: PageLimit = 20,
) -> Page[TokenContext]:
    """List where a token, or a token sequence, occurs in written rows, in one split (default: all)."""
    wanted = [int(number) for number in ids.split(",")]
    return await services.rows.find_positions(tokenization_id, wanted, split=split, page=page, limit=limit)


@router.get("/datasets/{dataset_id}/statistics", operation_id="getStatistics", responses=refusals(404, 409))
async def get_statistics(
    dataset_id: DatasetId,
    services: ServicesDep,
    tokenization: Annotated[OneLine | None, Query(max_length=64, description="Default: the newest ready one.")] = None,
) -> StatisticsResponse:
    """Get exact statistics of the whole dataset and of each split."""
    return await services.statistics.statistics(dataset_id, tokenization)


@router.get(
    "/datasets/{dataset_id}/what-if",
    operation_id="whatIf",
    responses=refusals(401, 403, 404, 409, 410, 422, 503),
)
async def what_if(
    dataset_id: DatasetId,
    services: ServicesDep,
    tokenization: Annotated[OneLine | None, Query(max_length=64, description="Exact, from its counts.")] = None,
    tokenizer: Annotated[OneLine | None, Query(max_length=1024, description="Estimated from a sample.")] = None,
    max_length: Annotated[list[MaxLength] | None, Query(max_length=64, description="Several may be given.")] = None,
) -> WhatIfResponse:
    """Calculate what max_length costs before a job runs: padded, ragged and packed side by side."""
    return await services.what_if.what_if(
        dataset_id, tokenization_id=tokenization, tokenizer=tokenizer, max_lengths=max_length
    )


@router.post("/tokenize-preview", operation_id="previewTokens", responses=refusals(401, 403, 404, 413, 422, 503))
async def preview_tokens(connection: Request, request: PreviewRequest, services: ServicesDep) -> PreviewResponse:
    """Show a text as tokens: ids, the characters of each, and what would be cut. At most 10,000 are listed."""
    return await cancel_without_client(connection, services.tokenizers.preview(request))


@router.get("/models", operation_id="listModels")
async def list_models(services: ServicesDep) -> list[ModelResponse]:
    """List the tokenizers that this studio has used, newest first."""
    return await services.tokenizers.list_models()
