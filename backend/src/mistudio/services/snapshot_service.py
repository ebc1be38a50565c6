"""What a client is told when it subscribes to a channel."""

import re

from mistudio.core.database import Database
from mistudio.core.errors import Json
from mistudio.core.events import DATASETS_CHANNEL
from mistudio.models import Dataset
from mistudio.schemas.event import DatasetListSnapshot, DatasetSnapshot, SubscribeRefused
from mistudio.services.dataset_service import DatasetService
from mistudio.services.responses import dataset_detail
from mistudio.utils.text import first_control

_PROGRESS_CHANNEL = re.compile(r"datasets/([^/]+)/progress")


class SnapshotService:
    """Answers subscribes with the present state."""

    def __init__(self, database: Database, datasets: DatasetService) -> None:
        self._database = database
        self._datasets = datasets

    async def snapshot(self, channel: str) -> dict[str, Json]:
        """The state behind ``channel``; a refusal for a channel that does not exist."""
        if channel == DATASETS_CHANNEL:
            listed = await self._datasets.list_datasets()
            return DatasetListSnapshot(channel=channel, list=listed).model_dump(mode="json")
        if (found := _PROGRESS_CHANNEL.fullmatch(channel)) and not first_control(channel):
            return (await self._dataset(channel, found[1])).model_dump(mode="json")
        return SubscribeRefused(channel=channel, error=f"There is no channel {channel}.").model_dump(mode="json")

    async def _dataset(self, channel: str, dataset_id: str) -> DatasetSnapshot:
        async with self._database.read() as session:
            record = await session.get(Dataset, dataset_id)
            detail = await dataset_detail(session, record) if record else None
        return DatasetSnapshot(channel=channel, seq=detail.seq if detail else 0, dataset=detail)
