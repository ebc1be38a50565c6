"""Short documents, a limit of tokens, windows and extra columns: the rows and the ledger equal those of plain loops."""

import tempfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import datasets
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fakes.corpora import make_dataset
from fakes.tokenizing import BOS, EOS, FakeTemplate, FakeTokenizer, token_of, tokenize_into
from mistudio import open_dataset
from mistudio.core.errors import JobCancelled
from mistudio.corpus.documents.batches import HeldOutRule
from mistudio.corpus.documents.row_figures import DOCUMENT, HELD_OUT
from mistudio.corpus.monitor import NullMonitor
from mistudio.corpus.spec.settings import EXTRA_COLUMNS, TokenizeSettings
from mistudio.corpus.tokenized.audit_record import read_audit
from mistudio.corpus.tokenized.manifest import TokenizedManifest
from mistudio.corpus.tokenized.store import TokenizedStore
from mistudio.corpus.tokenized.trace import list_kinds

ROWS = {"train": 130, "test": 25}
FRAME = FakeTokenizer(template=FakeTemplate((BOS,), (EOS,)))


def text_of(split: str, row: int) -> str | None:
    """Return a text of one of many lengths; some are empty or null."""
    return None if row % 23 == 7 else f"{split}{row}|" * (row * 7 % 11)


