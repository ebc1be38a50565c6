"""Makes the record of a mixture for its manifest: the shares as they came out, exactly."""

from collections.abc import Sequence

from mistudio.corpus.mix.plan import MixPart, MixPlan
from mistudio.corpus.mix.selection import ORDER, Selection
from mistudio.corpus.store.mixture_record import MixedPart, MixtureRecord


def make_mixture_record(plan: MixPlan, selections: Sequence[Selection]) -> MixtureRecord:
    """Return what the manifest says of a mixture."""
    amount = sum(selection.amount for selection in selections)
    return MixtureRecord(
        by=plan.by,
        total=plan.total,
        seed=plan.seed,
        rows=sum(selection.num_rows for selection in selections),
        amount=amount,
        order=ORDER,
        parts=tuple(
            _to_mixed_part(part, selection, amount) for part, selection in zip(plan.parts, selections, strict=True)
        ),
        tokenizer=plan.tokenizer.name if plan.tokenizer else None,
        tokenizer_revision=plan.tokenizer.revision if plan.tokenizer else None,
        fingerprint=plan.tokenizer.fingerprint if plan.tokenizer else None,
        recipe=plan.recipe,
        step_names=plan.step_names,
    )


def _to_mixed_part(part: MixPart, selection: Selection, whole: int) -> MixedPart:
    available = int(selection.weights.sum())
    return MixedPart(
        label=part.label,
        dataset_id=part.dataset_id,
        manifest_sha256=part.manifest_sha256,
        split=part.split,
        text_column=part.text_column,
        text_template=part.text_template,
        wanted=str(part.amount) if part.share is None else part.share,
        max_repeats=part.max_repeats,
        available_rows=len(selection.weights),
        available_amount=available,
        rows=selection.num_rows,
        amount=selection.amount,
        share=selection.amount / whole,
        repeats=selection.amount / available,
    )
