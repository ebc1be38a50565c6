"""The preflight: what a Hub repository holds, and whether it fits on the disk."""

from dataclasses import replace
from typing import Final

from cachetools import LRUCache
from sqlalchemy import select

from mistudio.core.config import Settings
from mistudio.core.database import Database
from mistudio.core.errors import ValidationFailed
from mistudio.corpus.hub.part_types import EVERYTHING, Part, PartEstimate
from mistudio.corpus.hub.plan_types import Inspection, PlanRequest
from mistudio.corpus.hub.planning import Planning
from mistudio.models import Dataset
from mistudio.schemas.dataset import SplitResponse
from mistudio.schemas.hub import HubColumn, HubDatasetResponse
from mistudio.services.datasets.hub_record import source_key
from mistudio.services.storage.disk_space import needed_bytes
from mistudio.utils.file_utils import free_bytes
from mistudio.utils.hf_utils import check_repo_id

_KEPT_ESTIMATES: Final = 64


class HubService:
    """Asks the planner, the database and the disk."""

    def __init__(self, settings: Settings, database: Database, planner: Planning) -> None:
        self._settings = settings
        self._database = database
        self._planner = planner
        # A user types an amount digit by digit, and each footer is a request.
        self._estimates: LRUCache[tuple[str, str, str, Part], PartEstimate] = LRUCache(_KEPT_ESTIMATES)

    async def inspect(
        self, repo_id: str, *, config: str | None, revision: str | None, token: str | None, part: Part = EVERYTHING
    ) -> HubDatasetResponse:
        """Return the repository at one commit, and what ``part`` would fetch of it.

        Raises what planning and reading footers raise, and ValidationFailed for an invalid id.
        """
        try:
            checked = check_repo_id(repo_id)
        except ValueError as error:
            raise ValidationFailed(str(error), field="repo_id") from error
        request = PlanRequest(repo_id=checked, config=config, revision=revision, token=token)
        found = await self._planner.inspect(request)
        estimate = await self._estimate(found, request, part)
        return self._respond(found, estimate, existing=await self._find_existing(found, part))

    async def _estimate(self, found: Inspection, request: PlanRequest, part: Part) -> PartEstimate | None:
        """Return what the part would fetch; None if no config is chosen or the files may not be read."""
        if found.config is None:
            return None
        if part.is_whole:
            return PartEstimate(found.sizes.total, None, found.num_files, is_exact=True)
        if found.access != "granted":
            return None
        key = (found.repo_id, found.revision, found.config, part)
        if (known := self._estimates.get(key)) is None:
            pinned = replace(request, config=found.config, revision=found.revision, part=part)
            known = await self._planner.estimate(pinned)
            self._estimates[key] = known
        return known

    def _respond(self, found: Inspection, estimate: PartEstimate | None, *, existing: str | None) -> HubDatasetResponse:
        needed = needed_bytes(found.sizes.limit(estimate.num_bytes) if estimate else found.sizes)
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
            fetch_bytes=estimate.num_bytes if estimate else None,
            fetch_rows=estimate.rows if estimate else None,
            fetch_files=estimate.files if estimate else None,
            fetch_is_exact=estimate is not None and estimate.is_exact,
            needed_bytes=needed,
            free_bytes=free,
            fits=needed + self._settings.disk_reserve_bytes <= free,
            existing_dataset_id=existing,
        )

    async def _find_existing(self, found: Inspection, part: Part) -> str | None:
        """Return the id of the dataset with this part of all splits of this config at this commit."""
        if found.config is None:
            return None
        key = source_key(
            repo_id=found.repo_id,
            revision=found.revision,
            config=found.config,
            splits=[split.name for split in found.splits],
            part=part,
        )
        async with self._database.read() as session:
            return await session.scalar(select(Dataset.id).where(Dataset.source_key == key))
