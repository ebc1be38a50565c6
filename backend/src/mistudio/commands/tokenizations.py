"""Rebuilds a tokenization from its manifest."""

from pathlib import Path
from tempfile import TemporaryDirectory

from mistudio.core.config import Settings


def rebuild_tokenization(folder: Path, settings: Settings) -> list[str]:
    """Tokenize again by the manifest in ``folder``, with the same bytes, and replace damaged files.

    Return the differences that were found, as sentences. Raises SourceChanged if the bytes differ, and what loading the
    tokenizer raises.
    """
    from mistudio.corpus.hub.tokenizer_files import TokenizerSource
    from mistudio.corpus.monitor import NullMonitor
    from mistudio.corpus.spec import resolve_settings
    from mistudio.corpus.store.dataset_store import DatasetStore
    from mistudio.corpus.tokenize import choose_engines
    from mistudio.corpus.tokenize.rebuild import rebuild_from_manifest
    from mistudio.corpus.tokenized.manifest import find_differences, read_tokenized_manifest
    from mistudio.corpus.tokenizers import load_tokenizer

    dataset, manifest = folder.parent.parent, read_tokenized_manifest(folder)
    source = TokenizerSource(manifest.tokenizer.repo or manifest.tokenizer.name, manifest.tokenizer.commit)
    tokenizer = load_tokenizer(source, token=None, cache_dir=settings.cache_dir, root=settings.data_dir)
    store = DatasetStore(dataset)
    resolved = resolve_settings(manifest.settings, tokenizer, dataset=store.manifest)
    with TemporaryDirectory(dir=settings.staging_dir, prefix="rebuild-") as name:
        place = Path(name)
        rebuild_from_manifest(
            dataset,
            manifest,
            place / "staging",
            place / "made",
            tokenizer=tokenizer,
            engines=choose_engines(tokenizer, store, settings=manifest.settings, resolved=resolved),
            monitor=NullMonitor(),
        )
        found = find_differences(folder)
        if found:
            folder.rename(place / "old")
            (place / "made").rename(folder)
    return found
