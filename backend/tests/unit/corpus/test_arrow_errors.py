"""Errors about an unreadable file, and errors of the disk."""

import errno

import pyarrow as pa
import pytest

from mistudio.core.errors import InvalidData
from mistudio.corpus.arrow_errors import translate_arrow_errors


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (pa.ArrowInvalid("Bad magic.\nMore lines."), "Bad magic"),
        (OSError("Couldn't deserialize thrift"), "Couldn't deserialize thrift"),
        (ValueError(" x" * 500), " x" * 99),
    ],
)
def test_a_librarys_error_is_invalid_data(error: Exception, reason: str) -> None:
    """With the first line of its reason, at most 200 characters, without a full stop."""
    with pytest.raises(InvalidData) as raised, translate_arrow_errors(lambda why: f"a is damaged ({why})."):
        raise error
    assert raised.value.detail.startswith(f"a is damaged ({reason.strip()}")
    assert len(raised.value.detail) <= 220
    assert raised.value.__cause__ is error


def test_errors_of_the_system_pass() -> None:
    """They have a number, such as that of a failing disk."""
    with pytest.raises(OSError, match="Input/output error"), translate_arrow_errors(str):
        raise OSError(errno.EIO, "Input/output error")


def test_other_errors_pass() -> None:
    """Only the named ones are translated."""
    with pytest.raises(KeyError), translate_arrow_errors(str):
        raise KeyError
    with pytest.raises(ValueError, match="x"), translate_arrow_errors(str, errors=(EOFError,)):
        raise ValueError("x")
    with pytest.raises(InvalidData), translate_arrow_errors(str, errors=(EOFError,)):
        raise EOFError("short")
