"""The record of a mixture."""

from collections.abc import Iterable

from mistudio.core.errors import Json
from mistudio.core.records import as_json
from mistudio.corpus.mix.plan import MixPlan
from mistudio.corpus.store.mixture_record import MixtureRecord
from mistudio.corpus.store.subset_record import ParentRecord
from mistudio.models import Dataset
from mistudio.services.datasets.derived_record import MAX_NAME, describe_parents, new_derived_record


def new_mix_record(plan: MixPlan, name: str | None) -> Dataset:
    """Return the record of a dataset that is mixed of others."""
    return new_derived_record(
        "mix",
        _list_content(plan),
        (part.record for part in plan.parts),
        name=name or name_mixture(part.label for part in plan.parts),
        splits=[plan.split],
    )


def name_mixture(labels: Iterable[str]) -> str:
    """Return the name of a mixture of parts that have these labels."""
    return f"Mix of {', '.join(labels)}"[:MAX_NAME]


def describe_mixture(record: MixtureRecord) -> dict[str, Json]:
    """Return what the metadata of a finished mixture's record have beside its figures."""
    parents = (ParentRecord(part.dataset_id, part.manifest_sha256, part.label) for part in record.parts)
    return describe_parents("mix", parents)


def _list_content(plan: MixPlan) -> dict[str, Json]:
    """Return all that decides the bytes; the names of the parts do not."""
    content = as_json(plan)
    # How the parts were made decides their bytes, which the hashes of their manifests have.
    del content["recipe"], content["step_names"]
    content["parts"] = [{**as_json(part), "name": ""} for part in plan.parts]
    return content
