"""The whole job: every setting, books that balance, files that ``datasets`` opens, the same bytes after any kill."""

import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import datasets
import numpy as np
import pyarrow as pa
import pytest

from fakes.corpora import make_dataset
from fakes.pace import PATIENCE, until
from fakes.tokenizing import (
    BOS,
    EOS,
    CharacterEncoder,
    FakeSpecial,
    FakeTemplate,
    FakeTokenizer,
    fake_engines,
    token_of,
    tokenized,
)
from mistudio.core.errors import JobCancelled
from mistudio.corpus.documents.batches import TextReader
from mistudio.corpus.encoders.encoding import TokenIds
from mistudio.corpus.monitor import NullMonitor
from mistudio.corpus.spec.resolve import equivalence_key
from mistudio.corpus.spec.settings import TokenizeSettings, Verify
from mistudio.corpus.store.dataset_store import DatasetStore
from mistudio.corpus.tokenize.request import TokenizeOrder
from mistudio.corpus.tokenize.tokenize import tokenize_dataset
from mistudio.corpus.tokenized.audit import audit_files, read_audit
from mistudio.corpus.tokenized.audit_checks import count_unknown_words
from mistudio.corpus.tokenized.manifest import (
    EngineRecord,
    TokenizedManifest,
    find_differences,
    read_tokenized_manifest,
)

ASKED = TokenizeSettings(tokenizer="fake", max_length=16)
PACKED = replace(ASKED, packing="concat")
TOKENIZER = FakeTokenizer()
SPLITS = {"train": [100, 0, 150, 50, *[100] * 8], "test": [30]}


def text_of_row(split: str, row: int) -> str | None:
    """Texts of many lengths, some of none, some null, some more than once."""
    if row % 17 == 3:
        return None
    return f"{split} {row % 50} " * (row % 7)


