"""A part of a repository: exactly its rows, hardly more than its bytes, and the same bytes after any interruption."""

from pathlib import Path

import pyarrow.parquet as pq
import pytest

from fakes.hub import Hub
from fakes.parts import ACCESS, add_lines, add_parquet, build_part, plan_part, read_rows
from mistudio.core.errors import UnknownColumn
from mistudio.corpus.hub.part_types import Part
from mistudio.corpus.ingest.rebuild_part import rebuild_part
from mistudio.corpus.monitor import NullMonitor
from mistudio.corpus.store.manifest import Manifest, verify

SEQUENTIAL = [".jsonl", ".jsonl.gz", ".jsonl.zst", ".jsonl.bz2", ".jsonl.xz", ".csv", ".csv.gz", ".txt", ".txt.gz"]


class Interrupted(Exception):
    """The build was interrupted."""


class Interrupting(NullMonitor):
    """Interrupts the build at its n-th report or checkpoint."""

    def __init__(self, after: int) -> None:
        self.left = after

    def report(self, done: int, total: int, phase: str) -> None:
        """Count the call, and interrupt."""
        self.checkpoint()

    def checkpoint(self) -> None:
        """Count the call, and interrupt."""
        self.left -= 1
        if self.left == 0:
            raise Interrupted


class InterruptingDownload(NullMonitor):
    """Interrupts the build at the first report of bytes that came."""

    def report(self, done: int, total: int, phase: str) -> None:
        """Interrupt, however often progress is reported."""
        if phase == "download" and done > 0:
            raise Interrupted


