"""Starts the steps of a recipe: each is an ordinary download, import, subset, mixture or tokenization.

What a step uses of an earlier one is named: its text is that of the recipe, or else of the manifest, and not what a
user has chosen since. So equal recipes give equal bytes, also where a dataset was here before.
"""

import asyncio
from collections.abc import Mapping
from contextlib import suppress

from pydantic import SecretStr
from sqlalchemy import select

from mistudio.core.database import Database
from mistudio.core.errors import AlreadyExists, DataMissing, InvalidTransition, NotFound
from mistudio.core.states import DatasetStatus
from mistudio.corpus.cleaning.steps import Decontaminate
from mistudio.corpus.store.manifest import Manifest, read_manifest
from mistudio.models import Dataset
from mistudio.schemas.dataset_requests import DatasetDownloadRequest
from mistudio.schemas.mix import MixPartRequest, MixRequest
from mistudio.schemas.recipe import (
    Recipe,
    RecipeDataset,
    RecipeDownload,
    RecipeImport,
    RecipeMix,
    RecipeMixPart,
    RecipeStep,
    RecipeSubset,
)
from mistudio.schemas.subset import SubsetRequest
from mistudio.schemas.tokenization import TokenizeRequest
from mistudio.services.dataset_service import DatasetService
from mistudio.services.datasets.subset_plan import ChosenText, ChosenTexts
from mistudio.services.mix_service import MixService
from mistudio.services.storage_service import StorageService
from mistudio.services.subset_service import SubsetService
from mistudio.services.tokenization_service import TokenizationService


