"""Writes down how datasets and tokenizations that are here were made, as the steps of a recipe."""

import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Final, cast

from mistudio.core.errors import Json, ParentMissing
from mistudio.corpus.store.manifest import Manifest, read_manifest
from mistudio.corpus.store.mixture_record import MixedPart, MixtureRecord
from mistudio.corpus.store.subset_record import SubsetRecord
from mistudio.models import Dataset, Tokenization
from mistudio.schemas.part import to_amount
from mistudio.schemas.tokenization import TokenizeOptions
from mistudio.services.datasets.part_record import read_part, read_splits

_UNFIT: Final = re.compile(r"[^A-Za-z0-9]+")
_MOST: Final = 40


class RecipeBuilder:
    """Collects steps; each has a name, and equal steps occur once."""

    def __init__(self) -> None:
        self.datasets: dict[str, Json] = {}
        self.tokenizations: dict[str, Json] = {}

    def to_recipe(self) -> dict[str, Json]:
        """Return the recipe."""
        made: dict[str, Json] = {"format": 1, "datasets": dict(self.datasets)}
        return {**made, "tokenizations": dict(self.tokenizations)} if self.tokenizations else made

    def add_dataset(self, dataset: Dataset, folder: Path) -> str:
        """Add the steps that make a ready dataset, and return the name of the last.

        Raises DataMissing, and ParentMissing for a dataset that no step of a recipe makes.
        """
        manifest = read_manifest(folder)
        if manifest.mixture is not None:
            return self._add_mix(dataset.name, manifest.mixture)
        if manifest.subset is not None:
            return self._add_subset(dataset.name, manifest, manifest.subset)
        return self._add(self.datasets, dataset.name, _describe_source(dataset, manifest))

    def add_tokenization(self, record: Tokenization, dataset: str) -> str:
        """Add the step that makes a tokenization of the dataset of this step, and return its name."""
        settings = {**record.settings, "tokenizer": record.tokenizer, "revision": record.tokenizer_revision}
        known = {name: value for name, value in settings.items() if name in TokenizeOptions.model_fields}
        options = TokenizeOptions.model_validate(known).model_dump(mode="json", exclude_defaults=True)
        name = f"{dataset}_{record.tokenizer.rpartition('/')[2]}"
        return self._add(self.tokenizations, name, {"dataset": dataset, **options})

    def _add_mix(self, name: str, record: MixtureRecord) -> str:
        if not record.step_names:
            raise ParentMissing(f"“{name}” has no recipe: it has a part that no step of a recipe makes.")
        names = self._add_parents(record.recipe)
        parts: list[Json] = [
            _describe_part(record, part, names[step])
            for part, step in zip(record.parts, record.step_names, strict=True)
        ]
        options: dict[str, Json] = {
            "by": record.by,
            "tokenizer": record.tokenizer,
            "revision": record.tokenizer_revision,
            "total": record.total,
            "seed": record.seed,
        }
        return self._add(self.datasets, name, {"mix": {**_drop_none(options), "parts": parts}})

    def _add_subset(self, name: str, manifest: Manifest, record: SubsetRecord) -> str:
        request = dict(record.request)
        if not record.step_names:
            raise ParentMissing(f"“{name}” has no recipe: it is made of a dataset that no step of a recipe makes.")
        if "tokenization" in request:
            raise ParentMissing(f"“{name}” has no recipe: its rows were chosen by their tokens.")
        names = self._add_parents(record.recipe)
        found = dict(zip((each.dataset_id for each in record.parents), record.step_names, strict=True))
        renamed = {dataset_id: names[step] for dataset_id, step in found.items()}
        subset = _name_references({**request, **_drop_none(_describe_text(manifest))}, renamed)
        return self._add(self.datasets, name, {"subset": {"dataset": names[record.step_names[0]], **subset}})

    def _add_parents(self, recipe: Sequence[tuple[str, Json]]) -> dict[str, str]:
        """Add the steps that make what a dataset is made of; return their names here by those in the record."""
        names: dict[str, str] = {}
        for own, step in recipe:
            names[own] = self._add(self.datasets, own, _rename_needed(step, names))
        return names

    @staticmethod
    def _add(steps: dict[str, Json], wanted: str, step: Json) -> str:
        """Add a step under a free name that a recipe may have; return the name of an equal one if there is one."""
        if (same := next((name for name, known in steps.items() if known == step), None)) is not None:
            return same
        base = _UNFIT.sub("_", wanted).strip("_").lower()[:_MOST] or "data"
        name, number = base, 1
        while name in steps:
            number += 1
            name = f"{base}_{number}"
        steps[name] = step
        return name


