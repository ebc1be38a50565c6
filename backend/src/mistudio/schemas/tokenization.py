"""Shapes of tokenizations: the request, and the record of the result."""

from typing import Annotated, Literal, TypeAlias

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, computed_field, field_validator

from mistudio.core.states import TokenizationStatus
from mistudio.corpus.spec.settings import ExtraColumn, Packing, Padding, Verify
from mistudio.corpus.tokenized import audit_record, ledger
from mistudio.schemas.common import (
    NO_CONTROLS,
    Bytes,
    ColumnName,
    HubToken,
    Name,
    Percent,
    Revision,
    Shape,
    TextTemplateText,
    Timestamp,
    UsageSnippet,
    refuse_two_texts,
)
from mistudio.schemas.job import JobResponse

TokenizerName = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=1024),
    NO_CONTROLS,
    Field(
        description="A Hub model ID, or the path of a folder or tokenizer.json in DATA_DIR: `./` starts from DATA_DIR, "
        "`/` is an absolute path.",
        examples=["gpt2", "./tokenizers/sample-bpe"],
    ),
]
TokenId = Annotated[int, Field(ge=0, lt=2**31)]
TokenSlot: TypeAlias = Literal["auto", "none", "bos", "eos", "sep"] | TokenId
MaxLength = Annotated[int, Field(ge=2, le=2**24)]


class TokenizeOptions(BaseModel):
    """What decides a tokenization."""

    model_config = ConfigDict(extra="forbid")

    tokenizer: TokenizerName
    revision: Revision | None = Field(default=None, description="Branch, tag or commit. Default: the main branch.")
    splits: list[Name] | None = Field(default=None, min_length=1, description="Default: all.")
    text_column: ColumnName | None = Field(default=None, description="Default: the dataset's.")
    text_template: TextTemplateText | None = None
    max_length: MaxLength | None = Field(
        default=None,
        description="Tokens per row. Default: the tokenizer's limit, or 1,024 if it has none or more than 8,192.",
    )
    truncation: bool = Field(default=True, description="Cut what is longer than max_length.")
    padding: Padding = "do_not_pad"
    packing: Packing = "off"
    begin_of_row_token: TokenSlot = Field(default="auto", description="Auto: BOS if the tokenizer has one.")
    document_separator_token: TokenSlot = Field(default="auto", description="Packing: BOS if there is one, else EOS.")
    end_of_document_token: TokenSlot = Field(default="none", description="Packing: added after every document.")
    keep_last_partial: bool = Field(default=False, description="Packing: keep the last row even if it is not full.")
    add_special_tokens: bool = True
    return_attention_mask: bool = True
    shuffle_seed: Annotated[int, Field(ge=0, lt=2**63)] | None = None
    heldout_fraction: float = Field(default=0.0, ge=0.0, lt=1.0)
    apply_chat_template: bool = False
    verify: Verify = "sample"
    min_tokens: int = Field(default=0, ge=0, lt=2**31, description="Drop documents with fewer tokens.")
    max_tokens: Annotated[int, Field(ge=1, lt=2**63)] | None = Field(
        default=None, description="Stop at exactly this many data tokens, over all splits in order. Default: all."
    )
    stride: Annotated[int, Field(ge=1, le=2**24)] | None = Field(
        default=None,
        description="Windows: tokens from the start of one window to the start of the next. Default: no overlap.",
    )
    extra_columns: list[ExtraColumn] = Field(
        default=[], max_length=16, description="Columns with a value per position."
    )

    _check_text = field_validator("text_template")(refuse_two_texts)


class TokenizeRequest(TokenizeOptions):
    """How to tokenize a dataset. The token is held in memory for this job only, never stored, never logged."""

    access_token: HubToken = None


class TokenizationResponse(Shape):
    """One tokenization of a dataset, with its figures once it is ready. ``settings`` are those of the request."""

    id: str
    dataset_id: str
    model_id: str | None
    tokenizer: str
    tokenizer_revision: str | None = Field(description="The commit of the tokenizer.")
    fingerprint: str | None
    settings: dict[str, object]
    status: TokenizationStatus
    progress: Percent
    error_code: str | None
    error_message: str | None
    path: str | None
    engine: str | None = Field(description="The engine that encoded the text.")
    engine_reason: str | None = Field(
        description="Why this engine: on how many texts it agrees with the reference, or why the reference was used."
    )
    num_rows: int | None
    num_tokens: int | None = Field(description="Data tokens: no padding, no special tokens.")
    num_positions: int | None = Field(description="All written positions: data, special tokens and padding.")
    unique_tokens: int | None
    vocab_size: int | None
    size_bytes: Bytes | None
    warnings: list[str] = Field(
        default=[], description="What the audit found to be wrong, and where AutoTokenizer's ids differ, as sentences."
    )
    created_at: Timestamp
    completed_at: Timestamp | None


class Ledger(Shape, ledger.Ledger):
    """What became of every token.

    ``source_tokens`` + ``repeated`` = ``data_tokens`` + ``truncated`` + ``dropped`` + ``filtered`` + ``held_out`` +
    ``unused``, and ``positions`` = ``data_tokens`` + ``special_tokens`` + ``padding``. The tokens of ``unread_rows``
    are not known.
    """

    # Records hold the computed field, too.
    model_config = ConfigDict(extra="ignore")

    @computed_field  # type: ignore[prop-decorator]
    @property
    def balances(self) -> bool:
        """Whether both sums are equal to their totals."""
        return super().balances


class AuditCheck(Shape, audit_record.AuditCheck):
    """One check of the audit; ``passed`` is null if it does not apply to this tokenization."""


class Audit(Shape, audit_record.Audit):
    """The audit of the written files, verified on ``documents_compared`` documents; that is not a guarantee."""

    checks: tuple[AuditCheck, ...]


class WrittenSplit(Shape):
    """A written split; documents that were held out are in a split of their own."""

    name: str
    rows: int
    is_held_out: bool


class TokenizationDetail(TokenizationResponse):
    """A tokenization with its ledger, its audit and the Python that loads it."""

    splits: list[WrittenSplit] = Field(description="Empty until it is ready.")
    resolved: dict[str, object] | None = Field(description="The settings resolved: what auto chose, and ids.")
    ledger: Ledger | None
    audit: Audit | None
    job: JobResponse | None
    usage: list[UsageSnippet]
