"""Parts are the same, byte for byte, in whatever batches rows arrive, and after any kill."""

from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from fakes.tokenizing import BOS
from mistudio.corpus.tokenize.arrow_columns import Columns
from mistudio.corpus.tokenize.part_report import Part
from mistudio.corpus.tokenize.part_writer import PartWriter
from mistudio.corpus.tokenize.rows import Documents, InsertedToken, Position, RowMaker
from mistudio.utils.file_utils import sha256_file

COLUMNS = Columns(is_packed=False, padding="do_not_pad", pad=-1, has_mask=False, max_length=8)
COUNT = 5_500


class Job:
    """The rows of one split, written into ``folder``."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def open_writer(self) -> PartWriter:
        """Return a writer, which continues after an earlier one."""
        return PartWriter(
            self._folder / "train",
            self._folder / "reports",
            columns=COLUMNS,
            inserted=[InsertedToken("prefix", BOS)],
            begin=Position(0, 0),
            part_bytes=20_000,
        )

    def write(self, batch_rows: int, *, stop: int = COUNT) -> PartWriter:
        """Write the rows from the writer's position up to ``stop``; without a stop, finish."""
        writer, maker = self.open_writer(), RowMaker(prefix=[BOS], suffix=[], room=None)
        for start in range(writer.position.row, stop, batch_rows):
            rows = np.arange(start, min(start + batch_rows, stop))
            writer.add(maker.add(Documents(rows, (rows % 60).astype(np.int32), np.arange(len(rows) + 1))))
        if stop == COUNT:
            writer.finish()
        writer.close()
        return writer


def list_parts(writer: PartWriter) -> list[tuple[int, str]]:
    """Return the rows and the hash of each part."""
    return [(part.rows, part.sha256) for part in writer.parts]


def test_parts_do_not_depend_on_the_batches(tmp_path: Path) -> None:
    """They hold every row once; reports name the real hashes, and counts are those of the ids."""
    writer = Job(tmp_path / "one").write(COUNT)
    for batch_rows in (1_000, 777, 61):
        assert list_parts(writer) == list_parts(Job(tmp_path / str(batch_rows)).write(batch_rows))
    paths = [writer.path_of(number) for number in range(len(writer.parts))]
    assert [part.sha256 for part in writer.parts] == [sha256_file(path) for path in paths]
    assert [part.size for part in writer.parts] == [path.stat().st_size for path in paths]
    tables = [pa.ipc.open_stream(pa.memory_map(str(path))).read_all() for path in paths]
    assert list(range(COUNT)) == [row for table in tables for row in table["row"].to_pylist()]
    assert (COUNT, 2 * COUNT, COUNT, (COUNT,)) == (
        writer.written.rows,
        writer.written.positions,
        writer.written.data_tokens,
        writer.written.added,
    )
    assert np.bincount(np.arange(COUNT) % 60, minlength=BOS + 1).tolist() == writer.count_data().tolist()
    assert writer.is_complete


@pytest.mark.parametrize("stop", [10, 2_500, 5_000])
def test_an_interrupted_writer_continues_after_its_last_part(tmp_path: Path, stop: int) -> None:
    """With the same parts and the same counts."""
    whole, job = Job(tmp_path / "whole").write(500), Job(tmp_path / "again")
    stopped = job.write(500, stop=stop)
    assert not stopped.is_complete
    again = job.write(123)
    assert list_parts(whole) == list_parts(again)
    assert (whole.written, whole.position) == (again.written, again.position)
    assert whole.count_data().tolist() == again.count_data().tolist()


def test_a_damaged_part_is_written_again(tmp_path: Path) -> None:
    """A part of another size ends the list of parts; without the counts of the last one, all start again."""
    job = Job(tmp_path)
    expected = list_parts(job.write(500))
    job.open_writer().path_of(0).write_bytes(b"short")
    assert [] == job.open_writer().parts
    assert expected == list_parts(job.write(500))
    (tmp_path / "reports" / "part-00000.json").write_bytes(b"{")
    assert expected == list_parts(job.write(500))


def test_named_parts_are_still_found(tmp_path: Path) -> None:
    """Naming them a second time changes nothing."""
    job = Job(tmp_path)
    writer = job.write(500)
    count = len(writer.parts)
    names = [f"data-{number:05d}-of-{count:05d}.arrow" for number in range(count)]
    assert names == writer.name_parts() == job.open_writer().name_parts()
    assert set(names) == {path.name for path in (tmp_path / "train").iterdir()}
    assert job.open_writer().is_complete


def test_a_report_is_read_as_it_was_written(tmp_path: Path) -> None:
    """With the progress up to the end of its part."""
    for part in Job(tmp_path).write(500).parts:
        assert part == Part.from_bytes(part.to_bytes())
