"""Reads of a dataset: any page equals the slice of all rows, whatever files and row groups it spans."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fakes.corpora import make_dataset
from fakes.descriptors import open_files
from mistudio.core.errors import DataMissing, InvalidData, UnknownSplit
from mistudio.corpus.store.dataset_store import DatasetStore, StoredRow
from mistudio.corpus.store.file_pool import FilePool

# Files with no row, with one row, and with several row groups.
SHAPE = {"train": [0, 2_300, 1, 1_000], "empty": [0], "test": [7, 0, 1_200]}


def expected_rows() -> list[StoredRow]:
    """Return every row of the dataset of SHAPE, in order."""
    rows: list[StoredRow] = []
    for split, sizes in SHAPE.items():
        count = sum(sizes)
        rows += [StoredRow(len(rows) + row, split, row, {"text": f"{split} {row}", "n": row}) for row in range(count)]
    return rows


EXPECTED = expected_rows()


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> DatasetStore:
    """The dataset of SHAPE."""
    folder = tmp_path_factory.mktemp("stores") / "ds"
    splits = {}
    for split, sizes in SHAPE.items():
        rows = [row.values for row in EXPECTED if row.split == split]
        starts = [sum(sizes[:index]) for index in range(len(sizes))]
        splits[split] = [rows[start : start + size] for start, size in zip(starts, sizes, strict=True)]
    make_dataset(folder, splits)
    return DatasetStore(folder)


def test_splits_and_rows_are_those_of_the_manifest(store: DatasetStore) -> None:
    """Splits come in the manifest's order, empty ones included."""
    assert ("train", "empty", "test") == store.splits
    assert [3_301, 0, 1_207, 4_508] == [store.num_rows(split) for split in (*store.splits, None)]


@settings(max_examples=80, deadline=None)
@given(st.sampled_from(["train", "empty", "test", None]), st.integers(0, 5_000), st.integers(0, 100))
def test_a_page_is_a_slice(store: DatasetStore, split: str | None, offset: int, limit: int) -> None:
    """Any offset and limit, in one split or all, across files and row groups."""
    rows = [row for row in EXPECTED if split in (None, row.split)]
    assert rows[offset : offset + limit] == store.page(split, offset=offset, limit=limit)


@settings(max_examples=30, deadline=None)
@given(st.lists(st.integers(0, 3_300), max_size=60))
def test_rows_come_in_the_requested_order(store: DatasetStore, numbers: list[int]) -> None:
    """A row that is requested twice comes twice."""
    assert [EXPECTED[number] for number in numbers] == store.rows("train", numbers)
    assert [EXPECTED[number] for number in numbers] == [store.row("train", number) for number in numbers]


def test_row_groups_cover_everything_in_order(store: DatasetStore) -> None:
    """A pass over all row groups sees every row once, in order."""
    texts: list[str] = []
    position = dict.fromkeys(SHAPE, 0)
    for group in store.groups():
        assert position[group.split] == group.first_row
        position[group.split] += group.rows
        texts += store.texts(group).to_pylist()
    assert [str(row.values["text"]) for row in EXPECTED] == texts
    assert 2 == len(list(store.groups("test"))) - 1


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(["train", "empty", "test"]), st.integers(0, 3_400))
def test_row_groups_from_a_row_on(store: DatasetStore, split: str, first_row: int) -> None:
    """They are the groups that end after it."""
    expected = [group for group in store.groups(split) if group.first_row + group.rows > first_row]
    assert expected == list(store.groups(split, first_row=first_row))


def test_files_before_the_first_row_are_not_read(tmp_path: Path) -> None:
    """So the row groups at the end of a large split cost no more than those at its beginning."""
    make_dataset(tmp_path / "ds", {"train": [[{"text": "a"}], [{"text": "b"}], [{"text": "c"}]]})
    first, second, third = sorted((tmp_path / "ds" / "raw").iterdir())
    first.unlink()
    second.unlink()
    (group,) = DatasetStore(tmp_path / "ds").groups("train", first_row=2)
    assert (f"raw/{third.name}", 2, 1) == (group.path, group.first_row, group.rows)


def test_every_row_id_has_a_place(store: DatasetStore) -> None:
    """Ids count over all splits, empty ones included; an id outside is an IndexError."""
    assert [(row.split, row.row) for row in EXPECTED] == [store.locate(row.id) for row in EXPECTED]
    for row_id in (-1, len(EXPECTED)):
        with pytest.raises(IndexError):
            store.locate(row_id)


def test_many_threads_read_at_once(store: DatasetStore) -> None:
    """Each gets the page that it requested."""
    offsets = list(range(0, 4_400, 44))
    with ThreadPoolExecutor(6) as pool:
        pages = list(pool.map(lambda offset: store.page(None, offset=offset, limit=20), offsets))
    assert [EXPECTED[offset : offset + 20] for offset in offsets] == pages


