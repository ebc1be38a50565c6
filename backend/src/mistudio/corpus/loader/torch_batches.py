"""Batches as a torch ``IterableDataset``. Importing this module needs torch, which is no dependency."""

from collections.abc import Iterator, Mapping

import numpy as np
import torch
from torch.utils.data import IterableDataset, get_worker_info

from mistudio.corpus.loader.batches import Batches
from mistudio.corpus.loader.row_arrays import Arrays


class TorchBatches(IterableDataset):  # type: ignore[misc]  # torch is not installed where types are checked
    """Batches of int64 tensors, in the order of ``batches`` with any number of workers.

    Use it as ``DataLoader(dataset, batch_size=None, num_workers=n)``. Tensors are copies: torch has no read-only ones.
    Every loop starts from the loaded state, or from the beginning.
    """

    def __init__(self, batches: Batches) -> None:
        super().__init__()
        self._batches = batches
        self._begin = batches.position

    def __len__(self) -> int:
        """Return the number of batches of this rank in a whole pass."""
        return len(self._batches)

    def __iter__(self) -> Iterator[dict[str, torch.Tensor]]:
        """Yield the batches; worker i of n yields batches i, i + n, …, so that together they keep the order."""
        worker, batches = get_worker_info(), self._batches
        first, step = (worker.id, worker.num_workers) if worker else (0, 1)
        position = self._begin + first * batches.options.step_rows
        while position < batches.rows and (batch := batches.read(position)) is not None:
            yield _to_tensors(batch)
            position += step * batches.options.step_rows

    def state_dict(self, taken: int) -> dict[str, int]:
        """Return the state after the training loop took ``taken`` batches since the start or the loaded state.

        Workers run ahead of the training loop, so only the loop knows the number.
        """
        position = self._begin + taken * self._batches.options.step_rows
        return self._batches.state_at(min(position, self._batches.rows))

    def load_state_dict(self, state: Mapping[str, int]) -> None:
        """Start the next loop where ``state`` was taken. Raises ValidationFailed."""
        self._batches.load_state_dict(state)
        self._begin = self._batches.position


def _to_tensors(batch: Arrays) -> dict[str, torch.Tensor]:
    return {name: torch.from_numpy(array.astype(np.int64)) for name, array in batch.items()}
