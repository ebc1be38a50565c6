"""Where every token went: the books of a tokenization, which must balance.

Both sides are counted on their own: the source's tokens from the length of every document, what was written from the
rows as they went to the file. So a token that was lost or doubled on the way shows.
"""

from collections.abc import Iterable
from dataclasses import asdict, dataclass, fields
from typing import Self

from mistudio.core.errors import Json, TokensLost
from mistudio.core.records import as_json


@dataclass(frozen=True, kw_only=True)
class Ledger:
    """Tokens of the documents, without special ones, and what became of them; positions, and what they hold.

    ``documents`` are the rows that have a text, the empty ones among them too. ``truncated``: beyond max_length;
    ``dropped``: the last row of a packed split that was not full; ``filtered``: of documents that were left out, which
    nothing does at present; ``held_out``: of documents that went to the held-out split.
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

    @property
    def balances(self) -> bool:
        """Whether each token of the source, and each position written, is accounted for exactly once."""
        gone = self.truncated + self.dropped + self.filtered + self.held_out
        return (
            self.source_tokens == self.data_tokens + gone
            and self.positions == self.data_tokens + self.special_tokens + self.padding
        )

    def require_balance(self, split: str) -> None:
        """Raise TokensLost if it does not balance."""
        if not self.balances:
            raise TokensLost(
                f"The ledger of split “{split}” does not balance, so nothing was kept: report this, with the figures "
                f"{', '.join(f'{name} {value:,}' for name, value in asdict(self).items())}."
            )

    def to_json(self) -> dict[str, Json]:
        """As plain JSON values."""
        return {**as_json(self), "balances": self.balances}

    @classmethod
    def total(cls, ledgers: Iterable[Self]) -> Self:
        """The sum of several."""
        parts = list(ledgers)
        return cls(**{field.name: sum(getattr(part, field.name) for part in parts) for field in fields(cls)})
