"""The use cases of subsets: show what one would have, and create it."""

import asyncio
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Final

from mistudio.core.child_environment import temporary_dir
from mistudio.core.config import Settings
from mistudio.core.database import Database
from mistudio.corpus.derive.plan import SubsetPlan
from mistudio.schemas.cleaning import CleaningStepPreview
from mistudio.schemas.dataset import DatasetResponse
from mistudio.schemas.subset import SubsetExample, SubsetPreviewResponse, SubsetRequest
from mistudio.schemas.subset_record import SubsetStage
from mistudio.services.dataset_service import DatasetService
from mistudio.services.datasets.subset_plan import ChosenTexts, SubsetPlanner
from mistudio.services.datasets.subset_record import new_subset_record
from mistudio.services.storage_service import StorageService

if TYPE_CHECKING:
    from mistudio.corpus.derive.preview import SubsetPreview

_PREVIEWS: Final = 2


class SubsetService:
    """Turns requests into plans, which jobs follow."""

    def __init__(
        self, settings: Settings, database: Database, *, storage: StorageService, datasets: DatasetService
    ) -> None:
        self._settings = settings
        self._storage = storage
        self._datasets = datasets
        self._planner = SubsetPlanner(database, storage)
        self._previews = asyncio.Semaphore(_PREVIEWS)

    async def create(
        self, dataset_id: str, request: SubsetRequest, *, texts: ChosenTexts | None = None
    ) -> DatasetResponse:
        """Create a subset's record and its job; ``texts`` are as for the planner.

        The same subset again raises AlreadyExists with the id, or retries the one that failed. Raises NotFound,
        NotReady, UnknownSplit, InvalidPattern, ValidationFailed, DataMissing, DiskFull.
        """
        planned = await self._planner.plan(dataset_id, request, texts)
        record = new_subset_record(planned.plan, request.name)
        return await self._datasets.create_once(record, planned.plan, needed=planned.needed_bytes)

    async def preview(self, dataset_id: str, request: SubsetRequest) -> SubsetPreviewResponse:
        """Return what the subset would have; raises what ``create`` does but for AlreadyExists and DiskFull."""
        planned = await self._planner.plan(dataset_id, request)
        async with self._previews:
            return _to_response(await asyncio.to_thread(self._preview, planned.plan))

    def _preview(self, plan: SubsetPlan) -> "SubsetPreview":
        from mistudio.corpus.derive.build import open_sources
        from mistudio.corpus.derive.preview import preview_subset

        sources = open_sources(plan, self._storage.folder)
        with tempfile.TemporaryDirectory(prefix="preview-", dir=temporary_dir(self._settings)) as folder:
            return preview_subset(plan, sources, Path(folder), seconds=self._settings.search_seconds)


def _to_response(preview: "SubsetPreview") -> SubsetPreviewResponse:
    return SubsetPreviewResponse(
        rows=preview.rows,
        matched=preview.stages[0].kept if preview.stages else None,
        taken=preview.taken,
        stages=[SubsetStage.model_validate(stage) for stage in preview.stages],
        kept=[SubsetExample.model_validate(row) for row in preview.kept],
        dropped=[SubsetExample.model_validate(row) for row in preview.dropped],
        sample_rows=preview.sample_rows,
        steps=[CleaningStepPreview.of(step) for step in preview.steps],
        note=preview.note,
    )
