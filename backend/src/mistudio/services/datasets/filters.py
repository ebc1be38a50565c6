"""Narrows the list of datasets."""

from sqlalchemy import Select, or_

from mistudio.core.states import DatasetStatus
from mistudio.models import Dataset
from mistudio.schemas.dataset import DatasetSource


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
