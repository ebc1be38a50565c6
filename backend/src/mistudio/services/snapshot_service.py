"""The snapshot that answers a client's subscribe."""

import re

from mistudio.core.errors import Json, NotFound
from mistudio.core.events import DATASETS_CHANNEL
from mistudio.schemas.event import DatasetListSnapshot, DatasetSnapshot, SubscribeRefused
from mistudio.services.dataset_service import DatasetService
from mistudio.utils.text import find_control

_PROGRESS_CHANNEL = re.compile(r"datasets/([^/]+)/progress")


class SnapshotService:
    """Returns the present state behind a channel."""

    def __init__(self, datasets: DatasetService) -> None:
        self._datasets = datasets

    async def snapshot(self, channel: str) -> dict[str, Json]:
        """Return the state behind ``channel``, or a refusal if there is no such channel."""
        if channel == DATASETS_CHANNEL:
            listed = await self._datasets.list_datasets()
            return DatasetListSnapshot(channel=channel, list=listed).model_dump(mode="json")
        if (found := _PROGRESS_CHANNEL.fullmatch(channel)) and not find_control(channel):
            return (await self._dataset(channel, found[1])).model_dump(mode="json")
        return SubscribeRefused(channel=channel, error=f"There is no channel {channel}.").model_dump(mode="json")

    async def _dataset(self, channel: str, dataset_id: str) -> DatasetSnapshot:
        try:
            detail = await self._datasets.get_dataset(dataset_id)
        except NotFound:
            return DatasetSnapshot(channel=channel, seq=0, dataset=None)
        return DatasetSnapshot(channel=channel, seq=detail.seq, dataset=detail)
