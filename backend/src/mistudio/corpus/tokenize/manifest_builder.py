"""Build the manifest of a tokenization from its order and the records of its splits."""

from collections.abc import Sequence

from mistudio.corpus.tokenize.finish import SplitRecord, total_splits
from mistudio.corpus.tokenize.request import Engines
from mistudio.corpus.tokenize.resolved_order import ResolvedOrder
from mistudio.corpus.tokenize.shuffle import SHUFFLE
from mistudio.corpus.tokenized.manifest import (
    DatasetRecord,
    EngineRecord,
    TokenizedManifest,
    TokenizerRecord,
    collect_versions,
    make_timestamp,
)


def build_manifest(order: ResolvedOrder, records: Sequence[SplitRecord]) -> TokenizedManifest:
    """Return the manifest of a tokenization whose splits are finished."""
    request, dataset, totals = order.order, order.dataset, total_splits(order, records)
    return TokenizedManifest(
        dataset=DatasetRecord(request.dataset.name, order.dataset_hash, dataset.repo, dataset.config, dataset.commit),
        tokenizer=TokenizerRecord.from_facts(request.tokenizer, request.settings.tokenizer),
        engine=describe_engine(request.engines, order.staging.read_failure()),
        settings=request.settings,
        settings_hash=order.settings_hash,
        resolved=order.resolved,
        splits=tuple(record.split for record in records),
        ledger=totals.ledger,
        statistics=totals.statistics,
        shuffle=None if request.settings.shuffle_seed is None else SHUFFLE,
        part_bytes=request.part_bytes,
        others=totals.others,
        versions=collect_versions(request.engines.packages),
        created_at=make_timestamp(),
    )


def describe_engine(engines: Engines, failure: str | None) -> EngineRecord:
    """Return the record of the engine, which names the documents that the reference encoded after a failure."""
    chosen = engines.record
    if failure is None:
        return chosen
    note = f"It failed on some documents ({failure}); {engines.reference.name} encoded those."
    return EngineRecord(chosen.name, f"{chosen.reason} {note}" if chosen.reason else note)
