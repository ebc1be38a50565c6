"""Batches of tokenized rows for training: from mapped files, in order or shuffled, for any number of ranks, resumable.

At each step, the ranks take ``batch_size`` rows each from the next ``batch_size * world_size`` rows of one order. So
the number of rows that all ranks have taken is the whole state. It means the same for any number of ranks and any batch
size, which may therefore change when training resumes.
"""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np

from mistudio.core.errors import FieldError, ValidationFailed
from mistudio.corpus.loader.row_arrays import Arrays, RowArrays
from mistudio.corpus.loader.row_order import ShuffledOrder, count_block_rows
from mistudio.corpus.tokenized.manifest import TokenizedManifest, TokenizedSplit, read_tokenized_manifest

if TYPE_CHECKING:
    from mistudio.corpus.loader.torch_batches import TorchBatches

VERSION: Final = 1
NOT_SHUFFLED: Final = -1
_NAMES: Final = ("version", "tokenization", "rows", "shuffle_seed", "position")


@dataclass(frozen=True, kw_only=True)
class BatchOptions:
    """How rows become batches. ``shuffle_seed`` None keeps their order; ``drop_last`` drops the last, smaller step."""

    batch_size: int
    shuffle_seed: int | None = None
    rank: int = 0
    world_size: int = 1
    drop_last: bool = False

    def check(self) -> None:
        """Raise ValidationFailed, which names every invalid option."""
        problems = []
        if self.batch_size < 1:
            problems.append(FieldError("batch_size", "batch_size must be at least 1."))
        if self.world_size < 1:
            problems.append(FieldError("world_size", "world_size must be at least 1."))
        elif not 0 <= self.rank < self.world_size:
            problems.append(FieldError("rank", f"rank must be at least 0 and less than world_size {self.world_size}."))
        if self.shuffle_seed is not None and self.shuffle_seed < 0:
            problems.append(FieldError("shuffle_seed", "shuffle_seed must not be negative."))
        if problems:
            raise ValidationFailed(problems[0].message, fields=problems)

    @property
    def step_rows(self) -> int:
        """The rows that all ranks take in one step."""
        return self.batch_size * self.world_size

    def share(self, position: int, rows: int) -> tuple[int, int]:
        """Return which places of the order this rank takes in the step from ``position`` on; an empty range at the end.

        Ranks share a last, smaller step evenly.
        """
        remaining = rows - position
        if remaining >= self.step_rows:
            return position + self.rank * self.batch_size, position + (self.rank + 1) * self.batch_size
        if self.drop_last:
            return position, position
        first, last = (position + remaining * rank // self.world_size for rank in (self.rank, self.rank + 1))
        return first, last


class Batches:
    """The batches of one rank: an iterator, whose state is its position.

    A batch is a dictionary of arrays. If rows have one length, ``input_ids`` has shape (rows, length). Otherwise it is
    flat, and row i is ``input_ids[offsets[i]:offsets[i + 1]]``. Other columns with one value per position have the same
    shape; ``row`` has the number of each row in the split. Arrays are read-only views of the files where that needs no
    copy. After the last batch, the next loop starts from the beginning, in the same order.
    """

    def __init__(self, folder: Path, split: str, options: BatchOptions) -> None:
        """Raises ValidationFailed, UnknownSplit, DataMissing, InvalidData."""
        options.check()
        self.folder, self.split, self.options = folder, split, options
        manifest = read_tokenized_manifest(folder)
        found = manifest.find_split(split)
        self._identity = _identify(manifest, split)
        self._arrays = RowArrays(folder, manifest, found)
        self._order = self._make_order(found, options.shuffle_seed)
        self._window = -1
        self.position = 0

    @staticmethod
    def _make_order(split: TokenizedSplit, seed: int | None) -> ShuffledOrder | None:
        if seed is None:
            return None
        return ShuffledOrder(seed, rows=split.rows, block_rows=count_block_rows(split.rows, split.ledger.positions))

    def __reduce__(self) -> tuple[object, ...]:
        """Pickle what opens it again: the processes of a DataLoader map the files themselves."""
        return _reopen, (self.folder, self.split, self.options, self.position)

    @property
    def rows(self) -> int:
        """The rows of the split."""
        return self._arrays.rows

    @property
    def row_length(self) -> int | None:
        """The length of every row, None if they differ."""
        return self._arrays.length

    def __len__(self) -> int:
        """Return the number of batches of this rank in a whole pass."""
        whole = self.rows // self.options.step_rows
        first, last = self.options.share(whole * self.options.step_rows, self.rows)
        return whole + (last > first)

    def __iter__(self) -> Iterator[Arrays]:
        return self

    def __next__(self) -> Arrays:
        batch = self.read(self.position)
        if batch is None:
            self.position = 0
            raise StopIteration
        self.position = min(self.position + self.options.step_rows, self.rows)
        return batch

    def read(self, position: int) -> Arrays | None:
        """Return this rank's batch of the step that begins at ``position``, None if it has none."""
        first, last = self.options.share(position, self.rows)
        if first >= last:
            return None
        if self._order is None:
            return {**self._arrays.read(first, last), "row": np.arange(first, last)}
        self._read_ahead(self._order, first)
        rows = self._order.take(first, last)
        return {**self._arrays.gather(rows), "row": rows}

    def _read_ahead(self, order: ShuffledOrder, place: int) -> None:
        """Ask for the rows of the next window once this one begins."""
        if (window := order.find_window(place)) != self._window:
            self._window = window
            for block in order.list_blocks(window + 1):
                self._arrays.will_need(block)

    def state_dict(self) -> dict[str, int]:
        """Return the state after the last batch: a few integers, the same on every rank."""
        return self.state_at(self.position)

    def state_at(self, position: int) -> dict[str, int]:
        """Return the state in which all ranks have taken ``position`` rows."""
        seed = self.options.shuffle_seed
        values = (VERSION, self._identity, self.rows, NOT_SHUFFLED if seed is None else seed, position)
        return dict(zip(_NAMES, values, strict=True))

    def load_state_dict(self, state: Mapping[str, int]) -> None:
        """Continue where ``state`` was taken, with any rank, world size and batch size.

        Raises ValidationFailed if it is the state of other rows or of another order.
        """
        if missing := [name for name in _NAMES if not isinstance(state.get(name), int)]:
            raise ValidationFailed(f"This is not the state of a loader: it has no {missing[0]}.", field=missing[0])
        for name, value in self.state_at(state["position"]).items():
            if state[name] != value:
                message = f"The state has {name} {state[name]}, this loader has {value}. {_REMEDIES[name]}"
                raise ValidationFailed(message, field=name)
        if not 0 <= state["position"] <= self.rows:
            message = f"The state has position {state['position']}; this loader has {self.rows} rows."
            raise ValidationFailed(message, field="position")
        self.position = state["position"]

    def torch(self) -> "TorchBatches":
        """Return these batches as an IterableDataset of torch tensors. Raises ImportError without torch."""
        from mistudio.corpus.loader.torch_batches import TorchBatches

        return TorchBatches(self)


_REMEDIES: Final = {
    "version": "Use the version of mistudio that saved it.",
    "tokenization": "Open the tokenization and the split that it was saved with.",
    "rows": "Open the tokenization and the split that it was saved with.",
    "shuffle_seed": f"Use the seed that it was saved with ({NOT_SHUFFLED} means none).",
}


def _identify(manifest: TokenizedManifest, split: str) -> int:
    """Return a number of 48 bits that other settings, other data and other splits do not share."""
    digest = hashlib.sha256(f"{manifest.settings_hash} {split}".encode()).hexdigest()
    return int(digest[:12], 16)


def _reopen(folder: Path, split: str, options: BatchOptions, position: int) -> Batches:
    batches = Batches(folder, split, options)
    batches.position = position
    return batches
