"""The use cases of mixtures: show what one would have, and create it."""

import asyncio
from collections.abc import Sequence
from pathlib import Path

from sqlalchemy.ext.asyncio import AsyncSession

from mistudio.core.config import Settings
from mistudio.core.database import Database
from mistudio.core.errors import Json, ParentMissing, UnknownSplit
from mistudio.corpus.mix.estimate import PartEstimate, estimate_mixture, estimate_size
from mistudio.corpus.mix.plan import MixPart, MixPlan, MixTokenizer, write_mix_plan
from mistudio.corpus.store.manifest import manifest_sha256
from mistudio.models import Dataset
from mistudio.schemas.common import reveal
from mistudio.schemas.dataset import DatasetResponse, SplitResponse
from mistudio.schemas.mix import MixPartRequest, MixPreviewPart, MixPreviewResponse, MixRequest
from mistudio.services.dataset_service import DatasetService
from mistudio.services.datasets.mix_record import new_mix_record
from mistudio.services.datasets.recipe_builder import RecipeBuilder
from mistudio.services.lookup import get_ready_dataset, get_tokenization
from mistudio.services.storage.disk_space import require_room
from mistudio.services.storage_service import StorageService
from mistudio.services.tokenizer_service import TokenizerService
from mistudio.utils.text import to_plain_number

_SPLIT = "train"


class MixService:
    """Turns requests into plans, which jobs follow."""

    def __init__(
        self,
        settings: Settings,
        database: Database,
        *,
        storage: StorageService,
        tokenizers: TokenizerService,
        datasets: DatasetService,
    ) -> None:
        self._settings = settings
        self._database = database
        self._storage = storage
        self._tokenizers = tokenizers
        self._datasets = datasets

    async def create(self, request: MixRequest) -> DatasetResponse:
        """Create a mixture's record and its job.

        The same mixture again raises AlreadyExists with the id, or retries the one that failed. Raises NotFound,
        NotReady, UnknownSplit, ValidationFailed, DiskFull, and what loading a tokenizer raises.
        """
        plan = await self._plan(request)
        estimates = await asyncio.to_thread(estimate_mixture, plan, self._storage.folder)
        needed = estimate_size(plan, estimates)

        def prepare(staging: Path) -> None:
            require_room(self._settings.data_dir, needed, reserve=self._settings.disk_reserve_bytes)
            write_mix_plan(staging, plan)

        return await self._datasets.create_once(
            new_mix_record(plan, request.name), reveal(request.access_token), prepare
        )

    async def preview(self, request: MixRequest) -> MixPreviewResponse:
        """Return what the mixture would have; raises what ``create`` does but for AlreadyExists and DiskFull."""
        plan = await self._plan(request)
        estimates = await asyncio.to_thread(estimate_mixture, plan, self._storage.folder)
        total = sum(each.target or 0 for each in estimates) or None
        return MixPreviewResponse(
            by=plan.by,
            total=total,
            parts=[_to_preview(part, estimate, total) for part, estimate in zip(plan.parts, estimates, strict=True)],
        )

    async def _plan(self, request: MixRequest) -> MixPlan:
        async with self._database.read() as session:
            found = [await self._find_part(session, part) for part in request.parts]
        tokenizer = await self._find_tokenizer(request)
        parts = [
            await asyncio.to_thread(self._to_part, wanted, dataset, split, label)
            for wanted, (dataset, split), label in zip(
                request.parts, found, _choose_labels(request.parts, found), strict=True
            )
        ]
        recipe, step_names = await asyncio.to_thread(self._describe_parts, [dataset for dataset, _ in found])
        splits = {part.split for part in parts}
        return MixPlan(
            parts=tuple(parts),
            by=request.by,
            split=splits.pop() if len(splits) == 1 else _SPLIT,
            seed=request.seed,
            total=request.total,
            tokenizer=tokenizer,
            recipe=recipe,
            step_names=step_names,
        )

    def _describe_parts(self, datasets: Sequence[Dataset]) -> tuple[tuple[tuple[str, Json], ...], tuple[str, ...]]:
        """Return the steps that make the parts, and that of each part; none if a part has no recipe."""
        recipe = RecipeBuilder()
        try:
            names = [recipe.add_dataset(dataset, self._storage.folder(dataset.id)) for dataset in datasets]
        except ParentMissing:
            return (), ()
        return tuple(recipe.datasets.items()), tuple(names)

    async def _find_part(self, session: AsyncSession, part: MixPartRequest) -> tuple[Dataset, str]:
        dataset = await get_ready_dataset(session, part.dataset, action="mixed")
        return dataset, _choose_split(dataset, part.split)

    async def _find_tokenizer(self, request: MixRequest) -> MixTokenizer | None:
        name, revision = request.tokenizer, request.revision
        if request.tokenization:
            async with self._database.read() as session:
                record = await get_tokenization(session, request.tokenization)
            name, revision = record.tokenizer, record.tokenizer_revision
        if not name:
            return None
        loaded = await self._tokenizers.load(name, revision, token=reveal(request.access_token))
        return MixTokenizer(name=loaded.repo, revision=loaded.commit, fingerprint=loaded.fingerprint)

    def _to_part(self, wanted: MixPartRequest, dataset: Dataset, split: str, label: str) -> MixPart:
        return MixPart(
            dataset_id=dataset.id,
            manifest_sha256=manifest_sha256(self._storage.folder(dataset.id)),
            name=dataset.name,
            split=split,
            label=label,
            **_choose_text(wanted, dataset),
            share=None if wanted.share is None else to_plain_number(wanted.share),
            amount=wanted.rows or wanted.tokens or wanted.bytes,
            max_repeats=wanted.max_repeats,
        )


def _choose_text(wanted: MixPartRequest, dataset: Dataset) -> dict[str, str | None]:
    chosen = wanted if wanted.text_column or wanted.text_template else dataset
    return {"text_column": chosen.text_column, "text_template": chosen.text_template}


def _choose_split(dataset: Dataset, wanted: str | None) -> str:
    names = [split.name for split in map(SplitResponse.model_validate, dataset.splits) if split.num_rows]
    if wanted is None and len(names) == 1:
        return names[0]
    if wanted in names:
        return wanted
    problem = f"has no rows in a split “{wanted}”" if wanted else "has several splits: choose one"
    raise UnknownSplit(f"“{dataset.name}” {problem}. Splits: {', '.join(names)}.", extra={"choices": list(names)})


def _choose_labels(parts: Sequence[MixPartRequest], found: Sequence[tuple[Dataset, str]]) -> list[str]:
    """Return the value of each part in the column ``source``; where two would be the same, with their splits."""
    plain = [part.label or dataset.hf_repo_id or dataset.name for part, (dataset, _) in zip(parts, found, strict=True)]
    labels: list[str] = []
    for part, label, (_, split) in zip(parts, plain, found, strict=True):
        unique = label if part.label or plain.count(label) == 1 else f"{label} ({split})"
        labels.append(f"{unique} #{len(labels) + 1}" if unique in labels and not part.label else unique)
    return labels


def _to_preview(part: MixPart, estimate: PartEstimate, total: int | None) -> MixPreviewPart:
    target, available = estimate.target, estimate.available
    return MixPreviewPart(
        dataset=part.dataset_id,
        split=part.split,
        label=part.label,
        available_rows=estimate.rows,
        available=available,
        target=target,
        rows=None if target is None or not available else round(estimate.rows * target / available),
        share=target / total if target and total else None,
        repeats=target / available if target and available else None,
    )
