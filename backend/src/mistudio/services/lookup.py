"""Datasets and tokenizations that can be read: what every question about data asks for first, refused in one way."""

from sqlalchemy.ext.asyncio import AsyncSession

from mistudio.core.errors import NotFound, NotReady
from mistudio.core.states import DatasetStatus, TokenizationStatus
from mistudio.models import Dataset, Tokenization
from mistudio.services.jobs.targets import newest_ready
from mistudio.services.responses import get_dataset, get_tokenization


async def ready_dataset(session: AsyncSession, dataset_id: str) -> Dataset:
    """The record of a dataset that can be read. Raises NotFound, NotReady."""
    dataset = await get_dataset(session, dataset_id)
    if dataset.status is not DatasetStatus.READY:
        raise NotReady(f"“{dataset.name}” is {dataset.status.value}; it can be read once it is ready.")
    return dataset


async def ready_tokenization(session: AsyncSession, dataset_id: str, wanted: str | None) -> Tokenization | None:
    """The tokenization asked for, else the dataset's newest ready one, if any. Raises NotFound, NotReady."""
    if wanted is None:
        return await newest_ready(session, dataset_id)
    record = await get_tokenization(session, wanted)
    if record.dataset_id != dataset_id:
        raise NotFound(f"Tokenization {wanted} is not one of this dataset.")
    return require_ready(record)


def require_ready(record: Tokenization) -> Tokenization:
    """``record``, if it can be used. Raises NotReady."""
    if record.status is not TokenizationStatus.READY:
        raise NotReady(f"This tokenization is {record.status.value}; it can be used once it is ready.")
    return record
