"""The plan of a mixture, which its job follows at every attempt."""

import json
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

from mistudio.core.errors import Json
from mistudio.core.records import as_json, from_json
from mistudio.corpus.mix.targets import PartWish, Unit
from mistudio.corpus.store.text_source import TextSource, make_source
from mistudio.utils.file_utils import ensure_dir, write_bytes_atomic

PLAN_NAME = "plan.json"


@dataclass(frozen=True, kw_only=True)
class MixPart:
    """A split of a dataset, the text that counts, and what is wanted of it: ``share`` as written, or ``amount``."""

    dataset_id: str
    manifest_sha256: str
    name: str
    split: str
    label: str
    text_column: str | None
    text_template: str | None
    share: str | None = None
    amount: int | None = None
    max_repeats: int = 1

    @property
    def text(self) -> TextSource:
        """The column or template that its texts are read from."""
        return make_source(self.text_column, self.text_template) or ""

    @property
    def wish(self) -> PartWish:
        """What is wanted of it."""
        share = None if self.share is None else Fraction(Decimal(self.share))
        return PartWish(f"“{self.name}” ({self.split})", share, self.amount, self.max_repeats)


@dataclass(frozen=True, kw_only=True)
class MixTokenizer:
    """The tokenizer by which tokens are counted: its name, its commit, and its fingerprint."""

    name: str
    revision: str | None
    fingerprint: str


@dataclass(frozen=True, kw_only=True)
class MixPlan:
    """What is mixed, in which unit, how much and in which order; ``split`` is that of the result.

    ``recipe`` has the steps of a recipe that make the parts, in order, ``step_names`` that of each part.
    """

    parts: tuple[MixPart, ...]
    by: Unit
    split: str
    seed: int
    total: int | None = None
    tokenizer: MixTokenizer | None = None
    recipe: tuple[tuple[str, Json], ...] = ()
    step_names: tuple[str, ...] = ()


def write_mix_plan(staging: Path, plan: MixPlan) -> None:
    """Write the plan into the mixture's staging folder, which is created if missing."""
    write_bytes_atomic(ensure_dir(staging) / PLAN_NAME, json.dumps(as_json(plan)).encode())


def read_mix_plan(staging: Path) -> MixPlan | None:
    """Return the plan in the folder; None if it is missing or damaged."""
    try:
        return from_json(MixPlan, json.loads((staging / PLAN_NAME).read_text(encoding="utf-8")))
    except (OSError, ValueError, KeyError, TypeError):
        return None
