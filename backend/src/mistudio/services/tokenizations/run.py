"""Runs a tokenization for its job: chooses the engines, falls back to the reference, returns the record's figures."""

import shutil
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import cast

from mistudio.core.errors import Json
from mistudio.core.records import as_json
from mistudio.corpus.encoders import ReferenceEncoder, Texts, TokenIds, Trial
from mistudio.corpus.monitor import Monitor
from mistudio.corpus.spec import TokenizeSettings, resolve_settings
from mistudio.corpus.store.dataset_store import DatasetStore
from mistudio.corpus.tokenize import ShardPolicy, TokenizeOrder, choose_engines, help_tokenize, tokenize_dataset
from mistudio.corpus.tokenized.audit_record import read_audit
from mistudio.corpus.tokenized.manifest import EngineRecord, TokenizedManifest
from mistudio.corpus.tokenized.statistics import TokenCount
from mistudio.corpus.tokenized.statistics import TokenStatistics as CountedStatistics
from mistudio.corpus.tokenizers import LoadedTokenizer
from mistudio.schemas.statistics import TokenStatistics
from mistudio.schemas.tokenization import Audit, Ledger
from mistudio.services.jobs.figures import TokenizationFigures, TokenizationStatistics
from mistudio.services.tokenizations.token_views import token_text
from mistudio.utils.file_utils import get_directory_size


def tokenize_batch(tokenizer: LoadedTokenizer, texts: Texts) -> TokenIds:
    """Return the ids of ``texts`` by the reference, without special tokens; a null is an empty text. Blocks."""
    return ReferenceEncoder(tokenizer.reference).encode(texts)


def save_tokenized_dataset(
    dataset: Path,
    staging: Path,
    target: Path,
    *,
    settings: TokenizeSettings,
    tokenizer: LoadedTokenizer,
    monitor: Monitor,
    trial: Trial | None = None,
    sharing: ShardPolicy | None = None,
) -> TokenizationFigures:
    """Tokenize the dataset in the folder ``dataset`` into ``target``, working in ``staging``; return its figures.

    ``trial`` is an earlier trial of the fast engine on this tokenizer; ``sharing`` lets other processes encode shards.
    Continues where an earlier call was interrupted. Blocks until it is done. Raises what ``tokenize_dataset`` of
    ``mistudio.corpus.tokenize.tokenize`` raises.
    """
    order = _order(dataset, staging, settings=settings, tokenizer=tokenizer, monitor=monitor, trial=trial)
    reference = order.engines.reference
    # By the fast engine if it agrees on a sample; again by the reference if the audit finds differences.
    manifest = tokenize_dataset(order, target, sharing=sharing)
    differences = read_audit(target).differences
    if differences and manifest.engine.name != reference.name:
        # A runner that lost the job must not remove the result of the one that has it.
        monitor.checkpoint()
        shutil.rmtree(target)
        why = f"The reference: the fast engine differed on {differences:,} written documents."
        record = EngineRecord(reference.name, why)
        engines = replace(order.engines, encoder=reference, record=record, failure=lambda: None)
        manifest = tokenize_dataset(replace(order, engines=engines), target, sharing=sharing)
    return figures_of_tokenization(manifest, target, tokenizer)


def help_with_tokenization(
    dataset: Path,
    staging: Path,
    *,
    settings: TokenizeSettings,
    tokenizer: LoadedTokenizer,
    monitor: Monitor,
    begin: int,
) -> int:
    """Encode shards for the process that runs the same tokenization; see ``help_tokenize``."""
    return help_tokenize(_order(dataset, staging, settings=settings, tokenizer=tokenizer, monitor=monitor), begin=begin)


def _order(
    dataset: Path,
    staging: Path,
    *,
    settings: TokenizeSettings,
    tokenizer: LoadedTokenizer,
    monitor: Monitor,
    trial: Trial | None = None,
) -> TokenizeOrder:
    """Return the order of the tokenization, with the engines that suit this dataset."""
    store = DatasetStore(dataset)
    resolved = resolve_settings(settings, tokenizer, dataset=store.manifest)
    engines = choose_engines(tokenizer, store, settings=settings, resolved=resolved, trial=trial)
    return TokenizeOrder(
        dataset=dataset, staging=staging, settings=settings, tokenizer=tokenizer, engines=engines, monitor=monitor
    )


def figures_of_tokenization(
    manifest: TokenizedManifest, folder: Path, tokenizer: LoadedTokenizer
) -> TokenizationFigures:
    """Return what the record stores of the tokenization in ``folder``. Raises what reading its audit raises."""
    return TokenizationFigures(
        path=str(folder),
        engine=manifest.engine.name,
        engine_reason=manifest.engine.reason,
        num_rows=manifest.rows,
        num_tokens=manifest.ledger.data_tokens,
        num_positions=manifest.ledger.positions,
        unique_tokens=manifest.statistics.unique_tokens,
        statistics=calculate_statistics(manifest, tokenizer),
        ledger=Ledger.model_validate(manifest.ledger),
        audit=Audit.model_validate(read_audit(folder)),
        size_bytes=get_directory_size(folder),
    )


def calculate_statistics(manifest: TokenizedManifest, tokenizer: LoadedTokenizer) -> TokenizationStatistics:
    """Return the exact figures of a tokenization, in total and per split."""
    return TokenizationStatistics(
        total=_statistics(manifest.statistics, tokenizer),
        splits={split.name: _statistics(split.statistics, tokenizer) for split in manifest.splits},
        resolved=as_json(manifest.resolved),
    )


def _statistics(statistics: CountedStatistics, tokenizer: LoadedTokenizer) -> TokenStatistics:
    """Return the figures with each token's text, so that showing them needs no tokenizer."""
    content = as_json(statistics)
    for name in ("characters", "text_bytes"):
        content.pop(name)
    for name in ("special_tokens", "most_frequent", "least_frequent"):
        content[name] = [_named(count, tokenizer) for count in cast("Sequence[TokenCount]", getattr(statistics, name))]
    return TokenStatistics.model_validate(content)


def _named(count: TokenCount, tokenizer: LoadedTokenizer) -> Json:
    return {"id": count.id, "text": token_text(tokenizer, count.id), "count": count.count}
