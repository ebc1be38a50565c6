"""A whole job: every setting, a ledger that balances, files that ``datasets`` opens, the same bytes after any kill."""

import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import datasets
import numpy as np
import pyarrow as pa
import pytest

from fakes.corpora import make_dataset
from fakes.timing import TIMEOUT, block_until
from fakes.tokenizing import (
    BOS,
    EOS,
    CharacterEncoder,
    FakeSpecial,
    FakeTemplate,
    FakeTokenizer,
    make_fake_engines,
    token_of,
    tokenize_into,
)
from mistudio.core.errors import JobCancelled
from mistudio.corpus.encoders.encoding import TokenIds
from mistudio.corpus.monitor import NullMonitor
from mistudio.corpus.spec.resolve import equivalence_key
from mistudio.corpus.spec.settings import TokenizeSettings
from mistudio.corpus.store.dataset_store import DatasetStore
from mistudio.corpus.tokenize.request import TokenizeOrder
from mistudio.corpus.tokenize.tokenize import tokenize_dataset
from mistudio.corpus.tokenized.audit_record import read_audit
from mistudio.corpus.tokenized.manifest import (
    EngineRecord,
    TokenizedManifest,
    find_differences,
    read_tokenized_manifest,
)
from mistudio.utils.locks import LOCK_NAME

SETTINGS = TokenizeSettings(tokenizer="fake", max_length=16)
PACKED = replace(SETTINGS, packing="concat")
TOKENIZER = FakeTokenizer()
SPLITS = {"train": [100, 0, 150, 50, *[100] * 8], "test": [30]}


def text_of_row(split: str, row: int) -> str | None:
    """Return a text of one of many lengths: some are empty, some null, some equal."""
    if row % 17 == 3:
        return None
    return f"{split} {row % 50} " * (row % 7)


