"""The ledger of a tokenization: it accounts for every token, and must balance.

Its two sides are counted independently: the source's tokens from the length of every document, the written tokens from
the rows as they reach the file. So a token that was lost or doubled between them shows.
"""

from collections.abc import Iterable
from dataclasses import asdict, dataclass, fields
from typing import Self

from mistudio.core.errors import Json, TokensLost
from mistudio.core.records import as_json


@dataclass(frozen=True, kw_only=True)
class Ledger:
    """What became of the documents' tokens, without special ones, and what the written positions hold.

    ``documents`` are the rows that have a text, even an empty one. Source tokens that were not written are
    ``truncated`` (beyond max_length), ``dropped`` (in the last, partial row of a packed split), ``held_out`` (in
    documents of the held-out split), ``filtered`` (in the ``filtered_documents``, which are shorter than min_tokens)
    or ``unused`` (after max_tokens was reached; further ``unread_rows`` were not read, so their tokens are not known).
    ``repeated`` tokens are in more than one window, each time after the first.
    """

    documents: int = 0
    null_documents: int = 0
    empty_documents: int = 0
    source_tokens: int = 0
    data_tokens: int = 0
    truncated: int = 0
    dropped: int = 0
    filtered: int = 0
    held_out: int = 0
    special_tokens: int = 0
    padding: int = 0
    positions: int = 0
    repeated: int = 0
    unused: int = 0
    filtered_documents: int = 0
    unread_rows: int = 0

    @property
    def balances(self) -> bool:
        """Whether each token of the source, and each position written, is accounted for exactly once."""
        unwritten = self.truncated + self.dropped + self.filtered + self.held_out + self.unused
        return (
            self.source_tokens + self.repeated == self.data_tokens + unwritten
            and self.positions == self.data_tokens + self.special_tokens + self.padding
        )

    def require_balance(self, split: str) -> None:
        """Raise TokensLost if it does not balance."""
        if not self.balances:
            raise TokensLost(
                f"The ledger of split “{split}” does not balance, so nothing was kept. Report this with the figures "
                f"{', '.join(f'{name} {value:,}' for name, value in asdict(self).items())}."
            )

    def to_json(self) -> dict[str, Json]:
        """Return it as plain JSON values."""
        return {**as_json(self), "balances": self.balances}

    @classmethod
    def total(cls, ledgers: Iterable[Self]) -> Self:
        """Return the sum of several."""
        parts = list(ledgers)
        return cls(**{field.name: sum(getattr(part, field.name) for part in parts) for field in fields(cls)})
