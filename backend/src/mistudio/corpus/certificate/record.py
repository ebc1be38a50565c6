"""The records of a certificate: what was read, the checks with examples, and the verdict."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final, Literal, TypeAlias

from mistudio.core.errors import Json
from mistudio.core.records import as_json

FORMAT_VERSION: Final = 1
Status: TypeAlias = Literal["passed", "warning", "failed", "not_applicable"]
Verdict: TypeAlias = Literal["passed", "warning", "failed"]
# Which rows a check has read: all, a seeded sample, or no rows at all.
Scope: TypeAlias = Literal["all", "sample", "files"]

VERDICTS: Final[Mapping[Verdict, str]] = {
    "passed": "Passed",
    "warning": "Passed with warnings",
    "failed": "Failed",
}


@dataclass(frozen=True)
class Example:
    """A place of the data: ``position`` counts within the row, rows within the file, both from 0.

    ``text`` is the token at the position, with the decoded text before and after it.
    """

    file: str
    row: int
    position: int
    before: str
    text: str
    after: str


@dataclass(frozen=True)
class Check:
    """The result of one check; ``detail`` is a sentence with the figures."""

    name: str
    title: str
    status: Status
    detail: str
    scope: Scope
    examples: tuple[Example, ...] = ()


@dataclass(frozen=True)
class DataFileRecord:
    """A file that was read: its path within the data, its bytes, and its SHA-256."""

    path: str
    bytes: int
    sha256: str


@dataclass(frozen=True, kw_only=True)
class Certificate:
    """The result for one tokenized dataset.

    ``data_sha256`` covers the files' paths and hashes. ``sampled_rows`` and ``seed`` describe the sample.
    ``expected_by`` says what decided which special tokens belong where. ``content_sha256`` covers all other fields.
    """

    subject: str
    tokenizer: str
    tokenizer_commit: str | None
    tokenizer_fingerprint: str
    expected_by: str
    verdict: Verdict
    checks: tuple[Check, ...]
    files: tuple[DataFileRecord, ...]
    data_sha256: str
    rows: int
    tokens: int
    sampled_rows: int
    sampled_tokens: int
    seed: int
    versions: Mapping[str, str]
    created_at: str
    notes: tuple[str, ...] = ()
    content_sha256: str = ""

    @property
    def failing(self) -> tuple[str, ...]:
        """The names of the checks that did not pass."""
        return tuple(check.name for check in self.checks if check.status in ("failed", "warning"))

    def seal(self) -> "Certificate":
        """Return the certificate with the hash of its content."""
        return replace(self, content_sha256=hash_content(self))

    def to_json(self) -> dict[str, Json]:
        """Return the certificate as JSON."""
        return {"format_version": FORMAT_VERSION, **as_json(self)}


def hash_content(certificate: Certificate) -> str:
    """Return the SHA-256 of all fields but the hash itself, as canonical JSON."""
    content = {name: value for name, value in as_json(certificate).items() if name != "content_sha256"}
    canonical = json.dumps(content, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(canonical.encode("utf-8", "surrogatepass")).hexdigest()


def hash_files(files: tuple[DataFileRecord, ...]) -> str:
    """Return one SHA-256 for all files: that of a line for each, with its hash and its path."""
    lines = "".join(f"{file.sha256}  {file.path}\n" for file in sorted(files, key=lambda file: file.path))
    return hashlib.sha256(lines.encode("utf-8", "surrogateescape")).hexdigest()


def judge(checks: tuple[Check, ...]) -> Verdict:
    """Return the verdict: that of the worst check."""
    found = {check.status for check in checks}
    if "failed" in found:
        return "failed"
    return "warning" if "warning" in found else "passed"
