"""The handlers of the jobs that make datasets. They know the engine and nothing of how jobs are kept or run."""

import asyncio
from collections.abc import Mapping
from pathlib import Path

from mistudio.core.config import Settings
from mistudio.core.database import Database
from mistudio.core.errors import AuthRequired, Json
from mistudio.corpus.build import build_dataset
from mistudio.corpus.fetch import FetchSettings
from mistudio.corpus.manifest import MANIFEST_NAME, Manifest, read_manifest
from mistudio.corpus.plan_types import Plan, PlanRequest
from mistudio.corpus.planner import Planner
from mistudio.models import Dataset
from mistudio.schemas.dataset import SplitResponse
from mistudio.services.disk import needed_bytes, require_room
from mistudio.services.job_service import DatasetFigures
from mistudio.services.plans import read_plan, write_plan
from mistudio.services.storage_service import StorageService
from mistudio.services.views import dataset_or_404
from mistudio.utils.file_utils import get_directory_size
from mistudio.workers.runner import Handler, JobContext


class DatasetTasks:
    """What the handlers of datasets need beside their context."""

    def __init__(self, settings: Settings, database: Database) -> None:
        self._settings = settings
        self._database = database
        self._storage = StorageService(settings, database)

    async def download_dataset_task(self, context: JobContext) -> DatasetFigures:
        """Fetch, read and store what the dataset's plan names. Goes on where an earlier try stopped."""
        async with self._database.read() as session:
            dataset = await dataset_or_404(session, context.job.dataset_id)
        staging, target = self._storage.staging(dataset.id), self._storage.folder(dataset.id)
        if (target / MANIFEST_NAME).exists():
            # An earlier try was cut off after the files appeared and before the record said so.
            return figures_of(await asyncio.to_thread(read_manifest, target), target)
        try:
            return figures_of(await self._build(dataset, staging, target, context), target)
        except AuthRequired as error:
            # Access was checked when the download was asked for: there was a token then.
            raise AuthRequired(
                f"{error.detail} Tokens are held in memory only, and a restart forgets them: "
                "retry with the token, and the download goes on from what is here."
            ) from error

    async def _build(self, dataset: Dataset, staging: Path, target: Path, context: JobContext) -> Manifest:
        context.work.report(0, 0, "plan")
        plan = await asyncio.to_thread(read_plan, staging) or await self._plan_again(dataset, context)
        await asyncio.to_thread(self._require_room, plan, staging)
        return await asyncio.to_thread(
            build_dataset,
            plan,
            staging,
            target,
            token=context.token,
            text_column=dataset.text_column,
            work=context.work,
            settings=FetchSettings(connections=self._settings.download_connections),
        )

    def _require_room(self, plan: Plan, staging: Path) -> None:
        needed = needed_bytes([(file.path, file.size) for file in plan.files])
        kept = get_directory_size(staging)
        require_room(self._settings.data_dir, needed, reserve=self._settings.disk_reserve_bytes, kept=kept)

    async def _plan_again(self, dataset: Dataset, context: JobContext) -> Plan:
        """The same plan once more, from the commit in the record: the file that kept it is lost or damaged."""
        planner = Planner()
        try:
            plan = await planner.plan(
                PlanRequest(
                    repo_id=dataset.hf_repo_id or "",
                    config=dataset.config,
                    splits=tuple(SplitResponse.model_validate(split).name for split in dataset.splits),
                    revision=dataset.revision,
                    token=context.token,
                )
            )
        finally:
            await planner.close()
        await asyncio.to_thread(write_plan, self._storage.staging(dataset.id), plan)
        return plan


def figures_of(manifest: Manifest, folder: Path) -> DatasetFigures:
    """What the record says of the data, from its manifest."""
    text = manifest.text
    columns: list[Json] = [
        {
            "name": column.name,
            "type": column.type,
            "kind": column.kind,
            "nulls": column.nulls,
            "characters": column.characters,
        }
        for column in manifest.columns
    ]
    return DatasetFigures(
        raw_path=str(folder / "raw"),
        num_samples=manifest.rows,
        size_bytes=manifest.size_bytes,
        splits=[
            {
                "name": split.name,
                "num_files": len(split.files),
                "num_rows": split.rows,
                "num_bytes": split.size_bytes,
            }
            for split in manifest.splits
        ],
        text_column=manifest.text_column.name,
        metadata={
            "text_column_reason": manifest.text_column.reason,
            "characters": text.characters,
            "text_bytes": text.utf8_bytes,
            "null_texts": text.nulls,
            "empty_texts": text.empty,
            "invalid_texts": text.invalid,
            "columns": columns,
        },
    )


def job_handlers(settings: Settings, database: Database) -> Mapping[str, Handler]:
    """The handler of each kind of job."""
    tasks = DatasetTasks(settings, database)
    return {"download": tasks.download_dataset_task}
