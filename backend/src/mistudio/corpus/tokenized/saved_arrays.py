"""Loads the arrays beside a tokenization's rows."""

from pathlib import Path
from tokenize import TokenError
from typing import Any, Final, Literal

import numpy as np
from numpy.typing import NDArray

from mistudio.core.errors import DataMissing
from mistudio.corpus.tokenized.messages import FILE_DAMAGED, FILES_MISSING

_INTEGERS: Final = "iu"


def load_array(path: Path, *, dimensions: int, mode: Literal["r"] | None = None) -> NDArray[Any]:  # the file says which
    """Return the integers in the file; ``mode`` maps it. Raises DataMissing if the file is missing or damaged."""
    try:
        loaded = np.load(path, mmap_mode=mode, allow_pickle=False)
    except OSError as error:
        raise DataMissing(FILES_MISSING) from error
    except (ValueError, EOFError, SyntaxError, TokenError, MemoryError) as error:
        # A damaged header raises these: NumPy parses it as Python and maps the size that it states.
        raise DataMissing(FILE_DAMAGED) from error
    if not isinstance(loaded, np.ndarray) or loaded.dtype.kind not in _INTEGERS or loaded.ndim != dimensions:
        raise DataMissing(FILE_DAMAGED)
    return loaded
