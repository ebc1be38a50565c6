"""Translates what the ``datasets`` library raises while it looks for a repository's files.

Its reason reaches the user. It names the card, or a file like it, only where the repository has one that declares
something.
"""

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import yaml  # type: ignore[import-untyped]  # PyYAML ships no types

from mistudio.core.errors import InvalidRepository, MiStudioError, NoData, UnsupportedFormat
from mistudio.corpus.hub.yaml_limits import describe_yaml_error
from mistudio.utils.text import escape_controls

# Found by cards with values of every type in every place; OSError is for names that are too long.
_FAILURES: Final = (
    ValueError, TypeError, KeyError, IndexError, AttributeError, AssertionError, NotImplementedError, RecursionError,
    OverflowError, OSError, re.error, yaml.YAMLError,
)  # fmt: skip
_SPOKEN: Final = (ValueError, NotImplementedError, OSError, re.error)
_REASON_CHARS: Final = 300


@contextmanager
def translate_library_errors(repo_id: str, root: Path, declared: Sequence[str], archive: str | None) -> Iterator[None]:
    """Translate errors of the library within.

    ``declared`` names the files that declare configs or features; ``archive`` is the kind of an archive among the
    files, which the library opens.

    Raises NoData, UnsupportedFormat, InvalidRepository.
    """
    from datasets.data_files import EmptyDatasetError
    from datasets.exceptions import DataFilesNotFoundError

    try:
        yield
    except _FAILURES as error:
        if archive is not None:
            raise archive_error(repo_id, archive) from error
        if isinstance(error, EmptyDatasetError | DataFilesNotFoundError):
            raise no_data_error(repo_id) from error
        reason = _describe(error, root)
        if isinstance(error, FileNotFoundError):
            raise _missing_file_error(repo_id, reason, declared) from error
        raise _refused_error(repo_id, reason, declared) from error


def no_data_error(repo_id: str) -> NoData:
    """Return the error for a repository without data files."""
    return NoData(f"{repo_id} has no data files that can be read as text data. Choose another repository.")


def archive_error(repo_id: str, kind: str) -> UnsupportedFormat:
    """Return the error for a repository whose data is in zip or tar archives."""
    return UnsupportedFormat(
        f"{repo_id} keeps its data in {kind} archives, and {kind} archives are not read. Choose another config or "
        "repository, or unpack the archives and import the files."
    )


def _missing_file_error(repo_id: str, reason: str, declared: Sequence[str]) -> MiStudioError:
    if not declared:
        return no_data_error(repo_id)
    return NoData(f"{_name_card(repo_id, declared)} names files that the repository does not have: {reason}.")


def _refused_error(repo_id: str, reason: str, declared: Sequence[str]) -> MiStudioError:
    if not declared:
        return UnsupportedFormat(
            f"The files of {repo_id} cannot be sorted into splits of one format: {reason}. Choose another repository."
        )
    detail = f"{_name_card(repo_id, declared)} cannot be followed: {reason}. Report it to the repository's owner."
    return InvalidRepository(detail, extra={"field": declared[0]})


def _name_card(repo_id: str, declared: Sequence[str]) -> str:
    return f"The card of {repo_id} (" + ", ".join(declared) + ")"


def _describe(error: Exception, root: Path) -> str:
    """Return the library's reason on one line, without the planning folder."""
    if isinstance(error, yaml.YAMLError):
        return describe_yaml_error(error)
    text = " ".join(str(error).split()).replace(f"{root}/", "").replace(str(root), "the repository")
    shown = text if text and isinstance(error, _SPOKEN) else f"{type(error).__name__}: {text}".rstrip(": ")
    return escape_controls(shown[:_REASON_CHARS]).rstrip(".")
