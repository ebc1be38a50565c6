"""Counts what each stage of a subset kept and dropped."""

from collections.abc import Sequence
from typing import Final

from mistudio.corpus.cleaning.ledger import StepLedger
from mistudio.corpus.derive.plan import RowChoice, RowFilter
from mistudio.corpus.store.dataset_store import DatasetStore
from mistudio.corpus.store.subset_record import StageRecord

OTHER_SPLIT: Final = "other_split"
NOT_MATCHED: Final = "not_matched"
NOT_CHOSEN: Final = "not_chosen"


def record_filter(store: DatasetStore, wanted: RowFilter, matched: int) -> StageRecord:
    """Return what the filter kept of all rows of the parent."""
    rows, searched = store.num_rows(), store.num_rows(wanted.split)
    dropped = {OTHER_SPLIT: rows - searched, NOT_MATCHED: searched - matched}
    return StageRecord("filter", rows, matched, _drop_zeros(dropped))


def record_choice(choice: RowChoice, matched: int, taken: int) -> list[StageRecord]:
    """Return what the choice of rows kept; nothing if all were wanted."""
    if choice == RowChoice():
        return []
    kind = "ids" if choice.ids is not None else "share" if choice.share is not None else "rows"
    return [StageRecord(kind, matched, taken, _drop_zeros({NOT_CHOSEN: matched - taken}))]


def record_steps(ledgers: Sequence[StepLedger]) -> list[StageRecord]:
    """Return what the cleaning steps kept."""
    return [StageRecord(each.kind, each.rows, each.kept, dict(sorted(each.dropped.items()))) for each in ledgers]


def _drop_zeros(dropped: dict[str, int]) -> dict[str, int]:
    return {reason: count for reason, count in dropped.items() if count}
