"""Which files a part takes, and how much of the last one, of formats that cannot be entered in the middle."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from fakes.corpora import json_lines
from fakes.parts import number_rows
from mistudio.corpus.fetch import FetchedFile
from mistudio.corpus.hub.part_types import FilePart, Part
from mistudio.corpus.hub.plan_types import RemoteFile
from mistudio.corpus.parts.kept import KeptPiece, group_pieces
from mistudio.corpus.parts.row_groups import permute
from mistudio.corpus.parts.sequential import FIRST_BYTES, SequentialSelector, take_whole


class LocalFiles:
    """Files of JSON Lines in a folder, and what was fetched of them."""

    def __init__(self, folder: Path, *rows: int) -> None:
        self._folder = folder
        self.fetched: list[RemoteFile] = []
        self.contents = [json_lines(number_rows(count)) for count in rows]
        self.files = [RemoteFile(f"{n}.jsonl", "train", len(data)) for n, data in enumerate(self.contents)]
        for file, data in zip(self.files, self.contents, strict=True):
            (folder / file.path).write_bytes(data)

    def __call__(self, files: Sequence[RemoteFile]) -> Iterator[FetchedFile]:
        """Note the files, which are here."""
        self.fetched += files
        return (FetchedFile(file, self._folder / file.path, "", file.fetch_bytes) for file in files)

    def select(self, part: Part, *kept: KeptPiece) -> list[RemoteFile]:
        """Return what the part takes."""
        selector = SequentialSelector(
            part,
            "json",
            {},
            kept=group_pieces(kept),
            fetch=self,
            scratch=self._folder / "scratch",
            checkpoint=lambda: None,
        )
        return selector.select(self.files)

    def find_row(self, file: int, number: int) -> int:
        """Return at which byte a row of a file begins."""
        return sum(map(len, self.contents[file].splitlines(keepends=True)[:number]))


def test_the_last_small_file_is_limited_to_the_rows_that_are_left(tmp_path: Path) -> None:
    """A file after it is not even fetched."""
    local = LocalFiles(tmp_path, 10, 10, 10)
    first, second = local.select(Part("rows", 15))
    assert take_whole(local.files[0]) == first
    assert FilePart(((0, local.files[1].size),), rows=5) == second.part
    assert {"0.jsonl", "1.jsonl"} == {file.path for file in local.fetched}


def test_of_a_large_file_the_beginning_is_enough(tmp_path: Path) -> None:
    """The part knows where its next row begins, and a larger part goes on there."""
    local = LocalFiles(tmp_path, 1_000)
    (first,) = local.select(Part("rows", 20))
    end = local.find_row(0, 20)
    assert FilePart(((0, FIRST_BYTES),), rows=20, is_cut=True, next_row_at=end) == first.part
    kept, more = local.select(Part("rows", 50), KeptPiece(first, 20))
    assert first == kept
    assert more.part is not None
    assert (((end, end + FIRST_BYTES),), 30, 1) == (more.part.ranges, more.part.rows, more.part.number)
    assert local.find_row(0, 50) == more.part.next_row_at


def test_random_files_come_in_the_order_of_the_plan(tmp_path: Path) -> None:
    """The seed draws them one by one; a part of everything takes all files without reading one."""
    local = LocalFiles(tmp_path, 10, 10, 10, 10)
    drawn = permute(4, 3)[:2]
    found = local.select(Part("rows", 20, "random", 3))
    assert [f"{number}.jsonl" for number in sorted(drawn)] == [file.path for file in found]
    local.fetched.clear()
    assert [take_whole(file) for file in local.files] == local.select(Part())
    assert [] == local.fetched


def test_bytes_end_with_a_whole_row(tmp_path: Path) -> None:
    """One byte of the first file brings a row of it; of a later file it brings nothing."""
    local = LocalFiles(tmp_path, 10, 10)
    (one,) = local.select(Part("bytes", local.find_row(0, 3) + 1))
    assert one.part is not None
    assert (3, local.find_row(0, 3)) == (one.part.rows, one.part.next_row_at)
    (least,) = local.select(Part("bytes", 1))
    assert least.part is not None
    assert (least.part.rows or 0) >= 1
    assert [take_whole(local.files[0])] == local.select(Part("bytes", local.files[0].size + 1))
