"""Chooses row groups of a repository's Parquet files."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Final, TypeAlias

from mistudio.corpus.hub.part_types import ByteRange, FilePart, GroupRows, Part, merge_ranges, subtract_ranges
from mistudio.corpus.hub.plan_types import RemoteFile
from mistudio.corpus.parts.footers import FooterReader
from mistudio.corpus.parts.kept import KeptPieces
from mistudio.corpus.parts.row_groups import RowGroup, Taken, permute, read_row_groups, shuffle_groups, take_rows

# Footers of more files would take longer than the part itself: a random part then draws this many files first.
MAX_FOOTERS: Final = 1_000
_GROWTH: Final = 2


Pairs: TypeAlias = list[tuple[int, RowGroup]]


class ParquetSelector:
    """Chooses the row groups of one part."""

    def __init__(self, part: Part, footers: FooterReader, kept: KeptPieces) -> None:
        self._part = part
        self._footers = footers
        self._kept = kept

    def select(self, files: Sequence[RemoteFile]) -> list[RemoteFile]:
        """Return the files with their parts, in the order of ``files``; files of which nothing is taken are left out.

        Raises UnknownColumn, InvalidData, and what fetching raises.
        """
        part = self._part
        if part.kind == "all":
            pairs = self._read(files, range(len(files)))
        else:
            pairs = self._draw_groups(files) if part.order == "random" else self._list_first_groups(files)
        return make_parts(files, take_rows(part, pairs), self._kept)

    def _list_first_groups(self, files: Sequence[RemoteFile]) -> Pairs:
        """Return the groups in order, of no more files than are needed."""
        pairs, read, batch = self._read(files, range(1)), 1, 1
        while read < len(files) and (found := self._measure(pairs)) < self._part.count:
            expected = -(-(self._part.count - found) * read // max(1, found))
            batch = max(1, min(expected, _GROWTH * batch))
            pairs += self._read(files, range(read, min(read + batch, len(files))))
            read += batch
        return pairs

    def _draw_groups(self, files: Sequence[RemoteFile]) -> Pairs:
        """Return the groups in a drawn order: those of the files drawn first, and of more files if more are needed.

        So a larger part with the same seed has all of a smaller one.
        """
        drawn = list(range(len(files))) if len(files) <= MAX_FOOTERS else permute(len(files), self._part.seed)
        pairs: Pairs = []
        for start in range(0, len(drawn), MAX_FOOTERS):
            pool = self._read(files, sorted(drawn[start : start + MAX_FOOTERS]))
            pairs += shuffle_groups(pool, self._part.seed)
            if self._measure(pairs) >= self._part.count:
                break
        return pairs

    def _read(self, files: Sequence[RemoteFile], numbers: Iterable[int]) -> Pairs:
        chosen = list(numbers)
        footers = self._footers.read([files[number] for number in chosen])
        return [
            (number, group)
            for number, footer in zip(chosen, footers, strict=True)
            for group in read_row_groups(
                footer.path, footer.start, columns=self._part.columns, label=files[number].path
            )
        ]

    def _measure(self, pairs: Pairs) -> int:
        return sum(group.rows if self._part.kind == "rows" else group.num_bytes for _number, group in pairs)


def make_parts(files: Sequence[RemoteFile], taken: Iterable[Taken], kept: KeptPieces) -> list[RemoteFile]:
    """Return the pieces of each file, in order: those that are kept, and one with what they lack of ``taken``."""
    of_file: dict[int, list[Taken]] = {}
    for item in taken:
        of_file.setdefault(item.file, []).append(item)
    pieces: list[RemoteFile] = []
    for number, file in enumerate(files):
        present = [piece.file for piece in kept.get((file.split, file.path), ())]
        rest = _leave_out(sorted(of_file.get(number, []), key=_by_index), present)
        pieces += present
        if rest:
            pieces.append(_make_part(file, rest, number=len(present)))
    return pieces


def _leave_out(taken: Sequence[Taken], present: Sequence[RemoteFile]) -> list[Taken]:
    """Return what of ``taken`` is in none of the pieces."""
    groups = [group for file in present if file.part for group in file.part.row_groups]
    return [
        Taken(item.file, item.group, GroupRows(item.rows.index, start, stop))
        for item in taken
        for start, stop in subtract_ranges(
            [(item.rows.start, item.rows.stop)],
            merge_ranges([(group.start, group.stop) for group in groups if group.index == item.rows.index]),
        )
    ]


def _make_part(file: RemoteFile, taken: Sequence[Taken], *, number: int) -> RemoteFile:
    """Return a piece that can be fetched by itself: it has the footer, too."""
    ranges: list[ByteRange] = [one for item in taken for one in (*item.group.ranges, item.group.footer)]
    groups: tuple[GroupRows, ...] = tuple(item.rows for item in taken)
    return replace(file, part=FilePart(merge_ranges(ranges), row_groups=groups, number=number))


def _by_index(taken: Taken) -> int:
    return taken.group.index
