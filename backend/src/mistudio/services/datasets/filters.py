"""Narrows the list of datasets, and reads a page of it."""

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import Session

from mistudio.core.states import DatasetStatus
from mistudio.models import Dataset
from mistudio.schemas.common import Pagination
from mistudio.schemas.dataset import DatasetListResponse, DatasetSort, DatasetSource
from mistudio.services.lookup import active_jobs_by_dataset
from mistudio.services.responses import dataset_response


def filter_datasets(
    query: Select[Dataset], *, status: DatasetStatus | None, source: DatasetSource | None, search: str | None
) -> Select[Dataset]:
    """Return the query for the datasets that match all filters; ``search`` looks in names and repository ids."""
    if status:
        query = query.where(Dataset.status == status)
    if source:
        query = query.where(Dataset.source == source)
    if search:
        query = query.where(
            or_(Dataset.name.icontains(search, autoescape=True), Dataset.hf_repo_id.icontains(search, autoescape=True))
        )
    return query


def list_page(
    session: Session, *, query: Select[Dataset], sort: DatasetSort, page: int, limit: int
) -> DatasetListResponse:
    """Return one page of the datasets of ``query``, with their active jobs; for ``Database.ask``."""
    column = getattr(Dataset, sort.removeprefix("-"))
    order = column.desc().nulls_last() if sort.startswith("-") else column.asc().nulls_last()
    total = session.scalar(select(func.count()).select_from(query.subquery())) or 0
    datasets = session.scalars(query.order_by(order, Dataset.id).offset((page - 1) * limit).limit(limit)).all()
    jobs = active_jobs_by_dataset(session, [dataset.id for dataset in datasets])
    return DatasetListResponse(
        data=[dataset_response(dataset, jobs.get(dataset.id, ())) for dataset in datasets],
        pagination=Pagination.of(page=page, limit=limit, total=total),
    )
