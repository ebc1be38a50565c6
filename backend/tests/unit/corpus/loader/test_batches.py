"""Batches: every row once on some rank, in an order that the seed decides, and the same after a resume anywhere."""

import copy
import pickle
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from fakes.tokenizing import make_varied_dataset, tokenize_into
from mistudio.core.errors import DataMissing, InvalidData, UnknownSplit, ValidationFailed
from mistudio.corpus.loader.batches import Batches, BatchOptions
from mistudio.corpus.spec import TokenizeSettings
from mistudio.corpus.tokenized.store import TokenizedStore

KINDS = {
    "packed": TokenizeSettings(tokenizer="fake", max_length=8, packing="concat"),
    "padded": TokenizeSettings(tokenizer="fake", max_length=16, padding="max_length"),
    "ragged": TokenizeSettings(tokenizer="fake", max_length=16),
    "partial": TokenizeSettings(tokenizer="fake", max_length=8, packing="concat", keep_last_partial=True),
    "shuffled": TokenizeSettings(tokenizer="fake", max_length=16, shuffle_seed=1, padding="longest"),
}


@pytest.fixture(scope="module", params=KINDS)
def folder(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a tokenization of each kind, in several files."""
    place = tmp_path_factory.mktemp("batches")
    tokenize_into(make_varied_dataset(place / "ds"), place, KINDS[request.param], part_bytes=1_500)
    return place / "tok"


def rows_of(batch: Mapping[str, NDArray[np.signedinteger]], column: str = "input_ids") -> list[list[int]]:
    """Return the rows of a batch as lists."""
    if "offsets" not in batch:
        return list(batch[column].tolist())
    return [part.tolist() for part in np.split(batch[column], batch["offsets"][1:-1])] if len(batch["row"]) else []


def numbers_of(batches: Batches) -> list[list[int]]:
    """Return the row numbers of every batch that is left."""
    return [batch["row"].tolist() for batch in batches]


def open_batches(folder: Path, batch_size: int = 4, **options: int | None) -> Batches:
    """Return batches of the first split."""
    return Batches(folder, "train", BatchOptions(batch_size=batch_size, **options))  # type: ignore[arg-type]


@settings(max_examples=15, deadline=None)
@given(st.integers(1, 40), st.integers(1, 5), st.none() | st.integers(0, 2**62), st.booleans())
def test_the_ranks_share_every_row_once(
    folder: Path, batch_size: int, world_size: int, seed: int | None, drop_last: bool
) -> None:
    """The rows are those of the store; a step has ``batch_size`` rows per rank, except the last one."""
    store = TokenizedStore.open(folder)
    expected = store.rows("train", offset=0, limit=10**6)
    ranks = [
        open_batches(folder, batch_size, shuffle_seed=seed, rank=rank, world_size=world_size, drop_last=drop_last)
        for rank in range(world_size)
    ]
    steps: list[list[int]] = []
    for batches in ranks:
        found = list(batches)
        assert len(found) == len(batches)
        for step, batch in enumerate(found):
            rows = [expected[number] for number in batch["row"].tolist()]
            assert [row.ids.tolist() for row in rows] == rows_of(batch)
            if "attention_mask" in batch:
                assert [row.mask.tolist() for row in rows if row.mask is not None] == rows_of(batch, "attention_mask")
            steps += [[]] * (step + 1 - len(steps))
            steps[step] = steps[step] + batch["row"].tolist()
    taken = [number for step in steps for number in step]
    size = batch_size * world_size
    assert {size} >= {len(step) for step in steps[: len(expected) // size]}
    assert len(expected) - (len(expected) % size if drop_last else 0) == len(taken) == len(set(taken))
    if seed is None:
        assert list(range(len(taken))) == taken


@settings(max_examples=15, deadline=None)
@given(st.data())
def test_a_resume_at_any_position_continues_the_order(folder: Path, data: st.DataObject) -> None:
    """With the same ranks the batches are the same; with other ranks or sizes the ranks share what is left."""
    seed = data.draw(st.none() | st.integers(0, 2**40))
    world_size, batch_size = data.draw(st.integers(1, 4)), data.draw(st.integers(1, 9))
    rank = data.draw(st.integers(0, world_size - 1))
    whole = open_batches(folder, 1, shuffle_seed=seed)
    order = [number for batch in numbers_of(whole) for number in batch]
    first = open_batches(folder, batch_size, shuffle_seed=seed, rank=rank, world_size=world_size)
    stop = data.draw(st.integers(0, len(first)))
    for _number in range(stop):
        next(first)
    state = first.state_dict()
    assert all(type(value) is int for value in state.values())
    again = open_batches(folder, batch_size, shuffle_seed=seed, rank=rank, world_size=world_size)
    again.load_state_dict(copy.deepcopy(state))
    assert numbers_of(first) == numbers_of(again)
    other_world, other_size = data.draw(st.integers(1, 4)), data.draw(st.integers(1, 9))
    others = [
        open_batches(folder, other_size, shuffle_seed=seed, rank=number, world_size=other_world)
        for number in range(other_world)
    ]
    for each in others:
        each.load_state_dict(state)
    left = [number for each in others for batch in numbers_of(each) for number in batch]
    assert sorted(order[state["position"] :]) == sorted(left)


def test_an_order_is_that_of_the_seed_alone(folder: Path) -> None:
    """Batch size and ranks do not change it; another seed does."""
    orders = {
        tuple(number for batch in numbers_of(open_batches(folder, size, shuffle_seed=5)) for number in batch)
        for size in (1, 3, 50)
    }
    assert 1 == len(orders)
    other = [number for batch in numbers_of(open_batches(folder, 3, shuffle_seed=6)) for number in batch]
    assert other != list(*orders)
    assert sorted(other) == sorted(*orders)


def test_the_next_loop_starts_over(folder: Path) -> None:
    """A loop that was left goes on; after the last batch, the next loop begins with the first."""
    batches = open_batches(folder, 7)
    first = next(batches)["row"].tolist()
    rest = numbers_of(batches)
    assert [first, *rest] == numbers_of(batches)


def test_a_pickled_loader_continues(folder: Path) -> None:
    """A DataLoader may start its workers with pickled copies."""
    batches = open_batches(folder, 5, shuffle_seed=3)
    next(batches)
    copied: Batches = pickle.loads(pickle.dumps(batches))  # noqa: S301
    assert numbers_of(batches) == numbers_of(copied)


def test_the_state_of_another_loader_is_refused(folder: Path) -> None:
    """The message names what differs, and what to do."""
    batches = open_batches(folder, 5, shuffle_seed=3)
    state = batches.state_dict()
    for name, message in (
        ("shuffle_seed", r"The state has shuffle_seed 4, this loader has 3\. Use the seed"),
        ("tokenization", "Open the tokenization and the split"),
        ("version", "Use the version of mistudio"),
    ):
        with pytest.raises(ValidationFailed, match=message):
            batches.load_state_dict({**state, name: state[name] + 1})
    with pytest.raises(ValidationFailed, match=r"has position -1; this loader has \d+ rows"):
        batches.load_state_dict({**state, "position": -1})
    with pytest.raises(ValidationFailed, match="it has no version"):
        batches.load_state_dict({})
    other = Batches(folder, "test", BatchOptions(batch_size=1, shuffle_seed=3))
    with pytest.raises(ValidationFailed, match="Open the tokenization and the split"):
        other.load_state_dict(state)


def test_invalid_options_are_refused(folder: Path) -> None:
    """All of them are named; an unknown split is refused with the choices."""
    with pytest.raises(ValidationFailed) as caught:
        open_batches(folder, 0, shuffle_seed=-1, rank=2, world_size=2)
    assert ["batch_size", "rank", "shuffle_seed"] == [problem.field for problem in caught.value.fields]
    with pytest.raises(ValidationFailed, match="world_size must be at least 1"):
        open_batches(folder, 1, world_size=0)
    with pytest.raises(UnknownSplit, match="no split “dev”"):
        Batches(folder, "dev", BatchOptions(batch_size=1))


def test_consecutive_rows_are_views_of_the_file(folder: Path) -> None:
    """Nothing is copied, and nothing can be written into the file."""
    batch = next(open_batches(folder, 2))
    assert batch["input_ids"].base is not None
    with pytest.raises(ValueError, match="read-only"):
        batch["input_ids"][:1] = 0


def test_damaged_files_are_refused(tmp_path: Path) -> None:
    """Reading a mapped file that was cut would kill the process."""
    tokenize_into(make_varied_dataset(tmp_path / "ds"), tmp_path, KINDS["packed"])
    (path, *_) = sorted((tmp_path / "tok" / "train").glob("*.arrow"))
    path.write_bytes(path.read_bytes()[:-8])
    with pytest.raises(InvalidData, match="damaged"):
        open_batches(tmp_path / "tok")
    path.unlink()
    with pytest.raises(DataMissing):
        open_batches(tmp_path / "tok")


def test_a_split_without_rows_has_no_batches(tmp_path: Path) -> None:
    """Its loop ends at once, in order and shuffled."""
    changed = TokenizeSettings(tokenizer="fake", max_length=5_000, packing="concat")
    tokenize_into(make_varied_dataset(tmp_path / "ds"), tmp_path, changed)
    for seed in (None, 1):
        batches = open_batches(tmp_path / "tok", shuffle_seed=seed)
        assert (0, []) == (len(batches), list(batches))
