"""Makes the record of a mixture for its manifest: the shares as they came out, exactly."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from mistudio.corpus.mix.plan import MixPart, MixPlan
from mistudio.corpus.mix.selection import ORDER, Selection
from mistudio.corpus.store.mixture_record import MixedPart, MixtureRecord

_KEPT: Final = ("label", "dataset_id", "manifest_sha256", "split", "text_column", "text_template", "max_repeats")


def make_mixture_record(plan: MixPlan, selections: Sequence[Selection]) -> MixtureRecord:
    """Return what the manifest says of a mixture."""
    amount = sum(selection.amount for selection in selections)
    parts = (_to_mixed_part(part, selected, amount) for part, selected in zip(plan.parts, selections, strict=True))
    record = MixtureRecord(
        by=plan.by,
        total=plan.total,
        seed=plan.seed,
        rows=sum(selection.num_rows for selection in selections),
        amount=amount,
        order=ORDER,
        parts=tuple(parts),
    )
    return _add_origin(record, plan)


def _add_origin(record: MixtureRecord, plan: MixPlan) -> MixtureRecord:
    """Return the record with the tokenizer, and with how its parts were made."""
    record = replace(record, recipe=plan.recipe, step_names=plan.step_names)
    if plan.tokenizer is None:
        return record
    found = plan.tokenizer
    return replace(record, tokenizer=found.name, tokenizer_revision=found.revision, fingerprint=found.fingerprint)


def _to_mixed_part(part: MixPart, selection: Selection, whole: int) -> MixedPart:
    available = int(selection.weights.sum())
    return MixedPart(
        **{name: value for name, value in vars(part).items() if name in _KEPT},
        wanted=str(part.amount) if part.share is None else part.share,
        available_rows=len(selection.weights),
        available_amount=available,
        rows=selection.num_rows,
        amount=selection.amount,
        share=selection.amount / whole,
        repeats=selection.amount / available,
    )
