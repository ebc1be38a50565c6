"""Row groups of Parquet files: where their bytes are, and which of them a part takes. Pure: no file is read here."""

import random
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pyarrow.parquet as pq

from mistudio.core.errors import UnknownColumn
from mistudio.corpus.formats.columnar import translate_read_errors
from mistudio.corpus.hub.part_types import ByteRange, GroupRows, Part, measure_ranges, merge_ranges

# Some writers count a column chunk too short by the header of its dictionary page; Arrow reads as much more.
_MARGIN_BYTES: Final = 100


@dataclass(frozen=True)
class RowGroup:
    """A row group: its number within its file, its rows, the wanted columns' bytes, and its file's footer."""

    index: int
    rows: int
    ranges: tuple[ByteRange, ...]
    footer: ByteRange

    @property
    def num_bytes(self) -> int:
        """Bytes of the wanted columns."""
        return measure_ranges(self.ranges)


@dataclass(frozen=True)
class Taken:
    """Rows of a row group that a part takes; ``file`` is the number of the file."""

    file: int
    group: RowGroup
    rows: GroupRows


def read_row_groups(path: Path, footer_start: int, *, columns: Sequence[str] | None, label: str) -> list[RowGroup]:
    """Return the row groups of a Parquet file of which at least the footer is on disk.

    Raises InvalidData, and UnknownColumn for a column that the file lacks.
    """
    with translate_read_errors(label):
        metadata = pq.read_metadata(path)
        names = metadata.schema.to_arrow_schema().names
    footer = (footer_start, path.stat().st_size)
    missing = [name for name in columns or () if name not in names]
    if missing:
        raise UnknownColumn(
            f"There is no column “{missing[0]}”. Columns: {', '.join(names)}.", extra={"choices": list(names)}
        )
    return [_read_group(metadata, index, footer, columns) for index in range(metadata.num_row_groups)]


def _read_group(metadata: pq.FileMetaData, index: int, footer: ByteRange, columns: Sequence[str] | None) -> RowGroup:
    group = metadata.row_group(index)
    chunks = (group.column(number) for number in range(group.num_columns))
    ranges = [_locate_chunk(chunk, footer[0]) for chunk in chunks if _is_wanted(chunk.path_in_schema, columns)]
    return RowGroup(index, group.num_rows, merge_ranges(ranges), footer)


def _is_wanted(path: str, columns: Sequence[str] | None) -> bool:
    return columns is None or any(path == name or path.startswith(f"{name}.") for name in columns)


def _locate_chunk(chunk: pq.ColumnChunkMetaData, footer_start: int) -> ByteRange:
    start = chunk.data_page_offset
    if chunk.has_dictionary_page and 0 < (chunk.dictionary_page_offset or 0) < start:
        start = chunk.dictionary_page_offset
    return start, min(start + chunk.total_compressed_size + _MARGIN_BYTES, footer_start)


def take_rows(part: Part, groups: Iterable[tuple[int, RowGroup]]) -> list[Taken]:
    """Return the row groups that ``part`` takes of ``groups``, pairs of a file's number and a group, in their order.

    Rows: the last group is cut to the exact row. Bytes: as many groups as fit, and one at least.
    """
    taken: list[Taken] = []
    position = used = 0
    for file, group in groups:
        if group.rows == 0:
            continue
        if part.kind == "rows" and position >= part.count:
            break
        if part.kind == "bytes" and taken and used + group.num_bytes > part.count:
            break
        stop = min(group.rows, part.count - position) if part.kind == "rows" else group.rows
        position, used = position + stop, used + group.num_bytes
        taken.append(Taken(file, group, GroupRows(group.index, 0, stop)))
    return taken


def shuffle_groups(groups: Sequence[tuple[int, RowGroup]], seed: int) -> list[tuple[int, RowGroup]]:
    """Return the groups in the order that the seed alone decides."""
    return [groups[number] for number in permute(len(groups), seed)]


def permute(count: int, seed: int) -> list[int]:
    """Return the numbers below ``count`` in an order that depends on ``seed`` only, on every machine and version.

    Python keeps ``Random.random`` the same over all versions, but not ``shuffle``.
    """
    chance = random.Random(seed)  # noqa: S311 (no secret: a seed repeats it)
    drawn = [(chance.random(), number) for number in range(count)]
    return [number for _key, number in sorted(drawn)]
