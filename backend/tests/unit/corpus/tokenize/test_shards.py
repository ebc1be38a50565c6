"""A tokenization in shards has the bytes of a single process, whichever process encodes them or dies."""

import fcntl
import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pyarrow as pa
import pytest

from fakes.corpora import make_dataset
from fakes.timing import block_until
from fakes.tokenizing import CharacterEncoder, FakeTokenizer
from mistudio.core.errors import JobCancelled
from mistudio.corpus.encoders.encoding import TokenIds
from mistudio.corpus.monitor import NullMonitor
from mistudio.corpus.spec.settings import TokenizeSettings
from mistudio.corpus.store.dataset_store import DatasetStore
from mistudio.corpus.tokenize.request import Engines, TokenizeOrder
from mistudio.corpus.tokenize.shards import EngineFailed, ShardPolicy, cut_shards
from mistudio.corpus.tokenize.tokenize import help_tokenize, tokenize_dataset
from mistudio.corpus.tokenized.manifest import EngineRecord, TokenizedManifest

PACKED = TokenizeSettings(tokenizer="fake", max_length=16, packing="concat")
SETTINGS = {
    "packed": PACKED,
    "ragged": replace(PACKED, packing="off"),
    "padded": replace(PACKED, packing="off", padding="max_length"),
    "held out and shuffled": replace(PACKED, heldout_fraction=0.2, shuffle_seed=7, keep_last_partial=True),
}
Help = Callable[[int], None]