def describe_steps(
    datasets: Sequence[Dataset], find_folder: Callable[[str], Path]
) -> tuple[tuple[tuple[str, Json], ...], tuple[str, ...]]:
    """Return the steps that make datasets, and the name of each one's; none if one of them has no recipe.

    ``find_folder`` returns the folder of a dataset by its id.
    """
    recipe = RecipeBuilder()
    try:
        names = [recipe.add_dataset(dataset, find_folder(dataset.id)) for dataset in datasets]
    except ParentMissing:
        return (), ()
    return tuple(recipe.datasets.items()), tuple(names)


def _describe_source(dataset: Dataset, manifest: Manifest) -> Json:
    if manifest.source == "huggingface":
        return {"download": _describe_download(dataset, manifest)}
    if manifest.source == "local":
        return {"import": _describe_import(manifest)}
    raise ParentMissing(f"“{dataset.name}” has no recipe: no step of a recipe makes such a dataset.")


def _rename_needed(step: Json, names: Mapping[str, str]) -> Json:
    """Return a step that names what it needs as its steps are called here; a step comes after those it needs."""
    if not isinstance(step, dict):
        return step
    if isinstance(subset := step.get("subset"), dict):
        renamed_subset = {**_name_references(subset, names), "dataset": names[str(subset["dataset"])]}
        return {"subset": {**subset, **renamed_subset}}
    if not isinstance(mix := step.get("mix"), dict):
        return step
    parts = cast("list[dict[str, Json]]", mix["parts"])
    renamed: list[Json] = [{**part, "dataset": names[str(part["dataset"])]} for part in parts]
    return {"mix": {**mix, "parts": renamed}}


def _name_references(subset: Mapping[str, Json], names: Mapping[str, str]) -> dict[str, Json]:
    """Return the options of a subset whose steps name the datasets that they compare with by ``names``."""
    steps = [dict(step) for step in cast("list[dict[str, Json]]", subset.get("steps") or [])]
    for step in steps:
        if step["kind"] == "decontaminate":
            step["dataset"] = names[str(step["dataset"])]
    options = {key: value for key, value in subset.items() if key != "steps"}
    return {**options, **({"steps": [*steps]} if steps else {})}


def _describe_part(record: MixtureRecord, part: MixedPart, step: str) -> dict[str, Json]:
    # A share has a point or is below 1; an amount is a whole number of units.
    is_share = float(part.wanted) < 1
    return _drop_none(
        {
            "dataset": step,
            "split": part.split,
            **({"share": float(part.wanted)} if is_share else {record.by: int(part.wanted)}),
            "max_repeats": part.max_repeats if part.max_repeats > 1 else None,
            "label": part.label,
            "text_column": None if part.text_template else part.text_column,
            "text_template": part.text_template,
        }
    )


def _describe_download(dataset: Dataset, manifest: Manifest) -> dict[str, Json]:
    part = read_part(dataset)
    splits = read_splits(dataset) or [split.name for split in manifest.splits]
    amount = to_amount(part).model_dump(mode="json")
    return _drop_none(
        {
            "repo": manifest.repo,
            "commit": manifest.commit,
            "config": manifest.config or dataset.config,
            "splits": list(splits),
            "amount": None if part.kind == "all" else amount,
            "order": "random" if part.order == "random" else None,
            "seed": part.seed or None,
            "columns": list(part.columns) if part.columns else None,
            **_describe_text(manifest),
        }
    )


def _describe_import(manifest: Manifest) -> dict[str, Json]:
    files: list[Json] = [{"path": source.path, "sha256": source.sha256} for source in manifest.sources]
    return {"files": files, **_drop_none(_describe_text(manifest))}


def _describe_text(manifest: Manifest) -> dict[str, Json]:
    column = manifest.text_column.name if manifest.text_column else None
    return {"text_column": column, "text_template": manifest.text_template}


def _drop_none(fields: dict[str, Json]) -> dict[str, Json]:
    return {name: value for name, value in fields.items() if value is not None}
