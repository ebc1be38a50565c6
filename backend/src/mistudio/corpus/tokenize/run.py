"""The course of one tokenization in its staging folder: splits, shuffling, figures, audit, manifest.

Parts of the output have reports beside them, and the figures of every source row a place of their own, so the work can
be killed at any instruction: the next run goes on after the last whole part and ends with the same bytes. The next
texts are read in one thread and rows are written in another, while the main thread encodes on all cores.
"""

import hashlib
from collections.abc import Generator
from contextlib import ExitStack, closing
from pathlib import Path
from typing import Final

from mistudio.corpus.documents.batches import HeldOutRule, TextReader
from mistudio.corpus.documents.row_figures import DOCUMENT, HELD_OUT, SourceRows
from mistudio.corpus.spec.resolve import HELD_OUT as HELD_OUT_SPLIT
from mistudio.corpus.spec.resolve import ResolvedSettings, resolve, settings_hash
from mistudio.corpus.store.dataset_store import DatasetStore
from mistudio.corpus.store.manifest import manifest_sha256
from mistudio.corpus.tokenize.arrow_columns import Columns
from mistudio.corpus.tokenize.finish import SplitRecord, WrittenSplit, finish_split, split_record, total_record
from mistudio.corpus.tokenize.packer import Packer
from mistudio.corpus.tokenize.packing_rules import SeparatorTokens
from mistudio.corpus.tokenize.part_writer import PartWriter
from mistudio.corpus.tokenize.request import TokenizeOrder
from mistudio.corpus.tokenize.rows import Position, RowMaker
from mistudio.corpus.tokenize.shards import EncodedBatch, Encoding, Shards, Sharing, cut_shards
from mistudio.corpus.tokenize.shuffle import SHUFFLE, shuffle_parts
from mistudio.corpus.tokenize.split_writer import SplitPipeline, WriterThread
from mistudio.corpus.tokenized.audit import audit_files, write_audit
from mistudio.corpus.tokenized.manifest import (
    DatasetRecord,
    EngineRecord,
    TokenizedManifest,
    TokenizerRecord,
    now,
    versions_of,
)
from mistudio.utils.file_utils import ensure_dir, write_bytes_atomic
from mistudio.utils.locks import empty_folder

# What is needed until the work is done; no split can have this name.
SCRATCH: Final = ".scratch"
_PLAN: Final = "plan"
_SHARDS: Final = "shards"


