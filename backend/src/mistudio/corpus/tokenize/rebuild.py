"""Rebuild a tokenization from its manifest with the same bytes, or say what differs."""

from pathlib import Path

from mistudio.core.errors import SourceChanged
from mistudio.corpus.monitor import Monitor
from mistudio.corpus.spec.settings import TokenizerFacts
from mistudio.corpus.store.manifest import manifest_sha256
from mistudio.corpus.tokenize.request import Engines, TokenizeOrder
from mistudio.corpus.tokenize.tokenize import tokenize_dataset
from mistudio.corpus.tokenized.manifest import TokenizedManifest


def rebuild_from_manifest(
    dataset: Path,
    manifest: TokenizedManifest,
    staging: Path,
    target: Path,
    *,
    tokenizer: TokenizerFacts,
    engines: Engines,
    monitor: Monitor,
) -> TokenizedManifest:
    """Tokenize by ``manifest`` into ``target``.

    Raises SourceChanged if the dataset or the tokenizer changed, or if any file differs.
    """
    if manifest_sha256(dataset) != manifest.dataset.manifest_sha256:
        raise SourceChanged("The dataset is not the one that was tokenized: its manifest differs. Tokenize it again.")
    if tokenizer.fingerprint != manifest.tokenizer.fingerprint:
        raise SourceChanged(
            f"The tokenizer {manifest.tokenizer.name} changed: its fingerprint differs. "
            "Use the revision that the manifest names."
        )
    if manifest.settings.apply_chat_template and manifest.tokenizer.chat_hash not in (None, tokenizer.chat_hash):
        raise SourceChanged(
            f"The chat template of {manifest.tokenizer.name} changed. Use the revision that the manifest names."
        )
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
    before, after = _list_hashes(manifest), _list_hashes(made)
    if different := sorted(path for path in before | after if before.get(path) != after.get(path)):
        raise SourceChanged(f"{different[0]} and {len(different) - 1} other files differ from the manifest.")
    return made


def _list_hashes(manifest: TokenizedManifest) -> dict[str, str]:
    return {file.path: file.sha256 for split in manifest.splits for file in split.files} | dict(manifest.others)
