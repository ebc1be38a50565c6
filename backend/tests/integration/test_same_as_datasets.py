"""What ``datasets.load_dataset`` reads of a repository is what a download of it gives: splits, rows, values.

``FUZZ_EXAMPLES`` says how many repositories are tried (default 40); ``make fuzz-formats`` tries 2,000 and prints the
figures.
"""

import math
import os
import shutil
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest
from hypothesis import HealthCheck, given, settings

from fakes.hub import Hub
from fakes.random_repositories import RandomRepository, repositories
from mistudio.core.errors import MiStudioError
from mistudio.corpus.fetch.settings import FetchSettings
from mistudio.corpus.hub.plan import make_plan
from mistudio.corpus.hub.plan_types import PlanRequest
from mistudio.corpus.ingest.build import build_dataset
from mistudio.corpus.ingest.origin import HubOrigin
from mistudio.corpus.monitor import NullMonitor
from mistudio.corpus.store.dataset_store import DatasetStore

EXAMPLES: Final = int(os.environ.get("FUZZ_EXAMPLES", "40"))
Table = dict[str, list[dict[str, object]]]

# What may be refused although ``datasets`` reads it, by the error's code; each is explained in docs/reliability.md.
REFUSALS: Final = frozenset({"no_data"})


@pytest.fixture(scope="module")
def outcomes() -> Iterator[Counter[str]]:
    """How often each outcome came; printed at the end, and never without any that both read."""
    counts: Counter[str] = Counter()
    yield counts
    print("\n".join(f"{count:6d} {name}" for name, count in counts.most_common()))
    assert counts["the same"]


@pytest.fixture
def studio_hub(hub: Hub, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Hub:
    """The test Hub, as the Hub of this process."""
    for name, value in hub.environment(tmp_path / "hf").items():
        monkeypatch.setenv(name, value)
    return hub


@given(repository=repositories())
@settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_same_rows_as_datasets(
    repository: RandomRepository, studio_hub: Hub, tmp_path: Path, outcomes: Counter[str]
) -> None:
    """Where ``datasets`` reads a repository, the same splits, rows and values are here, or a reason why not."""
    folder = tmp_path / "case"
    shutil.rmtree(folder, ignore_errors=True)
    theirs = _theirs(repository, folder)
    ours = _ours(repository, studio_hub, folder)
    if isinstance(theirs, str):
        outcomes[f"datasets fails ({theirs}), ours {'reads' if isinstance(ours, dict) else ours}"] += 1
        return
    if isinstance(ours, str):
        outcomes[f"ours refuses: {ours}"] += 1
        assert ours.partition(":")[0] in REFUSALS, f"{ours}\n{repository.about}"
        return
    outcomes["the same"] += 1
    assert _normal(theirs) == _normal(ours), repository.about


def _theirs(repository: RandomRepository, folder: Path) -> Table | str:
    import datasets

    root = folder / "repository"
    for path, content in repository.files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_bytes(content)
    datasets.disable_progress_bars()
    try:
        loaded = datasets.load_dataset(str(root), cache_dir=str(folder / "cache"))
    except Exception as error:  # noqa: BLE001 - whatever the library raises counts as "it does not read it"
        return type(error).__name__
    return {str(split): [dict(row) for row in rows] for split, rows in loaded.items()}


def _ours(repository: RandomRepository, hub: Hub, folder: Path) -> Table | str:
    hub.add("lab/random", dict(repository.files))
    try:
        plan = make_plan(PlanRequest("lab/random"))
        origin = HubOrigin(plan, token=None, settings=FetchSettings(connections=1, backoff_seconds=0.01))
        build_dataset(origin, folder / "staging", folder / "dataset", text_column=None, monitor=NullMonitor())
    except MiStudioError as error:
        return f"{error.code}: {error}"
    store = DatasetStore(folder / "dataset")
    return {
        split: [row.values for row in store.page(split, offset=0, limit=100)]
        for split in store.splits
        if store.num_rows(split)
    }


def _normal(table: Table) -> dict[str, list[dict[str, object]]]:
    """Values as both can be compared: a column that is null in a row may be absent from it."""
    return {split: [_normal_row(row) for row in rows] for split, rows in table.items()}


def _normal_row(row: dict[str, object]) -> dict[str, object]:
    return {name: _normal_cell(value) for name, value in row.items() if value is not None}


def _normal_cell(value: object) -> object:
    if isinstance(value, float) and math.isfinite(value):
        return round(value, 3)
    return value
