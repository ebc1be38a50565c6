"""The rows of tokens in a record batch as arrays."""

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from mistudio.corpus.arrays import Ints

Ids = npt.NDArray[np.int32]


def choose_id_type(vocab_size: int) -> type[np.uint16] | type[np.int32]:
    """Return the type of ids in files of plain numbers: that of Megatron, 16 bits up to 65,499 ids."""
    return np.uint16 if vocab_size < 65_500 else np.int32


def read_lists(batch: pa.RecordBatch, name: str) -> tuple[npt.NDArray[np.signedinteger], Ints]:
    """Return the values of a list column, one after the other, and the length of each row."""
    column = batch.column(name)
    offsets = column.offsets.to_numpy()
    values = column.values.slice(offsets[0], offsets[-1] - offsets[0]).to_numpy(zero_copy_only=False)
    return values, np.diff(offsets).astype(np.int64)


def read_tokens(batch: pa.RecordBatch) -> tuple[Ids, Ints]:
    """Return the ids without padding, and how many each row has; without a mask nothing is known as padding."""
    ids, lengths = read_lists(batch, "input_ids")
    if "attention_mask" in batch.schema.names:
        mask = read_lists(batch, "attention_mask")[0].astype(np.bool_)
        counted = np.concatenate([[0], np.cumsum(mask)])
        ends = np.cumsum(lengths)
        ids, lengths = ids[mask], (counted[ends] - counted[ends - lengths]).astype(np.int64)
    return np.asarray(ids, np.int32), lengths
