"""The record of an audit, in ``audit.json`` of the tokenization's folder."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal, TypeAlias, cast

from mistudio.core.errors import DataMissing, InvalidData, Json, UnsupportedVersion
from mistudio.core.records import as_json, from_json
from mistudio.corpus.tokenized.messages import FILES_MISSING
from mistudio.utils.file_utils import write_bytes_atomic

AUDIT_NAME: Final = "audit.json"
FORMAT_VERSION: Final = 1
Verdict: TypeAlias = Literal["passed", "warning", "failed"]


@dataclass(frozen=True)
class AuditCheck:
    """The result of one check; ``passed`` is None if it does not apply to this tokenization."""

    name: str
    title: str
    passed: bool | None
    detail: str
    figures: Mapping[str, int | float | str]


@dataclass(frozen=True)
class Audit:
    """The checks and the verdict."""

    verdict: Verdict
    checks: tuple[AuditCheck, ...]
    documents_compared: int
    differences: int


def write_audit(folder: Path, audit: Audit) -> None:
    """Write the audit into the tokenization's folder, atomically."""
    content = {"format_version": FORMAT_VERSION, **as_json(audit)}
    write_bytes_atomic(folder / AUDIT_NAME, json.dumps(content, indent=1).encode() + b"\n")


def read_audit(folder: Path) -> Audit:
    """Return the audit of the tokenization in ``folder``. Raises DataMissing, UnsupportedVersion, InvalidData."""
    try:
        content = cast("dict[str, Json]", json.loads((folder / AUDIT_NAME).read_bytes()))
        if cast("int", content["format_version"]) > FORMAT_VERSION:
            raise UnsupportedVersion("A newer version of this program wrote the audit: update this program.")
        return from_json(Audit, content)
    except FileNotFoundError as error:
        raise DataMissing(FILES_MISSING) from error
    except (ValueError, KeyError, TypeError) as error:
        raise InvalidData("The audit is damaged: delete the tokenization and tokenize again.") from error
