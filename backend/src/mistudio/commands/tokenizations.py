"""What commands do with a tokenization: look whether its files are whole, and make the same bytes once more."""

from pathlib import Path
from tempfile import TemporaryDirectory

from mistudio.commands.connection import Refused, Studio
from mistudio.core.config import Settings
from mistudio.corpus.store.layout import DatasetLayout

PREFIX = "tok_"


async def tokenization_folder(api: Studio, wanted: str, settings: Settings) -> Path:
    """Where the ready tokenization with this id lies. Raises Refused."""
    record = await api.get(f"/tokenizations/{wanted}")
    if record["status"] != "ready":
        raise Refused({"detail": f"{wanted} is {record['status']}: it can be compared once it is ready."})
    return DatasetLayout(settings.datasets_dir / str(record["dataset_id"])).tokenized(str(record["id"]))


def rebuild_tokenization(folder: Path, settings: Settings) -> list[str]:
    """Tokenize as the manifest in ``folder`` says, with the same bytes; they take the place of files that are damaged.

    Gives the differences that there were, as sentences. Raises SourceChanged where other bytes came out, and what
    loading the tokenizer raises.
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