class StepStarter:
    """Starts steps; ``ids`` of the methods are those of the datasets that are ready, by the names of their steps."""

    def __init__(
        self,
        database: Database,
        *,
        storage: StorageService,
        datasets: DatasetService,
        mixes: MixService,
        subsets: SubsetService,
        tokenizations: TokenizationService,
    ) -> None:
        self._database = database
        self._storage = storage
        self._datasets = datasets
        self._mixes = mixes
        self._subsets = subsets
        self._tokenizations = tokenizations

    async def start_dataset(self, recipe: Recipe, name: str, ids: Mapping[str, str], token: SecretStr | None) -> str:
        """Start the step and return the id of its dataset; one that is here already is used.

        Raises DataMissing if the files of an import are not here, and what the request raises.
        """
        step = recipe.datasets[name]
        if step.files:
            return await self._find_import(step.files)
        try:
            if step.download:
                made = await self._datasets.create_dataset_from_hf(_to_download(step.download, token))
            elif step.mix:
                made = await self._mixes.create(await self._to_mix(recipe, name, step.mix, ids, token))
            elif step.subset:
                texts = await self._find_texts(recipe, step.subset, ids)
                request = _to_subset(name, step.subset, ids)
                made = await self._subsets.create(ids[step.subset.dataset], request, texts=texts)
            return made.id
        except AlreadyExists as same:
            return str(same.extra["dataset_id"])

    async def start_tokenization(
        self, recipe: Recipe, name: str, ids: Mapping[str, str], token: SecretStr | None
    ) -> str:
        """Start the step and return the id of its tokenization; raises what the request raises."""
        step = recipe.tokenizations[name]
        fields = step.model_dump(exclude={"dataset"}, exclude_unset=True)
        if not (step.text_column or step.text_template):
            fields.update(await self._find_text(recipe.datasets[step.dataset], ids[step.dataset]))
        request = TokenizeRequest(**fields, access_token=token)
        try:
            return (await self._tokenizations.tokenize_dataset(ids[step.dataset], request)).id
        except AlreadyExists as same:
            return str(same.extra["tokenization_id"])

    async def retry(self, step: RecipeStep) -> None:
        """Retry what a step has made and failed; somebody may have retried it already."""
        if step.id is None:
            return
        retry = self._tokenizations.retry if step.kind == "tokenize" else self._datasets.retry
        with suppress(InvalidTransition):
            await retry(step.id, None)

    async def cancel(self, step: RecipeStep) -> None:
        """Cancel what a step makes, if it runs; somebody may have cancelled or deleted it already."""
        if step.id is None or step.state != "running":
            return
        cancel = self._tokenizations.cancel if step.kind == "tokenize" else self._datasets.cancel
        with suppress(InvalidTransition, NotFound):
            await cancel(step.id)

    async def _to_mix(
        self, recipe: Recipe, name: str, step: RecipeMix, ids: Mapping[str, str], token: SecretStr | None
    ) -> MixRequest:
        parts = [await self._to_part(recipe, part, ids[part.dataset]) for part in step.parts]
        fields = step.model_dump(exclude={"parts"}, exclude_unset=True)
        return MixRequest(name=name, parts=parts, access_token=token, **fields)

    async def _to_part(self, recipe: Recipe, part: RecipeMixPart, dataset_id: str) -> MixPartRequest:
        fields = part.model_dump(exclude={"dataset"}, exclude_unset=True)
        if not (part.text_column or part.text_template):
            fields.update(await self._find_text(recipe.datasets[part.dataset], dataset_id))
        # The name of the step: another one would be other bytes.
        fields["label"] = part.label or part.dataset
        return MixPartRequest(dataset=dataset_id, **fields)

    async def _find_texts(self, recipe: Recipe, step: RecipeSubset, ids: Mapping[str, str]) -> ChosenTexts:
        """Return the texts of the datasets that a subset reads, by their ids."""
        named = (step.dataset, *step.references)
        texts = {ids[each]: ChosenText(**await self._find_text(recipe.datasets[each], ids[each])) for each in named}
        if step.text_column or step.text_template:
            texts[ids[step.dataset]] = ChosenText(step.text_column, step.text_template)
        return texts

    async def _find_text(self, step: RecipeDataset, dataset_id: str) -> dict[str, str]:
        source = step.download or step.files or step.subset
        if source and source.text_template:
            return {"text_template": source.text_template}
        if source and source.text_column:
            return {"text_column": source.text_column}
        manifest = await asyncio.to_thread(read_manifest, self._storage.folder(dataset_id))
        if manifest.text_template:
            return {"text_template": manifest.text_template}
        return {"text_column": manifest.text_column.name} if manifest.text_column else {}

    async def _find_import(self, step: RecipeImport) -> str:
        async with self._database.read() as session:
            query = select(Dataset.id).where(Dataset.source == "local", Dataset.status == DatasetStatus.READY)
            ids = list(await session.scalars(query.order_by(Dataset.created_at)))
        found = await asyncio.to_thread(self._find_same_files, step, ids)
        if found is None:
            listed = ", ".join(file.path for file in step.files[:5])
            raise DataMissing(
                f"The files of this step are not here: {listed}. Import them with these names, or build the recipe "
                "with mistudio build, which does it."
            )
        return found

    def _find_same_files(self, step: RecipeImport, ids: list[str]) -> str | None:
        return next((each for each in ids if _has_files(read_manifest(self._storage.folder(each)), step)), None)


def _has_files(manifest: Manifest, step: RecipeImport) -> bool:
    """Return whether a dataset was made of the files of a step, in splits of the same names."""
    wanted = {(file.path, file.sha256) for file in step.files}
    splits = {file.split for file in step.files if file.split}
    is_same = {(source.path, source.sha256) for source in manifest.sources} == wanted
    return is_same and splits <= {split.name for split in manifest.splits}


def _to_subset(name: str, step: RecipeSubset, ids: Mapping[str, str]) -> SubsetRequest:
    fields = step.model_dump(exclude={"dataset", "text_column", "text_template", "steps"}, exclude_unset=True)
    steps = [
        one.model_copy(update={"dataset": ids[one.dataset]}) if isinstance(one, Decontaminate) else one
        for one in step.steps
    ]
    return SubsetRequest(name=name, steps=steps, **fields)


def _to_download(step: RecipeDownload, token: SecretStr | None) -> DatasetDownloadRequest:
    fields = step.model_dump(exclude={"repo", "commit"}, exclude_unset=True)
    return DatasetDownloadRequest(repo_id=step.repo, revision=step.commit, access_token=token, **fields)
