"""Shapes of tokenizations: what may be asked for, and the record of what was made."""

from typing import Annotated, Literal, TypeAlias

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from mistudio.core.states import TokenizationStatus
from mistudio.schemas.common import (
    NO_CONTROLS,
    Bytes,
    ColumnName,
    HubToken,
    Name,
    Percent,
    Shape,
    Share,
    Timestamp,
    UsageSnippet,
)
from mistudio.schemas.job import JobResponse

TokenizerName = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=1024),
    NO_CONTROLS,
    Field(
        description="A repository of the Hub; or a folder or tokenizer.json below DATA_DIR, which begins with `./` "
        "(counted from DATA_DIR) or with `/`.",
        examples=["gpt2", "./tokenizers/sample-bpe"],
    ),
]
TokenId = Annotated[int, Field(ge=0, lt=2**31)]
TokenSlot: TypeAlias = Literal["auto", "none", "bos", "eos", "sep"] | TokenId
Padding = Literal["do_not_pad", "max_length", "longest"]
Packing = Literal["off", "concat"]
Verify = Literal["sample", "full"]
MaxLength = Annotated[int, Field(ge=2, le=2**24)]


class TokenizeRequest(BaseModel):
    """How to tokenize a dataset. The token is held in memory for this job only, never stored, never logged."""

    model_config = ConfigDict(extra="forbid")

    tokenizer: TokenizerName
    revision: Name | None = Field(default=None, description="Branch, tag or commit. Left out: the main branch.")
    access_token: HubToken = None
    splits: list[Name] | None = Field(default=None, min_length=1, description="Left out: all.")
    text_column: ColumnName | None = Field(default=None, description="Left out: the dataset's.")
    max_length: MaxLength | None = Field(
        default=None,
        description="Tokens per row. Left out: the tokenizer's own where that is at most 8,192, else 1,024.",
    )
    truncation: bool = Field(default=True, description="Cut what is longer than max_length.")
    padding: Padding = "do_not_pad"
    packing: Packing = "off"
    begin_of_row_token: TokenSlot = Field(default="auto", description="Auto: BOS where the tokenizer has one.")
    document_separator_token: TokenSlot = Field(
        default="auto", description="Packing: BOS where there is one, else EOS."
    )
    end_of_document_token: TokenSlot = Field(default="none", description="Packing: put after every document.")
    keep_last_partial: bool = Field(default=False, description="Packing: keep the last row though it is not full.")
    add_special_tokens: bool = True
    return_attention_mask: bool = True
    shuffle_seed: Annotated[int, Field(ge=0, lt=2**63)] | None = None
    heldout_fraction: float = Field(default=0.0, ge=0.0, lt=1.0)
    apply_chat_template: bool = False
    verify: Verify = "sample"


class TokenizationResponse(Shape):
    """One tokenization of a dataset, with its figures once it is ready. ``settings`` are those of the request."""

    id: str
    dataset_id: str
    model_id: str | None
    tokenizer: str
    tokenizer_revision: str | None = Field(description="The commit that the tokenizer was taken from.")
    fingerprint: str | None
    settings: dict[str, object]
    status: TokenizationStatus
    progress: Percent
    error_code: str | None
    error_message: str | None
    path: str | None
    engine: str | None = Field(description="What encoded the text.")
    engine_reason: str | None = Field(
        description="Why this engine: on how many texts it agrees with the reference, or why that does the work itself."
    )
    num_rows: int | None
    num_tokens: int | None = Field(description="Data tokens: no padding, no special tokens.")
    num_positions: int | None = Field(description="Everything written: data, special tokens and padding.")
    unique_tokens: int | None
    vocab_size: int | None
    size_bytes: Bytes | None
    created_at: Timestamp
    completed_at: Timestamp | None


class Ledger(Shape):
    """Where every token went.

    ``source_tokens`` = ``data_tokens`` + ``truncated`` + ``dropped`` + ``filtered`` + ``held_out``, and ``positions`` =
    ``data_tokens`` + ``special_tokens`` + ``padding``.
    """

    documents: int
    null_documents: int
    empty_documents: int
    source_tokens: int
    data_tokens: int
    truncated: int
    dropped: int
    filtered: int
    held_out: int
    special_tokens: int
    padding: int
    positions: int
    balances: bool


class AuditCheck(Shape):
    """One thing that was looked at; ``passed`` None: it does not apply to this tokenization."""

    name: str
    title: str
    passed: bool | None
    detail: str
    figures: dict[str, int | float | str]


