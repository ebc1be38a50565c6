"""Tokenizes a dataset: reads, encodes and writes at the same time, in flat memory, and lets the result appear at once.

Everything happens in a staging folder. Parts of the output have reports beside them, and the figures of every source
row a place of their own, so the work can be killed at any instruction: the next call goes on after the last whole part
and ends with the same bytes. The next texts are read in one thread and rows are written in another, while the main
thread encodes on all cores.
"""

import hashlib
import shutil
from collections.abc import Callable, Generator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack, closing
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np

from mistudio.corpus.encoding import Encoded, Encoder
from mistudio.corpus.ingest import disk_errors
from mistudio.corpus.manifest import manifest_sha256
from mistudio.corpus.packing import Packer, Slots
from mistudio.corpus.source_rows import DOCUMENT, HELD_OUT, RowFigures, SourceRows
from mistudio.corpus.store import DatasetStore
from mistudio.corpus.token_audit import Decode, audit_files, write_audit
from mistudio.corpus.token_columns import Columns
from mistudio.corpus.token_finish import SplitRecord, WrittenSplit, finish_split, split_record, total_record
from mistudio.corpus.token_parts import PART_BYTES, PartWriter
from mistudio.corpus.token_rows import Documents, Position, RowMaker
from mistudio.corpus.token_shards import EncodedBatch, Encoding, Shards, Sharing, cut_shards
from mistudio.corpus.token_shuffle import SHUFFLE, shuffle_parts
from mistudio.corpus.token_texts import HeldOut, RenderChat, RowBatch, TextReader
from mistudio.corpus.tokenize_settings import HELD_OUT as HELD_OUT_SPLIT
from mistudio.corpus.tokenize_settings import Resolved, TokenizerFacts, TokenizeSettings, resolve, settings_hash
from mistudio.corpus.tokenized_manifest import (
    TOKENIZED_MANIFEST,
    DatasetRecord,
    EngineRecord,
    TokenizedManifest,
    TokenizerRecord,
    now,
    read_tokenized_manifest,
    versions_of,
    write_tokenized_manifest,
)
from mistudio.corpus.work import Work
from mistudio.utils.file_utils import ensure_dir, fsync_directory, write_bytes_atomic
from mistudio.utils.locks import empty_folder, forget_owner, owned_folder

# What is needed until the work is done; no split can have this name.
_SCRATCH: Final = ".scratch"
_PLAN: Final = "plan"
_SHARDS: Final = "shards"


@dataclass(frozen=True)
class Engines:
    """What encodes, why it was chosen, what it is measured against, and what turns ids and conversations into text.

    ``failure`` says why the encoder has had texts encoded by the reference in its place, None while it has not.
    """

    encoder: Encoder
    reference: Encoder
    record: EngineRecord
    decode: Decode
    is_lossless: bool = False
    render_chat: RenderChat | None = None
    packages: Sequence[str] = ("pyarrow", "numpy", "tokenizers")
    failure: Callable[[], str | None] = lambda: None


class Lane:
    """One split that is written: the documents of one kind of the source's split ``source``."""

    def __init__(self, name: str, source: str, kind: int, *, maker: Packer | RowMaker, writer: PartWriter) -> None:
        self.name = name
        self.source = source
        self.kind = kind
        self.writer = writer
        self._maker = maker
        self._first_row = writer.position.row

    def add(self, batch: RowBatch, encoded: Encoded) -> None:
        """Take its documents of a batch, but for those of an earlier call's parts."""
        rows = np.arange(batch.first_row, batch.first_row + len(batch.kinds))
        mine = (batch.kinds == self.kind) & (rows >= self._first_row)
        documents = Documents(rows, encoded.ids, encoded.offsets).chosen(mine)
        if len(documents) and (made := self._maker.add(documents)) is not None:
            self.writer.add(made)

    def finish(self) -> None:
        """All documents have come."""
        if (last := self._maker.finish()) is not None:
            self.writer.add(last)
        self.writer.finish(dropped=self._maker.dropped if isinstance(self._maker, Packer) else 0)