def test_stores_that_share_a_pool_keep_few_files_open(tmp_path: Path) -> None:
    """The bound holds for any number of stores, files and threads, and every page is right."""
    files = FilePool(4)
    parts = [[{"text": f"row {number}"}] for number in range(6)]
    stores = []
    for number in range(3):
        make_dataset(tmp_path / str(number), {"train": parts})
        stores.append(DatasetStore(tmp_path / str(number), files=files))

    def read(turn: int) -> list[object]:
        return [stores[turn % 3].row("train", turn % 6).values["text"], f"row {turn % 6}"]

    with ThreadPoolExecutor(4) as pool:
        pairs = list(pool.map(read, range(120)))
    assert all(found == expected for found, expected in pairs)
    assert 4 == len(open_files(tmp_path))


def test_a_closed_store_holds_no_file(tmp_path: Path) -> None:
    """Its own files are closed, it can still be read, and the files of other stores stay open."""
    files = FilePool()
    for name in ("gone", "kept"):
        make_dataset(tmp_path / name, {"train": [[{"text": "a"}], [{"text": "b"}]]})
    gone, kept = (DatasetStore(tmp_path / name, files=files) for name in ("gone", "kept"))
    assert [2, 2] == [len(store.page(None, offset=0, limit=9)) for store in (gone, kept)]
    gone.close()
    assert "b" == gone.row("train", 1).values["text"]
    assert [] == open_files(tmp_path / "gone")
    assert 2 == len(open_files(tmp_path / "kept"))


def test_a_file_that_cannot_be_opened_takes_no_slot_of_the_pool(tmp_path: Path) -> None:
    """Not even after several attempts."""
    make_dataset(tmp_path / "ds", {"train": [[{"text": "a"}], [{"text": "b"}]]})
    store = DatasetStore(tmp_path / "ds", files=FilePool(1))
    first, second = sorted((tmp_path / "ds" / "raw").iterdir())
    first.unlink()
    for _attempt in range(3):
        with pytest.raises(DataMissing):
            store.row("train", 0)
    store.row("train", 1)
    assert [str(second)] == open_files(tmp_path)


def test_unknown_splits_and_rows_are_errors(store: DatasetStore) -> None:
    """The error of an unknown split lists the known ones; a row beyond the end is an IndexError."""
    reads: list[Callable[[], object]] = [
        lambda: store.page("dev", offset=0, limit=1),
        lambda: store.row("dev", 0),
        lambda: store.rows("dev", [0]),
        lambda: list(store.groups("dev")),
        lambda: store.num_rows("dev"),
        lambda: store.ids("dev"),
    ]
    for read in reads:
        with pytest.raises(UnknownSplit) as caught:
            read()
        assert ["train", "empty", "test"] == caught.value.extra["choices"]
    with pytest.raises(IndexError):
        store.row("test", 1_207)


def test_a_missing_file_is_data_missing(tmp_path: Path) -> None:
    """The store opens, since its manifest exists; the read names the missing file."""
    make_dataset(tmp_path / "ds", {"train": [[{"text": "a"}]]})
    store = DatasetStore(tmp_path / "ds")
    next((tmp_path / "ds" / "raw").iterdir()).unlink()
    with pytest.raises(DataMissing, match=r"raw/train-00000-of-00001\.parquet"):
        store.page(None, offset=0, limit=1)
    with pytest.raises(DataMissing):
        DatasetStore(tmp_path / "none")


def test_a_damaged_file_is_named(tmp_path: Path) -> None:
    """Whether the file cannot be opened or only its pages are damaged; on every attempt."""
    make_dataset(tmp_path / "ds", {"train": [[{"text": f"row {number} of many"} for number in range(2_000)]]})
    path = next((tmp_path / "ds" / "raw").iterdir())
    whole = path.read_bytes()
    for damaged in (whole[:4] + bytes(len(whole) // 2) + whole[4 + len(whole) // 2 :], whole[: len(whole) // 2], b""):
        path.write_bytes(damaged)
        store = DatasetStore(tmp_path / "ds")
        for _time in range(2):
            with pytest.raises(InvalidData, match=rf"damaged \(raw/{path.name}\)"):
                store.page(None, offset=0, limit=1)


def test_texts_of_conversations_and_of_files_without_the_column(tmp_path: Path) -> None:
    """Conversations are rendered; if a file lacks the column, its texts are null."""
    talk = [{"messages": [{"from": "human", "value": "Hi"}, {"from": "gpt", "value": "Yes?"}]}]
    make_dataset(tmp_path / "ds", {"train": [talk, [{"other": 1}], [{"messages": None}]]})
    store = DatasetStore(tmp_path / "ds")
    assert [["human: Hi\n\ngpt: Yes?"], [None], [None]] == [store.texts(group).to_pylist() for group in store.groups()]
    assert {pa.string()} == {store.texts(group).type for group in store.groups()}
