"""Written rows as tokens, and where they came from."""

import pytest

from fakes.studio_data import TEXTS, Tokenized
from mistudio.core.database import Database
from mistudio.core.errors import NotFound, UnknownSplit, ValidationFailed
from mistudio.services.row_service import RowService
from mistudio.services.storage_service import StorageService
from mistudio.services.tokenizer_service import TokenizerService


@pytest.fixture
def rows(async_db: Database, storage: StorageService, tokenizers: TokenizerService) -> RowService:
    """The service of rows."""
    return RowService(async_db, storage, tokenizers)


async def test_rows_are_read_in_pages(rows: RowService, tokenized: Tokenized) -> None:
    """Of the first split unless another is named; their data tokens spell the text."""
    page = await rows.list_rows(tokenized.tokenization_id, split=None, page=1, limit=2)
    assert (2, len(TEXTS), True) == (len(page.data), page.pagination.total, page.pagination.has_next)
    shown = ["".join(token.text for token in row.tokens if token.kind == "data") for row in page.data]
    assert list(TEXTS[:2]) == shown
    assert [] == (await rows.list_rows(tokenized.tokenization_id, split="train", page=9, limit=2)).data
    with pytest.raises(UnknownSplit) as refused:
        await rows.list_rows(tokenized.tokenization_id, split="nope", page=1, limit=2)
    assert "split" == refused.value.fields[0].field


async def test_a_position_leads_to_its_characters(rows: RowService, tokenized: Tokenized) -> None:
    """A special token has no source."""
    found = await rows.trace(tokenized.tokenization_id, split="train", row=1, position=1)
    assert found.source is not None
    assert ("train", 1, TEXTS[1]) == (found.source.split, found.source.row, found.source.text)
    assert found.token.text == TEXTS[1][found.source.char_start : found.source.char_end]
    begin = await rows.trace(tokenized.tokenization_id, split="train", row=1, position=0)
    assert ("special", None) == (begin.token.kind, begin.source)


async def test_what_is_not_there_is_refused(rows: RowService, tokenized: Tokenized) -> None:
    """Row, position and tokenization."""
    with pytest.raises(NotFound, match="there is no row 99"):
        await rows.trace(tokenized.tokenization_id, split="train", row=99, position=0)
    with pytest.raises(ValidationFailed) as refused:
        await rows.trace(tokenized.tokenization_id, split="train", row=0, position=99)
    assert "position" == refused.value.fields[0].field
    with pytest.raises(NotFound):
        await rows.list_rows("tok_none", split=None, page=1, limit=1)
