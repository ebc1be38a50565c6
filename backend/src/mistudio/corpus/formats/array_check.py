"""Checks that an array's offsets, indices and lengths stay within its buffers, whatever bytes its texts have.

Arrow reads arrays of files unchecked. To convert one with an offset out of bounds reads foreign memory or crashes.
"""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

_TEXT_AS_BYTES = {
    pa.string(): pa.binary(),
    pa.large_string(): pa.large_binary(),
    pa.string_view(): pa.binary_view(),
}


def check_array(array: pa.Array) -> None:
    """Raise ArrowInvalid unless every value of ``array`` can be read without leaving its buffers."""
    # The lengths of the buffers come first: what follows reads offsets and indices.
    array.validate()
    kind = array.type
    if isinstance(kind, pa.BaseExtensionType):
        check_array(array.storage)
    elif kind in _TEXT_AS_BYTES:
        array.view(_TEXT_AS_BYTES[kind]).validate(full=True)
    elif pa.types.is_dictionary(kind):
        _check_dictionary(array)
    elif pa.types.is_struct(kind):
        for index in range(kind.num_fields):
            check_array(array.field(index))
    elif pa.types.is_list(kind) or pa.types.is_large_list(kind) or pa.types.is_map(kind):
        _check_list(array)
    elif pa.types.is_fixed_size_list(kind):
        start = array.offset * kind.list_size
        check_array(array.values.slice(start, len(array) * kind.list_size))
    else:
        array.validate(full=True)


def _check_dictionary(array: pa.DictionaryArray) -> None:
    indices = array.indices
    indices.validate(full=True)
    found = pc.min_max(indices)
    if found["min"].is_valid and not 0 <= found["min"].as_py() <= found["max"].as_py() < len(array.dictionary):
        raise pa.ArrowInvalid("an index is outside the dictionary")
    check_array(array.dictionary)


def _check_list(array: pa.ListArray) -> None:
    offsets = array.offsets.to_numpy()
    # A map's values are an array of key and item each, which it shows as two.
    values = array.view(_list_of_pairs(array.type)).values if pa.types.is_map(array.type) else array.values
    if len(offsets) == 0:
        return
    first, last = int(offsets[0]), int(offsets[-1])
    if not 0 <= first <= last <= len(values) or np.any(offsets[1:] < offsets[:-1]):
        raise pa.ArrowInvalid("an offset is outside the list")
    check_array(values.slice(first, last - first))


def _list_of_pairs(kind: pa.MapType) -> pa.ListType:
    return pa.list_(pa.field("entries", pa.struct([kind.key_field, kind.item_field]), nullable=False))