@pytest.fixture(scope="module")
def dataset(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a dataset of two splits in several files."""
    folder = tmp_path_factory.mktemp("tokenize") / "ds"
    files = {}
    for split, sizes in SPLITS.items():
        starts = np.cumsum([0, *sizes])
        files[split] = [
            [{"text": text_of_row(split, row)} for row in range(start, start + size)]
            for start, size in zip(starts, sizes, strict=False)
        ]
    make_dataset(folder, files)
    return folder


def list_hashes(manifest: TokenizedManifest) -> dict[str, str]:
    """Return the hashes of all files of the data."""
    return {file.path: file.sha256 for split in manifest.splits for file in split.files} | dict(manifest.others)


@pytest.mark.parametrize(
    ("settings", "other"),
    [
        (SETTINGS, replace(SETTINGS, keep_last_partial=True, return_attention_mask=False)),
        (PACKED, replace(PACKED, truncation=False, return_attention_mask=False)),
        (replace(SETTINGS, truncation=False), replace(SETTINGS, truncation=False, max_length=None)),
        (
            replace(SETTINGS, truncation=False, padding="longest"),
            replace(SETTINGS, truncation=False, padding="longest", max_length=None),
        ),
        (SETTINGS, replace(SETTINGS, add_special_tokens=False)),
    ],
)
def test_equivalent_settings_write_the_same_rows(
    dataset: Path, tmp_path: Path, settings: TokenizeSettings, other: TokenizeSettings
) -> None:
    """Their files are equal, byte for byte."""
    store = DatasetStore(dataset)
    keys = {equivalence_key(each, TOKENIZER, dataset=store.manifest, dataset_hash="d") for each in (settings, other)}
    made = [
        tokenize_into(dataset, tmp_path / name, each, tokenizer=TOKENIZER)
        for name, each in (("a", settings), ("b", other))
    ]
    files = [[file.sha256 for split in manifest.splits for file in split.files] for manifest in made]
    assert (1, files[0], made[0].ledger) == (len(keys), files[1], made[1].ledger)


def ids_of(text: str | None) -> list[int]:
    """Return the ids of the fake encoder."""
    return [token_of(character) for character in text or ""]


def documents_of(split: str) -> list[tuple[int, list[int]]]:
    """Return the source rows of the split that have a text, with their ids."""
    texts = [(row, text_of_row(split, row)) for row in range(sum(SPLITS[split]))]
    return [(row, ids_of(text)) for row, text in texts if text is not None]


def test_each_document_becomes_a_row(dataset: Path, tmp_path: Path) -> None:
    """It is cut, and has prefix, suffix and source row; ``datasets`` opens the whole folder and each split."""
    tokenizer = FakeTokenizer(template=FakeTemplate((BOS,), (EOS,)))
    manifest = tokenize_into(dataset, tmp_path, SETTINGS, tokenizer=tokenizer)
    loaded = datasets.load_from_disk(str(tmp_path / "tok"))
    assert ["train", "test"] == list(loaded)
    for split, sizes in SPLITS.items():
        expected = [{"input_ids": [BOS, *ids[:14], EOS], "row": row} for row, ids in documents_of(split)]
        assert expected == loaded[split].to_list()
        assert expected == datasets.load_from_disk(str(tmp_path / "tok" / split)).to_list()
        lengths = np.load(tmp_path / "tok" / split / "lengths.npy")
        assert [len(ids_of(text_of_row(split, row))) for row in range(sum(sizes))] == lengths.tolist()
    assert len(manifest.split("train").files) > 1
    assert [] == find_differences(tmp_path / "tok")
    assert not (tmp_path / "staging").exists()


@pytest.mark.parametrize(
    "settings",
    [
        SETTINGS,
        replace(SETTINGS, truncation=False),
        replace(SETTINGS, padding="longest"),
        replace(SETTINGS, padding="max_length", return_attention_mask=False, shuffle_seed=5),
        replace(SETTINGS, padding="max_length", truncation=False, heldout_fraction=0.3),
        replace(SETTINGS, end_of_document_token="eos", begin_of_row_token="bos"),
        PACKED,
        replace(PACKED, keep_last_partial=True),
        replace(PACKED, heldout_fraction=0.5, shuffle_seed=2, end_of_document_token="eos"),
        replace(PACKED, splits=("test",), begin_of_row_token="none", document_separator_token=7),
    ],
    ids=str,
)
def test_the_ledger_balances_and_the_audit_passes(dataset: Path, tmp_path: Path, settings: TokenizeSettings) -> None:
    """For every setting: tokens, positions and statistics agree, and every written document equals the reference."""
    manifest = tokenize_into(dataset, tmp_path, replace(settings, verify="full"))
    audit = read_audit(tmp_path / "tok")
    assert 0 == audit.differences
    assert "failed" != audit.verdict
    loaded = datasets.load_from_disk(str(tmp_path / "tok"))
    for split in manifest.splits:
        rows = loaded[split.name].to_list()
        assert len(rows) == split.rows
        assert sum(len(row["input_ids"]) for row in rows) == split.ledger.positions
        assert split.ledger.balances
        assert split.statistics.tokens == split.ledger.source_tokens - split.ledger.held_out
        assert sum(count.count for count in split.statistics.most_frequent) <= split.ledger.data_tokens
    everything = [ids for split in manifest.resolved.splits for _row, ids in documents_of(split)]
    assert sum(map(len, everything)) == manifest.ledger.source_tokens
    assert len(everything) == manifest.ledger.documents


@pytest.mark.parametrize("masks", [True, False])
def test_eos_pads_if_there_is_no_padding_token(dataset: Path, tmp_path: Path, masks: bool) -> None:
    """The mask tells padding from the EOS that ends a document; the audit tells it without a mask."""
    tokenizer = FakeTokenizer(special=FakeSpecial(pad=None), template=FakeTemplate((), (EOS,)))
    settings = replace(SETTINGS, padding="max_length", return_attention_mask=masks, verify="full")
    manifest = tokenize_into(dataset, tmp_path, settings, tokenizer=tokenizer)
    loaded = datasets.load_from_disk(str(tmp_path / "tok"))["train"].to_list()
    expected = [[*ids[:15], EOS] for _row, ids in documents_of("train")]
    assert [ids + [EOS] * (16 - len(ids)) for ids in expected] == [row["input_ids"] for row in loaded]
    if masks:
        assert [[1] * len(ids) + [0] * (16 - len(ids)) for ids in expected] == [row["attention_mask"] for row in loaded]
    audit = read_audit(tmp_path / "tok")
    assert (0, True) == (audit.differences, next(check for check in audit.checks if check.name == "padding").passed)
    assert any("EOS" in note for note in manifest.resolved.notes)


def test_statistics_are_those_of_the_documents(dataset: Path, tmp_path: Path) -> None:
    """Lengths count before anything is cut, tokens as they are written."""
    statistics = tokenize_into(dataset, tmp_path, SETTINGS).split("train").statistics
    documents = [ids for _row, ids in documents_of("train")]
    lengths = [len(ids) for ids in documents]
    assert max(lengths) > 16
    flat = np.concatenate([np.array(ids[:16], int) for ids in documents])
    expected = [np.median(lengths), np.percentile(lengths, 95), np.percentile(lengths, 99)]
    assert expected == pytest.approx([statistics.median, statistics.p95, statistics.p99])
    assert (len(lengths), sum(lengths), max(lengths)) == (statistics.samples, statistics.tokens, statistics.maximum)
    assert len(set(flat.tolist())) == statistics.unique_tokens
    assert np.bincount(flat).max() == statistics.most_frequent[0].count
    assert len(lengths) == sum(each.count for each in statistics.linear_bins)
    assert len(lengths) == sum(each.count for each in statistics.logarithmic_bins)


def test_equal_documents_are_held_out_together(dataset: Path, tmp_path: Path) -> None:
    """A text is in one of the two splits only, and both together have everything."""
    manifest = tokenize_into(dataset, tmp_path, replace(SETTINGS, truncation=False, heldout_fraction=0.4))
    assert ["train", "train_heldout", "test", "test_heldout"] == [split.name for split in manifest.splits]
    loaded = datasets.load_from_disk(str(tmp_path / "tok"))
    sides = [
        [(row["row"], tuple(row["input_ids"])) for row in loaded[name].to_list()] for name in ("train", "train_heldout")
    ]
    assert all(sides)
    assert not {ids for _row, ids in sides[0]} & {ids for _row, ids in sides[1]}
    assert [(row, tuple(ids)) for row, ids in documents_of("train")] == sorted(sides[0] + sides[1])


class StopsAfter(CharacterEncoder):
    """Encodes ``batches`` batches, then is cancelled."""

    def __init__(self, batches: int) -> None:
        self._left = batches

    def encode(self, texts: pa.StringArray | pa.LargeStringArray) -> TokenIds:
        """Return the ids, or raise."""
        if not self._left:
            raise JobCancelled("Cancelled.")
        self._left -= 1
        return super().encode(texts)


@pytest.mark.parametrize(
    "settings",
    [SETTINGS, PACKED, replace(PACKED, heldout_fraction=0.5, shuffle_seed=1), replace(SETTINGS, padding="longest")],
    ids=str,
)
def test_an_interrupted_job_ends_with_the_same_bytes(dataset: Path, tmp_path: Path, settings: TokenizeSettings) -> None:
    """Stopped after one batch, then two, …: each call continues after the last complete part."""
    whole = tokenize_into(dataset, tmp_path / "whole", settings)
    for batches in range(1, 9):
        try:
            again = tokenize_into(dataset, tmp_path / "again", settings, encoder=StopsAfter(batches % 3))
        except JobCancelled:
            continue
        break
    else:
        again = tokenize_into(dataset, tmp_path / "again", settings)
    assert list_hashes(whole) == list_hashes(again)
    assert whole.ledger == again.ledger
    assert whole.statistics == again.statistics


def test_a_failure_of_the_engine_is_recorded_across_calls(dataset: Path, tmp_path: Path) -> None:
    """The call that ends the job records a failure of an earlier call; without a failure it records none."""

    def run(batches: int | None) -> TokenizedManifest:
        encoder = CharacterEncoder() if batches is None else StopsAfter(batches)
        made = make_fake_engines(encoder)
        order = TokenizeOrder(
            dataset=dataset,
            staging=tmp_path / "staging",
            settings=SETTINGS,
            tokenizer=TOKENIZER,
            engines=made if batches is None else replace(made, failure=lambda: "a panic"),
            monitor=NullMonitor(),
            part_bytes=4_000,
            batch_bytes=1,
        )
        return tokenize_dataset(order, tmp_path / "tok")

    with pytest.raises(JobCancelled):
        run(3)
    made = run(None)
    note = "It failed on some documents (a panic); characters 1 encoded those."
    assert EngineRecord("characters 1", f"it is the only one {note}") == made.engine
    assert made.engine == read_tokenized_manifest(tmp_path / "tok").engine
    undisturbed = tokenize_into(dataset, tmp_path / "whole", SETTINGS)
    assert EngineRecord("characters 1", "it is the only one") == undisturbed.engine
    assert list_hashes(undisturbed) == list_hashes(made)


class Waiting(NullMonitor):
    """Reports that it waits, then continues to wait or gives up."""

    def __init__(self, *, gives_up: bool) -> None:
        self.begun = threading.Event()
        self._gives_up = gives_up

    def checkpoint(self) -> None:
        """Set the event, while waiting for the folder and later while working."""
        self.begun.set()
        if self._gives_up:
            raise JobCancelled("Gave up waiting.")


class Delaying(CharacterEncoder):
    """Encodes only after another call waits for the folder."""

    def __init__(self, waiting: threading.Event) -> None:
        super().__init__()
        self._waiting = waiting

    def encode(self, texts: pa.StringArray) -> TokenIds:
        """Wait, then encode."""
        assert self._waiting.wait(TIMEOUT)
        return super().encode(texts)


def test_a_second_call_waits_for_the_first(dataset: Path, tmp_path: Path) -> None:
    """Two calls never write into one folder; the result of the first is also that of the second."""
    impatient, patient = Waiting(gives_up=True), Waiting(gives_up=False)
    with ThreadPoolExecutor(1) as thread:
        first = thread.submit(tokenize_into, dataset, tmp_path, PACKED, encoder=Delaying(patient.begun))
        block_until((tmp_path / "staging" / ".scratch" / "plan").exists)
        with pytest.raises(JobCancelled):
            tokenize_into(dataset, tmp_path, replace(PACKED, max_length=32), monitor=impatient)
        second = tokenize_into(dataset, tmp_path, PACKED, monitor=patient)
        assert list_hashes(first.result()) == list_hashes(second)
    assert [] == find_differences(tmp_path / "tok")
    assert {"audit.json", "manifest.json"} == {
        path.name for path in (tmp_path / "tok").iterdir() if path.name[0] in "am."
    }
    assert not (tmp_path / "staging").exists()


def test_a_call_after_the_result_leaves_nothing(dataset: Path, tmp_path: Path) -> None:
    """A process died after the rename: the lock is in the result, and the next job has a new staging folder."""
    first = tokenize_into(dataset, tmp_path, PACKED)
    (tmp_path / "tok" / LOCK_NAME).touch()
    (tmp_path / "staging").mkdir()
    assert list_hashes(first) == list_hashes(tokenize_into(dataset, tmp_path, PACKED))
    assert not (tmp_path / "staging").exists()
    assert not (tmp_path / "tok" / LOCK_NAME).exists()


def test_a_split_may_have_any_name(tmp_path: Path) -> None:
    """Even the names of working folders; nothing but the result remains."""
    names = ["source", "reports", "ordered", "plan"]
    make_dataset(tmp_path / "ds", {name: [[{"text": f"{name} {row}"} for row in range(40)]] for name in names})
    manifest = tokenize_into(tmp_path / "ds", tmp_path, replace(SETTINGS, shuffle_seed=3))
    assert [] == find_differences(tmp_path / "tok")
    found = {path.relative_to(tmp_path / "tok").as_posix() for path in (tmp_path / "tok").rglob("*") if path.is_file()}
    files = {file.path for split in manifest.splits for file in split.files}
    assert found == files | set(manifest.others) | {"manifest.json", "audit.json"}


def test_a_row_above_the_maximum_widens_no_other(dataset: Path, tmp_path: Path) -> None:
    """Without truncation, short rows are padded to the maximum, and long rows keep their length."""
    (tmp_path / "bare").mkdir()
    tokenize_into(dataset, tmp_path / "bare", replace(SETTINGS, truncation=False))
    tokenize_into(dataset, tmp_path, replace(SETTINGS, truncation=False, padding="max_length"))
    folders = (tmp_path / "bare", tmp_path)
    bare, rows = (datasets.load_from_disk(str(folder / "tok"))["train"].to_list() for folder in folders)
    lengths = [len(row["input_ids"]) for row in bare]
    assert max(lengths) > 16 > min(lengths)
    assert [max(16, length) for length in lengths] == [len(row["input_ids"]) for row in rows]
    assert lengths == [sum(row["attention_mask"]) for row in rows]