@pytest.fixture(scope="module")
def dataset(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a dataset of two splits in many files, so in many row groups; some texts are empty, some null."""
    folder = tmp_path_factory.mktemp("shards") / "ds"
    texts = [None if row % 17 == 3 else f"row {row} " * (row % 7) for row in range(600)]
    rows = [{"text": text} for text in texts]
    make_dataset(folder, {"train": [rows[start : start + 60] for start in range(0, 540, 60)], "test": [rows[540:]]})
    return folder


class Failing(CharacterEncoder):
    """Raises after ``calls`` calls."""

    def __init__(self, calls: int) -> None:
        self.calls = calls

    def encode(self, texts: pa.StringArray | pa.LargeStringArray) -> TokenIds:
        """Encode, or raise."""
        self.calls -= 1
        if self.calls < 0:
            raise JobCancelled("Killed.")
        return super().encode(texts)


def make_engines(encoder: CharacterEncoder, failure: Callable[[], str | None] = lambda: None) -> Engines:
    """Return engines with this encoder and the fake reference."""
    return Engines(
        encoder=encoder,
        reference=CharacterEncoder(),
        record=EngineRecord(encoder.name, "it is the only one"),
        decode=lambda documents: ["".join(map(chr, ids)) for ids in documents],
        failure=failure,
    )


class SharedTokenization:
    """One tokenization in its own folder, with the process that writes it and its helpers."""

    def __init__(self, dataset: Path, folder: Path, settings: TokenizeSettings) -> None:
        self._dataset, self._folder, self._settings = dataset, folder, settings
        self.shards = self._folder / "staging" / ".scratch" / "shards"

    def write(self, ask: Help | None = None, *, encoder: CharacterEncoder | None = None) -> TokenizedManifest:
        """Tokenize as the process that writes; with ``ask``, share the work."""
        order = self._order(make_engines(encoder or CharacterEncoder()))
        return tokenize_dataset(order, self._folder / "tok", sharing=ShardPolicy(2_000, ask) if ask else None)

    def help_encode(self, begin: int, *, by: Engines | None = None) -> int:
        """Encode shards as a helper, and return how many."""
        return help_tokenize(self._order(by or make_engines(CharacterEncoder())), begin=begin)

    def _order(self, by: Engines) -> TokenizeOrder:
        return TokenizeOrder(
            dataset=self._dataset,
            staging=self._folder / "staging",
            settings=self._settings,
            tokenizer=FakeTokenizer(),
            engines=by,
            monitor=NullMonitor(),
            part_bytes=4_000,
            batch_bytes=1_000,
        )


def list_hashes(manifest: TokenizedManifest) -> dict[str, str]:
    """Return the hashes of all files."""
    return {file.path: file.sha256 for split in manifest.splits for file in split.files} | dict(manifest.others)


def test_shards_are_whole_row_groups_in_order(dataset: Path) -> None:
    """They are in order without a gap, and end with their split."""
    store = DatasetStore(dataset)
    shards = cut_shards(store, ("train", "test"), 2_000)
    assert list(range(len(shards))) == [shard.number for shard in shards]
    assert len(shards) > 4
    for split in ("train", "test"):
        mine = [shard for shard in shards if shard.split == split]
        starts = {group.first_row for group in store.groups(split)}
        assert [0, *(shard.stop_row for shard in mine[:-1])] == [shard.first_row for shard in mine]
        assert {shard.first_row for shard in mine} <= starts
        assert store.num_rows(split) == mine[-1].stop_row


@pytest.mark.parametrize("name", SETTINGS)
def test_the_bytes_are_those_of_one_process(dataset: Path, tmp_path: Path, name: str) -> None:
    """Whether helpers encode all shards, some, or none."""
    settings = SETTINGS[name]
    expected = list_hashes(SharedTokenization(dataset, tmp_path / "alone", settings).write())
    made: list[int] = []
    all_shards = SharedTokenization(dataset, tmp_path / "all", settings)
    assert expected == list_hashes(all_shards.write(lambda count: made.extend([count, all_shards.help_encode(1)])))
    assert made[0] == made[1] > 4
    assert expected == list_hashes(SharedTokenization(dataset, tmp_path / "none", settings).write(lambda _count: None))
    together = SharedTokenization(dataset, tmp_path / "together", settings)
    helpers: list[threading.Thread] = []

    def help_meanwhile(count: int) -> None:
        helpers.extend(threading.Thread(target=together.help_encode, args=(begin,)) for begin in (1, count // 2))
        for helper in helpers:
            helper.start()

    assert expected == list_hashes(together.write(help_meanwhile))
    for helper in helpers:
        helper.join()
    assert {"all", "alone", "none", "together"} == {path.name for path in tmp_path.iterdir()}
    assert [] == list(tmp_path.glob("*/staging"))


def test_finished_shards_survive_the_death_of_any_process(dataset: Path, tmp_path: Path) -> None:
    """A helper dies within a shard, then the writing process; the next call continues with the same bytes."""
    expected = list_hashes(SharedTokenization(dataset, tmp_path / "alone", PACKED).write())
    job = SharedTokenization(dataset, tmp_path / "killed", PACKED)

    def die(_count: int) -> None:
        with pytest.raises(JobCancelled):
            job.help_encode(3, by=make_engines(Failing(3)))

    with pytest.raises(JobCancelled):
        job.write(die, encoder=Failing(4))
    kept = {path.name for path in job.shards.glob("*.arrow")}
    assert "00003.arrow" in kept
    assert len(kept) < len(list(job.shards.glob("*.lock")))
    assert expected == list_hashes(job.write(lambda _count: None, encoder=Failing(100)))


def test_the_writer_waits_for_a_shard_in_progress(dataset: Path, tmp_path: Path) -> None:
    """Meanwhile it encodes later shards; after the other process died, it encodes the shard itself."""
    expected = list_hashes(SharedTokenization(dataset, tmp_path / "alone", PACKED).write())
    job = SharedTokenization(dataset, tmp_path / "held", PACKED)
    let_go, ended = threading.Event(), []

    def hold(_count: int) -> None:
        def until_told() -> None:
            with (job.shards / "00000.lock").open("r+b") as lock:
                fcntl.flock(lock, fcntl.LOCK_EX)
                ended.append(True)
                let_go.wait()

        threading.Thread(target=until_told).start()
        later = job.shards / "00002.arrow"

        def until_made() -> None:
            block_until(later.exists)
            let_go.set()

        threading.Thread(target=until_made).start()
        block_until(lambda: ended == [True])

    assert expected == list_hashes(job.write(hold))


def test_a_helper_of_another_order_does_nothing(dataset: Path, tmp_path: Path) -> None:
    """So does a helper whose engine failed, or whose tokenization is finished."""
    job = SharedTokenization(dataset, tmp_path, PACKED)
    other = CharacterEncoder()
    other.name = "another"

    def help_badly(_count: int) -> None:
        assert 0 == job.help_encode(1, by=make_engines(other))
        with pytest.raises(EngineFailed, match="a panic"):
            job.help_encode(1, by=make_engines(CharacterEncoder(), failure=lambda: "a panic"))
        assert [] == list(job.shards.glob("*.arrow"))

    job.write(help_badly)
    with pytest.raises(FileNotFoundError):
        job.help_encode(1)
    assert not (tmp_path / "staging").exists()
