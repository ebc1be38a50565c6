"""The preflight: what a Hub repository holds, and whether it fits on the disk."""

from sqlalchemy import select

from mistudio.core.config import Settings
from mistudio.core.database import Database
from mistudio.core.errors import ValidationFailed
from mistudio.corpus.hub.plan_types import Inspection, PlanRequest
from mistudio.corpus.hub.planning import Planning
from mistudio.models import Dataset
from mistudio.schemas.dataset import SplitResponse
from mistudio.schemas.hub import HubColumn, HubDatasetResponse
from mistudio.services.datasets.hub_record import source_key
from mistudio.services.storage.disk_space import needed_bytes
from mistudio.utils.file_utils import free_bytes
from mistudio.utils.hf_utils import check_repo_id


class HubService:
    """Asks the planner, the database and the disk."""

    def __init__(self, settings: Settings, database: Database, planner: Planning) -> None:
        self._settings = settings
        self._database = database
        self._planner = planner

    async def inspect(
        self, repo_id: str, *, config: str | None, revision: str | None, token: str | None
    ) -> HubDatasetResponse:
        """Return the repository at one commit. Raises what planning raises, and ValidationFailed for an invalid id."""
        try:
            checked = check_repo_id(repo_id)
        except ValueError as error:
            raise ValidationFailed(str(error), field="repo_id") from error
        found = await self._planner.inspect(PlanRequest(repo_id=checked, config=config, revision=revision, token=token))
        return self._respond(found, existing=await self._find_existing(found))

    def _respond(self, found: Inspection, *, existing: str | None) -> HubDatasetResponse:
        needed = needed_bytes(found.sizes)
        free = free_bytes(self._settings.data_dir)
        return HubDatasetResponse(
            repo_id=found.repo_id,
            revision=found.revision,
            config=found.config,
            default_config=found.default_config,
            configs=list(found.configs),
            splits=[
                SplitResponse(name=split.name, num_files=split.num_files, num_bytes=split.size_bytes)
                for split in found.splits
            ],
            num_files=found.num_files,
            size_bytes=found.sizes.total,
            format=found.format,
            columns=[HubColumn.model_validate(column) for column in found.columns],
            gated=found.gated,
            private=found.private,
            access=found.access,
            license=found.license,
            description=found.description,
            needed_bytes=needed,
            free_bytes=free,
            fits=needed + self._settings.disk_reserve_bytes <= free,
            existing_dataset_id=existing,
        )

    async def _find_existing(self, found: Inspection) -> str | None:
        """Return the id of the dataset with all splits of this config at this commit."""
        if found.config is None:
            return None
        key = source_key(
            repo_id=found.repo_id,
            revision=found.revision,
            config=found.config,
            splits=[split.name for split in found.splits],
        )
        async with self._database.read() as session:
            return await session.scalar(select(Dataset.id).where(Dataset.source_key == key))
