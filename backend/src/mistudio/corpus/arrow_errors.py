"""Separates libraries' errors about an unreadable file from the system's errors about its disk."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final

import pyarrow as pa

from mistudio.core.errors import InvalidData

_ERRORS: Final = (pa.ArrowException, OSError, ValueError)


@contextmanager
def translate_arrow_errors(
    explain: Callable[[str], str], *, errors: tuple[type[Exception], ...] = _ERRORS
) -> Iterator[None]:
    """Translate ``errors`` within into InvalidData; ``explain`` makes a message of the library's reason.

    The system's own errors pass: they have an errno, those of libraries have none.
    """
    try:
        yield
    except errors as error:
        if isinstance(error, OSError) and error.errno is not None:
            raise
        reason = str(error).strip().partition("\n")[0][:200].rstrip(".")
        raise InvalidData(explain(reason)) from error
