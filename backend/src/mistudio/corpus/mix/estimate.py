"""What a mixture would have, as far as it is known without reading texts."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from mistudio.core.errors import DataMissing
from mistudio.corpus.mix.plan import MixPart, MixPlan
from mistudio.corpus.mix.targets import compute_targets
from mistudio.corpus.mix.weights import find_known_tokens
from mistudio.corpus.store.dataset_store import DatasetStore
from mistudio.corpus.store.text_counts import find_counts


@dataclass(frozen=True)
class PartEstimate:
    """A part's rows, the compressed bytes of its split, its units, and how many of them it contributes.

    Units that only its texts tell are None, and then so are all targets.
    """

    rows: int
    size_bytes: int
    available: int | None
    target: int | None = None


def estimate_mixture(plan: MixPlan, find_folder: Callable[[str], Path]) -> list[PartEstimate]:
    """Return what each part would contribute. Raises ValidationFailed if a part has too little, DataMissing."""
    found = [_measure(plan, part, find_folder(part.dataset_id)) for part in plan.parts]
    available = [each.available for each in found if each.available is not None]
    if len(available) < len(found):
        return found
    targets = compute_targets([part.wish for part in plan.parts], available, unit=plan.by, total=plan.total)
    return [
        PartEstimate(each.rows, each.size_bytes, each.available, target)
        for each, target in zip(found, targets, strict=True)
    ]


def _measure(plan: MixPlan, part: MixPart, folder: Path) -> PartEstimate:
    store = DatasetStore(folder, text=part.text)
    split = next((split for split in store.manifest.splits if split.name == part.split), None)
    if split is None:
        raise DataMissing(f"The files of “{part.name}” lack the split {part.split}. Download or import it again.")
    return PartEstimate(split.rows, split.size_bytes, _count_units(plan, part, store, split.rows))


def _count_units(plan: MixPlan, part: MixPart, store: DatasetStore, rows: int) -> int | None:
    if plan.by == "rows":
        return rows
    if plan.by == "bytes":
        counted = find_counts(store.manifest, store.text)
        is_alone = sum(1 for split in store.manifest.splits if split.rows) == 1
        return counted.utf8_bytes if counted and is_alone else None
    fingerprint = plan.tokenizer.fingerprint if plan.tokenizer else ""
    tokens = find_known_tokens(store, part.split, fingerprint)
    return None if tokens is None else int(tokens.sum())


def estimate_size(plan: MixPlan, estimates: list[PartEstimate]) -> int:
    """Return about how many bytes the mixture takes on disk; a part of unknown units counts in full."""
    size = 0.0
    for part, each in zip(plan.parts, estimates, strict=True):
        repeats = each.target / each.available if each.target and each.available else part.max_repeats
        size += each.size_bytes * repeats
    return int(size)
