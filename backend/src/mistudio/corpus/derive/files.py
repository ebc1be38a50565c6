"""Divides the rows of a subset into raw files."""

from collections.abc import Sequence

from mistudio.corpus.arrays import Ids
from mistudio.corpus.ingest.row_files import FILE_BYTES, RowFile
from mistudio.corpus.store.dataset_store import DatasetStore
from mistudio.corpus.store.layout import name_raw_file


def plan_files(
    splits: Sequence[tuple[str, Ids]], store: DatasetStore, *, file_bytes: int = FILE_BYTES
) -> list[tuple[RowFile, Ids]]:
    """Divide the rows of each split into files of about ``file_bytes``, by the size of a row of ``store``."""
    row_bytes = store.manifest.size_bytes / max(1, store.num_rows())
    rows = max(1, int(file_bytes / max(1.0, row_bytes)))
    planned = []
    for split, ids in splits:
        count = -(-len(ids) // rows)
        each = -(-len(ids) // max(1, count))
        for number in range(count):
            part = ids[number * each : (number + 1) * each]
            planned.append((RowFile(split, name_raw_file(split, number, count), len(part)), part))
    return planned
