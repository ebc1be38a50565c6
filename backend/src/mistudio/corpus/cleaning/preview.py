"""Shows on a sample what cleaning steps would do: ledgers, and the texts of what they keep and drop."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import pyarrow as pa

from mistudio.corpus.cleaning.clean import CleaningContext, clean
from mistudio.corpus.cleaning.ledger import Example, StepLedger
from mistudio.corpus.cleaning.steps import CleaningStep

MAX_TEXT: Final = 1_000


@dataclass(frozen=True)
class ShownExample:
    """An example with its text, at most 1,000 characters, and the text of the row that it duplicates."""

    row: int
    reason: str | None
    text: str
    duplicate_of: int | None = None
    duplicate_text: str | None = None


@dataclass(frozen=True)
class StepPreview:
    """The ledger of a step on the sample, and its examples side by side."""

    ledger: StepLedger
    kept: tuple[ShownExample, ...]
    dropped: tuple[ShownExample, ...]


def preview_steps(texts: pa.Array, steps: Sequence[CleaningStep], context: CleaningContext) -> tuple[StepPreview, ...]:
    """Return what each step does to the sample; rows are places in the sample."""
    cleaning = clean(lambda: [texts], steps, context)
    return tuple(
        StepPreview(
            ledger,
            tuple(_show(example, texts) for example in ledger.examples_kept),
            tuple(_show(example, texts) for example in ledger.examples_dropped),
        )
        for ledger in cleaning.ledgers
    )


def _show(example: Example, texts: pa.Array) -> ShownExample:
    first = example.duplicate_of
    shown = _read(texts, first) if first is not None else None
    return ShownExample(example.row, example.reason, _read(texts, example.row), first, shown)


def _read(texts: pa.Array, row: int) -> str:
    text: str = texts[row].as_py() or ""
    return text[:MAX_TEXT]
