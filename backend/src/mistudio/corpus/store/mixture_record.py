"""What the manifest of a mixture says of its parts: what was wanted, what was there, and what came of it, exactly."""

from dataclasses import dataclass

from mistudio.core.errors import Json


@dataclass(frozen=True, kw_only=True)
class MixedPart:
    """One part. ``wanted`` is its share as written, or its amount; ``label`` is its value in the column ``source``.

    Amounts are in the mixture's unit; ``share`` is that of all of it. ``rows`` and ``amount`` count repeats.
    """

    label: str
    dataset_id: str
    manifest_sha256: str
    split: str
    text_column: str | None
    text_template: str | None
    wanted: str
    max_repeats: int
    available_rows: int
    available_amount: int
    rows: int
    amount: int
    share: float
    repeats: float


@dataclass(frozen=True, kw_only=True)
class MixtureRecord:
    """A mixture. ``order`` says how the turns of the parts follow from the seed.

    The tokenizer is None unless it is by tokens. ``recipe`` has the steps of a recipe that make the parts,
    ``step_names`` that of each part. ``total`` is what was asked for, None for as much as possible.
    """

    by: str
    total: int | None
    seed: int
    rows: int
    amount: int
    order: str
    parts: tuple[MixedPart, ...]
    tokenizer: str | None = None
    tokenizer_revision: str | None = None
    fingerprint: str | None = None
    recipe: tuple[tuple[str, Json], ...] = ()
    step_names: tuple[str, ...] = ()
