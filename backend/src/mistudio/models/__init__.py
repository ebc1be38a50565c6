"""SQLAlchemy tables and the rules that records obey."""

from mistudio.models.base import Base, new_id, utc_now
from mistudio.models.dataset import Dataset, DatasetReference, DatasetStatus
from mistudio.models.job import Job
from mistudio.models.recipe import Recipe
from mistudio.models.tokenization import Model, Tokenization

__all__ = [
    "Base",
    "Dataset",
    "DatasetReference",
    "DatasetStatus",
    "Job",
    "Model",
    "Recipe",
    "Tokenization",
    "new_id",
    "utc_now",
]
