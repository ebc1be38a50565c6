"""The settings of a tokenization as a user requests them, and the facts about a tokenizer that resolve them.

``mistudio.corpus.spec.resolve`` resolves the settings.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal, Protocol, TypeAlias

Padding: TypeAlias = Literal["max_length", "longest", "do_not_pad"]
Packing: TypeAlias = Literal["off", "concat", "windows"]
ExtraColumn: TypeAlias = Literal["special_tokens_mask", "document_id", "position_id"]
Verify: TypeAlias = Literal["sample", "full"]
Slot: TypeAlias = Literal["auto", "none", "bos", "eos", "sep"] | int

EXTRA_COLUMNS: Final[tuple[ExtraColumn, ...]] = ("special_tokens_mask", "document_id", "position_id")
SLOTS: Final = ("begin_of_row_token", "document_separator_token", "end_of_document_token")


@dataclass(frozen=True, kw_only=True)
class TokenizeSettings:
    """The fields and defaults of the API's request, without the access token, which is never stored.

    ``max_length`` is in tokens of a row, special tokens included. The three slots take ``auto``, ``none``, the name of
    a special token, or an id. ``min_tokens`` and ``max_tokens`` count tokens of documents, without special ones;
    ``stride`` is the distance between the starts of two windows.
    """

    tokenizer: str
    revision: str | None = None
    splits: tuple[str, ...] | None = None
    text_column: str | None = None
    text_template: str | None = None
    max_length: int | None = None
    truncation: bool = True
    padding: Padding = "do_not_pad"
    packing: Packing = "off"
    begin_of_row_token: Slot = "auto"
    document_separator_token: Slot = "auto"
    end_of_document_token: Slot = "none"
    keep_last_partial: bool = False
    add_special_tokens: bool = True
    return_attention_mask: bool = True
    shuffle_seed: int | None = None
    heldout_fraction: float = 0.0
    apply_chat_template: bool = False
    verify: Verify = "sample"
    min_tokens: int = 0
    max_tokens: int | None = None
    stride: int | None = None
    extra_columns: tuple[ExtraColumn, ...] = ()

    @property
    def is_packed(self) -> bool:
        """Whether documents are joined and cut into rows of equal length."""
        return self.packing == "concat"

    @property
    def is_windowed(self) -> bool:
        """Whether each document is cut into rows that begin ``stride`` tokens after one another."""
        return self.packing == "windows"

    @property
    def is_truncated(self) -> bool:
        """Whether documents lose what is longer than a row."""
        return self.truncation and self.packing == "off"


class SpecialTokenFacts(Protocol):
    """The id of the special token in each role, None without one."""

    @property
    def bos(self) -> int | None: ...  # noqa: D102 (the class says it)
    @property
    def eos(self) -> int | None: ...  # noqa: D102
    @property
    def pad(self) -> int | None: ...  # noqa: D102
    @property
    def unk(self) -> int | None: ...  # noqa: D102
    @property
    def sep(self) -> int | None: ...  # noqa: D102
    @property
    def all_ids(self) -> Sequence[int]:
        """The ids of all special tokens, in any role or none."""
        ...


class TemplateFacts(Protocol):
    """The ids that the tokenizer puts around a text when it adds special tokens."""

    @property
    def prefix(self) -> Sequence[int]: ...  # noqa: D102 (the class says it)
    @property
    def suffix(self) -> Sequence[int]: ...  # noqa: D102


class TokenizerFacts(Protocol):
    """The facts about a tokenizer that resolve settings; a LoadedTokenizer has them."""

    @property
    def repo(self) -> str | None: ...  # noqa: D102 (the names say it)
    @property
    def commit(self) -> str | None: ...  # noqa: D102
    @property
    def fingerprint(self) -> str:
        """The hash of its canonical definition: equal fingerprints give equal ids."""
        ...

    @property
    def vocab_size(self) -> int:
        """One more than the highest id, added tokens included."""
        ...

    @property
    def model_max_length(self) -> int | None:
        """The limit in tokens that its files name, None without one."""
        ...

    @property
    def special(self) -> SpecialTokenFacts: ...  # noqa: D102
    @property
    def template(self) -> TemplateFacts: ...  # noqa: D102
    @property
    def chat_template(self) -> str | None:
        """The Jinja template for conversations, None without one."""
        ...

    @property
    def chat_hash(self) -> str | None:
        """The hash of the template and of the tokens that it writes: equal hashes give equal texts."""
        ...

    @property
    def notes(self) -> Sequence[str]:
        """Sentences on what differs from its tokenizer.json."""
        ...

    @property
    def warnings(self) -> Sequence[str]:
        """Sentences on where AutoTokenizer's ids differ."""
        ...