class Audit(Shape):
    """What the written files were examined for. Verified on so many documents, which is never a guarantee."""

    verdict: Literal["passed", "warning", "failed"]
    checks: list[AuditCheck]
    documents_compared: int
    differences: int


class WrittenSplit(Shape):
    """A split as it was written; what was held out of one stands in a split of its own."""

    name: str
    rows: int
    is_held_out: bool


class TokenizationDetail(TokenizationResponse):
    """A tokenization with its books and the Python that loads it."""

    splits: list[WrittenSplit] = Field(description="Empty until it is ready.")
    resolved: dict[str, object] | None = Field(description="What the settings became: what auto chose, and ids.")
    ledger: Ledger | None
    audit: Audit | None
    job: JobResponse | None
    usage: list[UsageSnippet]


class RowSegment(Shape):
    """A run of positions that came from one source row; ``token_start_in_row`` counts that row's tokens."""

    row: int
    token_start_in_row: int
    position: int
    length: int


class TokenView(Shape):
    """One token as a reader sees it: id, the text it stands for, and whether it is data."""

    id: int
    text: str
    kind: Literal["data", "special", "padding"]


class TokenizedRow(Shape):
    """One written row; ``row`` counts from 0 within its split."""

    split: str
    row: int
    tokens: list[TokenView]
    segments: list[RowSegment]


class TraceSource(Shape):
    """Where a token came from. ``text`` is the document around the span; spans are characters of the whole document."""

    split: str
    row: int
    sample_id: int
    char_start: int
    char_end: int
    text: str
    text_start: int = Field(description="The character of the document at which ``text`` begins.")
    file: str | None = Field(description="The file of the source.")
    file_sha256: str | None
    repo: str | None
    config: str | None
    commit: str | None


class TraceResponse(Shape):
    """One position of one written row; ``source`` is null for special tokens and padding."""

    tokenization_id: str
    dataset_id: str
    split: str
    row: int
    position: int
    token: TokenView
    source: TraceSource | None


class PreviewRequest(BaseModel):
    """A text to see as tokens, with the settings that matter to one text in a row of its own, as for a tokenization."""

    model_config = ConfigDict(extra="forbid")

    tokenizer: TokenizerName
    revision: Name | None = None
    access_token: HubToken = None
    text: str = Field(max_length=100_000)
    max_length: MaxLength | None = None
    truncation: bool = True
    padding: Padding = "do_not_pad"
    begin_of_row_token: TokenSlot = Field(default="auto", description="Auto: what the tokenizer itself puts there.")
    end_of_document_token: TokenSlot = Field(default="none", description="Put after the text.")
    add_special_tokens: bool = True
    return_attention_mask: bool = True


class TokenSpan(TokenView):
    """A token and the characters of the text that it covers; an empty span for what is not in the text."""

    start: int
    end: int


class SpecialTokens(Shape):
    """The ids that a tokenizer gives its special tokens."""

    bos: int | None
    eos: int | None
    pad: int | None
    unk: int | None
    sep: int | None


class PreviewResponse(Shape):
    """A text as tokens. ``notes`` say what a person should know: what was cut, which id pads."""

    tokenizer: str
    revision: str | None
    fingerprint: str
    vocab_size: int
    max_length: int
    special: SpecialTokens
    tokens: list[TokenSpan]
    count: int = Field(description="Data tokens of the text, before anything is cut.")
    truncated: int
    notes: list[str]


class ModelResponse(Shape):
    """A tokenizer that this studio knows."""

    id: str
    name: str
    hf_repo_id: str | None
    revision: str | None
    fingerprint: str
    vocab_size: int
    path: str | None
    created_at: Timestamp


class WhatIfLayout(Shape):
    """What one way of writing the rows costs. Shares are of 1."""

    rows: int
    positions: int
    data_tokens: int
    special_tokens: int
    padding: int
    truncated: int
    dropped: int
    lost_share: Share = Field(description="Truncated and dropped, of the source's tokens.")
    padding_share: Share = Field(description="Padding, of all positions.")
    size_bytes: Bytes


class WhatIfOption(Shape):
    """One max_length: ragged (cut, not padded), padded (cut and padded to it) and packed (concatenated and chunked)."""

    max_length: int
    documents_fit: int
    fit_share: Share
    ragged: WhatIfLayout
    padded: WhatIfLayout
    packed: WhatIfLayout


class WhatIfResponse(Shape):
    """What settings would cost. ``estimate``: counted on ``documents_counted`` documents and scaled to all."""

    dataset_id: str
    tokenization_id: str | None
    tokenizer: str
    estimate: bool
    documents: int
    documents_counted: int
    source_tokens: int
    options: list[WhatIfOption]