@pytest.fixture(autouse=True)
def environment(hub: Hub, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Use the test's Hub and no other."""
    for name, value in hub.environment(tmp_path / "hf").items():
        monkeypatch.setenv(name, value)


def sent_bytes(hub: Hub) -> int:
    """Bytes of data files that the Hub sent."""
    return hub.bytes_sent(origin="files")


def hashes(manifest: Manifest) -> list[str]:
    """The checksums of the raw files, in order."""
    return [file.sha256 for split in manifest.splits for file in split.files]


def footer_bytes(hub: Hub, repo_id: str = "lab/groups") -> int:
    """The bytes of the footers of all files."""
    repository = hub.find("datasets", repo_id)
    assert repository is not None
    contents = [file.content for file in repository.files()]
    return sum(int.from_bytes(content[-8:-4], "little") + 8 for content in contents if isinstance(content, bytes))


@pytest.mark.parametrize("count", [1, 49, 50, 51, 500, 501, 1234, 2000, 5000])
def test_the_first_rows_of_parquet(hub: Hub, tmp_path: Path, count: int) -> None:
    """The first rows arrive, all and in order, of no more row groups and files than they need."""
    rows = add_parquet(hub)
    manifest = build_part(plan_part("lab/groups", Part("rows", count)), tmp_path)
    assert rows[:count] == read_rows(tmp_path)
    assert [] == verify(tmp_path / "dataset")
    groups = sum(len(source.part.taken.row_groups) for source in manifest.sources if source.part)
    assert min(40, -(-count // 50)) == groups
    chosen = sum(source.part.bytes for source in manifest.sources if source.part)
    assert sent_bytes(hub) <= 1.1 * chosen + footer_bytes(hub)
    assert (tmp_path / "dataset" / "source").exists() is False


def test_a_random_part_of_parquet(hub: Hub, tmp_path: Path) -> None:
    """The rows are those of random row groups of several files; the same seed draws the same, another one others."""
    rows = add_parquet(hub)
    manifest = build_part(plan_part("lab/groups", Part("rows", 210, "random", 7)), tmp_path / "a")
    chosen = sum(source.part.bytes for source in manifest.sources if source.part)
    assert sent_bytes(hub) <= 1.1 * chosen + footer_bytes(hub)
    found = read_rows(tmp_path / "a")
    numbers = [int(str(row["number"])) for row in found]
    assert [rows[number] for number in numbers] == found
    assert (210, 210) == (len(found), len(set(numbers)))
    assert sorted(numbers) == numbers
    assert len({number // 50 for number in numbers}) == 5
    assert len(manifest.sources) > 1
    again = build_part(plan_part("lab/groups", Part("rows", 210, "random", 7)), tmp_path / "b")
    other = build_part(plan_part("lab/groups", Part("rows", 210, "random", 8)), tmp_path / "c")
    assert hashes(manifest) == hashes(again) != hashes(other)


def test_bytes_and_columns_of_parquet(hub: Hub, tmp_path: Path) -> None:
    """About as many bytes come, only of the chosen columns, and the others are not in the data."""
    rows = add_parquet(hub)
    part = Part("bytes", 30_000, columns=("text",))
    manifest = build_part(plan_part("lab/groups", part), tmp_path)
    chosen = sum(source.part.bytes for source in manifest.sources if source.part)
    assert 15_000 < chosen <= 30_000 + footer_bytes(hub)
    assert sent_bytes(hub) <= 1.1 * chosen + footer_bytes(hub)
    assert [{"text": row["text"]} for row in rows[: manifest.rows]] == read_rows(tmp_path)
    assert ["text"] == [column.name for column in manifest.columns]


def test_all_rows_of_some_columns(hub: Hub, tmp_path: Path) -> None:
    """Without an amount, all rows come, of the chosen columns."""
    rows = add_parquet(hub, files=2)
    build_part(plan_part("lab/groups", Part(columns=("number", "text"))), tmp_path)
    assert [{"text": row["text"], "number": row["number"]} for row in rows] == read_rows(tmp_path)


def test_an_unknown_column_is_named(hub: Hub, tmp_path: Path) -> None:
    """The refusal lists the columns that there are."""
    add_parquet(hub, files=1)
    with pytest.raises(UnknownColumn, match=r"“prose”.*number"):
        build_part(plan_part("lab/groups", Part("rows", 5, columns=("prose",))), tmp_path)


@pytest.mark.parametrize("suffix", SEQUENTIAL)
@pytest.mark.parametrize("count", [1, 1500, 2161, 20000])
def test_the_first_rows_of_lines(hub: Hub, tmp_path: Path, suffix: str, count: int) -> None:
    """The first rows arrive, all and in order; of the last file only its beginning is fetched."""
    rows = add_lines(hub, suffix, rows=1_500)
    manifest = build_part(plan_part("lab/lines", Part("rows", count)), tmp_path)
    names = ("text",) if "txt" in suffix else ("text", "number", "extra")
    assert [{name: row[name] for name in names} for row in rows[:count]] == read_rows(tmp_path)
    assert [] == verify(tmp_path / "dataset")
    repository = hub.find("datasets", "lab/lines")
    assert repository is not None
    size = sum(file.size for file in repository.files())
    # bz2 and xz unpack whole blocks of up to 900 KB.
    slack = (900 if "bz2" in suffix or "xz" in suffix else 330) << 10
    assert sent_bytes(hub) <= min(size, 1.05 * size * count / len(rows) + slack)
    assert min(count, len(rows)) == manifest.rows


@pytest.mark.parametrize("suffix", [".jsonl", ".jsonl.gz", ".csv"])
def test_bytes_of_lines(hub: Hub, tmp_path: Path, suffix: str) -> None:
    """About as many bytes come, and end with a whole row."""
    rows = add_lines(hub, suffix)
    repository = hub.find("datasets", "lab/lines")
    assert repository is not None
    wanted = repository.files()[0].size + 300_000
    manifest = build_part(plan_part("lab/lines", Part("bytes", wanted)), tmp_path)
    assert sent_bytes(hub) == wanted
    assert rows[: manifest.rows] == read_rows(tmp_path)
    assert 3_000 < manifest.rows < 6_000


def test_a_random_part_of_lines_has_whole_files(hub: Hub, tmp_path: Path) -> None:
    """Files are drawn by seed; the last one is cut to the exact row."""
    rows = add_lines(hub, ".jsonl", files=6, rows=500)
    part = Part("rows", 1_200, "random", 3)
    manifest = build_part(plan_part("lab/lines", part), tmp_path)
    numbers = [int(str(row["number"])) for row in read_rows(tmp_path)]
    assert (1_200, sorted(numbers)) == (len(set(numbers)), numbers)
    files = [source.path for source in manifest.sources]
    assert 3 == len(files)
    assert ["train-0.jsonl", "train-1.jsonl", "train-2.jsonl"] != files
    assert [rows[number] for number in numbers] == read_rows(tmp_path)
    assert {"whole", "decoded"} == {source.part.verified for source in manifest.sources if source.part}


@pytest.mark.parametrize("case", ["parquet", ".jsonl.gz"])
def test_an_interruption_anywhere_changes_no_byte(hub: Hub, tmp_path: Path, case: str) -> None:
    """Interrupted at each report and checkpoint in turn, the files end with the same bytes."""
    if case == "parquet":
        add_parquet(hub)
        plan = plan_part("lab/groups", Part("rows", 333, "random", 5))
    else:
        add_lines(hub, case)
        plan = plan_part("lab/lines", Part("rows", 4_000))
    expected = hashes(build_part(plan, tmp_path / "whole"))
    interruptions = 0
    for place in [*range(1, 30, 2), *range(30, 300, 17)]:
        folder = tmp_path / str(place)
        try:
            build_part(plan, folder, Interrupting(place))
        except Interrupted:
            interruptions += 1
            assert not (folder / "dataset").exists()
            assert expected == hashes(build_part(plan, folder))
            assert [] == verify(folder / "dataset")
    assert interruptions > 10


def test_what_came_is_not_fetched_again(hub: Hub, tmp_path: Path) -> None:
    """Interrupted in the middle, the second call fetches what is missing only."""
    add_parquet(hub, rows=2_000)
    plan = plan_part("lab/groups", Part("rows", 5_000))
    with pytest.raises(Interrupted):
        build_part(plan, tmp_path, InterruptingDownload())
    before = sent_bytes(hub)
    assert before > 0
    manifest = build_part(plan, tmp_path)
    chosen = sum(source.part.bytes for source in manifest.sources if source.part)
    # What was in flight on three connections comes again.
    assert sent_bytes(hub) <= 1.1 * chosen + footer_bytes(hub) + 3 * (512 << 10)


def test_the_raw_files_are_the_rows_of_the_source(hub: Hub, tmp_path: Path) -> None:
    """The result is plain Parquet that any reader opens."""
    rows = add_parquet(hub)
    build_part(plan_part("lab/groups", Part("rows", 60)), tmp_path)
    (path,) = (tmp_path / "dataset" / "raw").iterdir()
    assert rows[:60] == pq.read_table(path).to_pylist()


@pytest.mark.parametrize("case", ["parquet", ".jsonl.gz", ".csv"])
def test_a_part_is_rebuilt_with_the_same_bytes(hub: Hub, tmp_path: Path, case: str) -> None:
    """Fetched again by its manifest, damaged and missing files are as they were."""
    if case == "parquet":
        add_parquet(hub)
        manifest = build_part(plan_part("lab/groups", Part("rows", 333, "random", 5)), tmp_path)
    else:
        add_lines(hub, case)
        manifest = build_part(plan_part("lab/lines", Part("rows", 4_000)), tmp_path)
    files = sorted((tmp_path / "dataset" / "raw").iterdir())
    assert len(hashes(manifest)) == len(files) > 1
    files[0].unlink()
    files[-1].write_bytes(b"damaged")
    (tmp_path / "again").mkdir()
    assert 2 == len(rebuild_part(tmp_path / "dataset", tmp_path / "again", ACCESS, NullMonitor()))
    assert [] == verify(tmp_path / "dataset")


def test_another_boot_discards_what_no_checksum_verifies(hub: Hub, tmp_path: Path) -> None:
    """A journal of another boot is not trusted; the part comes again, complete."""
    add_parquet(hub)
    plan = plan_part("lab/groups", Part("rows", 333))
    with pytest.raises(Interrupted):
        build_part(plan, tmp_path / "a", Interrupting(40))
    for journal in (tmp_path / "a" / "staging" / "source").glob("*.journal"):
        content = bytearray(journal.read_bytes())
        content[8:24] = bytes(16)
        journal.write_bytes(content)
    expected = hashes(build_part(plan, tmp_path / "b"))
    assert expected == hashes(build_part(plan, tmp_path / "a"))
