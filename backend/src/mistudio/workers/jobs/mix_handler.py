"""The handler of mixtures."""

import asyncio
from functools import partial
from typing import TYPE_CHECKING

from mistudio.core.config import Settings
from mistudio.core.database import Database
from mistudio.core.errors import DataMissing, SourceChanged
from mistudio.corpus.ingest.build import finish_build
from mistudio.corpus.store.manifest import Manifest
from mistudio.services.datasets.manifest_figures import figures_of
from mistudio.services.jobs.figures import DatasetFigures
from mistudio.services.lookup import get_dataset
from mistudio.services.storage_service import StorageService
from mistudio.workers.jobs.runner import JobContext

if TYPE_CHECKING:
    # Imported by mixtures only: NumPy and the tokenizers library take time to load.
    from mistudio.corpus.encoders.encoders import Texts
    from mistudio.corpus.encoders.encoding import Encoder
    from mistudio.corpus.mix.plan import MixTokenizer


async def handle_mix(context: JobContext, *, settings: Settings, database: Database) -> DatasetFigures:
    """Make the mixture of the plan in the dataset's staging folder, from where an earlier try stopped."""
    async with database.read() as session:
        dataset = await get_dataset(session, context.job.dataset_id)
    storage = StorageService(settings, database)
    staging, target = storage.staging(dataset.id), storage.folder(dataset.id)
    manifest = await asyncio.to_thread(finish_build, staging, target, monitor=context.monitor)
    if manifest is None:
        manifest = await asyncio.to_thread(_build, dataset.id, context, settings, storage)
    return figures_of(manifest, target)


def _build(dataset_id: str, context: JobContext, settings: Settings, storage: StorageService) -> Manifest:
    from mistudio.corpus.mix.build import build_mixture
    from mistudio.corpus.mix.plan import read_mix_plan

    plan = read_mix_plan(storage.staging(dataset_id))
    if plan is None:
        raise DataMissing("The plan of this mixture is no longer on disk. Delete the dataset and mix again.")
    return build_mixture(
        plan,
        storage.staging(dataset_id),
        storage.folder(dataset_id),
        find_folder=storage.folder,
        make_encoder=partial(_make_encoder, plan.tokenizer, settings, context.token),
        monitor=context.monitor,
    )


def _make_encoder(wanted: "MixTokenizer | None", settings: Settings, token: str | None, texts: "Texts") -> "Encoder":
    """Load the tokenizer and choose its engine: the fast one if it agrees on these texts."""
    from mistudio.corpus.encoders.choice import choose_encoder
    from mistudio.corpus.hub.tokenizer_files import TokenizerSource
    from mistudio.corpus.tokenizers import load_tokenizer

    if wanted is None:
        raise DataMissing("The plan of this mixture names no tokenizer. Delete the dataset and mix again.")
    source = TokenizerSource(wanted.name, wanted.revision)
    loaded = load_tokenizer(source, token=token, cache_dir=settings.cache_dir, root=settings.data_dir)
    if loaded.fingerprint != wanted.fingerprint:
        raise SourceChanged(f"The tokenizer {wanted.name} has changed since this was requested. Mix again.")
    return choose_encoder(loaded, texts).encoder
