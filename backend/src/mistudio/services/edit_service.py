"""Changes what a user may change of a dataset: its name, tags and note, and the text that is viewed and searched."""

import asyncio

from mistudio.core.database import Database
from mistudio.core.errors import NotReady
from mistudio.core.events import EventBus
from mistudio.core.records import as_json
from mistudio.core.states import DatasetStatus, IndexState
from mistudio.corpus.store.manifest import Manifest, read_manifest
from mistudio.corpus.store.text_counts import find_counts
from mistudio.corpus.store.text_source import TextSource, check_source, make_source
from mistudio.corpus.store.text_template import TextTemplate
from mistudio.models import Dataset
from mistudio.schemas.dataset import DatasetResponse
from mistudio.schemas.dataset_requests import DatasetUpdateRequest
from mistudio.services.index_service import IndexService
from mistudio.services.jobs.control import JobControl
from mistudio.services.jobs.events import changed_event, next_seq, publish_all
from mistudio.services.jobs.figures import TextFigures
from mistudio.services.lookup import active_jobs, get_dataset
from mistudio.services.responses import dataset_response
from mistudio.services.storage_service import StorageService


class EditService:
    """Changes the records of datasets; data, manifests and tokenizations stay as they are."""

    def __init__(
        self,
        database: Database,
        *,
        bus: EventBus,
        jobs: JobControl,
        storage: StorageService,
        indexes: IndexService,
    ) -> None:
        self._database = database
        self._bus = bus
        self._storage = storage
        self._indexes = indexes
        self._jobs = jobs

    async def update(self, dataset_id: str, request: DatasetUpdateRequest) -> DatasetResponse:
        """Change the fields that the request has. A changed text ends the index, which is built again.

        Raises NotFound; for the text also NotReady while the data is being read, UnknownColumn and DataMissing.
        """
        text = await self._resolve_text(dataset_id, request)
        if text is not None:
            await self._stop_index_jobs(dataset_id)
        async with self._database.write() as session:
            dataset = await get_dataset(session, dataset_id, for_update=True)
            _set_fields(dataset, request)
            if text is not None:
                text.apply(dataset)
            next_seq(dataset)
            await session.flush()
            response = dataset_response(dataset, await active_jobs(session, [dataset_id]))
        await publish_all(self._bus, [changed_event(response)])
        if text is not None and response.status is DatasetStatus.READY:
            await self._indexes.rebuild_changed(dataset_id)
        return response

    async def _resolve_text(self, dataset_id: str, request: DatasetUpdateRequest) -> "_NewText | None":
        """Return the text that the request asks for; None if it asks for none, or for the one in use."""
        async with self._database.read() as session:
            dataset = await get_dataset(session, dataset_id)
        if not {"text_column", "text_template"} & request.model_fields_set:
            return None
        wanted = make_source(request.text_column, request.text_template)
        if dataset.status is DatasetStatus.ERROR:
            # The data decides whether it has the column, once a retry has read it.
            return _NewText(wanted, None)
        if dataset.status is not DatasetStatus.READY:
            raise NotReady(f"“{dataset.name}” is {dataset.status.value}; its text can be changed once it is ready.")
        if wanted is not None and wanted == make_source(dataset.text_column, dataset.text_template):
            return None
        manifest = await asyncio.to_thread(read_manifest, self._storage.folder(dataset_id))
        if wanted is None:
            wanted = manifest.text_source
        check_source(wanted, manifest.columns)
        return _NewText(wanted, manifest)

    async def _stop_index_jobs(self, dataset_id: str) -> None:
        async with self._database.read() as session:
            jobs = [job for job in await active_jobs(session, [dataset_id]) if job.kind == "index"]
        await self._jobs.stop(jobs)


class _NewText:
    """The text that a dataset is to have; ``manifest`` is None while there is no data."""

    def __init__(self, source: TextSource | None, manifest: Manifest | None) -> None:
        self._source = source
        self._manifest = manifest

    def apply(self, dataset: Dataset) -> None:
        """Set the text, its reason and its counts, which are null until they are known; there is no index of it."""
        is_template = isinstance(self._source, TextTemplate)
        dataset.text_column = self._source if isinstance(self._source, str) else None
        dataset.text_template = self._source.text if isinstance(self._source, TextTemplate) else None
        if self._manifest is None or self._source is None:
            return
        counted = find_counts(self._manifest, self._source)
        figures = TextFigures() if counted is None else TextFigures.of(counted)
        own = self._manifest.text_column
        reason = own.reason if own and own.name == self._source else f"“{self._source}” was chosen afterwards."
        dataset.meta = {**dataset.meta, **as_json(figures), "text_column_reason": None if is_template else reason}
        dataset.index_state, dataset.index_progress = IndexState.NONE, 0.0


def _set_fields(dataset: Dataset, request: DatasetUpdateRequest) -> None:
    given = request.model_fields_set
    if "name" in given:
        dataset.name = request.name
    if "tags" in given:
        dataset.tags = [*dict.fromkeys(request.tags)]
    if "note" in given:
        dataset.note = request.note or None
