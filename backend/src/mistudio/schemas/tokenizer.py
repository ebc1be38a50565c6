"""Shapes of tokenizers: those that the studio has used, and previews of a text as tokens."""

from pydantic import BaseModel, ConfigDict, Field

from mistudio.corpus.spec.settings import Padding
from mistudio.schemas.common import HubToken, Revision, Shape, Timestamp
from mistudio.schemas.token_rows import TokenView
from mistudio.schemas.tokenization import MaxLength, TokenizerName, TokenSlot


class PreviewRequest(BaseModel):
    """A text to show as tokens, with the settings of a tokenization that affect one text in a row of its own."""

    model_config = ConfigDict(extra="forbid")

    tokenizer: TokenizerName
    revision: Revision | None = None
    access_token: HubToken = None
    text: str = Field(max_length=100_000)
    max_length: MaxLength | None = None
    truncation: bool = True
    padding: Padding = "do_not_pad"
    begin_of_row_token: TokenSlot = Field(default="auto", description="Auto: what the tokenizer itself adds.")
    end_of_document_token: TokenSlot = Field(default="none", description="Added after the text.")
    add_special_tokens: bool = True
    return_attention_mask: bool = True


class TokenSpan(TokenView):
    """A token and the characters of the text that it covers; a token that is not in the text has an empty span."""

    start: int
    end: int


class SpecialTokens(Shape):
    """The ids of a tokenizer's special tokens."""

    bos: int | None
    eos: int | None
    pad: int | None
    unk: int | None
    sep: int | None


class PreviewResponse(Shape):
    """A text as tokens. ``notes`` say what the settings did: what was cut, which id pads."""

    tokenizer: str
    revision: str | None
    fingerprint: str
    vocab_size: int
    max_length: int
    model_max_length: int | None = Field(description="The limit that the tokenizer's files name, null without one.")
    special: SpecialTokens
    tokens: list[TokenSpan] = Field(description="The first 10,000 tokens of the row.")
    token_count: int = Field(description="All tokens of the row; more than ``tokens`` has if the row is long.")
    special_count: int = Field(description="How many of them are special tokens.")
    padding_count: int = Field(description="How many of them are padding.")
    count: int = Field(description="Data tokens of the text, before anything is cut.")
    truncated: int
    notes: list[str]


class ModelResponse(Shape):
    """A tokenizer that this studio has used."""

    id: str
    name: str
    hf_repo_id: str | None
    revision: str | None
    fingerprint: str
    vocab_size: int
    path: str | None
    created_at: Timestamp
