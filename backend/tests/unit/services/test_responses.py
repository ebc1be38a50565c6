"""Responses built from records."""

import pytest

from mistudio.models import Dataset, Job, Tokenization, utc_now
from mistudio.services.responses import dataset_detail, dataset_response, tokenization_detail


def dataset(**fields: object) -> Dataset:
    """A ready dataset with one split."""
    values: dict[str, object] = {
        "id": "ds_1",
        "name": "stories",
        "source": "huggingface",
        "status": "ready",
        "progress": 100.0,
        "splits": [{"name": "train", "num_files": 1, "num_rows": 3}],
        "meta": {"columns": [{"name": "text", "type": "string", "kind": "text"}]},
        "index_state": "none",
        "index_progress": 0.0,
        "raw_path": "/data/raw",
        "seq": 4,
        "created_at": utc_now(),
        "updated_at": utc_now(),
    }
    return Dataset(**{**values, **fields})


def job(kind: str) -> Job:
    """A queued job of the dataset."""
    return Job(
        id=f"job_{kind}",
        kind=kind,
        dataset_id="ds_1",
        state="queued",
        done=0,
        total=0,
        unit="bytes",
        progress=0.0,
        attempt=0,
        max_attempts=3,
        cancel_requested=False,
        created_at=utc_now(),
    )


def test_a_dataset_shows_its_own_job() -> None:
    """The download or import; jobs of its index or its tokenizations are listed in its detail."""
    jobs = [job("index"), job("download")]
    response = dataset_response(dataset(), jobs)
    assert response.job is not None
    assert ("job_download", False) == (response.job.id, response.retryable)
    detail = dataset_detail(dataset(), jobs, [])
    assert ["job_index", "job_download"] == [found.id for found in detail.jobs]
    assert dataset_response(dataset(), [job("index")]).job is None


def test_an_error_says_whether_it_may_pass() -> None:
    """By its code."""
    codes = ("hub_unreachable", "no_data", None)
    assert [True, False, False] == [dataset_response(dataset(error_code=code), []).retryable for code in codes]


def test_a_detail_has_columns_and_loading_code() -> None:
    """There is nothing to load while there are no files."""
    detail = dataset_detail(dataset(), [], [])
    assert (["text"], True) == ([column.name for column in detail.columns], "load_dataset" in detail.usage[0].code)
    assert [] == dataset_detail(dataset(raw_path=None), [], []).usage


def test_a_tokenization_without_files_has_no_splits() -> None:
    """Its ledger and its audit are those of its record."""
    ledger = dict.fromkeys(
        (
            *("documents", "null_documents", "empty_documents", "source_tokens", "data_tokens", "truncated"),
            *("dropped", "filtered", "held_out", "special_tokens", "padding", "positions"),
        ),
        1,
    )
    ledger |= {"source_tokens": 5, "positions": 3}
    record = Tokenization(
        id="tok_1",
        dataset_id="ds_1",
        tokenizer="gpt2",
        settings={},
        status="ready",
        progress=100.0,
        statistics={"resolved": {"max_length": 8}},
        ledger={**ledger, "balances": True},
        created_at=utc_now(),
    )
    detail = tokenization_detail(record, None, None)
    assert ([], [], {"max_length": 8}, None) == (detail.splits, detail.usage, detail.resolved, detail.audit)
    assert detail.ledger is not None
    assert detail.ledger.balances


@pytest.mark.parametrize(
    ("status", "nulls", "empty", "words"),
    [
        ("ready", 3, 0, "all 3 rows are null."),
        ("ready", 0, 3, "all 3 rows are empty."),
        ("ready", 1, 2, "all 3 rows are null or empty."),
        ("ready", 1, 1, "Of 3 texts in column “text”, 1 null and 1 empty."),
        ("ready", 0, None, None),
        ("processing", 3, 0, None),
    ],
)
def test_texts_that_are_null_or_empty_are_noticed(
    status: str, nulls: int, empty: int | None, words: str | None
) -> None:
    """Once the dataset is ready."""
    meta = {"null_texts": nulls, "empty_texts": empty}
    found = dataset_response(dataset(status=status, num_samples=3, text_column="text", meta=meta), []).notices
    assert [] == found if words is None else words in found[0]