class TokenizeRun:
    """One tokenization under way, by whoever has it or helps with it."""

    def __init__(self, order: TokenizeOrder) -> None:
        """Raises ValidationFailed and ChoiceErrors of the settings, DataMissing."""
        settings, tokenizer, engines = order.settings, order.tokenizer, order.engines
        self._order = order
        self._store = DatasetStore(order.dataset)
        self._scratch = order.staging / SCRATCH
        self._resolved: ResolvedSettings = resolve(settings, tokenizer, dataset=self._store.manifest)
        self._dataset_hash = manifest_sha256(order.dataset)
        self._hash = settings_hash(
            settings, self._resolved, fingerprint=tokenizer.fingerprint, dataset_hash=self._dataset_hash
        )
        self._columns = Columns.of(settings, self._resolved)
        render = engines.render_chat if settings.apply_chat_template else None
        self._reader = TextReader(self._store, self._resolved.text_column, render_chat=render)
        held_out = HeldOutRule(settings.heldout_fraction, settings.shuffle_seed or 0)
        self._encoding = Encoding(self._reader, engines.encoder, held_out, engines.failure, order.batch_bytes)
        self._plan = f"{self._hash} {engines.encoder.name} {order.part_bytes}".encode()
        self._shards: Shards | None = None
        self._total = sum(self._store.num_rows(split) for split in self._resolved.splits)

    def encode_missing(self, begin: int) -> int:
        """Encode for the process that writes, if it does the same."""
        if (self._scratch / _PLAN).read_bytes() != self._plan:
            return 0
        return Shards.found(self._scratch / _SHARDS).encode_missing(
            begin, encoding=self._encoding, monitor=self._order.monitor
        )

    def run(self, sharing: Sharing | None) -> TokenizedManifest:
        """Everything but the rename into place."""
        self._begin()
        if sharing is not None:
            self._shards = self._shared(sharing)
        before = 0
        finished: list[tuple[list[SplitPipeline], SourceRows]] = []
        with ExitStack() as stack:
            for split in self._resolved.splits:
                rows = SourceRows(self._scratch / "source" / split, self._store.num_rows(split))
                stack.enter_context(closing(rows))
                lanes = [self._lane(split, kind, rows) for kind in self._kinds]
                self._tokenize(split, lanes, rows, before)
                before += rows.rows
                finished.append((lanes, rows))
            return self._finish(finished)

    @property
    def _kinds(self) -> tuple[int, ...]:
        return (DOCUMENT, HELD_OUT) if self._order.settings.heldout_fraction else (DOCUMENT,)

    def _begin(self) -> None:
        """Keep what an earlier call left only if it was made by the same engine for the same settings."""
        kept = self._scratch / _PLAN
        if not kept.exists() or kept.read_bytes() != self._plan:
            empty_folder(self._order.staging)
            write_bytes_atomic(ensure_dir(self._scratch) / _PLAN, self._plan)

    def _lane(self, split: str, kind: int, rows: SourceRows) -> SplitPipeline:
        name = split if kind == DOCUMENT else f"{split}_{HELD_OUT_SPLIT}"
        resolved, settings = self._resolved, self._order.settings
        slots = SeparatorTokens.of(resolved)
        begin = Position(0, slots.separators if settings.is_packed else 0)
        shuffles = settings.shuffle_seed is not None
        room = resolved.room if settings.truncation else None
        fresh = RowMaker(prefix=resolved.prefix, suffix=resolved.suffix, room=room)
        added = Packer(slots).added if settings.is_packed else fresh.added
        writer = PartWriter(
            self._scratch / "ordered" / name if shuffles else self._order.staging / name,
            self._scratch / "reports" / name,
            columns=self._columns.unpadded if shuffles else self._columns,
            added=added,
            begin=begin,
            sync=rows.sync,
            part_bytes=self._order.part_bytes,
        )
        packer = Packer(slots, begin=writer.position, keep_last_partial=settings.keep_last_partial)
        return SplitPipeline(name, split, kind, maker=packer if settings.is_packed else fresh, writer=writer)

    def _tokenize(self, split: str, lanes: list[SplitPipeline], rows: SourceRows, before: int) -> None:
        """Bring the split into parts, from where an earlier call stopped."""
        missing = [lane for lane in lanes if not lane.writer.is_complete]
        first = min((lane.writer.position.row for lane in missing), default=rows.rows)
        writing = WriterThread(missing, rows)
        with closing(self._encoded(split, first)) as coming, closing(writing):
            for batch, encoded in coming:
                self._order.monitor.checkpoint()
                self._note_failure()
                writing.put(batch, encoded)
                self._order.monitor.report(before + batch.first_row + len(batch.kinds), self._total, "tokenizing")
            writing.finish()

    def _encoded(self, split: str, first_row: int) -> Generator[EncodedBatch]:
        """The split's rows from ``first_row`` on, encoded here, or by whoever helps."""
        if self._shards is None:
            return self._encoding.batches(split, first_row)
        return self._shards.encoded(split, first_row, encoding=self._encoding, monitor=self._order.monitor)

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
        if not self._failure.exists() and (why := self._order.engines.failure()):
            write_bytes_atomic(self._failure, why.encode())

    def _engine_record(self) -> EngineRecord:
        chosen = self._order.engines.record
        if not self._failure.exists():
            return chosen
        why = self._failure.read_text(encoding="utf-8")
        told = (
            f"It broke off on some documents ({why}), which {self._order.engines.reference.name} encoded in its place."
        )
        return EngineRecord(chosen.name, f"{chosen.reason} {told}" if chosen.reason else told)

    def _finish(self, finished: list[tuple[list[SplitPipeline], SourceRows]]) -> TokenizedManifest:
        """Shuffle, name and describe the parts; count everything; compare with the reference."""
        records = [self._record(lane, rows) for lanes, rows in finished for lane in lanes]
        ledger, statistics, others = total_record(self._order.staging, records, self._order.tokenizer)
        made = self._store.manifest
        manifest = TokenizedManifest(
            dataset=DatasetRecord(self._order.dataset.name, self._dataset_hash, made.repo, made.config, made.commit),
            tokenizer=TokenizerRecord.of(self._order.tokenizer, self._order.settings.tokenizer),
            engine=self._engine_record(),
            settings=self._order.settings,
            settings_hash=self._hash,
            resolved=self._resolved,
            splits=tuple(record.split for record in records),
            ledger=ledger,
            statistics=statistics,
            shuffle=None if self._order.settings.shuffle_seed is None else SHUFFLE,
            part_bytes=self._order.part_bytes,
            others=others,
            versions=versions_of(self._order.engines.packages),
            created_at=now(),
        )
        audit = audit_files(
            self._order.staging,
            manifest,
            self._reader,
            reference=self._order.engines.reference,
            decode=self._order.engines.decode,
            is_lossless=self._order.engines.is_lossless,
            monitor=self._order.monitor,
        )
        write_audit(self._order.staging, audit)
        return manifest

    def _record(self, lane: SplitPipeline, rows: SourceRows) -> SplitRecord:
        seed, files = self._order.settings.shuffle_seed, lane.writer
        if seed is not None:
            files = shuffle_parts(
                lane.writer,
                self._order.staging / lane.name,
                self._scratch / "reports" / f"{lane.name}.shuffled",
                seed=seed,
                columns=self._columns,
                monitor=self._order.monitor,
                part_bytes=self._order.part_bytes,
            )
        fingerprint = hashlib.sha256(f"{self._hash} {lane.name}".encode()).hexdigest()[:16]
        names = finish_split(self._order.staging, lane.name, files, self._columns, fingerprint=fingerprint)
        written = WrittenSplit(lane.name, lane.source, lane.kind, lane.writer, files, names)
        return split_record(
            self._order.staging,
            written,
            rows,
            resolved=self._resolved,
            settings=self._order.settings,
            tokenizer=self._order.tokenizer,
        )
