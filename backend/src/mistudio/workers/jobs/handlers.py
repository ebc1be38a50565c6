"""The handlers of downloads, imports and tokenizations. They know nothing of how jobs are stored or run."""

import asyncio
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from mistudio.core.config import Settings
from mistudio.core.database import Database
from mistudio.core.errors import AuthRequired, DataMissing, SourceChanged
from mistudio.core.records import from_json
from mistudio.corpus.fetch import FetchSettings
from mistudio.corpus.hub.plan_types import DownloadPlan, PlanRequest, Sizes
from mistudio.corpus.hub.planner import Planner
from mistudio.corpus.ingest.build import build_dataset
from mistudio.corpus.ingest.local_files import LocalOrigin, LocalPlan
from mistudio.corpus.ingest.origin import HubOrigin, Origin
from mistudio.corpus.ingest.part_base import adopt_base, read_base
from mistudio.corpus.ingest.part_origin import HubAccess, PartOrigin, pin_selection
from mistudio.corpus.ingest.unchanged_files import adopt_unchanged
from mistudio.corpus.store.manifest import Manifest
from mistudio.corpus.store.text_source import make_source
from mistudio.models import Dataset, Tokenization
from mistudio.schemas.dataset import SplitResponse
from mistudio.services.datasets.part_record import read_part, read_splits
from mistudio.services.jobs.figures import DatasetFigures, TokenizationFigures
from mistudio.services.lookup import get_tokenization
from mistudio.services.storage.disk_space import known_sizes, needed_bytes, require_room
from mistudio.services.storage.plan_file import read_plan, write_plan
from mistudio.services.storage_service import StorageService
from mistudio.utils.file_utils import ensure_dir, get_allocated_size
from mistudio.workers.jobs.dataset_job import make_dataset
from mistudio.workers.jobs.derive_handler import handle_subset
from mistudio.workers.jobs.export_handler import handle_export
from mistudio.workers.jobs.index_handler import follow_with_index, handle_index
from mistudio.workers.jobs.mix_handler import handle_mix
from mistudio.workers.jobs.profile_handler import handle_profile
from mistudio.workers.jobs.runner import Handler, JobContext

if TYPE_CHECKING:
    # Imported by tokenizations only: the tokenizers library takes half a second to load.
    from mistudio.corpus.tokenize import ShardPolicy
    from mistudio.corpus.tokenizers import LoadedTokenizer
    from mistudio.workers.jobs.preloaded import PreloadedTokenizer


async def handle_download(context: JobContext, *, settings: Settings, database: Database) -> DatasetFigures:
    """Fetch, read and store the files of the dataset's plan, from where an earlier try stopped."""

    async def build(dataset: Dataset, staging: Path, target: Path) -> Manifest:
        try:
            return await _build(dataset, staging, target, context=context, settings=settings)
        except AuthRequired as error:
            # Access was checked at the request, and nothing shows which of the two has happened since.
            raise AuthRequired(
                f"{error.detail} Access was closed meanwhile, or a restart lost the token, which is kept in memory "
                "only. Retry with the token of an account with access: what was downloaded is kept."
            ) from error

    return await make_dataset(context, build, settings=settings, database=database)


async def _build(dataset: Dataset, staging: Path, target: Path, *, context: JobContext, settings: Settings) -> Manifest:
    context.monitor.report(0, 0, "plan")
    plan = await asyncio.to_thread(read_plan, DownloadPlan, staging) or await _rebuild_plan(
        dataset, staging, context.token
    )
    origin = await asyncio.to_thread(_open_origin, plan, staging, context=context, settings=settings)
    await asyncio.to_thread(_require_room, origin, staging, settings)
    await asyncio.to_thread(adopt_unchanged, origin.files, staging, context.monitor)
    return await asyncio.to_thread(
        build_dataset,
        origin,
        staging,
        target,
        text_column=make_source(dataset.text_column, dataset.text_template),
        monitor=context.monitor,
    )


def _open_origin(plan: DownloadPlan, staging: Path, *, context: JobContext, settings: Settings) -> Origin:
    """Return the plan's files, or the pieces of its part, which are selected now unless an earlier try has done it."""
    require_room(
        settings.data_dir,
        needed_bytes(known_sizes(plan)),
        reserve=settings.disk_reserve_bytes,
        kept=get_allocated_size(staging),
    )
    fetching = FetchSettings(connections=settings.download_connections)
    if plan.part.is_whole and not read_base(staging):
        return HubOrigin(plan, token=context.token, settings=fetching)
    access = HubAccess(context.token, fetching)
    selection = pin_selection(plan, staging, access, context.monitor)
    adopt_base(selection.files, staging)
    return PartOrigin(plan, selection, access)


def _require_room(origin: Origin, staging: Path, settings: Settings) -> None:
    kept = get_allocated_size(staging)
    require_room(
        settings.data_dir,
        needed_bytes(Sizes.of(origin.files)),
        reserve=settings.disk_reserve_bytes,
        kept=kept,
    )


