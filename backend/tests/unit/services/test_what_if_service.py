"""The cost of settings, before a job runs."""

import numpy as np
import pytest
from numpy.typing import NDArray

from fakes.studio_data import TEXTS, TOKENIZER, Tokenized
from mistudio.core.database import Database
from mistudio.core.errors import DataMissing, NotReady, ValidationFailed
from mistudio.services.storage_service import StorageService
from mistudio.services.tokenizer_service import TokenizerService
from mistudio.services.what_if_service import WhatIfService


@pytest.fixture
def service(async_db: Database, storage: StorageService, tokenizers: TokenizerService) -> WhatIfService:
    """The service of estimates."""
    return WhatIfService(async_db, storage, tokenizers)


async def test_a_tokenization_and_a_sample_of_everything_agree(service: WhatIfService, tokenized: Tokenized) -> None:
    """Fewer documents than a sample has are all counted."""
    asked = {"max_lengths": [4, 64]}
    exact = await service.what_if(tokenized.dataset_id, tokenization_id=None, tokenizer=None, **asked)
    sampled = await service.what_if(tokenized.dataset_id, tokenization_id=None, tokenizer=TOKENIZER, **asked)
    assert (tokenized.tokenization_id, False, len(TEXTS)) == (exact.tokenization_id, exact.estimate, exact.documents)
    assert (None, exact.source_tokens) == (sampled.tokenization_id, sampled.source_tokens)
    assert exact.options == sampled.options
    short, long = exact.options
    assert (4, 64, 1.0) == (short.max_length, long.max_length, long.fit_share)
    assert 0.0 == long.ragged.lost_share < short.ragged.lost_share < 1.0
    assert long.padded.padding_share > 0.5


@pytest.mark.parametrize("name", ["lengths.npy", "length_counts.npy"])
@pytest.mark.parametrize("content", [None, b"", b"garbage", b"\x93NUMPY\x01\x00\x0a\x00garbage{{{"])
async def test_missing_and_damaged_lengths_are_named(
    service: WhatIfService, storage: StorageService, tokenized: Tokenized, name: str, content: bytes | None
) -> None:
    """A file that is not there, empty, no array, or one with a broken header."""
    for path in storage.tokenized(tokenized.dataset_id, tokenized.tokenization_id).rglob(name):
        path.unlink()
        if content is not None:
            path.write_bytes(content)
    with pytest.raises(DataMissing, match="delete it and tokenize again"):
        await service.what_if(tokenized.dataset_id, tokenization_id=None, tokenizer=None, max_lengths=[4])


@pytest.mark.parametrize("array", [np.zeros((2, 2, 2), np.int64), np.array(["a"]), np.array(1.5)])
async def test_arrays_of_other_kinds_are_damage(
    service: WhatIfService, storage: StorageService, tokenized: Tokenized, array: NDArray[np.generic]
) -> None:
    """They are not what this program writes."""
    for path in storage.tokenized(tokenized.dataset_id, tokenized.tokenization_id).rglob("length*.npy"):
        np.save(path, array)
    with pytest.raises(DataMissing, match="is damaged"):
        await service.what_if(tokenized.dataset_id, tokenization_id=None, tokenizer=None, max_lengths=[4])


async def test_the_usual_lengths_are_shown(service: WhatIfService, tokenized: Tokenized) -> None:
    """With the one that would be chosen, if the request names none."""
    found = await service.what_if(tokenized.dataset_id, tokenization_id=None, tokenizer=None, max_lengths=None)
    lengths = [option.max_length for option in found.options]
    assert sorted(set(lengths)) == lengths
    assert {8, 128, 8_192} <= set(lengths)


async def test_one_of_two_is_needed(service: WhatIfService, dataset_id: str) -> None:
    """A tokenization or a tokenizer, and not both."""
    with pytest.raises(NotReady, match="name a tokenizer"):
        await service.what_if(dataset_id, tokenization_id=None, tokenizer=None, max_lengths=None)
    with pytest.raises(ValidationFailed) as refused:
        await service.what_if(dataset_id, tokenization_id="tok_1", tokenizer=TOKENIZER, max_lengths=None)
    assert "tokenizer" == refused.value.fields[0].field
