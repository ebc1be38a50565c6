"""The use cases of newer commits: say what one changes, and download it beside the dataset that is here."""

import asyncio
from functools import partial

from mistudio.core.database import Database
from mistudio.corpus.hub.planning import Planning
from mistudio.corpus.ingest.unchanged_files import link_unchanged
from mistudio.corpus.store.manifest import read_manifest
from mistudio.models import Dataset
from mistudio.schemas.dataset import DatasetResponse
from mistudio.schemas.update import MOST_LISTED_FILES, FileChangeResponse, UpdateResponse
from mistudio.services.dataset_service import DatasetService
from mistudio.services.datasets.hub_record import new_record
from mistudio.services.datasets.part_record import UPDATES
from mistudio.services.datasets.update_plan import PlannedUpdate, plan_update
from mistudio.services.lookup import get_ready_dataset
from mistudio.services.storage.disk_space import known_sizes, needed_bytes
from mistudio.services.storage_service import StorageService


class UpdateService:
    """Compares datasets with the newest commits of their repositories."""

    def __init__(
        self, database: Database, planner: Planning, *, storage: StorageService, datasets: DatasetService
    ) -> None:
        self._database = database
        self._planner = planner
        self._storage = storage
        self._datasets = datasets

    async def check(self, dataset_id: str, token: str | None) -> UpdateResponse:
        """Return what the newest commit changes.

        Raises NotFound, NotReady, ValidationFailed, and what planning raises.
        """
        dataset, update = await self._plan(dataset_id, token)
        return UpdateResponse(
            commit=update.plan.revision,
            is_newer=update.plan.revision != dataset.revision,
            files=[FileChangeResponse.model_validate(each) for each in update.changes[:MOST_LISTED_FILES]],
            changed_files=len(update.changes),
            unchanged_files=len(update.unchanged),
            fetch_bytes=update.fetch_bytes,
        )

    async def create(self, dataset_id: str, token: str | None) -> DatasetResponse:
        """Create the dataset of the newest commit, which shares the unchanged raw files and fetches the rest.

        Raises what ``check`` does, AlreadyExists, DataMissing and DiskFull.
        """
        base, update = await self._plan(dataset_id, token)
        dataset = new_record(update.plan, base.text_column, base.text_template)
        dataset.meta = {**dataset.meta, UPDATES: base.id}
        link = partial(
            link_unchanged,
            self._storage.folder(base.id),
            unchanged=update.present,
            files=update.plan.files,
        )
        needed = needed_bytes(known_sizes(update.plan))
        return await self._datasets.create_once(dataset, update.plan, needed=needed, token=token, link=link)

    async def _plan(self, dataset_id: str, token: str | None) -> tuple[Dataset, PlannedUpdate]:
        async with self._database.read() as session:
            dataset = await get_ready_dataset(session, dataset_id, action="updated")
        manifest = await asyncio.to_thread(read_manifest, self._storage.folder(dataset_id))
        return dataset, await plan_update(self._planner, dataset, manifest, token)