class _Writing:
    """Turns encoded batches into rows and files in a thread of its own; at most one batch waits for it."""

    def __init__(self, lanes: Sequence[Lane], rows: SourceRows) -> None:
        self._lanes, self._rows = lanes, rows
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="token-writer")
        self._last: Future[None] | None = None

    def put(self, batch: RowBatch, encoded: Encoded) -> None:
        """Write the batch; waits until the one before is written, and raises what that raised."""
        if self._last is not None:
            self._last.result()
        self._last = self._thread.submit(self._write, batch, encoded)

    def finish(self) -> None:
        """Wait for everything, and write what is left over."""
        if self._last is not None:
            self._last.result()
        for lane in self._lanes:
            lane.finish()

    def close(self) -> None:
        """End the thread and let go of the files."""
        self._thread.shutdown(wait=True, cancel_futures=True)
        for lane in self._lanes:
            lane.writer.close()

    def _write(self, batch: RowBatch, encoded: Encoded) -> None:
        figures = RowFigures(encoded.lengths, batch.characters, batch.text_bytes, batch.kinds)
        self._rows.write(batch.first_row, figures)
        for lane in self._lanes:
            lane.add(batch, encoded)


def tokenize_dataset(  # noqa: PLR0913 (each is a choice of its own)
    dataset: Path,
    staging: Path,
    target: Path,
    *,
    settings: TokenizeSettings,
    tokenizer: TokenizerFacts,
    engines: Engines,
    work: Work,
    part_bytes: int = PART_BYTES,
    batch_bytes: int | None = None,
    sharing: Sharing | None = None,
) -> TokenizedManifest:
    """Tokenize the dataset in the folder ``dataset`` into ``target`` by way of ``staging`` (same disk).

    Goes on where an earlier call was cut off; once ``target`` is there, only its manifest is read. Reports rows of the
    source in the phases ``tokenizing`` and ``finish``. ``part_bytes`` is about how large a file becomes, and
    ``batch_bytes`` how much text is encoded at once (None: as much as a quarter of a second is enough for); the latter
    changes nothing in the result. Neither does ``sharing``, by which other processes help.

    Raises ValidationFailed and ChoiceErrors of the settings, DataMissing, DiskFull, TokensLost, and whatever
    ``work.checkpoint`` raises. One caller at a time works in ``staging``, the next one waits for it.
    """
    if (target / TOKENIZED_MANIFEST).exists():
        return read_tokenized_manifest(target)
    with owned_folder(staging, work.checkpoint):
        if (target / TOKENIZED_MANIFEST).exists():
            # Whoever was waited for has brought it to its end.
            shutil.rmtree(staging)
            return read_tokenized_manifest(target)
        if not (staging / TOKENIZED_MANIFEST).exists():
            job = _Job(dataset, staging, settings, tokenizer, engines, work, part_bytes, batch_bytes)
            with disk_errors():
                write_tokenized_manifest(staging, job.run(sharing))
        return _appear(staging, target)


def _appear(staging: Path, target: Path) -> TokenizedManifest:
    """Leave only what belongs to the tokenization, and rename it into place; its lock goes with it, and goes last."""
    shutil.rmtree(staging / _SCRATCH, ignore_errors=True)
    ensure_dir(target.parent)
    staging.rename(target)
    forget_owner(target)
    fsync_directory(target.parent)
    return read_tokenized_manifest(target)


def help_tokenize(
    dataset: Path,
    staging: Path,
    *,
    settings: TokenizeSettings,
    tokenizer: TokenizerFacts,
    engines: Engines,
    work: Work,
    begin: int,
    part_bytes: int = PART_BYTES,
) -> int:
    """Make shards for whoever calls ``tokenize_dataset`` with the same arguments; how many were made.

    None are where it does not do the same: another engine was chosen, or other settings. Raises EngineBrokeOff,
    FileNotFoundError once the work was finished or given up, and whatever ``work.checkpoint`` raises.
    """
    return _Job(dataset, staging, settings, tokenizer, engines, work, part_bytes, None).help_out(begin)


