"""Shapes of tokenizations."""

from mistudio.core.states import TokenizationStatus
from mistudio.schemas.common import Bytes, Percent, Shape, Timestamp


class TokenizationResponse(Shape):
    """One tokenization of a dataset, with its figures once it is ready."""

    id: str
    dataset_id: str
    tokenizer: str
    tokenizer_revision: str | None
    fingerprint: str | None
    settings: dict[str, object]
    status: TokenizationStatus
    progress: Percent
    error_code: str | None
    error_message: str | None
    path: str | None
    engine: str | None
    engine_reason: str | None
    num_rows: int | None
    num_tokens: int | None
    num_positions: int | None
    unique_tokens: int | None
    vocab_size: int | None
    size_bytes: Bytes | None
    created_at: Timestamp
    completed_at: Timestamp | None
