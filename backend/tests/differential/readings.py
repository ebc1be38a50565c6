"""A repository read twice: by ``datasets.load_dataset``, and by a download of it."""

import logging
import math
import re
import shutil
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final

from differential.spec import RandomRepository
from fakes.hub import Hub
from mistudio.core.errors import MiStudioError
from mistudio.corpus.fetch.settings import FetchSettings
from mistudio.corpus.hub.plan import make_plan
from mistudio.corpus.hub.plan_types import PlanRequest
from mistudio.corpus.ingest.build import build_dataset
from mistudio.corpus.ingest.origin import HubOrigin
from mistudio.corpus.monitor import NullMonitor
from mistudio.corpus.store.dataset_store import DatasetStore
from mistudio.corpus.store.manifest import read_manifest
from mistudio.corpus.store.snippets import make_snippets
from mistudio.services.datasets.manifest_figures import figures_of

_REPO: Final = "lab/random"
_PAGE: Final = 100


@dataclass(frozen=True)
class Reading:
    """What was read: rows by split, the names of the columns, and their features; or why nothing was.

    ``said`` are the sentences on the dataset: how files were read, and where they differ.
    """

    rows: dict[str, list[dict[str, object]]] = field(default_factory=dict)
    columns: frozenset[str] = frozenset()
    features: dict[str, str] = field(default_factory=dict)
    said: tuple[str, ...] = ()
    error: str = ""
    is_crash: bool = False


def read_with_datasets(repository: RandomRepository, folder: Path) -> Reading:
    """Let the library read the files from a folder."""
    import datasets

    root = folder / "repository"
    for path, content in repository.files().items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_bytes(content)
    datasets.disable_progress_bars()
    datasets.logging.set_verbosity(logging.CRITICAL)
    try:
        loaded = datasets.load_dataset(str(root), cache_dir=str(folder / "cache"))
        rows = {str(split): [_normal_row(dict(row)) for row in rows] for split, rows in loaded.items()}
    except Exception as error:  # noqa: BLE001 - whatever the library raises counts as "it does not read it"
        return Reading(error=type(error).__name__)
    names = {name for rows in loaded.values() for name in rows.column_names}
    return Reading({split: many for split, many in rows.items() if many}, frozenset(names), _features(loaded))


def _features(loaded: Any) -> dict[str, str]:  # the library has no types
    """The features of each column; encodings of text and lists are no difference."""
    found = next(iter(loaded.values())).features
    return {name: re.sub(r"[Ll]arge_?(string|List)", r"\1", str(feature)) for name, feature in found.items()}


def read_with_studio(repository: RandomRepository, hub: Hub, folder: Path) -> Reading:
    """Download it from a Hub, which the environment of this process names."""
    hub.add(_REPO, dict(repository.files()))
    try:
        plan = make_plan(PlanRequest(_REPO))
        origin = HubOrigin(plan, token=None, settings=FetchSettings(connections=1, backoff_seconds=0.01))
        build_dataset(origin, folder / "staging", folder / "dataset", text_column=None, monitor=NullMonitor())
        content = figures_of(read_manifest(folder / "dataset"), folder / "dataset").content
        said = (*content.reading_notes, *content.schema_notices)
        return replace(_used(_stored(DatasetStore(folder / "dataset")), folder), said=said)
    except MiStudioError as error:
        return Reading(error=f"{error.code}: {error}")
    except Exception as error:  # noqa: BLE001 - any other error is a defect of ours, to be reported as such
        return Reading(error=f"{type(error).__name__}: {str(error)[:200]}", is_crash=True)


def _stored(store: DatasetStore) -> Reading:
    rows = {
        split: [_normal_row(dict(row.values)) for row in store.page(split, offset=0, limit=_PAGE)]
        for split in store.splits
        if store.num_rows(split)
    }
    return Reading(rows, frozenset(column.name for column in store.manifest.columns))


def _used(stored: Reading, folder: Path) -> Reading:
    """Load what is stored with the code of the Overview, which must give the same rows."""
    import datasets

    manifest, space = read_manifest(folder / "dataset"), dict[str, Any]()
    code = make_snippets(folder / "dataset/raw", {split.name: split.rows for split in manifest.splits})[0].code
    datasets.config.HF_DATASETS_CACHE = folder / "used"
    exec(code, space)  # noqa: S102 - the code is ours
    rows = {str(split): [_normal_row(dict(row)) for row in rows] for split, rows in space["data"].items()}
    columns = frozenset(name for loaded in space["data"].values() for name in loaded.column_names)
    if (rows, columns) != (stored.rows, stored.columns):
        return Reading(error="the code of the Overview loads other rows", is_crash=True)
    return replace(stored, features=_features(space["data"]))


def _normal_row(row: dict[str, object]) -> dict[str, object]:
    """Values as both can be compared: what is null in a row may be absent from it."""
    return {name: _normal(value) for name, value in row.items() if value is not None}


def _normal(value: object) -> object:
    if isinstance(value, float):
        return round(value, 3) if math.isfinite(value) else str(value)
    if isinstance(value, dict):
        return {name: _normal(one) for name, one in value.items() if one is not None}
    if isinstance(value, list):
        return [_normal(one) for one in value]
    return value


Reader = Callable[[RandomRepository], tuple[Reading, Reading]]


def reader(hub: Hub, folder: Path) -> Reader:
    """Return what reads a repository both ways, in a folder that is empty each time."""

    def read(repository: RandomRepository) -> tuple[Reading, Reading]:
        case = folder / "case"
        shutil.rmtree(case, ignore_errors=True)
        return read_with_datasets(repository, case), read_with_studio(repository, hub, case)

    return read
