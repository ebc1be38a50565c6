"""Making a tokenization again from its manifest, with the same bytes, or saying what is different."""

from pathlib import Path

from mistudio.core.errors import SourceChanged
from mistudio.corpus.monitor import Monitor
from mistudio.corpus.spec.settings import TokenizerFacts
from mistudio.corpus.store.manifest import manifest_sha256
from mistudio.corpus.tokenize.request import Engines, TokenizeOrder
from mistudio.corpus.tokenize.tokenize import tokenize_dataset
from mistudio.corpus.tokenized.manifest import TokenizedManifest


def rebuild(
    dataset: Path,
    manifest: TokenizedManifest,
    staging: Path,
    target: Path,
    *,
    tokenizer: TokenizerFacts,
    engines: Engines,
    monitor: Monitor,
) -> TokenizedManifest:
    """Tokenize as ``manifest`` says, into ``target``.

    Raises SourceChanged if the dataset or the tokenizer is another one, or if any file came out differently.
    """
    if manifest_sha256(dataset) != manifest.dataset.manifest_sha256:
        raise SourceChanged("The dataset is not the one that was tokenized: its manifest differs.")
    if tokenizer.fingerprint != manifest.tokenizer.fingerprint:
        raise SourceChanged(f"The tokenizer {manifest.tokenizer.name} is not what it was: its fingerprint differs.")
    order = TokenizeOrder(
        dataset=dataset,
        staging=staging,
        settings=manifest.settings,
        tokenizer=tokenizer,
        engines=engines,
        monitor=monitor,
        part_bytes=manifest.part_bytes,
    )
    made = tokenize_dataset(order, target)
    before, after = _hashes(manifest), _hashes(made)
    if different := sorted(path for path in before | after if before.get(path) != after.get(path)):
        raise SourceChanged(f"{different[0]} came out differently, and {len(different) - 1} other files.")
    return made


def _hashes(manifest: TokenizedManifest) -> dict[str, str]:
    return {file.path: file.sha256 for split in manifest.splits for file in split.files} | dict(manifest.others)
