"""References to a dataset, by a training run or an experiment; they block its deletion."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from mistudio.core.database import Database
from mistudio.core.errors import AlreadyExists, NotFound
from mistudio.core.reserve import EmergencyReserve
from mistudio.models import DatasetReference
from mistudio.schemas.dataset import ReferenceResponse
from mistudio.schemas.dataset_requests import ReferenceCreate
from mistudio.services.lookup import get_dataset


async def list_references(session: AsyncSession, dataset_id: str) -> list[ReferenceResponse]:
    """Return the references to a dataset, oldest first."""
    query = select(DatasetReference).where(DatasetReference.dataset_id == dataset_id)
    records: Sequence[DatasetReference] = (await session.scalars(query.order_by(DatasetReference.created_at))).all()
    return [ReferenceResponse.model_validate(record) for record in records]


class ReferenceService:
    """Adds, lists and removes references."""

    def __init__(self, database: Database, reserve: EmergencyReserve) -> None:
        self._database = database
        self._reserve = reserve

    async def list_references(self, dataset_id: str) -> list[ReferenceResponse]:
        """Return the references to a dataset, oldest first. Raises NotFound."""
        async with self._database.read() as session:
            await get_dataset(session, dataset_id)
            return await list_references(session, dataset_id)

    async def add(self, dataset_id: str, request: ReferenceCreate) -> ReferenceResponse:
        """Add a reference to a dataset. Raises NotFound, AlreadyExists."""
        record = DatasetReference(dataset_id=dataset_id, **request.model_dump())
        try:
            async with self._database.write() as session:
                await get_dataset(session, dataset_id)
                session.add(record)
        except IntegrityError as error:
            raise AlreadyExists(f"{request.kind} {request.ref_id} uses this dataset already.") from error
        return ReferenceResponse.model_validate(record)

    async def remove(self, dataset_id: str, reference_id: str) -> None:
        """Remove a reference to a dataset, on a full disk, too: it blocks a deletion. Raises NotFound."""
        await self._reserve.use(lambda: self._remove(dataset_id, reference_id))

    async def _remove(self, dataset_id: str, reference_id: str) -> None:
        async with self._database.write() as session:
            record = await session.get(DatasetReference, reference_id)
            if record is None or record.dataset_id != dataset_id:
                raise NotFound(f"There is no reference {reference_id} to dataset {dataset_id}.")
            await session.delete(record)
