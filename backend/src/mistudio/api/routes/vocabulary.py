"""Routes of a tokenization's vocabulary: its tokens by frequency, and where one occurs."""

from typing import Annotated

from fastapi import APIRouter, Path, Query

from mistudio.api.deps import PageLimit, PageNumber, ServicesDep, TokenizationId
from mistudio.api.problems import refusals
from mistudio.corpus.loader.vocabulary import TokenOrder
from mistudio.schemas.common import OneLine, Page
from mistudio.schemas.vocabulary import TokenContexts, VocabularyToken

router = APIRouter(prefix="/api/tokenizations/{tokenization_id}/vocabulary", tags=["tokenizations"])


@router.get("", operation_id="listVocabulary", responses=refusals(404, 409, 410, 422))
async def list_vocabulary(
    tokenization_id: TokenizationId,
    services: ServicesDep,
    search: Annotated[OneLine | None, Query(max_length=200, description="A part of the text, or an id.")] = None,
    order: Annotated[
        TokenOrder, Query(description="Most frequent first, least frequent first, or those never written.")
    ] = "most",
    page: PageNumber = 1,
    limit: PageLimit = 50,
) -> Page[VocabularyToken]:
    """List the tokens of the vocabulary with their exact counts in each split."""
    return await services.vocabulary.list_tokens(tokenization_id, search=search, order=order, page=page, limit=limit)


@router.get("/{token_id}/contexts", operation_id="listTokenContexts", responses=refusals(404, 409, 410, 422))
async def list_token_contexts(
    tokenization_id: TokenizationId,
    token_id: Annotated[int, Path(ge=0, le=2**31 - 1)],
    services: ServicesDep,
    window: Annotated[int, Query(ge=0, le=64, description="Tokens on each side.")] = 10,
    split: Annotated[OneLine | None, Query(max_length=255, description="Default: all splits.")] = None,
    page: PageNumber = 1,
    limit: PageLimit = 20,
) -> TokenContexts:
    """List where a token occurs in written rows, each with the tokens around it; and how often it does."""
    return await services.vocabulary.list_contexts(
        tokenization_id, token_id, split=split, window=window, page=page, limit=limit
    )
