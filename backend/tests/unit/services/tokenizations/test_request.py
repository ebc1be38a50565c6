"""Requests to tokenize, resolved for a dataset."""

import pytest

from fakes.studio_data import TOKENIZER
from mistudio.core.errors import UnknownColumn, ValidationFailed
from mistudio.core.states import TokenizationStatus
from mistudio.corpus.tokenizers.tokenizer import LoadedTokenizer
from mistudio.schemas.tokenization import TokenizeRequest
from mistudio.services.storage_service import StorageService
from mistudio.services.tokenizations.request import ResolvedRequest, already_exists, resolve_request
from mistudio.services.tokenizer_service import TokenizerService


@pytest.fixture
async def tokenizer(tokenizers: TokenizerService) -> LoadedTokenizer:
    """The small tokenizer."""
    return await tokenizers.load(TOKENIZER)


@pytest.fixture
def resolve(storage: StorageService, dataset_id: str, tokenizer: LoadedTokenizer) -> "Resolve":
    """Resolves requests for the dataset."""
    return Resolve(storage, dataset_id, tokenizer)


class Resolve:
    """Resolves requests for one dataset."""

    def __init__(self, storage: StorageService, dataset_id: str, tokenizer: LoadedTokenizer) -> None:
        self._folder = storage.folder(dataset_id)
        self._tokenizer = tokenizer

    def __call__(self, **fields: object) -> ResolvedRequest:
        """The request with these fields."""
        request = TokenizeRequest.model_validate({"tokenizer": TOKENIZER, **fields})
        return resolve_request(request, self._tokenizer, self._folder)


def test_equal_requests_have_one_key(resolve: Resolve) -> None:
    """An explicit default is the default; a field without an effect does not count; a token never does."""
    key = resolve().key
    assert {key} == {
        found.key
        for found in (
            resolve(max_length=512),
            resolve(splits=["train"]),
            resolve(text_column="text"),
            resolve(keep_last_partial=True),
            resolve(access_token="hf_secret"),
        )
    }
    assert key not in {resolve(max_length=64).key, resolve(packing="concat").key, resolve(shuffle_seed=1).key}


def test_a_record_has_the_settings_and_no_token(resolve: Resolve, tokenizer: LoadedTokenizer) -> None:
    """It waits for its job."""
    resolved = resolve(max_length=64, access_token="hf_secret")
    record = resolved.new_record("ds_1")
    assert ("ds_1", TokenizationStatus.QUEUED, resolved.key) == (record.dataset_id, record.status, record.settings_hash)
    assert (TOKENIZER, tokenizer.fingerprint, 64) == (
        record.tokenizer,
        record.fingerprint,
        record.settings["max_length"],
    )
    assert "hf_secret" not in str(record.settings)


def test_padding_needs_more_room(resolve: Resolve) -> None:
    """Each row has its full length then, with a mask."""
    short, padded = resolve(max_length=64), resolve(max_length=64, padding="max_length")
    assert 0 < short.needed_bytes < padded.needed_bytes == 4 * 64 * 5


def test_settings_that_cannot_work_are_refused(resolve: Resolve) -> None:
    """Before anything is made."""
    with pytest.raises(UnknownColumn):
        resolve(text_column="none")
    with pytest.raises(ValidationFailed) as refused:
        resolve(packing="concat", padding="longest")
    assert "padding" == refused.value.fields[0].field


def test_a_refusal_names_the_tokenization(resolve: Resolve) -> None:
    """It says whether that is ready."""
    record = resolve().new_record("ds_1")
    refusal = already_exists(record)
    assert f"A tokenization by {TOKENIZER} with these settings is queued already." == refusal.detail
    assert {"tokenization_id": record.id, "dataset_id": "ds_1", "status": "queued"} == refusal.extra
    record.status = TokenizationStatus.READY
    assert already_exists(record).detail.endswith("is here already.")
