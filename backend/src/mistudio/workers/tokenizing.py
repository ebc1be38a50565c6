"""What the tokenize job needs beside the engine: a sample to choose by, and the figures of the result as records."""

import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Final, cast

from mistudio.core.errors import Json
from mistudio.corpus.engine_choice import Choice, choose_encoder
from mistudio.corpus.engines import ReferenceEncoder
from mistudio.corpus.store import DatasetStore
from mistudio.corpus.token_audit import read_audit
from mistudio.corpus.token_statistics import TokenCount, TokenStatistics
from mistudio.corpus.token_texts import TextReader, sample_texts
from mistudio.corpus.tokenize import Engines, tokenize_dataset
from mistudio.corpus.tokenize_settings import TokenizeSettings, resolve
from mistudio.corpus.tokenized_manifest import EngineRecord, TokenizedManifest
from mistudio.corpus.tokenizers import LoadedTokenizer
from mistudio.corpus.work import Work
from mistudio.services.targets import TokenizationFigures
from mistudio.services.token_views import token_text

_SAMPLE_DOCUMENTS: Final = 1_000


def run_tokenization(
    dataset: Path, staging: Path, target: Path, *, settings: TokenizeSettings, tokenizer: LoadedTokenizer, work: Work
) -> TokenizationFigures:
    """Tokenize by the engine that earns its place; by the reference where the written files show that it did not."""
    choice = chosen_engine(dataset, settings, tokenizer)
    manifest = _tokenized(dataset, staging, target, settings, tokenizer, choice, work)
    audit = read_audit(target)
    if audit.differences and choice.engine != ReferenceEncoder(tokenizer.reference).name:
        shutil.rmtree(target)
        why = f"The reference: the fast engine differed on {audit.differences:,} written documents."
        reference = ReferenceEncoder(tokenizer.reference)
        choice = Choice(reference, reference.name, why)
        manifest = _tokenized(dataset, staging, target, settings, tokenizer, choice, work)
    return figures_of(manifest, target, tokenizer)


def _tokenized(
    dataset: Path,
    staging: Path,
    target: Path,
    settings: TokenizeSettings,
    tokenizer: LoadedTokenizer,
    choice: Choice,
    work: Work,
) -> TokenizedManifest:
    engines = Engines(
        encoder=choice.encoder,
        reference=ReferenceEncoder(tokenizer.reference),
        record=EngineRecord(choice.engine, choice.reason),
        decode=tokenizer.decode,
        is_lossless=tokenizer.is_lossless,
        render_chat=tokenizer.render_chat if tokenizer.chat_template else None,
    )
    return tokenize_dataset(
        dataset, staging, target, settings=settings, tokenizer=tokenizer, engines=engines, work=work
    )


def chosen_engine(dataset: Path, settings: TokenizeSettings, tokenizer: LoadedTokenizer) -> Choice:
    """The engine for this dataset, by a seeded sample of its documents."""
    store = DatasetStore(dataset)
    resolved = resolve(settings, tokenizer, dataset=store.manifest)
    render = tokenizer.render_chat if settings.apply_chat_template else None
    reader = TextReader(store, resolved.text_column, render_chat=render)
    return choose_encoder(tokenizer, sample_texts(reader, resolved.splits, documents=_SAMPLE_DOCUMENTS))


def figures_of(manifest: TokenizedManifest, folder: Path, tokenizer: LoadedTokenizer) -> TokenizationFigures:
    """What the record says of the tokenization in ``folder``."""
    audit = read_audit(folder).to_json()
    audit.pop("format_version")
    return TokenizationFigures(
        path=str(folder),
        engine=manifest.engine.name,
        engine_reason=manifest.engine.reason,
        num_rows=manifest.rows,
        num_tokens=manifest.ledger.data_tokens,
        num_positions=manifest.ledger.positions,
        unique_tokens=manifest.statistics.unique_tokens,
        statistics={
            "total": _statistics(manifest.statistics, tokenizer),
            "splits": {split.name: _statistics(split.statistics, tokenizer) for split in manifest.splits},
            "resolved": manifest.resolved.to_json(),
        },
        ledger={**manifest.ledger.to_json(), "balances": manifest.ledger.balances},
        audit=audit,
        size_bytes=manifest.size_bytes,
    )


def _statistics(statistics: TokenStatistics, tokenizer: LoadedTokenizer) -> dict[str, Json]:
    """As answers have it, each token with its text: whoever asks need not load a tokenizer."""
    content = statistics.to_json()
    for name in ("characters", "text_bytes"):
        content.pop(name)
    for name in ("special_tokens", "most_frequent", "least_frequent"):
        content[name] = [_named(count, tokenizer) for count in cast("Sequence[TokenCount]", getattr(statistics, name))]
    return content


def _named(count: TokenCount, tokenizer: LoadedTokenizer) -> Json:
    return {"id": count.id, "text": token_text(tokenizer, count.id), "count": count.count}