@pytest.fixture(scope="module")
def dataset(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a dataset of two splits, the first in three files."""
    folder = tmp_path_factory.mktemp("hygiene") / "ds"
    rows = {split: [{"text": text_of(split, row)} for row in range(count)] for split, count in ROWS.items()}
    make_dataset(
        folder, {"train": [rows["train"][:40], rows["train"][40:90], rows["train"][90:]], "test": [rows["test"]]}
    )
    return folder


def documents_of(split: str, wanted: TokenizeSettings, kind: int) -> list[tuple[int, list[int]]]:
    """Return the source rows of one kind that have a text, with their ids."""
    texts = [text_of(split, row) for row in range(ROWS[split])]
    kinds = HeldOutRule(wanted.heldout_fraction, 0).classify(pa.array(texts, pa.string())).tolist()
    return [
        (row, [token_of(letter) for letter in text])
        for row, text in enumerate(texts)
        if text is not None and kinds[row] == kind
    ]


def cut_windows(ids: Sequence[int], wanted: TokenizeSettings, room: int) -> list[tuple[int, list[int]]]:
    """Return the rows of one document: the start of each in the document, and its data."""
    if wanted.packing == "off":
        return [(0, list(ids[:room] if wanted.truncation else ids))]
    starts = [0]
    while starts[-1] + room < len(ids):
        starts.append(starts[-1] + (wanted.stride or room))
    return [(start, list(ids[start : start + room])) for start in starts]


Expected = dict[str, list[tuple[int, int, list[int]]]]


def expect_rows(wanted: TokenizeSettings, room: int) -> Expected:
    """Return the unpacked rows of each main split: source row, start in it, data."""
    left, found = wanted.max_tokens, Expected()
    for split in ROWS:
        found[split] = []
        for row, ids in documents_of(split, wanted, DOCUMENT):
            if left == 0:
                break
            for start, data in cut_windows(ids, wanted, room) if len(ids) >= wanted.min_tokens else []:
                if left == 0:
                    break
                part = data if left is None else data[:left]
                left = None if left is None else left - len(part)
                found[split].append((row, start, part))
    return found


@st.composite
def draw_settings(draw: st.DrawFn, packing: str | None = None) -> TokenizeSettings:
    """Return settings of any packing, with any limits."""
    packing = packing or draw(st.sampled_from(["off", "windows", "concat"]))
    stride = draw(st.none() | st.integers(1, 10)) if packing == "windows" else None
    paddings = ["do_not_pad"] if packing == "concat" else ["do_not_pad", "longest", "max_length"]
    names = ["special_tokens_mask", "document_id", "position_id"]
    fields: dict[str, Any] = {
        "max_length": 12,
        "packing": packing,
        "stride": stride,
        "padding": draw(st.sampled_from(paddings)),
        "truncation": draw(st.booleans()),
        "min_tokens": draw(st.sampled_from([0, 1, 9, 40])),
        "max_tokens": draw(st.none() | st.integers(1, 4_000)),
        "heldout_fraction": draw(st.sampled_from([0.0, 0.4])),
        "keep_last_partial": draw(st.booleans()),
        "extra_columns": tuple(draw(st.lists(st.sampled_from(names), unique=True))),
        "verify": "full",
    }
    return TokenizeSettings(tokenizer="fake", **fields)


def require_ledger(manifest: TokenizedManifest, wanted: TokenizeSettings) -> None:
    """Check the sums, and that nothing is booked without a reason."""
    for split in manifest.splits:
        assert split.ledger.balances
    ledger = manifest.ledger
    assert ledger.balances
    used = ledger.data_tokens + ledger.dropped
    if wanted.max_tokens is None:
        assert (0, 0) == (ledger.unused, ledger.unread_rows)
    else:
        assert used <= wanted.max_tokens
        assert used == wanted.max_tokens or not (ledger.unused or ledger.unread_rows)
    assert wanted.min_tokens > 0 or not ledger.filtered_documents
    assert wanted.packing == "windows" or not ledger.repeated


def written_of(folder: Path, split: str) -> list[tuple[int, int, list[int]]]:
    """Return the spans of data as written, in order: source row, start in it, ids."""
    store = TokenizedStore.open(folder)
    found = []
    for row in store.rows(split, offset=0, limit=10**6):
        ids, kinds = row.ids.tolist(), list_kinds(row, store.manifest)
        data = [token for token, kind in zip(ids, kinds, strict=True) if kind == "data"]
        if row.source is not None:
            found.append((row.source, 0, data))
        else:
            found += [(s.row, s.token_start, ids[s.position : s.position + s.length]) for s in row.spans]
    return found


@settings(max_examples=25, deadline=None)
@given(wanted=draw_settings())
def test_rows_and_ledger_are_those_of_a_loop(dataset: Path, wanted: TokenizeSettings) -> None:
    """For every combination of settings; the audit, which encodes every document again, agrees."""
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        manifest = tokenize_into(dataset, folder, wanted, tokenizer=FRAME, batch_bytes=700)
        require_ledger(manifest, wanted)
        audit = read_audit(folder / "tok")
        assert (0, True) == (audit.differences, all(c.passed is not False for c in audit.checks if c.name == "padding"))
        if wanted.packing == "concat":
            require_stream(folder / "tok", manifest, wanted)
            return
        for split, rows in expect_rows(wanted, room=10).items():
            assert rows == written_of(folder / "tok", split)


def require_stream(folder: Path, manifest: TokenizedManifest, wanted: TokenizeSettings) -> None:
    """Compare the data of packed rows with the documents, joined."""
    left = wanted.max_tokens
    for split in list(ROWS):
        joined = [
            (row, token)
            for row, ids in documents_of(split, wanted, DOCUMENT)
            for token in ids
            if len(ids) >= wanted.min_tokens
        ]
        used = joined if left is None else joined[:left]
        left = None if left is None else left - len(used)
        written = [(row, token) for row, _start, ids in written_of(folder, split) for token in ids]
        dropped = manifest.split(split).ledger.dropped
        assert used == [*written, *used[len(written) : len(written) + dropped]]
        assert not (wanted.keep_last_partial and dropped)


@settings(max_examples=10, deadline=None)
@given(wanted=draw_settings())
def test_held_out_documents_are_those_before_the_limit(dataset: Path, wanted: TokenizeSettings) -> None:
    """They have the same shape as the others, and do not count towards the limit."""
    with tempfile.TemporaryDirectory() as place:
        tokenize_into(dataset, Path(place), replace(wanted, packing="off", stride=None, heldout_fraction=0.4))
        store = TokenizedStore.open(Path(place) / "tok")
        for split, count in ROWS.items():
            cut, unread = store.manifest.split(split).cut, store.manifest.split(split).ledger.unread_rows
            last = -1 if unread == count else count if cut is None else cut.row
            held = documents_of(split, replace(wanted, heldout_fraction=0.4), HELD_OUT)
            expected = [row for row, ids in held if row <= last and len(ids) >= wanted.min_tokens]
            assert expected == [row for row, _start, _ids in written_of(Path(place) / "tok", f"{split}_heldout")]


@settings(max_examples=15, deadline=None)
@given(wanted=draw_settings())
def test_extra_columns_are_those_of_a_loop(dataset: Path, wanted: TokenizeSettings) -> None:
    """Each has a value per position; `datasets` loads them, and so does the loader."""
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place) / "tok"
        tokenize_into(dataset, Path(place), replace(wanted, extra_columns=EXTRA_COLUMNS), tokenizer=FRAME)
        store = TokenizedStore.open(folder)
        loaded = datasets.load_from_disk(str(folder))["train"].to_list()
        for row, columns in zip(store.rows("train", offset=0, limit=10**6), loaded, strict=True):
            kinds = list_kinds(row, store.manifest)
            assert [int(kind != "data") for kind in kinds] == columns["special_tokens_mask"]
            assert expect_documents(row, kinds) == list(
                zip(columns["document_id"], columns["position_id"], strict=True)
            )


def expect_documents(row: Any, kinds: Sequence[str]) -> list[tuple[int, int]]:
    """Return document and position of each position: the suffix has one token, all others precede a document."""
    spans = row.spans or ()
    parts: list[int] = []
    for position, kind in enumerate(kinds):
        if kind == "padding":
            parts.append(-1)
        elif row.source is not None:
            parts.append(row.source)
        else:
            after = [span.row for span in spans if position < span.position + span.length + 1]
            parts.append(after[0] if after else spans[-1].row if spans else -1)
    found, begin = [], 0
    for position, part in enumerate(parts):
        begin = position if position and part != parts[position - 1] else begin
        found.append((part, 0 if kinds[position] == "padding" else position - begin))
    return found


class StopsAfter(NullMonitor):
    """Cancels after ``checkpoints`` checkpoints."""

    def __init__(self, checkpoints: int) -> None:
        self._left = checkpoints

    def checkpoint(self) -> None:
        """Count, then raise."""
        self._left -= 1
        if self._left < 0:
            raise JobCancelled("Cancelled.")


@settings(max_examples=12, deadline=None)
@given(wanted=draw_settings(), kills=st.lists(st.integers(0, 9), max_size=3))
def test_the_bytes_are_the_same_after_any_kill(dataset: Path, wanted: TokenizeSettings, kills: list[int]) -> None:
    """With parts of a few rows, so that a kill is in the middle of documents and of windows; any batch size."""
    hashes = []
    with tempfile.TemporaryDirectory() as place:
        for number, stops in enumerate(([], kills)):
            folder = Path(place) / str(number)
            for checkpoints in stops:
                try:
                    tokenize_into(dataset, folder, wanted, part_bytes=600, monitor=StopsAfter(checkpoints))
                except JobCancelled:
                    continue
            made = tokenize_into(dataset, folder, wanted, part_bytes=600, batch_bytes=1 + 3_000 * number)
            hashes.append(
                ({file.path: file.sha256 for split in made.splits for file in split.files}, made.ledger, made.others)
            )
    assert hashes[0] == hashes[1]


def test_unread_rows_have_no_length(dataset: Path, tmp_path: Path) -> None:
    """Rows after the row group in which the limit is reached are counted as rows, and have no length."""
    wanted = TokenizeSettings(tokenizer="fake", max_tokens=100)
    manifest = tokenize_into(dataset, dataset / "tokenized" / "made", wanted)
    (dataset / "tokenized" / "made" / "tok").rename(dataset / "tokenized" / "tok_1")
    ledger = manifest.ledger
    assert (100, 90 + 25) == (ledger.data_tokens, ledger.unread_rows)
    assert ledger.unused == ledger.source_tokens - 100
    lengths = open_dataset(dataset).lengths("tok_1", "train")
    assert (lengths[40:] == 2**32 - 1).all()
    assert (lengths[:40] < 2**32 - 1).all()
