"""The handler of mixtures."""

import asyncio
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from mistudio.core.config import Settings
from mistudio.core.database import Database
from mistudio.core.errors import DataMissing, SourceChanged
from mistudio.corpus.store.manifest import Manifest
from mistudio.models import Dataset
from mistudio.services.jobs.figures import DatasetFigures
from mistudio.services.storage.plan_file import read_plan
from mistudio.services.storage_service import StorageService
from mistudio.workers.jobs.dataset_job import make_dataset
from mistudio.workers.jobs.runner import JobContext

if TYPE_CHECKING:
    # Imported by mixtures only: NumPy and the tokenizers library take time to load.
    from mistudio.corpus.encoders.encoders import Texts
    from mistudio.corpus.encoders.encoding import Encoder
    from mistudio.corpus.mix.plan import MixTokenizer


async def handle_mix(context: JobContext, *, settings: Settings, database: Database) -> DatasetFigures:
    """Make the mixture of the plan in the dataset's staging folder, from where an earlier try stopped."""
    storage = StorageService(settings, database)

    async def build(_dataset: Dataset, staging: Path, target: Path) -> Manifest:
        return await asyncio.to_thread(_build, staging, target, context, settings, storage)

    return await make_dataset(context, build, settings=settings, database=database)


def _build(staging: Path, target: Path, context: JobContext, settings: Settings, storage: StorageService) -> Manifest:
    from mistudio.corpus.mix.build import build_mixture
    from mistudio.corpus.mix.plan import MixPlan

    plan = read_plan(MixPlan, staging)
    if plan is None:
        raise DataMissing("The plan of this mixture is no longer on disk. Delete the dataset and mix again.")
    return build_mixture(
        plan,
        staging,
        target,
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
