"""An order with everything that follows from it: resolved settings, columns, hashes and folders."""

import hashlib
from dataclasses import dataclass

from mistudio.corpus.spec.resolve import ResolvedSettings, hash_settings, resolve_settings
from mistudio.corpus.store.manifest import Manifest, manifest_sha256
from mistudio.corpus.tokenize.arrow_columns import Columns
from mistudio.corpus.tokenize.request import TokenizeOrder
from mistudio.corpus.tokenize.staging import Staging


@dataclass(frozen=True)
class ResolvedOrder:
    """``order``, resolved with its tokenizer and its dataset."""

    order: TokenizeOrder
    dataset: Manifest
    resolved: ResolvedSettings
    columns: Columns
    dataset_hash: str
    settings_hash: str
    staging: Staging

    @property
    def plan(self) -> bytes:
        """What two calls must have in common to continue each other's work."""
        return f"{self.settings_hash} {self.order.engines.encoder.name} {self.order.part_bytes}".encode()

    def fingerprint_of(self, split: str) -> str:
        """Return the fingerprint that ``datasets`` keeps for a written split."""
        return hashlib.sha256(f"{self.settings_hash} {split}".encode()).hexdigest()[:16]


def resolve_order(order: TokenizeOrder, dataset: Manifest) -> ResolvedOrder:
    """Resolve ``order`` for ``dataset``. Raises ValidationFailed, UnknownSplit, UnknownColumn."""
    resolved = resolve_settings(order.settings, order.tokenizer, dataset=dataset)
    dataset_hash = manifest_sha256(order.dataset)
    return ResolvedOrder(
        order=order,
        dataset=dataset,
        resolved=resolved,
        columns=Columns.from_settings(order.settings, resolved),
        dataset_hash=dataset_hash,
        settings_hash=hash_settings(order.settings, resolved, tokenizer=order.tokenizer, dataset_hash=dataset_hash),
        staging=Staging(order.staging),
    )
