"""The record of a mixture, and the key by which the same mixture is recognized."""

import hashlib
import json
from collections.abc import Mapping

from mistudio.core.errors import Json
from mistudio.core.records import as_json
from mistudio.core.states import DatasetStatus
from mistudio.corpus.mix.plan import MixPlan
from mistudio.corpus.store.mixture_record import MixtureRecord
from mistudio.models import Dataset, new_id
from mistudio.services.datasets.part_record import DERIVED_BY

_MAX_NAME = 255


def new_mix_record(plan: MixPlan, name: str | None) -> Dataset:
    """Return the record of a dataset that is mixed of others."""
    return Dataset(
        id=new_id("ds"),
        name=name or f"Mix of {', '.join(part.label for part in plan.parts)}"[:_MAX_NAME],
        source="derived",
        source_key=_mix_key(plan),
        status=DatasetStatus.PROCESSING,
        progress=0.0,
        seq=0,
        index_state="none",
        index_progress=0.0,
        splits=[{"name": plan.split, "num_files": 0, "num_rows": None}],
        meta=_describe({part.dataset_id: part.manifest_sha256 for part in plan.parts}),
    )


def describe_mixture(record: MixtureRecord) -> dict[str, Json]:
    """Return what the metadata of a finished mixture's record have beside its figures."""
    return _describe({part.dataset_id: part.manifest_sha256 for part in record.parts})


def _describe(parents: Mapping[str, str]) -> dict[str, Json]:
    listed: list[Json] = [{"id": dataset_id, "manifest_sha256": sha256} for dataset_id, sha256 in parents.items()]
    return {DERIVED_BY: "mix", "parents": listed}


def _mix_key(plan: MixPlan) -> str:
    """Return the hash of all that decides the bytes; the names of the parts do not."""
    content = as_json(plan)
    # How the parts were made decides their bytes, which the hashes of their manifests have.
    del content["recipe"], content["step_names"]
    content["parts"] = [{**as_json(part), "name": ""} for part in plan.parts]
    return hashlib.sha256(json.dumps(["mix", content], sort_keys=True).encode()).hexdigest()
