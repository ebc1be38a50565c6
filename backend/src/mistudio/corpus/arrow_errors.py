"""What libraries say of a file that they can make no sense of, told apart from what the system says of its disk."""

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
    """Translate ``errors`` within into InvalidData; ``explain`` makes its sentence of the library's reason.

    The system's own errors pass: they have a number, and those of libraries have none.
    """
    try:
        yield
    except errors as error:
        if isinstance(error, OSError) and error.errno is not None:
            raise
        reason = str(error).strip().partition("\n")[0][:200].rstrip(".")
        raise InvalidData(explain(reason)) from error
