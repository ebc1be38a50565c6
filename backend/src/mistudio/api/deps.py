"""Gives routes the services: one container, made by ``mistudio.main`` for the life of the application."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Path, Query, Request

from mistudio.corpus.hub.part_types import Order, Part
from mistudio.schemas.common import ColumnName, OneLine
from mistudio.schemas.part import Seed, choose_amount, make_part
from mistudio.services.column_service import ColumnService
from mistudio.services.croissant_service import CroissantService
from mistudio.services.dataset_service import DatasetService
from mistudio.services.edit_service import EditService
from mistudio.services.export_service import ExportService
from mistudio.services.health_service import HealthService
from mistudio.services.hub_service import HubService
from mistudio.services.import_service import ImportService
from mistudio.services.index_service import IndexService
from mistudio.services.job_service import JobService
from mistudio.services.mix_service import MixService
from mistudio.services.recipe_service import RecipeService
from mistudio.services.reference_service import ReferenceService
from mistudio.services.row_service import RowService
from mistudio.services.sample_service import SampleService
from mistudio.services.statistics_service import StatisticsService
from mistudio.services.storage_service import StorageService
from mistudio.services.subset_service import SubsetService
from mistudio.services.tokenization_service import TokenizationService
from mistudio.services.tokenizer_service import TokenizerService
from mistudio.services.update_service import UpdateService
from mistudio.services.vocabulary_service import VocabularyService
from mistudio.services.what_if_service import WhatIfService


@dataclass(frozen=True, kw_only=True)
class Services:
    """The services that routes use."""

    datasets: DatasetService
    edits: EditService
    imports: ImportService
    mixes: MixService
    updates: UpdateService
    subsets: SubsetService
    recipes: RecipeService
    croissant: CroissantService
    samples: SampleService
    columns: ColumnService
    exports: ExportService
    indexes: IndexService
    tokenizers: TokenizerService
    tokenizations: TokenizationService
    rows: RowService
    vocabulary: VocabularyService
    statistics: StatisticsService
    what_if: WhatIfService
    references: ReferenceService
    jobs: JobService
    hub: HubService
    storage: StorageService
    health: HealthService


def services_of(request: Request) -> Services:
    """Return the application's services."""
    services: Services = request.app.state.services
    return services


ServicesDep = Annotated[Services, Depends(services_of)]
DatasetId = Annotated[OneLine, Path(description="Id of a dataset, ds_…", max_length=64)]
TokenizationId = Annotated[OneLine, Path(description="Id of a tokenization, tok_…", max_length=64)]
JobId = Annotated[OneLine, Path(description="Id of a job, job_…", max_length=64)]
PageNumber = Annotated[int, Query(ge=1, le=1_000_000_000, description="Counts from 1.")]
PageLimit = Annotated[int, Query(ge=1, le=100, description="Items per page.")]


def read_part(
    rows: Annotated[int | None, Query(ge=1, le=2**53, description="Take this many rows.")] = None,
    max_bytes: Annotated[int | None, Query(ge=1, le=2**53, description="Take about this many bytes of source.")] = None,
    order: Annotated[Order, Query()] = "first",
    seed: Annotated[Seed, Query(description="The same seed draws the same random part.")] = 0,
    columns: Annotated[list[ColumnName] | None, Query(description="Can be repeated. Default: all.")] = None,
) -> Part:
    """Return the part that a query describes."""
    return make_part(choose_amount(rows, max_bytes), order, seed, columns)


PartQuery = Annotated[Part, Depends(read_part)]