@pytest.fixture(scope="module")
def dataset(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two splits in several files."""
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


def hashes(manifest: TokenizedManifest) -> dict[str, str]:
    """Of all files that the data consists of."""
    return {file.path: file.sha256 for split in manifest.splits for file in split.files} | dict(manifest.others)


@pytest.mark.parametrize(
    ("settings", "other"),
    [
        (ASKED, replace(ASKED, keep_last_partial=True, return_attention_mask=False)),
        (PACKED, replace(PACKED, truncation=False, return_attention_mask=False)),
        (replace(ASKED, truncation=False), replace(ASKED, truncation=False, max_length=None)),
        (
            replace(ASKED, truncation=False, padding="longest"),
            replace(ASKED, truncation=False, padding="longest", max_length=None),
        ),
        (ASKED, replace(ASKED, add_special_tokens=False)),
    ],
)
def test_what_counts_as_the_same_settings_makes_the_same_rows(
    dataset: Path, tmp_path: Path, settings: TokenizeSettings, other: TokenizeSettings
) -> None:
    """Their files are equal, byte for byte."""
    store = DatasetStore(dataset)
    keys = {equivalence_key(each, TOKENIZER, dataset=store.manifest, dataset_hash="d") for each in (settings, other)}
    made = [
        tokenized(dataset, tmp_path / name, each, tokenizer=TOKENIZER) for name, each in (("a", settings), ("b", other))
    ]
    files = [[file.sha256 for split in manifest.splits for file in split.files] for manifest in made]
    assert (1, files[0], made[0].ledger) == (len(keys), files[1], made[1].ledger)


def ids_of(text: str | None) -> list[int]:
    """What the fake encoder makes of a text."""
    return [token_of(character) for character in text or ""]


def documents_of(split: str) -> list[tuple[int, list[int]]]:
    """The source rows of the split that have a text, with their ids."""
    texts = [(row, text_of_row(split, row)) for row in range(sum(SPLITS[split]))]
    return [(row, ids_of(text)) for row, text in texts if text is not None]


def test_each_document_becomes_a_row(dataset: Path, tmp_path: Path) -> None:
    """Cut, framed, with its source row; ``datasets`` opens the whole folder and each split."""
    tokenizer = FakeTokenizer(template=FakeTemplate((BOS,), (EOS,)))
    manifest = tokenized(dataset, tmp_path, ASKED, tokenizer=tokenizer)
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
        ASKED,
        replace(ASKED, truncation=False),
        replace(ASKED, padding="longest"),
        replace(ASKED, padding="max_length", return_attention_mask=False, shuffle_seed=5),
        replace(ASKED, padding="max_length", truncation=False, heldout_fraction=0.3),
        replace(ASKED, end_of_document_token="eos", begin_of_row_token="bos"),
        PACKED,
        replace(PACKED, keep_last_partial=True),
        replace(PACKED, heldout_fraction=0.5, shuffle_seed=2, end_of_document_token="eos"),
        replace(PACKED, splits=("test",), begin_of_row_token="none", document_separator_token=7),
    ],
    ids=str,
)
def test_the_books_balance_and_the_audit_passes(dataset: Path, tmp_path: Path, settings: TokenizeSettings) -> None:
    """For every setting: tokens, positions, statistics, and every written document equal to the reference."""
    manifest = tokenized(dataset, tmp_path, replace(settings, verify="full"))
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
def test_eos_pads_where_there_is_no_padding_token(dataset: Path, tmp_path: Path, masks: bool) -> None:
    """Padding is told from the EOS that ends a document, by the mask if there is one, and by the audit without one."""
    tokenizer = FakeTokenizer(special=FakeSpecial(pad=None), template=FakeTemplate((), (EOS,)))
    settings = replace(ASKED, padding="max_length", return_attention_mask=masks, verify="full")
    manifest = tokenized(dataset, tmp_path, settings, tokenizer=tokenizer)
    loaded = datasets.load_from_disk(str(tmp_path / "tok"))["train"].to_list()
    expected = [[*ids[:15], EOS] for _row, ids in documents_of("train")]
    assert [ids + [EOS] * (16 - len(ids)) for ids in expected] == [row["input_ids"] for row in loaded]
    if masks:
        assert [[1] * len(ids) + [0] * (16 - len(ids)) for ids in expected] == [row["attention_mask"] for row in loaded]
    audit = read_audit(tmp_path / "tok")
    assert (0, True) == (audit.differences, next(check for check in audit.checks if check.name == "padding").passed)
    assert any("EOS" in note for note in manifest.resolved.notes)


@pytest.mark.parametrize(("verify", "found"), [("sample", {"files"}), ("full", {"files", "reference"})])
def test_the_audit_sees_files_that_changed(dataset: Path, tmp_path: Path, verify: Verify, found: set[str]) -> None:
    """By their size; where everything is verified, by their hash, too."""
    manifest = tokenized(dataset, tmp_path, replace(ASKED, verify=verify))
    assert "failed" != read_audit(tmp_path / "tok").verdict
    path = tmp_path / "tok" / manifest.splits[0].files[0].path
    data = path.read_bytes()
    ids = np.array(ids_of(text_of_row("train", 1))[:8], np.int32)
    other = data.replace(ids.tobytes(), ids[::-1].tobytes(), 1)
    assert data != other
    path.write_bytes(data + b"more" if verify == "sample" else other)
    audit = audit_files(
        tmp_path / "tok",
        manifest,
        TextReader(DatasetStore(dataset), "text"),
        reference=CharacterEncoder(),
        decode=fake_engines().decode,
        is_lossless=False,
        monitor=NullMonitor(),
    )
    failed = {check.name for check in audit.checks if check.passed is False}
    assert ("failed", found) == (audit.verdict, failed - {"empty_rows"})


def test_statistics_are_those_of_the_documents(dataset: Path, tmp_path: Path) -> None:
    """Counted by hand from the texts: lengths before anything is cut, tokens as they are written."""
    statistics = tokenized(dataset, tmp_path, ASKED).split("train").statistics
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
    """A text is on one side only, and both sides together are everything."""
    manifest = tokenized(dataset, tmp_path, replace(ASKED, truncation=False, heldout_fraction=0.4))
    assert ["train", "train_heldout", "test", "test_heldout"] == [split.name for split in manifest.splits]
    loaded = datasets.load_from_disk(str(tmp_path / "tok"))
    sides = [
        [(row["row"], tuple(row["input_ids"])) for row in loaded[name].to_list()] for name in ("train", "train_heldout")
    ]
    assert all(sides)
    assert not {ids for _row, ids in sides[0]} & {ids for _row, ids in sides[1]}
    assert [(row, tuple(ids)) for row, ids in documents_of("train")] == sorted(sides[0] + sides[1])


class StopsAfter(CharacterEncoder):
    """Encodes so many batches, then is cancelled."""

    def __init__(self, batches: int) -> None:
        self._left = batches

    def encode(self, texts: pa.StringArray | pa.LargeStringArray) -> TokenIds:
        """The ids, or the end."""
        if not self._left:
            raise JobCancelled("Cancelled.")
        self._left -= 1
        return super().encode(texts)


@pytest.mark.parametrize(
    "settings",
    [ASKED, PACKED, replace(PACKED, heldout_fraction=0.5, shuffle_seed=1), replace(ASKED, padding="longest")],
    ids=str,
)
def test_cut_off_anywhere_it_ends_with_the_same_bytes(
    dataset: Path, tmp_path: Path, settings: TokenizeSettings
) -> None:
    """Stopped after one batch, then two, …: each call goes on after the last whole part."""
    whole = tokenized(dataset, tmp_path / "whole", settings)
    for batches in range(1, 9):
        try:
            again = tokenized(dataset, tmp_path / "again", settings, encoder=StopsAfter(batches % 3))
        except JobCancelled:
            continue
        break
    else:
        again = tokenized(dataset, tmp_path / "again", settings)
    assert hashes(whole) == hashes(again)
    assert whole.ledger == again.ledger
    assert whole.statistics == again.statistics


def test_a_failure_of_the_engine_is_recorded_though_the_job_was_cut_off(dataset: Path, tmp_path: Path) -> None:
    """What the engine did not do stays told, by whichever call ends the job; nothing is told where nothing was."""

    def run(batches: int | None) -> TokenizedManifest:
        encoder = CharacterEncoder() if batches is None else StopsAfter(batches)
        made = fake_engines(encoder)
        order = TokenizeOrder(
            dataset=dataset,
            staging=tmp_path / "staging",
            settings=ASKED,
            tokenizer=TOKENIZER,
            engines=made if batches is None else replace(made, failure=lambda: "it broke off"),
            monitor=NullMonitor(),
            part_bytes=4_000,
            batch_bytes=1,
        )
        return tokenize_dataset(order, tmp_path / "tok")

    with pytest.raises(JobCancelled):
        run(3)
    made = run(None)
    assert ("characters 1", True) == (made.engine.name, "it broke off" in (made.engine.reason or ""))
    assert "it is the only one" in (made.engine.reason or "")
    assert made.engine == read_tokenized_manifest(tmp_path / "tok").engine
    undisturbed = tokenized(dataset, tmp_path / "whole", ASKED)
    assert EngineRecord("characters 1", "it is the only one") == undisturbed.engine
    assert hashes(undisturbed) == hashes(made)


class Waiting(NullMonitor):
    """Says that somebody is waited for, then waits on or gives up."""

    def __init__(self, *, gives_up: bool) -> None:
        self.begun = threading.Event()
        self._gives_up = gives_up

    def checkpoint(self) -> None:
        """Called while the folder is somebody else's, and later while the work is done."""
        self.begun.set()
        if self._gives_up:
            raise JobCancelled("Waited for long enough.")


class HeldUp(CharacterEncoder):
    """Encodes once somebody else waits for the folder."""

    def __init__(self, waiting: threading.Event) -> None:
        super().__init__()
        self._waiting = waiting

    def encode(self, texts: pa.StringArray) -> TokenIds:
        """Wait, then encode."""
        assert self._waiting.wait(PATIENCE)
        return super().encode(texts)


def test_who_lost_the_job_and_is_still_at_work_is_waited_for(dataset: Path, tmp_path: Path) -> None:
    """Two never write into one folder; what the first brings to its end is the second's result, too."""
    impatient, patient = Waiting(gives_up=True), Waiting(gives_up=False)
    with ThreadPoolExecutor(1) as thread:
        first = thread.submit(tokenized, dataset, tmp_path, PACKED, encoder=HeldUp(patient.begun))
        until((tmp_path / "staging" / ".scratch" / "plan").exists)
        with pytest.raises(JobCancelled):
            tokenized(dataset, tmp_path, replace(PACKED, max_length=32), monitor=impatient)
        second = tokenized(dataset, tmp_path, PACKED, monitor=patient)
        assert hashes(first.result()) == hashes(second)
    assert [] == find_differences(tmp_path / "tok")
    assert {"audit.json", "manifest.json"} == {
        path.name for path in (tmp_path / "tok").iterdir() if path.name[0] in "am."
    }
    assert not (tmp_path / "staging").exists()


def test_a_split_may_have_any_name(tmp_path: Path) -> None:
    """Those of the folders that the work needs are not taken, and nothing but the result stays."""
    names = ["source", "reports", "ordered", "plan"]
    make_dataset(tmp_path / "ds", {name: [[{"text": f"{name} {row}"} for row in range(40)]] for name in names})
    manifest = tokenized(tmp_path / "ds", tmp_path, replace(ASKED, shuffle_seed=3))
    assert [] == find_differences(tmp_path / "tok")
    found = {path.relative_to(tmp_path / "tok").as_posix() for path in (tmp_path / "tok").rglob("*") if path.is_file()}
    files = {file.path for split in manifest.splits for file in split.files}
    assert found == files | set(manifest.others) | {"manifest.json", "audit.json"}


def test_unknown_words_are_no_special_tokens_of_the_text(dataset: Path, tmp_path: Path) -> None:
    """They are counted for themselves, unless their token is another one's, too."""
    manifest = tokenized(dataset, tmp_path, replace(ASKED, end_of_document_token="eos"))
    written = next(count.count for count in manifest.statistics.special_tokens if count.id == EOS)
    for roles, expected in (({"eos": None, "unk": EOS}, written), ({"eos": EOS, "unk": EOS}, 0), ({"unk": None}, 0)):
        tokenizer = replace(manifest.tokenizer, special={**manifest.tokenizer.special, **roles})
        assert expected == count_unknown_words(replace(manifest, tokenizer=tokenizer))
    assert written > 0


def test_a_row_that_is_longer_than_the_maximum_widens_no_other(dataset: Path, tmp_path: Path) -> None:
    """Where nothing is cut: the short ones are padded to the maximum, the long ones stay as they are."""
    (tmp_path / "bare").mkdir()
    tokenized(dataset, tmp_path / "bare", replace(ASKED, truncation=False))
    tokenized(dataset, tmp_path, replace(ASKED, truncation=False, padding="max_length"))
    folders = (tmp_path / "bare", tmp_path)
    bare, rows = (datasets.load_from_disk(str(folder / "tok"))["train"].to_list() for folder in folders)
    lengths = [len(row["input_ids"]) for row in bare]
    assert max(lengths) > 16 > min(lengths)
    assert [max(16, length) for length in lengths] == [len(row["input_ids"]) for row in rows]
    assert lengths == [sum(row["attention_mask"]) for row in rows]
