"""Turns the request for a subset into a plan: what it names is looked up and checked."""

import asyncio
import json
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from typing import TypeAlias

from sqlalchemy.ext.asyncio import AsyncSession

from mistudio.core.database import Database
from mistudio.core.errors import Json, UnknownSplit, ValidationFailed
from mistudio.corpus.cleaning.steps import Decontaminate, LengthBounds
from mistudio.corpus.columns.conditions import bind_conditions, parse_conditions
from mistudio.corpus.derive.choice import count_taken
from mistudio.corpus.derive.plan import ParentText, RowChoice, RowFilter, SubsetPlan
from mistudio.corpus.search.query import make_regex_pattern
from mistudio.corpus.store.dataset_store import DatasetStore
from mistudio.corpus.store.manifest import manifest_sha256, read_manifest
from mistudio.corpus.store.subset_record import ParentRecord
from mistudio.corpus.store.text_source import make_source
from mistudio.models import Dataset
from mistudio.schemas.dataset import SplitResponse
from mistudio.schemas.sample import SampleQuery
from mistudio.schemas.subset import SubsetOptions, SubsetRequest
from mistudio.services.datasets.recipe_builder import describe_steps
from mistudio.services.lookup import choose_tokenization, get_ready_dataset
from mistudio.services.samples.query import to_search_request
from mistudio.services.storage_service import StorageService
from mistudio.utils.text import to_plain_number


@dataclass(frozen=True)
class ChosenText:
    """The column or the template of a dataset's texts, in place of those of its record."""

    text_column: str | None = None
    text_template: str | None = None


ChosenTexts: TypeAlias = Mapping[str, ChosenText]


@dataclass(frozen=True)
class PlannedSubset:
    """The plan, and a high estimate of the bytes that it takes on the disk."""

    plan: SubsetPlan
    needed_bytes: int