class _Job:
    def __init__(
        self,
        dataset: Path,
        staging: Path,
        settings: TokenizeSettings,
        tokenizer: TokenizerFacts,
        engines: Engines,
        work: Work,
        part_bytes: int,
        batch_bytes: int | None,
    ) -> None:
        self._store = DatasetStore(dataset)
        self._staging = staging
        self._scratch = staging / _SCRATCH
        self._settings = settings
        self._tokenizer = tokenizer
        self._engines = engines
        self._work = work
        self._part_bytes = part_bytes
        self._resolved: Resolved = resolve(settings, tokenizer, dataset=self._store.manifest)
        self._dataset_id, self._dataset_hash = dataset.name, manifest_sha256(dataset)
        self._hash = settings_hash(
            settings, self._resolved, fingerprint=tokenizer.fingerprint, dataset_hash=self._dataset_hash
        )
        self._columns = Columns.of(settings, self._resolved)
        render = engines.render_chat if settings.apply_chat_template else None
        self._reader = TextReader(self._store, self._resolved.text_column, render_chat=render)
        held_out = HeldOut(settings.heldout_fraction, settings.shuffle_seed or 0)
        self._encoding = Encoding(self._reader, engines.encoder, held_out, engines.failure, batch_bytes)
        self._plan = f"{self._hash} {engines.encoder.name} {part_bytes}".encode()
        self._shards: Shards | None = None
        self._total = sum(self._store.num_rows(split) for split in self._resolved.splits)

    def help_out(self, begin: int) -> int:
        """Encode for the process that writes, if it does the same."""
        if (self._scratch / _PLAN).read_bytes() != self._plan:
            return 0
        return Shards.found(self._scratch / _SHARDS).help_out(begin, encoding=self._encoding, work=self._work)

    def run(self, sharing: Sharing | None) -> TokenizedManifest:
        """Everything but the rename into place."""
        self._begin()
        if sharing is not None:
            self._shards = self._shared(sharing)
        before = 0
        finished: list[tuple[list[Lane], SourceRows]] = []
        with ExitStack() as stack:
            for split in self._resolved.splits:
                rows = SourceRows(self._scratch / "source" / split, self._store.num_rows(split))
                stack.enter_context(closing(rows))
                lanes = [self._lane(split, kind) for kind in self._kinds]
                self._tokenize(split, lanes, rows, before)
                before += rows.rows
                finished.append((lanes, rows))
            return self._finish(finished)

    @property
    def _kinds(self) -> tuple[int, ...]:
        return (DOCUMENT, HELD_OUT) if self._settings.heldout_fraction else (DOCUMENT,)

    def _begin(self) -> None:
        """Keep what an earlier call left only if it was made by the same engine for the same settings."""
        kept = self._scratch / _PLAN
        if not kept.exists() or kept.read_bytes() != self._plan:
            empty_folder(self._staging)
            write_bytes_atomic(ensure_dir(self._scratch) / _PLAN, self._plan)

    def _lane(self, split: str, kind: int) -> Lane:
        name = split if kind == DOCUMENT else f"{split}_{HELD_OUT_SPLIT}"
        resolved, settings = self._resolved, self._settings
        slots = Slots.of(resolved)
        begin = Position(0, slots.separators if settings.is_packed else 0)
        shuffles = settings.shuffle_seed is not None
        room = resolved.room if settings.truncation else None
        fresh = RowMaker(prefix=resolved.prefix, suffix=resolved.suffix, room=room)
        added = Packer(slots).added if settings.is_packed else fresh.added
        writer = PartWriter(
            self._scratch / "ordered" / name if shuffles else self._staging / name,
            self._scratch / "reports" / name,
            columns=self._columns.unpadded if shuffles else self._columns,
            added=added,
            begin=begin,
            part_bytes=self._part_bytes,
        )
        packer = Packer(slots, begin=writer.position, keep_last_partial=settings.keep_last_partial)
        return Lane(name, split, kind, maker=packer if settings.is_packed else fresh, writer=writer)

    def _tokenize(self, split: str, lanes: list[Lane], rows: SourceRows, before: int) -> None:
        """Bring the split into parts, from where an earlier call stopped."""
        missing = [lane for lane in lanes if not lane.writer.is_complete]
        first = min((lane.writer.position.row for lane in missing), default=rows.rows)
        writing = _Writing(missing, rows)
        with closing(self._encoded(split, first)) as coming, closing(writing):
            for batch, encoded in coming:
                self._work.checkpoint()
                self._note_failure()
                writing.put(batch, encoded)
                self._work.report(before + batch.first_row + len(batch.kinds), self._total, "tokenizing")
            writing.finish()

    def _encoded(self, split: str, first_row: int) -> Generator[EncodedBatch]:
        """The split's rows from ``first_row`` on, encoded here, or by whoever helps."""
        if self._shards is None:
            return self._encoding.batches(split, first_row)
        return self._shards.encoded(split, first_row, encoding=self._encoding, work=self._work)

    def _shared(self, sharing: Sharing) -> Shards | None:
        """The shards that others are asked to help with; None where one would be all."""
        shards = cut_shards(self._store, self._resolved.splits, sharing.shard_bytes)
        if len(shards) < 2:
            return None
        prepared = Shards.prepared(self._scratch / _SHARDS, shards)
        sharing.ask(len(shards))
        return prepared

    @property
    def _failure(self) -> Path:
        return self._scratch / "failure"

    def _note_failure(self) -> None:
        """Keep on disk that the engine broke off: a later call may not see it break off again."""
        if not self._failure.exists() and (why := self._engines.failure()):
            write_bytes_atomic(self._failure, why.encode())

    def _engine_record(self) -> EngineRecord:
        chosen = self._engines.record
        if not self._failure.exists():
            return chosen
        why = self._failure.read_text(encoding="utf-8")
        told = f"It broke off on some documents ({why}), which {self._engines.reference.name} encoded in its place."
        return EngineRecord(chosen.name, f"{chosen.reason} {told}" if chosen.reason else told)

    def _finish(self, finished: list[tuple[list[Lane], SourceRows]]) -> TokenizedManifest:
        """Shuffle, name and describe the parts; count everything; compare with the reference."""
        records = [self._record(lane, rows) for lanes, rows in finished for lane in lanes]
        ledger, statistics, others = total_record(self._staging, records, self._tokenizer)
        made = self._store.manifest
        manifest = TokenizedManifest(
            dataset=DatasetRecord(self._dataset_id, self._dataset_hash, made.repo, made.config, made.commit),
            tokenizer=TokenizerRecord.of(self._tokenizer, self._settings.tokenizer),
            engine=self._engine_record(),
            settings=self._settings,
            settings_hash=self._hash,
            resolved=self._resolved,
            splits=tuple(record.split for record in records),
            ledger=ledger,
            statistics=statistics,
            shuffle=None if self._settings.shuffle_seed is None else SHUFFLE,
            part_bytes=self._part_bytes,
            others=others,
            versions=versions_of(self._engines.packages),
            created_at=now(),
        )
        audit = audit_files(
            self._staging,
            manifest,
            self._reader,
            reference=self._engines.reference,
            decode=self._engines.decode,
            is_lossless=self._engines.is_lossless,
            work=self._work,
        )
        write_audit(self._staging, audit)
        return manifest

    def _record(self, lane: Lane, rows: SourceRows) -> SplitRecord:
        seed, files = self._settings.shuffle_seed, lane.writer
        if seed is not None:
            files = shuffle_parts(
                lane.writer,
                self._staging / lane.name,
                self._scratch / "reports" / f"{lane.name}.shuffled",
                seed=seed,
                columns=self._columns,
                work=self._work,
                part_bytes=self._part_bytes,
            )
        fingerprint = hashlib.sha256(f"{self._hash} {lane.name}".encode()).hexdigest()[:16]
        names = finish_split(self._staging, lane.name, files, self._columns, fingerprint=fingerprint)
        written = WrittenSplit(lane.name, lane.source, lane.kind, lane.writer, files, names)
        return split_record(
            self._staging, written, rows, resolved=self._resolved, settings=self._settings, tokenizer=self._tokenizer
        )
