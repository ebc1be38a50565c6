"""Run one tokenization in its staging folder: write the splits, finish them, audit them, describe them.

A kill at any moment loses at most the part being written: every part has a report beside it, and the figures of every
source row have their own position on disk. So the next run continues after the last complete part and ends with the
same bytes. One thread reads the next texts, another writes rows, and the main thread encodes on all cores.
"""

from collections.abc import Generator
from contextlib import ExitStack, closing

from mistudio.corpus.documents.batches import HeldOutRule, TextReader
from mistudio.corpus.documents.row_figures import DOCUMENT, HELD_OUT, SourceRows
from mistudio.corpus.store.dataset_store import DatasetStore
from mistudio.corpus.tokenize.finish import finish_split
from mistudio.corpus.tokenize.manifest_builder import build_manifest
from mistudio.corpus.tokenize.request import TokenizeOrder
from mistudio.corpus.tokenize.resolved_order import resolve_order
from mistudio.corpus.tokenize.shards import BatchEncoder, EncodedBatch, ShardPolicy, Shards, cut_shards
from mistudio.corpus.tokenize.split_writer import SplitPipeline, WriterThread, make_pipeline
from mistudio.corpus.tokenize.token_budget import SplitLimit, TokenBudget, WriteRule, limit_batch
from mistudio.corpus.tokenized.audit import audit_files
from mistudio.corpus.tokenized.audit_record import write_audit
from mistudio.corpus.tokenized.manifest import TokenizedManifest


class TokenizeRun:
    """One tokenization in progress, in the process that writes it or in one that helps to encode."""

    def __init__(self, order: TokenizeOrder) -> None:
        """Raises ValidationFailed, UnknownSplit and UnknownColumn for the settings; DataMissing."""
        settings, engines = order.settings, order.engines
        self._order, self._monitor = order, order.monitor
        self._store = DatasetStore(order.dataset)
        self._resolved = resolve_order(order, self._store.manifest)
        self._staging = self._resolved.staging
        self._splits = self._resolved.resolved.splits
        render = engines.render_chat if settings.apply_chat_template else None
        resolved = self._resolved.resolved
        self._reader = TextReader(self._store, resolved.source, render_chat=render, tools_column=resolved.tools_column)
        held_out = HeldOutRule(settings.heldout_fraction, settings.shuffle_seed or 0)
        self._encoder = BatchEncoder(self._reader, engines.encoder, held_out, engines.failure, order.batch_bytes)
        self._rule = WriteRule.from_settings(settings, self._resolved.resolved)
        self._shards: Shards | None = None
        self._total = sum(self._store.num_rows(split) for split in self._splits)

    def encode_missing(self, begin: int) -> int:
        """Encode shards for the process that writes, and return their number; none if that process does other work."""
        if not self._staging.has_plan(self._resolved.plan):
            return 0
        return Shards.open(self._staging.shards).encode_missing(begin, encoder=self._encoder, monitor=self._monitor)

    def run(self, sharing: ShardPolicy | None) -> TokenizedManifest:
        """Do everything except renaming the folder to its final name, and return the manifest."""
        self._staging.claim(self._resolved.plan)
        if sharing is not None:
            self._shards = self._share(sharing)
        before, left = 0, self._order.settings.max_tokens
        written: list[tuple[SplitPipeline, SourceRows, SplitLimit | None]] = []
        with ExitStack() as stack:
            for split in self._splits:
                rows = SourceRows(self._staging.source_rows(split), self._store.num_rows(split))
                stack.enter_context(closing(rows))
                pipelines = [make_pipeline(self._resolved, split, kind, sync=rows.sync) for kind in self._kinds]
                budget = None if left is None else TokenBudget(self._rule, left)
                limit = self._write_split(split, pipelines, rows, before, budget)
                before, left = before + rows.rows, None if budget is None else budget.tokens
                written += [(pipeline, rows, limit) for pipeline in pipelines]
            records = [finish_split(self._resolved, pipeline, rows, limit) for pipeline, rows, limit in written]
        manifest = build_manifest(self._resolved, records)
        self._audit(manifest)
        return manifest

    @property
    def _kinds(self) -> tuple[int, ...]:
        return (DOCUMENT, HELD_OUT) if self._order.settings.heldout_fraction else (DOCUMENT,)

    def _write_split(
        self, split: str, pipelines: list[SplitPipeline], rows: SourceRows, before: int, budget: TokenBudget | None
    ) -> SplitLimit | None:
        """Write the split in parts, from where an earlier call stopped; ``before`` rows precede the split.

        Return where ``budget`` is spent, None if it is not.
        """
        missing = [pipeline for pipeline in pipelines if not pipeline.writer.is_complete]
        first = min((pipeline.writer.position.row for pipeline in missing), default=rows.rows)
        cut = None if budget is None else budget.skip(rows, first)
        writer = WriterThread(missing, rows)
        with closing(self._encode(split, first)) as batches, closing(writer):
            while cut is None and (found := next(batches, None)) is not None:
                self._monitor.checkpoint()
                if why := self._order.engines.failure():
                    self._staging.record_failure(why)
                batch, encoded = found
                if budget is not None and (cut := budget.find_cut(batch.first_row, batch.kinds, encoded.lengths)):
                    batch, encoded = limit_batch(batch, encoded, self._find_group_end(split, cut.row))
                writer.put(batch, encoded, cut)
                self._monitor.report(before + batch.first_row + len(batch.kinds), self._total, "tokenizing")
            writer.finish()
        return None if cut is None else SplitLimit(cut, self._find_group_end(split, cut.row))

    def _find_group_end(self, split: str, row: int) -> int:
        """Return the row after the row group of ``row``: how far a split is read does not depend on batches."""
        if row < 0:
            return 0
        group = next(self._reader.groups(split, first_row=row))
        return group.first_row + group.rows

    def _encode(self, split: str, first_row: int) -> Generator[EncodedBatch]:
        """Yield the split's rows from ``first_row`` on, encoded here or by helpers."""
        if self._shards is None:
            return self._encoder.batches(split, first_row)
        return self._shards.batches(split, first_row, encoder=self._encoder, monitor=self._monitor)

    def _share(self, sharing: ShardPolicy) -> Shards | None:
        """Return the shards, and request helpers for them; None if there is only one."""
        shards = cut_shards(self._store, self._splits, sharing.shard_bytes)
        if len(shards) < 2:
            return None
        prepared = Shards.prepare(self._staging.shards, shards)
        sharing.request_helpers(len(shards))
        return prepared

    def _audit(self, manifest: TokenizedManifest) -> None:
        engines = self._order.engines
        audit = audit_files(
            self._staging.folder,
            manifest,
            self._reader,
            reference=engines.reference,
            decode=engines.decode,
            is_lossless=engines.is_lossless,
            monitor=self._monitor,
        )
        write_audit(self._staging.folder, audit)