class SubsetPlanner:
    """Makes plans of requests."""

    def __init__(self, database: Database, storage: StorageService) -> None:
        self._database = database
        self._storage = storage

    async def plan(self, dataset_id: str, request: SubsetRequest, texts: ChosenTexts | None = None) -> PlannedSubset:
        """Return the plan; ``texts`` are the texts of datasets, by their ids, where their records do not decide.

        Raises NotFound, NotReady, UnknownSplit, UnknownColumn, InvalidPattern, ValidationFailed, DataMissing.
        """
        async with self._database.read() as session:
            parent = await get_ready_dataset(session, dataset_id, action="divided")
            tokenization_id = await _find_tokenization(session, parent, request)
            others = [await get_ready_dataset(session, each, action="compared") for each in _list_references(request)]
        if any(other.id == parent.id for other in others):
            raise ValidationFailed("The step decontaminate compares with another dataset, not the same.", field="steps")
        _check_splits(parent, request)
        sources = [_choose_text(each, texts or {}) for each in (parent, *others)]
        return await asyncio.to_thread(self._make, sources, request, tokenization_id)

    def _make(
        self, sources: Sequence[tuple[Dataset, ChosenText]], request: SubsetRequest, tokenization_id: str | None
    ) -> PlannedSubset:
        parent = sources[0][0]
        recipe, step_names = self._describe(sources)
        choice, wanted = to_choice(request), _to_filter(request, tokenization_id)
        if wanted.where:
            with closing(DatasetStore(self._storage.folder(parent.id))) as store:
                bind_conditions(parse_conditions(wanted.where), store)
        plan = SubsetPlan(
            parent=self._to_parent(*sources[0]),
            request=_to_json(request, tokenization_id),
            filter=wanted,
            choice=choice,
            steps=tuple(step.model_dump(mode="json") for step in request.steps),
            references=tuple(self._to_parent(*source) for source in sources[1:]),
            recipe=recipe,
            step_names=step_names,
        )
        rows = parent.num_samples or 0
        return PlannedSubset(plan, (parent.size_bytes or 0) * count_taken(rows, choice) // max(1, rows))

    def _describe(
        self, sources: Sequence[tuple[Dataset, ChosenText]]
    ) -> tuple[tuple[tuple[str, Json], ...], tuple[str, ...]]:
        """Return the steps of a recipe that make the datasets; none if a recipe would compare other texts."""
        for dataset, text in sources[1:]:
            manifest = read_manifest(self._storage.folder(dataset.id))
            if make_source(text.text_column, text.text_template) != manifest.text_source:
                return (), ()
        return describe_steps([dataset for dataset, _text in sources], self._storage.folder)

    def _to_parent(self, dataset: Dataset, text: ChosenText) -> ParentText:
        record = ParentRecord(dataset.id, manifest_sha256(self._storage.folder(dataset.id)), dataset.name)
        return ParentText(record=record, text_column=text.text_column, text_template=text.text_template)


def _choose_text(dataset: Dataset, texts: ChosenTexts) -> tuple[Dataset, ChosenText]:
    return dataset, texts.get(dataset.id) or ChosenText(dataset.text_column, dataset.text_template)


async def _find_tokenization(session: AsyncSession, parent: Dataset, request: SubsetRequest) -> str | None:
    """Return the tokenization whose token counts are needed; None if none are."""
    field = next((name for name in ("min_tokens", "max_tokens") if getattr(request, name) is not None), None)
    if field is None and any(isinstance(step, LengthBounds) and step.needs_tokens for step in request.steps):
        field = "steps"
    if field is None:
        return None
    found = await choose_tokenization(session, parent.id, request.tokenization)
    if found is None:
        raise ValidationFailed("This dataset has no token counts yet: tokenize it first.", field=field)
    return found.id


def _list_references(request: SubsetOptions) -> list[str]:
    return list(dict.fromkeys(step.dataset for step in request.steps if isinstance(step, Decontaminate)))


def _check_splits(parent: Dataset, request: SubsetOptions) -> None:
    """Raise UnknownSplit or ValidationFailed if the request names a split or a row that the parent lacks."""
    splits = {split.name: split.num_rows or 0 for split in map(SplitResponse.model_validate, parent.splits)}
    for field, names in (("split", [request.split] if request.split else []), ("ids", list(request.ids or {}))):
        if unknown := [name for name in names if name not in splits]:
            raise UnknownSplit(
                f"“{parent.name}” has no split “{unknown[0]}”. Splits: {', '.join(splits)}.",
                field=field,
                extra={"choices": list(splits)},
            )
    for split, rows in (request.ids or {}).items():
        if rows and max(rows) >= splits[split]:
            message = f"Split “{split}” has {splits[split]:,} rows, counted from 0; there is no row {max(rows)}."
            raise ValidationFailed(message, field="ids")


def _to_filter(request: SubsetRequest, tokenization_id: str | None) -> RowFilter:
    query = SampleQuery(**request.model_dump(include={"split", "search", "mode", "case", "min_tokens", "max_tokens"}))
    search = to_search_request(query)
    if search.mode == "regex":
        make_regex_pattern(search.text, case=search.case)
    return RowFilter(
        split=search.split,
        mode=search.mode,
        text=search.text,
        case=search.case,
        least=search.least,
        most=search.most,
        tokenization_id=tokenization_id,
        where=tuple(json.dumps(condition) for condition in request.where),
    )


def to_choice(request: SubsetOptions) -> RowChoice:
    """Return which of the rows that match are taken."""
    if request.ids is not None:
        return RowChoice(ids={split: tuple(sorted(set(rows))) for split, rows in sorted(request.ids.items()) if rows})
    if request.share is not None:
        return RowChoice(share=to_plain_number(request.share), seed=request.seed or 0)
    if isinstance(request.rows, int):
        return RowChoice(count=request.rows, seed=request.seed)
    return RowChoice(ranges=tuple(request.rows)) if request.rows is not None else RowChoice()


def _to_json(request: SubsetRequest, tokenization_id: str | None) -> dict[str, Json]:
    """Return what was asked for, without what has no effect."""
    options = request.model_dump(mode="json", exclude={"name", "steps", "tokenization"}, exclude_none=True)
    if not request.search:
        options = {name: value for name, value in options.items() if name not in ("search", "mode", "case")}
    if not request.where:
        options.pop("where", None)
    steps: list[Json] = [step.model_dump(mode="json") for step in request.steps]
    found = {"tokenization": tokenization_id} if tokenization_id else {}
    return {**options, **found, **({"steps": steps} if steps else {})}