async def _rebuild_plan(dataset: Dataset, staging: Path, token: str | None) -> DownloadPlan:
    """Make the same plan again from the commit in the record, because the plan file is lost or damaged."""
    request = PlanRequest(
        repo_id=dataset.hf_repo_id or "",
        config=dataset.config,
        splits=tuple(read_splits(dataset) or (SplitResponse.model_validate(split).name for split in dataset.splits)),
        revision=dataset.revision,
        token=token,
        part=read_part(dataset),
    )
    planner = Planner()
    try:
        plan = await planner.plan(request)
    finally:
        await planner.close()
    await asyncio.to_thread(write_plan, staging, plan)
    return plan


async def handle_import(context: JobContext, *, settings: Settings, database: Database) -> DatasetFigures:
    """Read and store the files in the dataset's staging folder, from where an earlier try stopped."""

    async def build(dataset: Dataset, staging: Path, target: Path) -> Manifest:
        plan = await asyncio.to_thread(read_plan, LocalPlan, staging)
        if plan is None:
            raise DataMissing("The imported files are no longer on disk. Delete this dataset and import them again.")
        return await asyncio.to_thread(
            build_dataset,
            LocalOrigin(plan),
            staging,
            target,
            text_column=make_source(dataset.text_column, dataset.text_template),
            monitor=context.monitor,
        )

    return await make_dataset(context, build, settings=settings, database=database)


async def handle_tokenize(
    context: JobContext, *, settings: Settings, database: Database, preloaded: "PreloadedTokenizer | None" = None
) -> TokenizationFigures:
    """Make the tokenization that its record describes, from where an earlier try stopped."""
    from mistudio.corpus.spec import TokenizeSettings
    from mistudio.services.tokenization_service import TokenizationService

    async with database.read() as session:
        record = await get_tokenization(session, context.job.tokenization_id or "")
    context.monitor.report(0, 1, "plan")
    storage = StorageService(settings, database)
    if preloaded is not None and not preloaded.is_of(record):
        preloaded = None
    loaded = preloaded.tokenizer if preloaded else None
    tokenizer = loaded or await load_recorded_tokenizer(record, settings=settings, token=context.token)
    context.monitor.report(1, 1, "plan")
    return await asyncio.to_thread(
        TokenizationService.save_tokenized_dataset,
        storage.folder(record.dataset_id),
        ensure_dir(storage.staging(record.id)),
        storage.tokenized(record.dataset_id, record.id),
        settings=from_json(TokenizeSettings, record.settings),
        tokenizer=tokenizer,
        monitor=context.monitor,
        trial=preloaded.trial if preloaded else None,
        sharing=None if settings.is_embedded else _shard_policy(context, settings.shard_bytes),
    )


async def load_recorded_tokenizer(record: Tokenization, *, settings: Settings, token: str | None) -> "LoadedTokenizer":
    """Load the tokenizer that the record names. Raises SourceChanged if it has changed since."""
    from mistudio.corpus.hub.tokenizer_files import TokenizerSource
    from mistudio.corpus.tokenizers import load_tokenizer

    tokenizer = await asyncio.to_thread(
        load_tokenizer,
        TokenizerSource(record.tokenizer, record.tokenizer_revision),
        token=token,
        cache_dir=settings.cache_dir,
        root=settings.data_dir,
    )
    if tokenizer.fingerprint != record.fingerprint:
        raise SourceChanged(
            f"The tokenizer {record.tokenizer} has changed since this tokenization was requested. Tokenize again."
        )
    return tokenizer


def _shard_policy(context: JobContext, shard_bytes: int) -> "ShardPolicy | None":
    """Return how the thread that tokenizes calls other workers for help; None where it cannot."""
    from mistudio.corpus.tokenize import ShardPolicy

    loop, share = asyncio.get_running_loop(), context.share
    if share is None or not shard_bytes:
        return None

    async def call_for_help(shards: int) -> None:
        await share(shards)

    return ShardPolicy(
        shard_bytes, lambda shards: asyncio.run_coroutine_threadsafe(call_for_help(shards), loop).result()
    )


def job_handlers(
    settings: Settings, database: Database, *, preloaded: "PreloadedTokenizer | None" = None
) -> Mapping[str, Handler]:
    """Return the handler of each kind of job; ``preloaded`` is the tokenizer that this process has preloaded."""
    return {
        "download": follow_with_index(partial(handle_download, settings=settings, database=database), settings),
        "import": follow_with_index(partial(handle_import, settings=settings, database=database), settings),
        "extend": follow_with_index(partial(handle_download, settings=settings, database=database), settings),
        "update": follow_with_index(partial(handle_download, settings=settings, database=database), settings),
        "mix": follow_with_index(partial(handle_mix, settings=settings, database=database), settings),
        "subset": follow_with_index(partial(handle_subset, settings=settings, database=database), settings),
        "index": partial(handle_index, settings=settings, database=database),
        "export": partial(handle_export, settings=settings, database=database),
        "profile": partial(handle_profile, settings=settings, database=database),
        "tokenize": partial(handle_tokenize, settings=settings, database=database, preloaded=preloaded),
    }
